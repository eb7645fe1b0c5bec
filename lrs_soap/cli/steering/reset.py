"""`lrs-soap reset` and `restore`: a world of a running server as it was."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.control.client import WorldClient

app = group()


@app.command(epilog=example("lrs-soap reset", "lrs-soap reset --seed 1 --world team-a"))
@of_world
def reset(
    world: WorldClient,
    as_json: bool,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="Issue the same ULNs for the same number.")
    ] = None,
) -> None:
    """Put a world of a running server back to its starting data.

    Its clock, policy and scenarios become what the settings say. Snapshots and the journal stay.
    """
    world.reset(seed=seed)
    tell(None, f"The world {world.name} has its starting data again.", as_json=as_json)


@app.command(epilog=example("lrs-soap restore friday"))
@of_world
def restore(
    world: WorldClient,
    name: Annotated[
        str, typer.Argument(metavar="NAME", show_default=False, help="The snapshot's name; start: the starting data.")
    ],
    as_json: bool,
) -> None:
    """Put a world of a running server back to a snapshot.

    Its clock, policy and scenarios are in the snapshot too. The journal stays.
    """
    world.restore(name)
    tell(None, f"The world {world.name} is as it was in {name}.", as_json=as_json)
