"""A file that a command reads, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

STANDARD = "-"
"""What stands for standard input, and for standard output, in the place of a file's name."""


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The bytes of the file with this name. Raises BadParameter if it cannot be read."""
    if file == STANDARD:
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise typer.BadParameter(f"{file!r} cannot be read: {error.strerror}.", param_hint="FILE") from None
        yield source
