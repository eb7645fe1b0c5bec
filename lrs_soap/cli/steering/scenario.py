"""`lrs-soap scenario`: what steps in for the service in a world of a running server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.cli.tables import print_json, print_table
from lrs_soap.control.client import Object, WorldClient

app = group(
    "scenario",
    text="Make a running server fail on purpose, and stop that.\n\n"
    "A scenario steps in for the requests that fit it: with a fault, a code, an error page, a delay and others.",
    epilog=example("lrs-soap scenario add slow", "lrs-soap scenario list", "lrs-soap scenario remove slow"),
)

# What `times` has in TOML, too, which has no word for JSON's null.
_ALL = "all"


@app.command("list", epilog=example("lrs-soap scenario list"))
@of_world
def list_all(world: WorldClient, as_json: bool) -> None:
    """List the scenarios in the order in which they are tried, with how many requests fitted and were hit."""
    scenarios = world.scenarios()
    if as_json:
        print_json(scenarios)
    else:
        headings = ("Scenario", "When", "After", "Times", "Do", "Fitted", "Hit")
        print_table(headings, map(_row, scenarios), numbers=("After", "Times", "Fitted", "Hit"))


@app.command(epilog=example("lrs-soap scenario add slow", "lrs-soap scenario add --file closed.toml"))
@of_world
def add(
    world: WorldClient,
    as_json: bool,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", show_default=False, help="The name of a shipped scenario.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            show_default=False,
            help="A file of scenarios, in place of NAME: TOML with a table [[scenario]] for each, or JSON.",
        ),
    ] = None,
) -> None:
    """Add a scenario, behind those that there are."""
    if (name is None) == (file is None):
        raise typer.BadParameter("Give either NAME or --file.", param_hint="NAME")
    added = [world.add_scenario(**each) for each in ([{"name": name}] if file is None else _read(file))]
    names = ", ".join(each["name"] for each in added)
    tell(added if file is not None else added[0], f"Added: {names}.", as_json=as_json)


@app.command(epilog=example("lrs-soap scenario remove slow", "lrs-soap scenario remove --all"))
@of_world
def remove(
    world: WorldClient,
    as_json: bool,
    name: Annotated[str | None, typer.Argument(metavar="NAME", show_default=False, help="The scenario's name.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Remove all of them.")] = False,
) -> None:
    """Remove a scenario, or all of them."""
    if every == (name is not None):
        raise typer.BadParameter("Give either NAME or --all.", param_hint="NAME")
    if name is None:
        world.delete_scenarios()
        tell(None, "All scenarios are removed.", as_json=as_json)
    else:
        world.delete_scenario(name)
        tell(None, f"The scenario {name} is removed.", as_json=as_json)


def _read(file: Path) -> list[Object]:
    """The scenarios in a file. Raises typer.BadParameter, and InvalidSetting for TOML that is wrong, with its line."""
    from lrs_soap.scenarios import scenario_file

    try:
        text = file.read_text("utf-8")
        if scenario_file.is_json(text):
            value: Any = json.loads(text)
        else:
            value = [{"name": name, **json.loads(each)} for name, each in scenario_file.read(file).items()]
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise typer.BadParameter(f"{str(file)!r} cannot be read: {reason}.", param_hint="--file") from None
    scenarios = value if isinstance(value, list) else [value]
    if not scenarios or not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in scenarios):
        told = f"{str(file)!r} has to have scenarios, each with a name: in TOML [[scenario]] tables."
        raise typer.BadParameter(told, param_hint="--file")
    return scenarios


def _row(scenario: Object) -> list[str]:
    when, do = (", ".join(f"{name} {value}" for name, value in scenario[part].items()) for part in ("when", "do"))
    times = _ALL if scenario["times"] is None else str(scenario["times"])
    counts = (str(scenario[name]) for name in ("fitted", "hit"))
    return [scenario["name"], when, str(scenario["after"]), times, do, *counts]
