"""`lrs-soap exchanges`: the journal of a world of a running server."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.steering.server import of_world, tell
from lrs_soap.cli.tables import print_fields, print_json, print_json_line, print_table
from lrs_soap.cli.text import one_line
from lrs_soap.control.client import Object, WorldClient
from lrs_soap.exchange.summary import why
from lrs_soap.rules.values.quotation import printable

app = group()

_LOOK_SECONDS = 0.5
_LONGEST_LIST = 1000
_COLUMNS = ("ID", "Time", "Operation", "Code", "Organisation", "User", "Milliseconds", "Why")
# How wide a line's columns are while it is not known what comes.
_WIDTHS = (16, 29, 25, 8, 12, 12, 12, 0)


@app.command(
    epilog=example(
        "lrs-soap exchanges",
        "lrs-soap exchanges --operation learnerByULN --code WSRC0001 --limit 5",
        "lrs-soap exchanges --follow",
        "lrs-soap exchanges 3f0c9a51d2e84b76",
    )
)
@of_world
def exchanges(
    world: WorldClient,
    as_json: bool,
    exchange_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            show_default=False,
            help="Show this one with its request and its answer. The answer's header LRS-Exchange has it.",
        ),
    ] = None,
    operation: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default=False, help="Only those of this operation, such as learnerByULN."),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(metavar="CODE", show_default=False, help="Only those that were answered with this code."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="UKPRN", show_default=False, help="Only those of this organisation.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", show_default=False, help="Only those of this user.")
    ] = None,
    uln: Annotated[
        str | None, typer.Option(metavar="ULN", show_default=False, help="Only those in which this ULN stands.")
    ] = None,
    after: Annotated[
        int | None,
        typer.Option(metavar="SEQUENCE", show_default=False, help="Only those that came after the one with this."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="NUMBER", show_default=False, help="How many at most.  [default: 100]")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print the oldest first, then others as they come, until Ctrl+C.")
    ] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Forget all of them.")] = False,
) -> None:
    """List the last requests to a running server.

    The newest comes first. With an ID that one is shown, with its request and its answer. With --follow and --json each
    is one line.
    """
    filters: dict[str, Any] = {
        "operation": operation,
        "code": code,
        "organisation": organisation,
        "user": user,
        "uln": uln,
        "after": after,
        "limit": limit,
    }
    is_listing = follow or any(value is not None for value in filters.values())
    if (exchange_id is not None) + delete + is_listing > 1:
        raise typer.BadParameter("An ID, --delete and the choice of some do not go together.", param_hint="ID")
    if exchange_id is not None:
        _show(world.exchange(exchange_id), as_json)
    elif delete:
        world.delete_exchanges()
        tell(None, f"The journal of the world {world.name} is empty.", as_json=as_json)
    elif follow:
        _follow(world, filters, as_json)
    else:
        found = world.exchanges(**filters)
        if as_json:
            print_json(found)
        else:
            print_table(_COLUMNS, map(_row, found), numbers=("Milliseconds",))


def _follow(world: WorldClient, filters: dict[str, Any], as_json: bool) -> None:
    """Print exchanges as they come, until somebody interrupts it."""
    try:
        if not as_json:
            typer.echo(_line(_COLUMNS))
        last, found = filters["after"] or 0, world.exchanges(**filters)
        while True:
            for each in reversed(found):
                last = each["sequence"]
                if as_json:
                    print_json_line(each)
                else:
                    typer.echo(_line(_row(each)))
            time.sleep(_LOOK_SECONDS)
            found = world.exchanges(**{**filters, "after": last, "limit": _LONGEST_LIST})
            if len(found) == _LONGEST_LIST:
                typer.echo("More have come than can be listed; the oldest of them are left out.", err=True)
    except KeyboardInterrupt:
        # As whoever follows them ends it.
        return


def _row(exchange: Object) -> list[str]:
    return [
        exchange["id"],
        exchange["time"],
        exchange["operation"] or "",
        exchange["code"] or str(exchange["status"]),
        exchange["organisation"] or exchange["claimed_organisation"] or "",
        exchange["user"] or "",
        f"{exchange['milliseconds']:.1f}",
        why(exchange),
    ]


def _line(cells: Iterable[str]) -> str:
    """A row of a table whose other rows are not known yet."""
    return "  ".join(one_line(cell).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _show(exchange: Object, as_json: bool) -> None:
    if as_json:
        print_json(exchange)
        return
    request, answer = exchange.pop("request"), exchange.pop("answer")
    reasons, findings, nearest = exchange.pop("reasons"), exchange.pop("findings"), exchange.pop("nearest")
    exchange["stages"] = ", ".join(f"{stage} {taken:.1f}" for stage, taken in exchange["stages"].items())
    print_fields((name, str(value)) for name, value in exchange.items() if value not in (None, ""))
    if reasons:
        typer.echo()
        print_table(("Rule", "Said"), ((each["rule"], each["said"]) for each in reasons))
    if nearest:
        typer.echo()
        print_table(("Nearest", "Score", "Differs in", "Sent", "Held"), map(_near, nearest))
    if findings:
        typer.echo()
        print_table(("Finding",), ((finding,) for finding in findings))
    _print_message("Request", request)
    _print_message("Answer", answer)


def _near(learner: Object) -> list[str]:
    fields, sent, held = (", ".join(learner.get(name) or ()) for name in ("fields", "sent", "held"))
    return [learner["uln"], str(learner["score"]), fields, sent, held]


def _print_message(name: str, message: Object) -> None:
    typer.echo()
    print_table((name, f"{message['length']} bytes{', cut' if message['cut'] else ''}"), message["headers"].items())
    typer.echo()
    for line in message["body"].splitlines():
        typer.echo(printable(line))
