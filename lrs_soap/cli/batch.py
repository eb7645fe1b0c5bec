"""The command line's `lrs-soap batch`: batches as files, and how their jobs stand; and the export of exceptions."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn, TextIO

import typer

from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.flags import Config, Database, choice, example
from lrs_soap.cli.progress import progress_bar
from lrs_soap.cli.store import open_store
from lrs_soap.cli.text import counted, one_line
from lrs_soap.errors import InvalidRecord, NotPossible

if TYPE_CHECKING:
    from lrs_soap.batch.batch_file import BatchFile
    from lrs_soap.rules.batches.job_records import SubmittedRecord
    from lrs_soap.rules.batches.jobs import Job
    from lrs_soap.settings import Settings
    from lrs_soap.store.store import Store, Transaction

app = typer.Typer(
    name="batch",
    help="Register learners by batch files, CSV or XML, and see how their jobs stand; the service may be running.\n\n"
    "Files are called LRB_<UKPRN>_<DDMMYYYYHHMM>.CSV or .XML and have any number of learners.",
    epilog=example("lrs-soap batch template", "lrs-soap batch submit --help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_FAILED = 1
_LONGEST_USER = 35  # as long as a UserName may be
_RECORDS_BETWEEN_TELLING = 300


class JobTypeName(str, Enum):
    """Whether a batch changes the register, or only looks."""

    FUL = "FUL"
    CHK = "CHK"


class Version(str, Enum):
    """The versions of batch files."""

    NEWEST = "3A"
    OLDEST = "2A"


class Form(str, Enum):
    """The forms of batch files."""

    CSV = "csv"
    XML = "xml"


_Organisation = Annotated[
    str, typer.Option("--organisation", metavar="UKPRN", show_default=False, help="The UKPRN of whose it is.")
]
_JobId = Annotated[int, typer.Argument(metavar="JOB", show_default=False, help="The JobID.")]
_Version = Annotated[Version, typer.Option("--version", metavar="3A|2A", help="The version of the files.")]
_Form = Annotated[Form, typer.Option("--format", metavar="csv|xml", help="The form of the file.")]
_Target = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", show_default=False, help="Where to; without it, to standard output."),
]
_Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")]


@app.command(
    epilog=example(
        "lrs-soap batch submit LRB_TEST0001_010920250900.CSV --organisation TEST0001 --check",
        "lrs-soap batch submit LRB_TEST0001_010920250900.CSV --organisation TEST0001",
    )
)
def submit(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The batch file.")],
    organisation: _Organisation,
    user: Annotated[
        str, typer.Option(metavar="NAME", help="Who submits it, as the learners' histories are to have it.")
    ] = "operator",
    job_type: Annotated[
        JobTypeName,
        typer.Option("--type", metavar="FUL|CHK", help="FUL registers and updates learners, CHK only looks for them."),
    ] = JobTypeName.FUL,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what is wrong with the file and its learners; no job is made.")
    ] = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Submit a batch file, and print the JobID.

    A file that is wrong as a whole (name, headings, encoding, number of learners) is refused, with the place and what
    was expected there, and nothing of it is taken in. A value that is wrong costs its own learner only, RC011 or RC012;
    --check lists those.
    """
    if not user.strip() or not user.isprintable() or len(user) > _LONGEST_USER:
        raise typer.BadParameter(f"It has to be a name of {_LONGEST_USER} characters at most.", param_hint="--user")
    chosen = choice(config, database_url=database).settings
    from lrs_soap.operations import organisations

    with _opened(file) as source, open_store(chosen) as store:
        with store.reading() as transaction:
            ukprn = organisations.held(transaction, organisation).ukprn
        try:
            if check:
                _tell_check(file, source, ukprn, chosen)
            else:
                _read_through(file, source, ukprn)
                _submit(store, file, source, ukprn, user, job_type, chosen)
        except InvalidRecord as error:
            _end(f"{one_line(str(error))}.\n{one_line(file.name)} is refused, and nothing of it is taken in.")


@app.command(epilog=example("lrs-soap batch status 17"))
def status(job_id: _JobId, database: Database = None, config: Config = None) -> None:
    """Tell how a job stands, whosever it is and however it came."""
    from lrs_soap.operations import batches
    from lrs_soap.rules.batches.jobs import JobKind

    chosen = choice(config, database_url=database).settings
    with open_store(chosen) as store, store.reading() as transaction:
        job = batches.held(transaction, job_id)
        counts = batches.output_counts(transaction, job) if job.kind is JobKind.REGISTRATION else None
    for name, value in _facts(job):
        typer.echo(f"{name:<28} {one_line(value)}")
    if counts is not None and job.position:
        for name, number in (
            ("NewLearnersCount", counts.new),
            ("ExistsUpdatedLearnersCount", counts.exists_updated),
            ("PossibleMatchLearnersCount", counts.possible_match),
            ("LearnersNotFoundCount", counts.not_found),
            ("RejectedLearnersCount", counts.rejected),
        ):
            typer.echo(f"{name:<28} {number}")


@app.command(epilog=example("lrs-soap batch output 17", "lrs-soap batch output 17 LRB_TEST0001_010920250910.CSV"))
def output(
    job_id: _JobId, target: _Target = None, force: _Force = False, database: Database = None, config: Config = None
) -> None:
    """Write what became of a job's learners: the file that was sent, with their ULNs and return codes.

    It has the form and version of the file that was submitted; of a job that came by SOAP it is CSV, version 3A.
    """
    from lrs_soap.batch import outcome_file
    from lrs_soap.operations import batches

    chosen = choice(config, database_url=database).settings

    def write(transaction: Transaction, text: TextIO) -> None:
        job = batches.held(transaction, job_id)
        _check_output(job)
        outcome_file.write_output(transaction, job, text, instead=chosen.return_codes)

    _write_file(chosen, target, force, write)


@app.command(epilog=example("lrs-soap batch schema > batch.xsd"))
def schema(
    version: _Version = Version.NEWEST,
    outcomes: Annotated[bool, typer.Option("--outcomes", help="That of the files of outcomes.")] = False,
) -> None:
    """Print the XML Schema that batch files in XML are valid against."""
    from lrs_soap.batch.file_layout import LAYOUTS
    from lrs_soap.batch.xml_schema import schema as schema_of

    layout = LAYOUTS[version.value]
    typer.echo(schema_of(layout.of_outcomes if outcomes else layout), nl=False)


@app.command(epilog=example("lrs-soap batch template > LRB_TEST0001_010920250900.CSV"))
def template(version: _Version = Version.NEWEST, form: _Form = Form.CSV) -> None:
    """Print a batch file with one learner, to make others like it."""
    from lrs_soap.batch.template import template as template_of

    text = io.StringIO(newline="")
    template_of(text, version.value, form.value.upper())
    typer.echo(text.getvalue().encode(), nl=False)


def export(
    organisation: _Organisation,
    target: _Target = None,
    form: _Form = Form.CSV,
    force: _Force = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Write an organisation's open exceptions as a batch file of version 2A, with their return codes.

    A file of this version has no UPN and no UCI.
    """
    from lrs_soap.batch import outcome_file
    from lrs_soap.clock import clock_at
    from lrs_soap.operations import organisations

    chosen = choice(config, database_url=database).settings
    now = clock_at(chosen.clock).now()

    def write(transaction: Transaction, text: TextIO) -> None:
        ukprn = organisations.held(transaction, organisation).ukprn
        if not outcome_file.write_exceptions(
            transaction, ukprn, text, file_format=form.value.upper(), now=now, instead=chosen.return_codes
        ):
            raise NotPossible(f"The organisation with the UKPRN {ukprn} has no open exceptions.")

    _write_file(chosen, target, force, write)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if not file.is_file():
        # A file is read twice, which a pipe cannot be; and its name is a part of it.
        raise typer.BadParameter(f"There is no file {str(file)!r}.", param_hint="FILE")
    try:
        source = file.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{str(file)!r} cannot be read: {error.strerror}.", param_hint="FILE") from None
    with source:
        yield source


def _begun(file: Path, source: BinaryIO, ukprn: str) -> BatchFile:
    from lrs_soap.batch import batch_file

    source.seek(0)
    return batch_file.read(file.name, source, organisation=ukprn)


def _read_through(file: Path, source: BinaryIO, ukprn: str) -> None:
    """Raise InvalidRecord for what is wrong with the file as a whole, before anything of it is stored."""
    with _progress(file, source) as tell:
        for number, _ in enumerate(_begun(file, source, ukprn).records, 1):
            tell(number, "read")


def _submit(
    store: Store, file: Path, source: BinaryIO, ukprn: str, user: str, job_type: JobTypeName, chosen: Settings
) -> None:
    from lrs_soap.batch import file_checking, upload
    from lrs_soap.clock import clock_at
    from lrs_soap.rules.batches.jobs import JobType
    from lrs_soap.rules.values.change import Author

    batch = _begun(file, source, ukprn)
    check = facet_check()
    in_trouble = 0

    def records() -> Iterator[SubmittedRecord]:
        nonlocal in_trouble
        for record in batch.records:
            submitted = file_checking.submitted(record.values, check)
            in_trouble += bool(submitted.trouble or submitted.identifier_trouble)
            yield submitted

    with _progress(file, source) as tell:
        job_id = upload.upload(
            store,
            records(),
            job_type=JobType(job_type.value),
            author=Author(ukprn, user),
            clock=clock_at(chosen.clock),
            delay=chosen.batch_delay,
            file=batch.facts,
            progress=lambda stored: tell(stored, "stored"),
        )
    typer.echo(f"Job {job_id}: {counted(batch.fields.record_count, 'learner')}.")
    if in_trouble:
        typer.echo(
            f"{counted(in_trouble, 'learner')} of them will be RC011 or RC012; --check tells what is wrong with them.",
            err=True,
        )


def _tell_check(file: Path, source: BinaryIO, ukprn: str, chosen: Settings) -> None:
    from lrs_soap.batch import file_checking
    from lrs_soap.clock import clock_at
    from lrs_soap.loading import prohibited_text

    check, today = facet_check(), clock_at(chosen.clock).today()
    prohibited = prohibited_text.read(chosen.prohibited_text)
    batch = _begun(file, source, ukprn)
    in_trouble = 0
    with _progress(file, source) as tell:
        for number, record in enumerate(batch.records, 1):
            findings = file_checking.findings(record.values, check, today=today, prohibited=prohibited)
            for finding in findings:
                typer.echo(f"{batch.where(record, finding.field)}: {one_line(finding.reason)}")
            in_trouble += bool(findings)
            tell(number, "checked")
    learners = counted(batch.fields.record_count, "learner")
    if in_trouble:
        _end(f"{in_trouble} of {learners} would be RC011, RC012 or RC013.")
    typer.echo(f"{file.name} is right: {learners}, version {batch.facts.version}.")


@contextmanager
def _progress(file: Path, source: BinaryIO) -> Iterator[Callable[[int, str], None]]:
    """Whom to tell how many learners have been done, and what with them."""
    with progress_bar(file.stat().st_size) as tell:
        told = 0

        def tell_learners(number: int, what: str) -> None:
            nonlocal told
            if number >= told + _RECORDS_BETWEEN_TELLING:
                told = number
                tell(source.tell(), f"{counted(number, 'learner')} {what}")

        yield tell_learners


def _facts(job: Job) -> Iterator[tuple[str, str]]:
    kind = job.kind.value if job.job_type is None else f"{job.kind.value}, {job.job_type.value}"
    yield "Job", str(job.id)
    yield "Kind", kind
    yield "UKPRN", job.organisation
    yield "UserName", job.user
    if job.file is not None:
        yield "File", f"{job.file.name}, {job.file.format}, version {job.file.version}"
    yield "JobStatus", job.state.shown
    yield "Records", f"{job.position} of {job.record_count} done"
    for name, moment in (("Submitted", job.submitted), ("Started", job.started), ("Finished", job.finished)):
        if moment is not None:
            yield name, f"{moment:%Y-%m-%d %H:%M:%S}"


def _check_output(job: Job) -> None:
    from lrs_soap.rules.batches.jobs import JobKind, JobState

    if job.kind is not JobKind.REGISTRATION:
        raise NotPossible(f"Job {job.id} is a verification, and no file has its outcomes: getVerifyBatchOutput does.")
    if job.state is JobState.FAILED:
        raise NotPossible(f"Job {job.id} has failed, at record {job.position + 1} of {job.record_count}.")
    if job.state is not JobState.SUCCESSFUL:
        raise NotPossible(f"Job {job.id} is {job.state.shown}: {job.position} of {job.record_count} records are done.")


def _write_file(
    chosen: Settings, target: Path | None, force: bool, write: Callable[[Transaction, TextIO], None]
) -> None:
    """Write a file, or standard output, once all of it is there."""
    if target is not None and target.exists():
        _check_overwritten(target, force)
    with TemporaryFile() as spool:
        text = io.TextIOWrapper(spool, "utf-8", newline="", write_through=True)
        # Whoever reads what we write may be slow, and a transaction is not to wait for them.
        with open_store(chosen) as store, store.reading() as transaction:
            write(transaction, text)
        spool.seek(0)
        if target is None:
            shutil.copyfileobj(spool, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            _copy(spool, target)
        except OSError as error:
            told = f"{str(target)!r} cannot be written: {error.strerror}."
            raise typer.BadParameter(told, param_hint="FILE") from None


def _check_overwritten(target: Path, force: bool) -> None:
    if not target.is_file():
        raise typer.BadParameter(f"{str(target)!r} is no file.", param_hint="FILE")
    if not force:
        raise typer.BadParameter(
            f"{str(target)!r} is there already. Name another file, or write over it with --force.", param_hint="FILE"
        )


def _copy(spool: BinaryIO, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(spool, file)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _end(told: str) -> NoReturn:
    typer.echo(told, err=True)
    raise typer.Exit(_FAILED)
