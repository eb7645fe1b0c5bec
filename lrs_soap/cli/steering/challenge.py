"""`lrs-soap challenge`: the data challenges of a world of a running server."""

from __future__ import annotations

from typing import Annotated

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.field_values import field_values
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.cli.tables import print_fields, print_json, print_table
from lrs_soap.control.client import WorldClient

app = group(
    "challenge",
    text="List and resolve data challenges in a running world.\n\n"
    "People raise them in the portal, about a ULN or about qualifications.",
    epilog=example("lrs-soap challenge list --status open", "lrs-soap challenge show 4170265830-1"),
)

_Reference = Annotated[
    str, typer.Argument(metavar="REFERENCE", show_default=False, help="The enquiry reference, as listed.")
]
_LISTED = {
    "Reference": "reference",
    "Kind": "kind",
    "Problem": "problem",
    "Status": "status",
    "UKPRN": "organisation",
    "Raised": "raised",
    "Outcome": "outcome",
}


@app.command("list", epilog=example("lrs-soap challenge list --status open", "lrs-soap challenge list --json"))
@of_world
def list_all(
    world: WorldClient,
    as_json: bool,
    uln: Annotated[str | None, typer.Option(metavar="ULN", show_default=False, help="Only those on this ULN.")] = None,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS", show_default=False, help="Only those that are open, resolved, rejected or withdrawn."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="How many at most.  [default: 100]")
    ] = None,
) -> None:
    """List the data challenges of all organisations, the last that was raised first."""
    found = world.challenges(uln=uln, status=status, limit=limit)
    if as_json:
        print_json(found)
    else:
        print_table(tuple(_LISTED), ([each[name] for name in _LISTED.values()] for each in found))


@app.command(epilog=example("lrs-soap challenge show 4170265830-1"))
@of_world
def show(world: WorldClient, reference: _Reference, as_json: bool) -> None:
    """Show a challenge: what was said, by whom, and what has become of it."""
    challenge = world.challenge(reference)
    if as_json:
        print_json(challenge)
    else:
        print_fields((name, _shown(value)) for name, value in challenge.items() if value not in (None, "", [], {}))


@app.command(
    epilog=example(
        'lrs-soap challenge resolve 4170265830-1 --text "Seen to."',
        "lrs-soap challenge resolve 4170265830-2 --master 4170265830",
        "lrs-soap challenge resolve 4170265830-3 --set Grade=Merit",
    )
)
@of_world
def resolve(
    world: WorldClient,
    reference: _Reference,
    as_json: bool,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", show_default=False, help="What people read of the outcome.")
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(metavar="ULN", show_default=False, help="Of duplicates: the ULN that the person keeps."),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Of a fictitious ULN: delete the learner.")] = False,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            show_default=False,
            help="Of wrong information: the value of a field, in place of those proposed. Can be given several times.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="ULN", show_default=False, help="Of another's qualification: the learner who gets it."),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Of another's qualification: remove it, also where another ULN is named.")
    ] = False,
    event: Annotated[
        int | None,
        typer.Option(
            metavar="ID", show_default=False, help="Of duplicate qualifications: the ID of the one to remove."
        ),
    ] = None,
) -> None:
    """Do what a challenge asks for.

    Duplicates are merged, a merge is undone, a qualification is corrected, moved or removed, each as the challenge has
    it unless an option says otherwise. What needs no change is closed with --text.
    """
    resolved = world.resolve_challenge(
        reference,
        text=text,
        master=master,
        delete=delete or None,
        values=field_values(values or (), "--set") or None,
        to=to,
        remove=remove or None,
        event_id=event,
    )
    effect = "closed" if resolved["effect"] == "nothing" else resolved["effect"]
    tell(resolved, f"{resolved['reference']} is resolved: {effect}.", as_json=as_json)


@app.command(epilog=example('lrs-soap challenge reject 4170265830-1 "The grade is right."'))
@of_world
def reject(
    world: WorldClient,
    reference: _Reference,
    text: Annotated[str, typer.Argument(metavar="TEXT", show_default=False, help="What people read of the reason.")],
    as_json: bool,
) -> None:
    """Reject a challenge, with a text that says why."""
    rejected = world.reject_challenge(reference, text)
    tell(rejected, f"{rejected['reference']} is rejected.", as_json=as_json)


@app.command(epilog=example("lrs-soap challenge undo 4170265830-1"))
@of_world
def undo(world: WorldClient, reference: _Reference, as_json: bool) -> None:
    """Change back what the resolution of a challenge has changed.

    A correction, a move, a removal or a merge can be undone, unless it was changed since then. The challenge is open
    again.
    """
    undone = world.undo_challenge(reference)
    tell(undone, f"{undone['reference']} is open again.", as_json=as_json)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
