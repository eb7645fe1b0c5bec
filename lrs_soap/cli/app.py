"""The command line: `lrs-soap serve`, `work`, `wsdl`, `load`, `settings`, and those of the modules `cli_…`.

Each command imports what it needs when it runs, so that help comes at once.
"""

from __future__ import annotations

import errno
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

import typer
from typer.core import TyperGroup

from lrs_soap import __version__, settings
from lrs_soap.cli import batch, exceptions, learners, org
from lrs_soap.cli.certs import certs
from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.flags import Config, Database, choice, example, flag
from lrs_soap.cli.progress import progress_bar
from lrs_soap.cli.store import open_store
from lrs_soap.cli.synthetic import load_synthetic
from lrs_soap.cli.text import counted, one_line
from lrs_soap.errors import InvalidSetting, LrsError

if TYPE_CHECKING:
    from lrs_soap.loading.learner_files import Progress

_FAILED, _WRONG_USE = 1, 2


class _Commands(TyperGroup):
    """Ends whatever lrs-soap raises on purpose with its sentence, not with a trace."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InvalidSetting as error:
            _end(error, _WRONG_USE)
        except LrsError as error:
            _end(error, _FAILED)
        except OSError as error:
            # Whoever reads our output may stop early (`lrs-soap wsdl learner | head`); that is no trouble to tell.
            if error.errno == errno.EPIPE:
                raise
            _end(error, _FAILED)


def _end(error: Exception, status: int) -> NoReturn:
    typer.echo(f"Error: {one_line(str(error))}", err=True)
    raise typer.Exit(status) from None


app = typer.Typer(
    name="lrs-soap",
    cls=_Commands,
    help="The UK Learning Records Service (LRS) SOAP API on your own machine: learners, ULNs and organisations of your "
    "own, answered as the live service answers.",
    epilog="\b\nStart here:\n  lrs-soap serve            then open http://127.0.0.1:8080/ in a browser\n"
    "  lrs-soap COMMAND --help   what a command does, with an example",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    # A trace that shows variables could show a password.
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"lrs-soap {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


@app.command(epilog=example("lrs-soap serve --port 9000 --database sqlite:////srv/lrs/lrs.db"))
def serve(
    database: Database = None,
    config: Config = None,
    host: Annotated[str | None, flag("host", "ADDRESS")] = None,
    port: Annotated[str | None, flag("port", "NUMBER")] = None,
    threads: Annotated[str | None, flag("threads", "NUMBER")] = None,
    processes: Annotated[str | None, flag("processes", "NUMBER")] = None,
    tls_cert: Annotated[str | None, flag("tls_cert", "FILE")] = None,
    tls_key: Annotated[str | None, flag("tls_key", "FILE")] = None,
    tls_client_ca: Annotated[str | None, flag("tls_client_ca", "FILE")] = None,
    strict: Annotated[bool | None, flag("strict")] = None,
    batch_validation: Annotated[str | None, flag("batch_validation", "message|record")] = None,
    verify_batch_limit: Annotated[str | None, flag("verify_batch_limit", "NUMBER")] = None,
    batch_workers: Annotated[str | None, flag("batch_workers", "NUMBER")] = None,
    batch_delay: Annotated[str | None, flag("batch_delay", "SECONDS")] = None,
    return_codes: Annotated[str | None, flag("return_codes", "CODE=CODE,…")] = None,
    prohibited_text: Annotated[str | None, flag("prohibited_text", "FILE")] = None,
    find_before_register: Annotated[bool | None, flag("find_before_register")] = None,
    find_before_register_maximum: Annotated[str | None, flag("find_before_register_maximum", "SECONDS")] = None,
    find_before_register_minimum: Annotated[str | None, flag("find_before_register_minimum", "SECONDS")] = None,
    fault_detail: Annotated[str | None, flag("fault_detail", "observed|declared")] = None,
    max_body_bytes: Annotated[str | None, flag("max_body_bytes", "NUMBER")] = None,
    trusted_proxies: Annotated[str | None, flag("trusted_proxies", "ADDRESS,…")] = None,
    service_hours: Annotated[str | None, flag("service_hours", "DAYS TIMES,…")] = None,
    maintenance: Annotated[str | None, flag("maintenance", "FROM/TO,…")] = None,
    clock: Annotated[str | None, flag("clock", "MOMENT")] = None,
    log_level: Annotated[str | None, flag("log_level", "debug|info|warning|error")] = None,
    log_format: Annotated[str | None, flag("log_format", "text|json")] = None,
    log_exchanges: Annotated[bool | None, flag("log_exchanges")] = None,
) -> None:
    """Run the service until Ctrl+C.

    The database is made if it is not there, with an organisation that may ask and learners to ask for.
    """
    chosen = choice(
        config,
        database_url=database,
        host=host,
        port=port,
        threads=threads,
        processes=processes,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        strict=strict,
        batch_validation=batch_validation,
        verify_batch_limit=verify_batch_limit,
        batch_workers=batch_workers,
        batch_delay=batch_delay,
        return_codes=return_codes,
        prohibited_text=prohibited_text,
        find_before_register=find_before_register,
        find_before_register_maximum=find_before_register_maximum,
        find_before_register_minimum=find_before_register_minimum,
        fault_detail=fault_detail,
        max_body_bytes=max_body_bytes,
        trusted_proxies=trusted_proxies,
        service_hours=service_hours,
        maintenance=maintenance,
        clock=clock,
        log_level=log_level,
        log_format=log_format,
        log_exchanges=log_exchanges,
    )
    from lrs_soap.server import serving

    serving.serve(chosen.settings)


@app.command(epilog=example("lrs-soap work --workers 2 --database postgresql://lrs@db/lrs"))
def work(
    workers: Annotated[
        int, typer.Option("--workers", metavar="NUMBER", min=1, max=64, help="How many processes are to work.")
    ] = 1,
    database: Database = None,
    config: Config = None,
) -> None:
    """Do batch jobs until Ctrl+C, beside a service or without one.

    Any number of workers, on any number of machines, may share a database. With --batch-workers 0 the service has none
    of its own.
    """
    chosen = choice(config, database_url=database).settings
    from lrs_soap.server import working

    with open_store(chosen):
        pass
    working.work(chosen, workers)


class PortName(str, Enum):
    """The short names of the service's ports."""

    LEARNER = "learner"
    R9 = "r9"


@app.command(epilog=example("lrs-soap wsdl learner --address https://lrs.example.org > LearnerService.wsdl"))
def wsdl(
    port: Annotated[
        PortName,
        typer.Argument(
            metavar="learner|r9",
            show_default=False,
            help="'learner' for LearnerService (find, register, update, verify, batches), 'r9' for LearnerServiceR9 "
            "(learning events and more).",
        ),
    ],
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            show_default=False,
            help="Where clients reach the service: scheme, host and port.  [default: host and port of the settings]",
        ),
    ] = None,
    database: Database = None,
    config: Config = None,
) -> None:
    """Print a WSDL, for a client generator to read.

    A running service gives out the same at http://127.0.0.1:8080/LearnerService.svc?wsdl.
    """
    chosen = choice(config, database_url=database).settings
    if address is None:
        host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
        address = f"{'http' if chosen.tls_cert is None else 'https'}://{host}:{chosen.port}"
    address = _checked(address)
    from lrs_soap.services.learner_service import LEARNER_SERVICE
    from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
    from lrs_soap.wsdl.document import WsdlDocument

    document = WsdlDocument(LEARNER_SERVICE if port is PortName.LEARNER else LEARNER_SERVICE_R9)
    is_https = address.startswith("https:")
    typer.echo(document.at(address, https=is_https, client_certificate=chosen.tls_client_ca is not None), nl=False)


def _checked(address: str) -> str:
    """The address without a slash at its end. Raises typer.BadParameter where it is not scheme, host and port."""
    bare = address.removesuffix("/")
    try:
        parts = urlsplit(bare)
        is_base = bool(parts.hostname) and parts.port != 0 and bare == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        is_base = False
    if not is_base or parts.scheme not in ("http", "https") or "@" in bare or not bare.isprintable():
        raise typer.BadParameter(
            f"{address!r} is not scheme, host and port, as in https://lrs.example.org:8443", param_hint="--address"
        )
    return bare


@app.command(
    epilog="\b\n"
    "A file of JSON lines is one learner a line:\n"
    '  {"GivenName": "Jo", "FamilyName": "Lee", "DateOfBirth": "2001-05-17",\n'
    '   "Gender": "2", "LastKnownPostCode": "ZZ99 9ZZ"}     (all on one line)\n'
    "and the same learner in CSV:\n"
    "  GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode\n"
    "  Jo,Lee,2001-05-17,2,ZZ99 9ZZ\n\n"
    + example(
        "lrs-soap load learners.csv",
        "lrs-soap load - < learners.jsonl",
        "lrs-soap load --events events.csv",
        "lrs-soap load --synthetic 100000",
    )
)
def load(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="A file of learners, or with --events of learning events, - for standard input. A first line that "
            "begins with { makes it JSON lines, anything else CSV.",
        ),
    ] = None,
    events: Annotated[
        bool,
        typer.Option(
            "--events",
            help="The file has learning events, each with the ULN of a learner who is held. With --synthetic: the "
            "learners have learning events, as many as their age lets expect.",
        ),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Load nothing where any line is wrong.")] = False,
    synthetic: Annotated[
        int | None,
        typer.Option(
            "--synthetic",
            metavar="NUMBER",
            show_default=False,
            help="In place of a file: load so many people who do not exist, with names, births and postcodes spread as "
            "in Britain. Other writers wait a few seconds at a time.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            show_default=False,
            help="Which people: the same number makes the same ones, everywhere.  [default: 1]",
        ),
    ] = None,
    database: Database = None,
    config: Config = None,
) -> None:
    """Load learners into the database; the service may be running.

    Keys or headings are the field names of the service's Learner. GivenName, FamilyName, DateOfBirth, Gender and
    LastKnownPostCode must be there. A learner without ULN is issued one; MasterULN links a learner to its master.
    LearningEvents, in JSON lines, is a list of the learner's events.

    With --events they are those of the service's LearningEvent, and ULN. ULN, Source, Subject and SubjectCode must be
    there, and what else each source has; SubjectWelsh and the like are what is answered in Welsh.

    A line that is wrong is told with its number and the reason, the others are loaded, and the exit status is 1.
    """
    chosen = choice(config, database_url=database).settings
    if synthetic is not None:
        if file is not None or strict:
            raise typer.BadParameter("stands in place of FILE and --strict.", param_hint="--synthetic")
        load_synthetic(chosen, synthetic, seed, events=events)
        return
    if seed is not None:
        raise typer.BadParameter("is for --synthetic only.", param_hint="--seed")
    if file is None:
        raise typer.BadParameter("give a file to load, - for standard input, or --synthetic.", param_hint="FILE")
    from lrs_soap.clock import clock_at
    from lrs_soap.loading import event_files, learner_files

    clock = clock_at(chosen.clock)
    # A database is the same whoever made it, so a new one is given what `serve` would give it.
    with _opened(file) as source, open_store(chosen) as store, _watched(source) as (lines, progress):
        if events:
            result = event_files.load_events(store, lines, clock=clock, strict=strict, progress=progress)
        else:
            result = learner_files.load(
                store, lines, clock=clock, strict=strict, check=facet_check(), progress=progress
            )
    for line, reason in result.rejected:
        typer.echo(f"line {line}: {one_line(reason)}", err=True)
    typer.echo(f"{counted(result.loaded, 'learning event' if events else 'learner')} loaded.")
    if result.rejected:
        also = ", so nothing was (--strict)" if strict else ""
        typer.echo(f"{counted(len(result.rejected), 'line')} could not be loaded{also}.", err=True)
        raise typer.Exit(_FAILED)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise typer.BadParameter(f"{file!r} cannot be read: {error.strerror}.", param_hint="FILE") from None
        yield source


@contextmanager
def _watched(source: BinaryIO) -> Iterator[tuple[Iterable[bytes], Progress | None]]:
    """The lines of a file, and whom to tell of the progress: a bar, where somebody may be looking at it."""
    if not sys.stderr.isatty():
        yield source, None
        return
    # Of a pipe or a terminal no size is known.
    size = os.fstat(source.fileno()).st_size or None
    read = 0

    def watched() -> Iterator[bytes]:
        nonlocal read
        for line in source:
            read += len(line)
            yield line

    with progress_bar(size) as tell:
        yield watched(), lambda loaded, rejected: tell(read, f"{loaded} loaded, {rejected} not")


app.command(epilog=example("lrs-soap merge 9140837261 2865174033"))(learners.merge)
app.command(epilog=example("lrs-soap unmerge 2865174033"))(learners.unmerge)
app.command(epilog=example("lrs-soap delete 4170265830"))(learners.delete)
app.command(epilog=example("lrs-soap certs certificates --host lrs.example.org"))(certs)


@app.command("settings", epilog=example("LRS_PORT=9000 lrs-soap settings --config test.toml"))
def list_settings(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="List names, defaults and meanings as a Markdown table, and no values.")
    ] = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """List every setting: value, origin, names, meaning.

    A flag of `lrs-soap serve` comes before the environment variable, that before the file, that before the default.
    """
    if markdown:
        typer.echo(settings.as_markdown())
        return
    chosen = choice(config, database_url=database)
    for name in settings.Settings.model_fields:
        value = settings.shown(getattr(chosen.settings, name)) or "(none)"
        typer.echo(f"{name} = {value}  ({chosen.origin(name)})")
        for paragraph in (
            f"{settings.variable_of(name)}, {settings.flag_of(name)}; {settings.allowed(name)}.",
            settings.meaning_of(name),
        ):
            indented = textwrap.fill(
                paragraph, 100, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
            )
            typer.echo(indented)


app.add_typer(org.app)
app.add_typer(batch.app)
app.add_typer(exceptions.app)
exceptions.app.command(
    "export", epilog=example("lrs-soap exceptions export --organisation TEST0001 LRB_TEST0001_150920250900.CSV")
)(batch.export)


def main() -> None:
    """Run the command line."""
    app(prog_name="lrs-soap")
