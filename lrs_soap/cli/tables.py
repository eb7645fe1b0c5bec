"""How commands print what they list: a table with headings for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lrs_soap.cli.text import one_line

# Wider than any table, so that no line is folded.
_UNLIMITED = 1_000_000

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs, in place of a table.")]


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[str] = (), err: bool = False
) -> None:
    """Print rows of texts under headings, the columns in `numbers` aligned right; `err`: on standard error.

    A terminal folds what is too wide for it. Elsewhere each row is one line, as long as it needs to be.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    for row in rows:
        # As Text, since a plain str would be read for rich's own markup.
        table.add_row(*(Text(one_line(cell)) for cell in row))
    is_terminal = (sys.stderr if err else sys.stdout).isatty()
    console = Console(stderr=err, width=None if is_terminal else _UNLIMITED)
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        typer.echo(line.rstrip(), err=err)


def print_fields(fields: Iterable[tuple[str, str]], *, err: bool = False) -> None:
    """Print a table of one thing's fields and their values; `err`: on standard error."""
    print_table(("Field", "Value"), fields, err=err)


def print_json(value: Any) -> None:
    """Print a value as JSON, indented."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_line(value: Any) -> None:
    """Print a value as JSON on one line, of which there are many."""
    typer.echo(json.dumps(value, ensure_ascii=False))
