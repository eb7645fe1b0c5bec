"""A bar that shows how far a command is, where somebody may be looking at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[int, str], None]
"""Is told how much is done, and in a few words what."""


@contextmanager
def progress_bar(total: int | None) -> Iterator[Tell]:
    """A bar on standard error while the block lasts; nothing where that is no terminal. None: nobody knows how much."""
    if not sys.stderr.isatty():
        yield _nobody
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, what: bar.update(task, completed=done, description=what)


def _nobody(done: int, what: str) -> None:
    """Nobody is told."""
