"""`lrs-soap batch`: batches as files, and the progress of their jobs."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, NoReturn, TextIO

import typer

from lrs_soap.batch import batch_file, file_checking, outcome_file, upload
from lrs_soap.batch.batch_file import BatchFile
from lrs_soap.batch.file_layout import LAYOUTS
from lrs_soap.batch.foresight import foresee
from lrs_soap.batch.template import template as template_of
from lrs_soap.batch.xml_schema import schema as schema_of
from lrs_soap.cli.batch_preview import BatchPreview
from lrs_soap.cli.commands import example, group
from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.output_file import Defused, FileFormat, Force, Target, write_file
from lrs_soap.cli.progress import progress_bar
from lrs_soap.cli.tables import Json, print_fields, print_json
from lrs_soap.cli.text import counted, one_line
from lrs_soap.cli.world import command_exchange, journalled, open_world, tell_written
from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.operations import batch_output, organisations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.jobs import Counts, Job, JobKind, JobState, JobType
from lrs_soap.rules.values.change import OPERATOR, Author
from lrs_soap.world import World

app = group(
    "batch",
    text="Register learners by batch files, and follow their jobs.\n\n"
    "The service may be running. A file is CSV or XML, its name is LRB_<UKPRN>_<DDMMYYYYHHMM>.CSV or .XML, and it can "
    "have any number of learners.",
    epilog=example("lrs-soap batch template", "lrs-soap batch submit --help"),
)

_FAILED = 1
_LONGEST_USER = 35  # the contract's limit for a UserName
_RECORDS_BETWEEN_UPDATES = 300
_SECONDS_BETWEEN_LOOKS = 0.2

_FileVersion = Annotated[
    Literal["3A", "2A"], typer.Option("--version", metavar="3A|2A", help="The version of the file.")
]
_JobId = Annotated[int, typer.Argument(metavar="JOB", show_default=False, help="The JobID.")]


@app.command(
    epilog=example(
        "lrs-soap batch submit LRB_TEST0001_010920250900.CSV --organisation TEST0001 --check",
        "lrs-soap batch submit LRB_TEST0001_010920250900.CSV --organisation TEST0001",
        "job=$(lrs-soap batch submit LRB_TEST0001_010920250900.CSV --organisation TEST0001 --wait)",
    )
)
def submit(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The batch file.")],
    organisation: Annotated[
        str,
        typer.Option(
            "--organisation", metavar="UKPRN", show_default=False, help="The UKPRN of the organisation that submits it."
        ),
    ],
    user: Annotated[
        str, typer.Option(metavar="NAME", help="The user who submits it, for the learners' histories.")
    ] = "operator",
    job_type: Annotated[
        JobType,
        typer.Option("--type", metavar="FUL|CHK", help="FUL registers and updates learners, CHK only looks for them."),
    ] = JobType.FUL,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what the job would say of each learner; make no job.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job is done.")] = False,
    timeout: Annotated[
        int, typer.Option(metavar="SECONDS", min=1, help="With --wait: wait no longer than this.")
    ] = 600,
    database: Database = None,
    config: Config = None,
) -> None:
    """Submit a batch file, and print the JobID.

    Standard output has the JobID alone. With --wait, the exit status is 1 if the job fails, or is not done in time.

    If the file as a whole is wrong (name, headings, encoding, number of learners), it is refused, and the command says
    where and what it expected. Rows without any value are passed over and counted.

    The command also says how many learners will get each return code as the register is now, and lists those who will
    get RC006 or one of RC009 to RC013, by row and column. --check lists every learner; its exit status is 1 if there is
    one with such a code.
    """
    if not user.strip() or not user.isprintable() or len(user) > _LONGEST_USER:
        raise typer.BadParameter(f"Give a name of at most {_LONGEST_USER} characters.", param_hint="--user")
    chosen = resolved(config, database_url=database).settings
    with _opened(file) as source, open_world(chosen) as world:
        with world.reading(OPERATOR) as work:
            ukprn = organisations.held(work, organisation).ukprn
        try:
            if check:
                _check(world, file, source, ukprn, job_type)
                return
            batch, preview = _preview(world, file, source, ukprn, job_type)
            author = Author(ukprn, user)
            with journalled(world, command_exchange("batch submit", author)) as exchange:
                job_id = exchange.job = _submit(world, file, source, author, job_type)
            _tell_submitted(job_id, batch, preview)
        except InvalidRecord as error:
            _end(f"{one_line(str(error))}.\n{one_line(file.name)} is refused, and nothing of it is taken in.")
        tell_written(world)
        if wait:
            _wait(world, job_id, timeout)


@app.command(epilog=example("lrs-soap batch status 17", "lrs-soap batch status 17 --json"))
def status(job_id: _JobId, as_json: Json = False, database: Database = None, config: Config = None) -> None:
    """Show the progress of a job from any organisation, submitted by file or by SOAP."""
    chosen = resolved(config, database_url=database).settings
    with open_world(chosen) as world, world.reading(OPERATOR) as work:
        job = batch_output.any_job(work, job_id)
        has_counts = job.kind is JobKind.REGISTRATION and job.position
        counts = batch_output.counts_of(work, job) if has_counts else None
    fields = dict(_fields(job, counts))
    if as_json:
        print_json(fields)
    else:
        print_fields((name, str(value)) for name, value in fields.items())


@app.command(epilog=example("lrs-soap batch output 17", "lrs-soap batch output 17 LRB_TEST0001_010920250910.CSV"))
def output(
    job_id: _JobId,
    target: Target = None,
    defuse: Defused = False,
    force: Force = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Write a job's output file: the file that was sent, with ULNs and return codes.

    It has the format and version of the file that was submitted. For a job that came by SOAP it is CSV, version 3A.
    """
    chosen = resolved(config, database_url=database).settings

    def write(work: UnitOfWork, text: TextIO) -> None:
        job = batch_output.any_job(work, job_id)
        _check_output(job)
        outcome_file.write_output(work, job, text, defused=defuse)

    write_file(chosen, target, force, write)


@app.command(epilog=example("lrs-soap batch schema > batch.xsd"))
def schema(
    version: _FileVersion = "3A",
    outcomes: Annotated[bool, typer.Option("--outcomes", help="The schema of output files instead.")] = False,
) -> None:
    """Print the XML Schema of batch files."""
    layout = LAYOUTS[version]
    typer.echo(schema_of(layout.of_outcomes if outcomes else layout), nl=False)


@app.command(epilog=example("lrs-soap batch template > LRB_TEST0001_010920250900.CSV"))
def template(version: _FileVersion = "3A", file_format: FileFormat = "csv") -> None:
    """Print a batch file with one learner, as an example."""
    text = io.StringIO(newline="")
    template_of(text, version, file_format.upper())
    typer.echo(text.getvalue().encode(), nl=False)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if not file.is_file():
        # The file is read twice, which a pipe does not allow, and its name matters.
        raise typer.BadParameter(f"There is no file {str(file)!r}.", param_hint="FILE")
    try:
        source = file.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{str(file)!r} cannot be read: {error.strerror}.", param_hint="FILE") from None
    with source:
        yield source


def _begun(file: Path, source: BinaryIO, ukprn: str) -> BatchFile:
    source.seek(0)
    return batch_file.read(file.name, source, organisation=ukprn)


def _read_through(file: Path, source: BinaryIO, ukprn: str) -> None:
    """Raise InvalidRecord if the file as a whole is wrong, before anything is printed about its learners."""
    with _progress(file, source) as show:
        for number, _ in enumerate(_begun(file, source, ukprn).records, 1):
            show(number, "read")


def _preview(
    world: World, file: Path, source: BinaryIO, ukprn: str, job_type: JobType, *, print_all: bool = False
) -> tuple[BatchFile, BatchPreview]:
    """Read the file through, and say what its job would say. With `print_all`, print it of each learner.

    Raises InvalidRecord if the file is wrong as a whole, before anything of it is stored.
    """
    batch = _begun(file, source, ukprn)
    preview = BatchPreview(batch, world.policy.return_codes)
    with _progress(file, source) as show:
        for number, foreseen in enumerate(foresee(world, batch, facet_check(), full=job_type is JobType.FUL), 1):
            preview.add(foreseen)
            if print_all:
                for line in preview.lines_about(foreseen):
                    typer.echo(line)
            show(number, "checked")
    return batch, preview


def _submit(world: World, file: Path, source: BinaryIO, author: Author, job_type: JobType) -> int:
    """Submit the file, print the job's number, and return it."""
    batch = _begun(file, source, author.organisation)
    facets = facet_check()
    with _progress(file, source) as show:
        job_id = upload.upload(
            world,
            (file_checking.submitted_record(record.sent, facets) for record in batch.records),
            job_type=job_type,
            author=author,
            file=batch.facts,
            progress=lambda stored: show(stored, "stored"),
        )
    typer.echo(job_id)
    return job_id


def _tell_submitted(job_id: int, batch: BatchFile, preview: BatchPreview) -> None:
    typer.echo(f"Job {job_id} has {counted(batch.fields.record_count, 'learner')}.", err=True)
    _tell_blank_rows(batch)
    typer.echo(f"As the register is now, they will get: {preview}.", err=True)
    for line in preview.lines:
        typer.echo(line, err=True)
    if preview.more:
        typer.echo(f"And {counted(preview.more, 'line')} more; --check prints all of them.", err=True)


def _wait(world: World, job_id: int, timeout: int) -> None:
    """Wait until the job is done. Raises NotPossible if it fails, or is not done after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        with world.reading(OPERATOR) as work:
            job = batch_output.any_job(work, job_id)
        if job.state is JobState.SUCCESSFUL:
            typer.echo(f"Job {job_id} is {job.state.shown}.", err=True)
            return
        if job.state is JobState.FAILED:
            raise NotPossible(_failure(job))
        if time.monotonic() >= deadline:
            raise NotPossible(
                f"{_progress_of(job)} The command has waited for {counted(timeout, 'second')}. "
                "Jobs are processed while `lrs-soap serve` or `lrs-soap work` runs."
            )
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _check(world: World, file: Path, source: BinaryIO, ukprn: str, job_type: JobType) -> None:
    _read_through(file, source, ukprn)
    batch, preview = _preview(world, file, source, ukprn, job_type, print_all=True)
    learners = counted(batch.fields.record_count, "learner")
    _tell_blank_rows(batch)
    typer.echo(f"As the register is now, they would get: {preview}.", err=True)
    if preview.wrong:
        _end(f"{preview.wrong} of {learners} would get RC006 or one of RC009 to RC013.")
    typer.echo(f"{one_line(file.name)} is correct: {learners}, version {batch.facts.version}.")


def _tell_blank_rows(batch: BatchFile) -> None:
    if batch.blank_rows.count:
        typer.echo(f"Passed over, because they have no value: {counted(batch.blank_rows.count, 'row')}.", err=True)


@contextmanager
def _progress(file: Path, source: BinaryIO) -> Iterator[Callable[[int, str], None]]:
    """What to call with how many learners are done, and what was done with them."""
    with progress_bar(file.stat().st_size) as show:
        shown = 0

        def show_learners(number: int, what: str) -> None:
            nonlocal shown
            if number >= shown + _RECORDS_BETWEEN_UPDATES:
                shown = number
                show(source.tell(), f"{counted(number, 'learner')} {what}")

        yield show_learners


def _fields(job: Job, counts: Counts | None) -> Iterator[tuple[str, str | int]]:
    yield "JobID", job.id
    yield "Kind", job.kind.value
    if job.job_type is not None:
        yield "JobType", job.job_type.value
    yield "UKPRN", job.organisation
    yield "UserName", job.user
    if job.file is not None:
        yield "FileName", job.file.name
        yield "FileFormat", job.file.format
        yield "FileVersion", job.file.version
    yield "JobStatus", job.state.shown
    yield "RecordCount", job.record_count
    yield "RecordsDone", job.position
    for name, moment in (("Submitted", job.submitted), ("Started", job.started), ("Finished", job.finished)):
        if moment is not None:
            yield name, moment.isoformat(timespec="seconds")
    if counts is not None:
        yield from counts.by_name().items()


def _check_output(job: Job) -> None:
    if job.kind is not JobKind.REGISTRATION:
        raise NotPossible(f"Job {job.id} is a verification and has no output file: call getVerifyBatchOutput instead.")
    if job.state is JobState.FAILED:
        raise NotPossible(_failure(job))
    if job.state is not JobState.SUCCESSFUL:
        raise NotPossible(_progress_of(job))


def _failure(job: Job) -> str:
    return f"Job {job.id} has failed, at record {job.position + 1} of {job.record_count}."


def _progress_of(job: Job) -> str:
    return f"Job {job.id} is {job.state.shown}: {job.position} of {job.record_count} records are done."


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(_FAILED)
