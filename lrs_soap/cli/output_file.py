"""A file that a command writes: all of it or nothing, and never over another file by accident."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO, Literal, TextIO

import typer

from lrs_soap.cli.world import open_world
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import Settings

Target = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", show_default=False, help="The file to write; without it, standard output."),
]
FileFormat = Annotated[Literal["csv", "xml"], typer.Option("--format", metavar="csv|xml", help="The file's format.")]
Defused = Annotated[
    bool,
    typer.Option(
        "--defuse", help="Put an apostrophe before each value in CSV that a spreadsheet would take for a formula."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]


def write_file(chosen: Settings, target: Path | None, force: bool, write: Callable[[UnitOfWork, TextIO], None]) -> None:
    """Write what `write` writes from a unit of work that reads to the file, or to standard output if that is None.

    Raises typer.BadParameter for a target that cannot be written, or that exists without `force`.
    """
    if target is not None and target.exists():
        check_replaceable(target, force)
    with TemporaryFile() as spool:
        text = io.TextIOWrapper(spool, "utf-8", newline="", write_through=True)
        # Our reader may be slow, and no transaction should wait for it.
        with open_world(chosen) as world, world.reading(OPERATOR) as work:
            write(work, text)
        spool.seek(0)
        if target is None:
            shutil.copyfileobj(spool, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        _write(spool, target)


def write_bytes(target: Path, force: bool, content: bytes) -> None:
    """Write a file. Raises typer.BadParameter as `write_file` does."""
    if target.exists():
        check_replaceable(target, force)
    _write(io.BytesIO(content), target)


def check_replaceable(target: Path, force: bool) -> None:
    """Raise typer.BadParameter for a target that exists, if it is no file or may not be replaced."""
    if not target.is_file():
        raise typer.BadParameter(f"{str(target)!r} is not a file.", param_hint="FILE")
    if not force:
        raise typer.BadParameter(
            f"{str(target)!r} already exists. Name another file, or replace it with --force.", param_hint="FILE"
        )


def _write(source: BinaryIO, target: Path) -> None:
    """Write what is left of `source` to the target. Raises typer.BadParameter if it cannot be written."""
    try:
        _copy(source, target)
    except OSError as error:
        told = f"{str(target)!r} cannot be written: {error.strerror}."
        raise typer.BadParameter(told, param_hint="FILE") from None


def _copy(source: BinaryIO, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(source, file)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
