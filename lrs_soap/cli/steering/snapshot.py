"""`lrs-soap snapshot`: what is kept of a world of a running server."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.cli.tables import print_json, print_table
from lrs_soap.control.client import WorldClient

app = group(
    "snapshot",
    text="List, make and delete snapshots of a running world.\n\n"
    "A snapshot is the whole of a world but its journal. `lrs-soap restore` brings it back.",
    epilog=example("lrs-soap snapshot make friday", "lrs-soap restore friday"),
)

_Name = Annotated[
    str, typer.Argument(metavar="NAME", show_default=False, help="The snapshot's name: small letters, digits and -.")
]


@app.command("list", epilog=example("lrs-soap snapshot list"))
@of_world
def list_all(world: WorldClient, as_json: bool) -> None:
    """List the snapshots of a world."""
    names = world.snapshots()
    if as_json:
        print_json([{"name": name} for name in names])
    else:
        print_table(("Snapshot",), ((name,) for name in names))


@app.command(epilog=example("lrs-soap snapshot make friday"))
@of_world
def make(world: WorldClient, name: _Name, as_json: bool) -> None:
    """Keep the whole of a world under a name, in place of an older snapshot of that name."""
    world.take_snapshot(name)
    tell(None, f"The snapshot {name} of the world {world.name} is made.", as_json=as_json)


@app.command(epilog=example("lrs-soap snapshot delete friday"))
@of_world
def delete(world: WorldClient, name: _Name, as_json: bool) -> None:
    """Delete a snapshot."""
    world.delete_snapshot(name)
    tell(None, f"The snapshot {name} is deleted.", as_json=as_json)
