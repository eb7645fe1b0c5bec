"""A bar on a terminal that shows how far a command is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Show = Callable[[int, str], None]
"""Called with how much is done, and in a few words what."""


@contextmanager
def progress_bar(total: int | None) -> Iterator[Show]:
    """A bar on standard error for as long as the block lasts, if that is a terminal. `total` is None if unknown."""
    if not sys.stderr.isatty():
        yield lambda done, what: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, what: bar.update(task, completed=done, description=what)
