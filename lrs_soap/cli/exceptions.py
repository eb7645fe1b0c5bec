"""The command line's `lrs-soap exceptions`: deciding on the records of batches that want a person's decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.flags import Config, Database, choice, example
from lrs_soap.cli.store import open_store
from lrs_soap.cli.text import counted, one_line

if TYPE_CHECKING:
    from lrs_soap.rules.batches.batch_exceptions import RecordException
    from lrs_soap.rules.values.learner import Learner

app = typer.Typer(
    name="exceptions",
    help="List and resolve the exceptions of batches: records that want a person's decision within 45 days.\n\n"
    "What is resolved is in its job's output from then on. The service may be running.",
    epilog=example("lrs-soap exceptions list", "lrs-soap exceptions resolve --help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_Number = Annotated[int, typer.Argument(metavar="ID", show_default=False, help="The exception's number, as listed.")]


@app.command(
    "list",
    epilog=example("lrs-soap exceptions list", "lrs-soap exceptions list --organisation TEST0001 --job 12 --all"),
)
def list_all(
    organisation: Annotated[
        str | None,
        typer.Option(metavar="UKPRN", show_default=False, help="Only those of the batches of this organisation."),
    ] = None,
    job: Annotated[
        int | None, typer.Option(metavar="JOB", show_default=False, help="Only those of the job with this JobID.")
    ] = None,
    also_closed: Annotated[
        bool, typer.Option("--all", help="Also those that were resolved or withdrawn, or have expired.")
    ] = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """List exceptions: number, job, record, return code, state, last day, MISIdentifier, name.

    Records are counted from 1. The last day is that on which an exception may still be resolved.
    """
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import batch_exceptions

    chosen = choice(config, database_url=database).settings
    today = clock_at(chosen.clock).today()
    with open_store(chosen) as store, store.reading() as transaction:
        for exception in batch_exceptions.each(
            transaction, organisation=organisation, job_id=job, today=today, also_closed=also_closed
        ):
            typer.echo(_listed(exception, today))


@app.command(epilog=example("lrs-soap exceptions show 7"))
def show(number: _Number, database: Database = None, config: Config = None) -> None:
    """Show an exception: what was sent, what is wrong with it, and which learners it may mean.

    A record with RC006 to RC008 is valid, and its fields are filled in for whoever decides. One with RC009 to RC013 has
    an error in its data: its fields are empty, to search with.
    """
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import batch_exceptions

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.reading() as transaction:
        exception = batch_exceptions.held(transaction, number)
        possible = batch_exceptions.possible_learners(transaction, exception)
    _tell(exception, possible, clock_at(chosen.clock).today())


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
            help="With --register: another value for a field of the record, by the contract's name; empty for none.",
        ),
    ] = None,
    uln: Annotated[
        str | None,
        typer.Option(
            metavar="ULN",
            show_default=False,
            help="It is this learner, RC002. What was sent and differs is written, but the UPN.",
        ),
    ] = None,
    register: Annotated[
        bool, typer.Option("--register", help="It is a new learner, RC001, as it was sent but for the corrections.")
    ] = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Resolve an exception: choose the learner whom it means, or register its record as a new one."""
    if register == (uln is not None):
        raise typer.BadParameter("Give either --uln or --register.", param_hint="--uln")
    if corrections and not register:
        raise typer.BadParameter("Corrections go with --register.", param_hint="FIELD=VALUE")
    corrected = _corrections(corrections or ())

    from lrs_soap.clock import clock_at
    from lrs_soap.loading import prohibited_text
    from lrs_soap.operations import batch_exceptions
    from lrs_soap.rules.values.change import OPERATOR

    chosen = choice(config, database_url=database).settings
    prohibited, now = prohibited_text.read(chosen.prohibited_text), clock_at(chosen.clock).now()
    with open_store(chosen) as store, store.writing() as transaction:
        if uln is None:
            resolution = batch_exceptions.register_corrected(
                transaction, number, corrected, check=facet_check(), now=now, author=OPERATOR, prohibited=prohibited
            )
        else:
            resolution = batch_exceptions.choose(
                transaction, number, uln, check=facet_check(), now=now, author=OPERATOR, prohibited=prohibited
            )
    typer.echo(f"Exception {number} is resolved: {resolution.code.value}, ULN {resolution.uln}.")
    for reason in resolution.not_written:
        typer.echo(f"Not written: {one_line(reason)}", err=True)


@app.command(epilog=example("lrs-soap exceptions withdraw 7"))
def withdraw(number: _Number, database: Database = None, config: Config = None) -> None:
    """Close an exception that nobody is to decide on: its record keeps its return code."""
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import batch_exceptions
    from lrs_soap.rules.values.change import OPERATOR

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.writing() as transaction:
        withdrawn = batch_exceptions.withdraw(transaction, number, now=clock_at(chosen.clock).now(), author=OPERATOR)
    typer.echo(f"Exception {number} is withdrawn: its record stays {withdrawn.code.value}.")


def _corrections(given: Iterable[str]) -> dict[str, str]:
    corrected = {}
    for text in given:
        field, is_given, value = text.partition("=")
        if not is_given:
            raise typer.BadParameter(f"{text!r} is not of the form FIELD=VALUE.", param_hint="FIELD=VALUE")
        if field in corrected:
            raise typer.BadParameter(f"{field!r} is given more than once.", param_hint="FIELD=VALUE")
        corrected[field] = value
    return corrected


def _listed(exception: RecordException, today: date) -> str:
    sent = exception.sent
    name = " ".join(filter(None, (sent.get("GivenName"), sent.get("FamilyName"))))
    columns = (
        str(exception.id).rjust(6),
        str(exception.job_id).rjust(6),
        str(exception.position + 1).rjust(6),
        exception.code.value,
        exception.state_on(today).value.ljust(9),
        exception.last_day.isoformat(),
        one_line(sent.get("MISIdentifier") or "-").ljust(10),
        one_line(name),
    )
    return "  ".join(columns).rstrip()


def _tell(exception: RecordException, possible: tuple[Learner, ...], today: date) -> None:
    record = f"record {exception.position + 1} of job {exception.job_id}, {exception.organisation}"
    filled_in = "filled in as they were sent" if exception.is_filled_in else "empty, to search with"
    _tell_value("Exception", f"{exception.id}: {record}")
    _tell_value("ReturnCode", f"{exception.code.value} {exception.code.text}")
    _tell_value("State", _state(exception, today))
    for reason in exception.trouble:
        _tell_value("Wrong", reason)
    if exception.closed is None:
        _tell_value("Fields", filled_in)
    typer.echo("\nSent:")
    for field, value in exception.sent.items():
        if value:
            _tell_value(field, value)
    if exception.possible:
        typer.echo(f"\nIt may be {counted(len(possible), 'learner')}, the likeliest first:")
    for learner in possible:
        _tell_learner(learner, exception.sent)


def _tell_learner(learner: Learner, sent: Mapping[str, str]) -> None:
    from lrs_soap.operations.batch_exceptions import SHOWN_FIELDS
    from lrs_soap.rules.values.learner import python_name

    typer.echo()
    _tell_value("ULN", learner.uln)
    for field in SHOWN_FIELDS:
        value = getattr(learner, python_name(field))
        if value:
            other = sent.get(field) or value
            _tell_value(field, value if other == value else f"{value} (sent: {other})")


def _tell_value(name: str, value: str) -> None:
    typer.echo(f"{name:<28} {one_line(value)}")


def _state(exception: RecordException, today: date) -> str:
    state = exception.state_on(today).value
    if exception.closed is None:
        return f"{state}, last day {exception.last_day}"
    return f"{state} on {exception.closed.date()} by {exception.closed_by}"
