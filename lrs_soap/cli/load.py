"""`lrs-soap load`: learners and learning events from files, and synthetic learners."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, BinaryIO

import typer

from lrs_soap.cli.commands import example, group
from lrs_soap.cli.facets import facet_check
from lrs_soap.cli.flags import Config, Database, resolved
from lrs_soap.cli.input_file import opened
from lrs_soap.cli.progress import progress_bar
from lrs_soap.cli.synthetic import load_synthetic
from lrs_soap.cli.tables import Json, print_json
from lrs_soap.cli.text import counted, one_line
from lrs_soap.cli.world import Create, command_exchange, journalled, open_world, tell_written
from lrs_soap.loading import event_files, learner_files
from lrs_soap.loading.learner_files import LoadResult, Progress

_FAILED = 1

app = group()


@app.command(
    epilog="\b\n"
    "A file of JSON lines has one learner on each line:\n"
    '  {"GivenName": "Jo", "FamilyName": "Lee", "DateOfBirth": "2001-05-17",\n'
    '   "Gender": "2", "LastKnownPostCode": "ZZ99 9ZZ"}     (all on one line)\n'
    "The same learner in CSV:\n"
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
            help="A file of learners, or with --events of learning events; - for standard input. If its first line "
            "begins with {, it is JSON lines, otherwise CSV.",
        ),
    ] = None,
    events: Annotated[
        bool,
        typer.Option(
            "--events",
            help="The file has learning events, each with a learner's ULN. With --synthetic: give each learner as many "
            "learning events as is usual at that age.",
        ),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="If any line is wrong, load nothing.")] = False,
    synthetic: Annotated[
        int | None,
        typer.Option(
            "--synthetic",
            metavar="NUMBER",
            show_default=False,
            help="Load this many people who do not exist, instead of a file. Their names, dates of birth and postcodes "
            "are distributed as in Britain. Other writers wait a few seconds at a time.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            show_default=False,
            help="Which synthetic people: the same number gives the same people on every machine.  [default: 1]",
        ),
    ] = None,
    as_json: Json = False,
    create: Create = False,
    database: Database = None,
    config: Config = None,
) -> None:
    """Load learners into the database; the service may be running.

    Keys or headings are the field names of the service's Learner. GivenName, FamilyName, DateOfBirth, Gender and
    LastKnownPostCode are required. A learner without a ULN is issued one, which the command prints with the number of
    the line. MasterULN links a learner to its master.
    LearningEvents, in JSON lines, is a list of the learner's events.

    With --events, keys or headings are ULN and the field names of the service's LearningEvent. ULN, Source, Subject and
    SubjectCode are required, and each source requires other fields too. SubjectWelsh and similar fields hold what is
    answered in Welsh. GivenName, FamilyName, DateOfBirth and Gender are optional: a line in which one of them is not
    the learner's is wrong. An award in the future is loaded with a warning.

    If a line is wrong, the command prints its number and the reason, loads the other lines, and exits with status 1.
    """
    chosen = resolved(config, database_url=database).settings
    if synthetic is not None:
        if file is not None or strict or as_json:
            raise typer.BadParameter("cannot be combined with FILE, --strict or --json.", param_hint="--synthetic")
        load_synthetic(chosen, synthetic, seed, events=events, create=create)
        return
    if seed is not None:
        raise typer.BadParameter("needs --synthetic.", param_hint="--seed")
    if file is None:
        raise typer.BadParameter("Give a file to load, - for standard input, or --synthetic.", param_hint="FILE")
    with (
        opened(file) as source,
        open_world(chosen, create=create) as world,
        _watched(source) as (lines, progress),
        journalled(world, command_exchange("load")) as exchange,
    ):
        if events:
            result = event_files.load_events(world.store, lines, clock=world.clock, strict=strict, progress=progress)
        else:
            result = learner_files.load(
                world.store, lines, clock=world.clock, strict=strict, check=facet_check(), progress=progress
            )
        if result.rejected:
            exchange.findings.append(f"{counted(len(result.rejected), 'line')} not loaded")
        if result.warned:
            exchange.findings.append(counted(len(result.warned), "warning"))
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result, "learning event" if events else "learner", strict)
    if result.loaded:
        tell_written(world)
    if result.rejected:
        raise typer.Exit(_FAILED)


def _as_json(result: LoadResult) -> dict[str, Any]:
    return {
        "Loaded": result.loaded,
        "Issued": [{"Line": line, "ULN": uln} for line, uln in result.issued],
        "Rejected": [{"Line": line, "Reason": reason} for line, reason in result.rejected],
        "Warned": [{"Line": line, "Warning": warning} for line, warning in result.warned],
    }


def _print(result: LoadResult, noun: str, strict: bool) -> None:
    for line, uln in result.issued:
        typer.echo(f"line {line}: ULN {uln}")
    for line, reason in result.rejected:
        typer.echo(f"line {line}: {one_line(reason)}", err=True)
    for line, warning in result.warned:
        typer.echo(f"line {line}: warning: {one_line(warning)}", err=True)
    typer.echo(f"{counted(result.loaded, noun)} loaded.")
    if result.rejected:
        also = ", so nothing was (--strict)" if strict else ""
        typer.echo(f"{counted(len(result.rejected), 'line')} could not be loaded{also}.", err=True)


@contextmanager
def _watched(source: BinaryIO) -> Iterator[tuple[Iterable[bytes], Progress | None]]:
    """The lines of a file, and what to call with the progress: on a terminal it moves a bar."""
    if not sys.stderr.isatty():
        yield source, None
        return
    # A pipe or a terminal has no size.
    size = os.fstat(source.fileno()).st_size or None
    read = 0

    def watched() -> Iterator[bytes]:
        nonlocal read
        for line in source:
            read += len(line)
            yield line

    with progress_bar(size) as show:
        yield watched(), lambda loaded, rejected: show(read, f"{loaded} loaded, {rejected} not")
