"""`lrs-soap load --synthetic`: any number of people who do not exist."""

from __future__ import annotations

import typer

from lrs_soap.cli.progress import progress_bar
from lrs_soap.cli.text import counted
from lrs_soap.cli.world import command_exchange, world_to_write
from lrs_soap.sample import synthetic
from lrs_soap.sample.synthetic_learners import MOST
from lrs_soap.settings import Settings

_LARGEST_SEED = 2**63 - 1


def load_synthetic(chosen: Settings, count: int, seed: int | None, *, events: bool, create: bool) -> None:
    """Load `count` synthetic learners, with their learning events if `events`; without a seed, those of synthetic.SEED.

    `create` is as in `open_world`. Raises typer.BadParameter for a count or seed out of range.
    """
    _check_range("--synthetic", count, 1, MOST)
    seed = synthetic.SEED if seed is None else seed
    _check_range("--seed", seed, 0, _LARGEST_SEED)
    with world_to_write(chosen, command_exchange("load"), create=create) as world, progress_bar(count) as show:
        show(0, "0 loaded")
        result = synthetic.load(
            world.store,
            count,
            seed=seed,
            events=events,
            progress=lambda loaded, left_out: show(loaded + left_out, f"{loaded} loaded, {left_out} left out"),
        )
    with_events = ", with learning events" if events else ""
    typer.echo(f"{counted(result.loaded, 'learner')} loaded{with_events}.")
    if result.left_out:
        typer.echo(f"{counted(result.left_out, 'learner')} left out: their ULN or their details are held already.")


def _check_range(option: str, number: int, smallest: int, largest: int) -> None:
    if not smallest <= number <= largest:
        raise typer.BadParameter(f"{number} is not a number from {smallest} to {largest}.", param_hint=option)
