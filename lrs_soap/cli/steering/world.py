"""`lrs-soap world`: the worlds of a running server."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_server, tell
from lrs_soap.cli.tables import print_fields, print_json, print_table
from lrs_soap.control.client import ControlClient, Object

app = group(
    "world",
    text="List, make and delete the worlds of a running server.\n\n"
    "A world is a register with everything of its own: learners, organisations, jobs, clock, journal.",
    epilog=example("lrs-soap world make team-a", "lrs-soap world list"),
)

_Name = Annotated[
    str, typer.Argument(metavar="NAME", show_default=False, help="The world's name: small letters, digits and -.")
]


@app.command("list", epilog=example("lrs-soap world list", "lrs-soap world list --server http://127.0.0.1:9000 --json"))
@of_server
def list_all(server: ControlClient, as_json: bool) -> None:
    """List the worlds with their addresses."""
    worlds = server.worlds()
    if as_json:
        print_json(worlds)
        return
    headings = ("World", "LearnerService", "LearnerServiceR9")
    print_table(headings, ((each["name"], each["learner_service"], each["learner_service_r9"]) for each in worlds))


@app.command(epilog=example("lrs-soap world make team-a", "lrs-soap world make run-7 --like friday --ttl 3600"))
@of_server
def make(
    server: ControlClient,
    name: _Name,
    as_json: bool,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="SNAPSHOT", show_default=False, help="Make it like this snapshot of main.  [default: starting data]"
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="Issue the same ULNs for the same number.")
    ] = None,
    ttl: Annotated[
        int | None,
        typer.Option(
            metavar="SECONDS", show_default=False, help="Delete it when nobody has asked it anything for so long."
        ),
    ] = None,
) -> None:
    """Make a world, with the starting data or like a snapshot of main."""
    made = server.make_world(name, like=like, seed=seed, ttl=ttl).addresses()
    if as_json:
        print_json(made)
    else:
        print_fields(_fields(made))


@app.command(epilog=example("lrs-soap world delete team-a"))
@of_server
def delete(server: ControlClient, name: _Name, as_json: bool) -> None:
    """Delete a world, with its snapshots and its journal."""
    server.delete_world(name)
    tell(None, f"The world {name} is deleted.", as_json=as_json)


def _fields(world: Object) -> list[tuple[str, str]]:
    names = {"World": "name", "LearnerService": "learner_service", "LearnerServiceR9": "learner_service_r9"}
    return [(heading, world[name]) for heading, name in names.items()]
