"""`lrs-soap exceptions`: the records of batches that need a person's decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, TextIO

import typer

from lrs_soap.batch import outcome_file
from lrs_soap.cli.commands import example, group
from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.field_values import field_values
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.output_file import Defused, FileFormat, Force, Target, write_file
from lrs_soap.cli.tables import Json, print_fields, print_json, print_table
from lrs_soap.cli.text import counted, one_line
from lrs_soap.cli.world import command_exchange, open_world, world_to_write
from lrs_soap.clock import LONDON
from lrs_soap.errors import NotPossible
from lrs_soap.operations import organisations
from lrs_soap.operations.list_exceptions import get_exception, list_exceptions, possible_learners
from lrs_soap.operations.resolve_exception import choose_learner, register_corrected, withdraw_exception
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import SHOWN_FIELDS, RecordException, corrections_of
from lrs_soap.rules.values import moments
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.learner import Learner

app = group(
    "exceptions",
    text="List and resolve batch records that a person must decide.\n\n"
    "A person has 45 days to decide; the service may be running. A job's output includes what has been decided.",
    epilog=example("lrs-soap exceptions list", "lrs-soap exceptions resolve --help"),
)

_Number = Annotated[int, typer.Argument(metavar="ID", show_default=False, help="The exception's number, as listed.")]


@app.command(
    "list",
    epilog=example(
        "lrs-soap exceptions list",
        "lrs-soap exceptions list --organisation TEST0001 --job 12 --all",
        "lrs-soap exceptions list --json",
    ),
)
def list_all(
    organisation: Annotated[
        str | None,
        typer.Option(metavar="UKPRN", show_default=False, help="Only exceptions in this organisation's batches."),
    ] = None,
    job: Annotated[
        int | None, typer.Option(metavar="JOB", show_default=False, help="Only exceptions in the job with this JobID.")
    ] = None,
    also_closed: Annotated[
        bool, typer.Option("--all", help="Include exceptions that are resolved, withdrawn or expired.")
    ] = False,
    as_json: Json = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """List exceptions with their return codes and states.

    Record is the record's place in its job, counted from 1. LastDay is the last day on which the exception can be
    resolved.
    """
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        found = list_exceptions(work, organisation=organisation, job_id=job, also_closed=also_closed)
        listed = [_summary(exception, work.today) for exception in found]
    if as_json:
        print_json(listed)
    else:
        headings = ("ID", "JobID", "Record", "ReturnCode", "State", "LastDay", "MISIdentifier", "Name")
        rows = ([str(each[heading]) for heading in headings] for each in listed)
        print_table(headings, rows, numbers=("ID", "JobID", "Record"))


@app.command(epilog=example("lrs-soap exceptions show 7", "lrs-soap exceptions show 7 --json"))
def show(number: _Number, as_json: Json = False, database: Database = None, config: Config = None) -> None:
    """Show an exception: what was sent, what is wrong with it, and which learners it may be.

    With RC006 to RC008 the record is valid, and a person decides about it as it was sent. With RC009 to RC013 its data
    have an error, and a person searches for the learner.
    """
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        exception = get_exception(work, number)
        possible = possible_learners(work, exception)
    if as_json:
        print_json(
            {**_summary(exception, work.today), **dict(_closing(exception)), "Wrong": list(exception.errors)}
            | {"Sent": _sent(exception), "Possible": [_held(learner) for learner in possible]}
        )
    else:
        _print(exception, possible, work.today)


@app.command(
    epilog=example(
        "lrs-soap exceptions resolve 7 --uln 9140837261",
        "lrs-soap exceptions resolve 7 --register",
        "lrs-soap exceptions resolve 7 --register VerificationType=1 AbilityToShare=1 'FamilyName=Le Mesurier' Notes=",
    )
)
def resolve(
    number: _Number,
    corrections: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FIELD=VALUE",
            show_default=False,
            help="With --register: a correction to one of the record's fields, by the contract's name; an empty value "
            "removes the field.",
        ),
    ] = None,
    uln: Annotated[
        str | None,
        typer.Option(
            metavar="ULN",
            show_default=False,
            help="The record is this learner (RC002). Values that differ are written, except the UPN.",
        ),
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="The record is a new learner (RC001), with the corrections.")
    ] = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Resolve an exception: choose the learner that it is, or register its record as a new learner."""
    if register == (uln is not None):
        raise typer.BadParameter("Give either --uln or --register.", param_hint="--uln")
    if corrections and not register:
        raise typer.BadParameter("Corrections need --register.", param_hint="FIELD=VALUE")
    corrected = field_values(corrections or ())
    chosen = resolved(config, database_url=database).settings
    exchange = command_exchange("exceptions resolve")
    with world_to_write(chosen, exchange) as world, world.writing(OPERATOR) as work:
        if uln is None:
            resolution = register_corrected(work, number, corrections_of(corrected), check=facet_check())
        else:
            resolution = choose_learner(work, number, uln, check=facet_check())
        exchange.decide(resolution)
    typer.echo(f"Exception {number} is resolved: {resolution.code.value}, ULN {resolution.uln}.")
    for reason in resolution.not_written:
        typer.echo(f"Not written: {one_line(reason)}", err=True)


@app.command(epilog=example("lrs-soap exceptions withdraw 7"))
def withdraw(number: _Number, database: Database = None, config: Config = None) -> None:
    """Withdraw an exception that nobody needs to decide: its record keeps its return code."""
    chosen = resolved(config, database_url=database).settings
    with world_to_write(chosen, command_exchange("exceptions withdraw")) as world, world.writing(OPERATOR) as work:
        withdrawn = withdraw_exception(work, number)
    typer.echo(f"Exception {number} is withdrawn: its record keeps {withdrawn.code.value}.")


@app.command(epilog=example("lrs-soap exceptions export --organisation TEST0001 LRB_TEST0001_150920250900.CSV"))
def export(
    organisation: Annotated[
        str,
        typer.Option("--organisation", metavar="UKPRN", show_default=False, help="The UKPRN of the organisation."),
    ],
    target: Target = None,
    file_format: FileFormat = "csv",
    defuse: Defused = False,
    force: Force = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Write an organisation's open exceptions to a batch file of version 2A, with their return codes.

    Files of this version have no UPN and no UCI.
    """
    chosen = resolved(config, database_url=database).settings

    def write(work: UnitOfWork, text: TextIO) -> None:
        ukprn = organisations.held(work, organisation).ukprn
        written = outcome_file.write_exceptions(work, ukprn, text, file_format=file_format.upper(), defused=defuse)
        if not written:
            raise NotPossible(f"The organisation with the UKPRN {ukprn} has no open exceptions.")

    write_file(chosen, target, force, write)


def _summary(exception: RecordException, today: date) -> dict[str, Any]:
    sent = exception.sent
    return {
        "ID": exception.id,
        "JobID": exception.job_id,
        "Record": exception.position + 1,
        "UKPRN": exception.organisation,
        "ReturnCode": exception.code.value,
        "State": exception.state_on(today).value,
        "LastDay": exception.last_day.isoformat(),
        "MISIdentifier": sent.mis_identifier or "",
        "Name": " ".join(filter(None, (sent.given_name, sent.family_name))),
    }


def _closing(exception: RecordException) -> Iterator[tuple[str, str]]:
    if exception.closed is not None:
        yield "Closed", exception.closed.isoformat(timespec="seconds")
        yield "ClosedBy", exception.closed_by or ""


def _sent(exception: RecordException) -> dict[str, str]:
    return exception.sent.filled_in().by_contract_name()


def _held(learner: Learner) -> dict[str, str]:
    values = {"ULN": learner.uln} | {field.contract_name: getattr(learner, field.name) for field in SHOWN_FIELDS}
    return {field: value for field, value in values.items() if value} | dict(_moments(learner))


def _moments(learner: Learner) -> Iterator[tuple[str, str]]:
    """When the learner was created and last updated, in London time."""
    for name, moment in (("Created", learner.created), ("LastUpdated", learner.last_updated)):
        if moment is not None:
            yield name, moments.parse(moment).astimezone(LONDON).isoformat()


def _print(exception: RecordException, possible: tuple[Learner, ...], today: date) -> None:
    fields = [(name, str(value)) for name, value in _summary(exception, today).items() if value != ""]
    fields += _closing(exception)
    fields += [("Wrong", reason) for reason in exception.errors]
    if exception.closed is None:
        fields.append(("Decide", "as it was sent" if exception.is_filled_in else "after a search: its data are wrong"))
    print_fields((name, f"{value} {exception.code.text}" if name == "ReturnCode" else value) for name, value in fields)
    sent = _sent(exception)
    typer.echo()
    print_table(("Field", "Sent"), sent.items())
    if exception.possible:
        typer.echo(f"\nIt may be {counted(len(possible), 'learner')}, the likeliest first:")
    for learner in possible:
        typer.echo()
        _print_learner(learner, sent)


def _print_learner(learner: Learner, sent: Mapping[str, str]) -> None:
    compared = ((field, held, sent.get(field, held)) for field, held in _held(learner).items())
    rows = ((field, held, "" if also_sent == held else also_sent) for field, held, also_sent in compared)
    print_table(("Field", "Held", "Sent, if different"), rows)
