"""`lrs-soap clock`: the clock of a world of a running server."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.control.client import Object, WorldClient

app = group(
    "clock",
    text="Show, set and advance the clock of a running world.\n\n"
    "The service decides by it whatever depends on the date or the time. Every process goes by it at its next request.",
    epilog=example("lrs-soap clock set 2025-01-14T22:30", "lrs-soap clock advance P45D", "lrs-soap clock real"),
)

_SECONDS = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")
# What moves the clock back begins as an option does.
_MAY_BE_NEGATIVE = {"ignore_unknown_options": True}


@app.command(epilog=example("lrs-soap clock show"))
@of_world
def show(world: WorldClient, as_json: bool) -> None:
    """Show what the clock says, and how it goes: real, still or running."""
    _tell(world.clock(), as_json)


@app.command("set", epilog=example("lrs-soap clock set 2025-01-14T22:30", "lrs-soap clock set --mode still"))
@of_world
def set_to(
    world: WorldClient,
    as_json: bool,
    moment: Annotated[
        str | None,
        typer.Argument(
            metavar="MOMENT",
            show_default=False,
            help="A date and time, in London time unless it names a time zone; without it, what the clock shows.",
        ),
    ] = None,
    mode: Annotated[
        Literal["still", "running"] | None,
        typer.Option(
            metavar="still|running", show_default=False, help="How it goes from there.  [default: as now, or still]"
        ),
    ] = None,
) -> None:
    """Set the clock to a moment. It stands still there, unless it is running or --mode says that it does."""
    if moment is None and mode is None:
        raise typer.BadParameter("Give a moment or --mode.", param_hint="MOMENT")
    _tell(world.set_clock(moment, mode=mode), as_json)


@app.command(
    context_settings=_MAY_BE_NEGATIVE,
    epilog=example("lrs-soap clock advance 3600", "lrs-soap clock advance P45D", "lrs-soap clock advance -PT1H30M"),
)
@of_world
def advance(
    world: WorldClient,
    by: Annotated[
        str,
        typer.Argument(
            metavar="DURATION",
            show_default=False,
            help="Seconds, or an ISO 8601 duration such as P45D; with - before it, back.",
        ),
    ],
    as_json: bool,
) -> None:
    """Move the clock. A real one runs on from there, ahead of this machine's or behind it."""
    _tell(world.advance_clock(float(by) if _SECONDS.fullmatch(by) else by), as_json)


@app.command(epilog=example("lrs-soap clock real"))
@of_world
def real(world: WorldClient, as_json: bool) -> None:
    """Let the world go by the machine's clock again."""
    _tell(world.set_clock(mode="real"), as_json)


def _tell(clock: Object, as_json: bool) -> None:
    tell(clock, f"{clock['now']} ({clock['mode']})", as_json=as_json)
