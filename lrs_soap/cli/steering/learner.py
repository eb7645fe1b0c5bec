"""`lrs-soap learner`: learners of a world of a running server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.field_values import field_values
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.cli.tables import print_fields, print_json, print_table
from lrs_soap.control.client import Object, WorldClient

app = group(
    "learner",
    text="Find, add, merge and delete learners of a running world.\n\n"
    "`lrs-soap load`, `merge`, `unmerge` and `delete` do so in a database.",
    epilog=example("lrs-soap learner find --family-name okafor", "lrs-soap learner show 4170265830"),
)

_Uln = Annotated[str, typer.Argument(metavar="ULN", show_default=False, help="The learner's ULN.")]
_LISTED = ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode", "MasterULN")
# Of an event's 26 fields, those by which a person knows it.
_EVENTS = ("ID", "Source", "Subject", "SubjectCode", "QualificationType", "Grade", "AchievementAwardDate", "Status")


@app.command(
    epilog=example("lrs-soap learner find --family-name okafor --date-of-birth 2005-03-14", "lrs-soap learner find")
)
@of_world
def find(
    world: WorldClient,
    as_json: bool,
    uln: Annotated[str | None, typer.Option(metavar="ULN", show_default=False, help="Only the one with this.")] = None,
    family_name: Annotated[
        str | None, typer.Option(metavar="NAME", show_default=False, help="Only those with this family name.")
    ] = None,
    given_name: Annotated[
        str | None, typer.Option(metavar="NAME", show_default=False, help="Only those with this given name.")
    ] = None,
    date_of_birth: Annotated[
        str | None, typer.Option(metavar="DATE", show_default=False, help="Only those born on this day.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="How many at most.  [default: 100]")
    ] = None,
) -> None:
    """List learners, the last that was registered first, deleted and linked ones too.

    Names are compared without case.
    """
    found = world.learners(
        uln=uln, family_name=family_name, given_name=given_name, date_of_birth=date_of_birth, limit=limit
    )
    if as_json:
        print_json(found)
    else:
        print_table(_LISTED, ([each[name] or "" for name in _LISTED] for each in found))


@app.command(epilog=example("lrs-soap learner show 4170265830"))
@of_world
def show(world: WorldClient, uln: _Uln, as_json: bool) -> None:
    """Show all that is known of a learner: its fields, learning events and history."""
    known = world.learner(uln)
    if as_json:
        print_json(known)
        return
    events, history, linked = known.pop("LearningEvents"), known.pop("History"), known.pop("LinkedULNs")
    print_fields((name, str(value)) for name, value in known.items() if value not in (None, ""))
    if linked:
        typer.echo(f"\nLinked to it: {', '.join(linked)}")
    if events:
        typer.echo()
        print_table(_EVENTS, ([_cell(event[name]) for name in _EVENTS] for event in events))
    if history:
        typer.echo()
        who = ("moment", "action", "organisation", "user")
        rows = ([*(entry[name] for name in who), _changes(entry)] for entry in history)
        print_table(("Moment", "Action", "Organisation", "User", "Changes"), rows)


@app.command(
    epilog=example(
        "lrs-soap learner add GivenName=Jo FamilyName=Lee DateOfBirth=2001-05-17 Gender=2 LastKnownPostCode='ZZ99 9ZZ'",
        "lrs-soap learner add --file learners.jsonl",
    )
)
@of_world
def add(
    world: WorldClient,
    as_json: bool,
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE", show_default=False, help="A field of the learner, by the names of `lrs-soap load`."
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            metavar="FILE",
            show_default=False,
            help="A file with learners, in place of FIELD=VALUE: JSON, of one or of a list, or JSON lines; - for "
            "standard input.",
        ),
    ] = None,
) -> None:
    """Add one learner or several, all or none, and print their ULNs."""
    if bool(fields) == (file is not None):
        raise typer.BadParameter("Give either fields of a learner or --file.", param_hint="FIELD=VALUE")
    ulns = world.add_learners([field_values(fields or ())] if file is None else _read(file))
    if as_json:
        print_json({"ulns": ulns})
    else:
        for uln in ulns:
            typer.echo(uln)


@app.command(epilog=example("lrs-soap learner merge 9140837261 2865174033"))
@of_world
def merge(
    world: WorldClient,
    master: Annotated[str, typer.Argument(metavar="MASTER", show_default=False, help="The ULN that the person keeps.")],
    linked: Annotated[
        str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN that will lead to the master.")
    ],
    as_json: bool,
) -> None:
    """Link a learner to a master, when one person has two ULNs."""
    merged = world.merge(master, linked)
    tell(merged, f"{linked} is now linked to {merged['MasterULN']}.", as_json=as_json)


@app.command(epilog=example("lrs-soap learner unmerge 2865174033"))
@of_world
def unmerge(
    world: WorldClient,
    linked: Annotated[str, typer.Argument(metavar="LINKED", show_default=False, help="The ULN of a linked learner.")],
    as_json: bool,
) -> None:
    """Undo a merge: the linked learner has its own ULN again."""
    tell(world.unmerge(linked), f"{linked} is no longer linked.", as_json=as_json)


@app.command(epilog=example("lrs-soap learner delete 4170265830"))
@of_world
def delete(world: WorldClient, uln: _Uln, as_json: bool) -> None:
    """Delete a learner, so that nobody can find it again."""
    tell(world.delete_learner(uln), f"{uln} is deleted.", as_json=as_json)


def _read(file: str) -> list[Object]:
    """The learners in a file of JSON or of JSON lines. Raises typer.BadParameter."""
    try:
        text = (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
        try:
            value = json.loads(text)
        except ValueError:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise typer.BadParameter(f"{file!r} cannot be read as JSON: {reason}.", param_hint="--file") from None
    learners = value if isinstance(value, list) else [value]
    if not learners or not all(isinstance(each, dict) for each in learners):
        raise typer.BadParameter(f"{file!r} has to have learners, each a JSON object.", param_hint="--file")
    return learners


def _changes(entry: Object) -> str:
    return ", ".join(
        f"{name}: {_cell(after)}" if before in (None, after) else f"{name}: {_cell(before)} > {_cell(after)}"
        for name, (before, after) in entry["fields"].items()
    )


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
