"""What a suite measures: loads on servers, one after the other, each compared with an empty application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from statistics import median

from bench.servers import Server
from bench.wrk import Load, Wrk


@dataclass(eq=False)
class Row:
    """One line of a table: a load on a server, perhaps while something else goes on.

    `beside` is the row of the empty application that it is compared with, and None for that row itself.
    """

    name: str
    server: Server
    url: str
    wrk: Wrk
    beside: Row | None = None
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext
    loads: list[Load] = field(default_factory=list)

    def load(self, seconds: int) -> Load:
        """Load the server for this many seconds."""
        with self.meanwhile():
            return self.wrk.load(self.url, seconds)

    def ratio(self) -> float:
        """Return its requests per second divided by the empty application's."""
        return self.ratio_to(self.beside or self)

    def ratio_to(self, other: Row) -> float:
        """Return its requests per second divided by another row's: the median of the rounds' ratios."""
        return median(own.per_second / its.per_second for own, its in zip(self.loads, other.loads, strict=True))

    def p99(self) -> float:
        """Return the median of the rounds' 99th percentiles, in milliseconds."""
        return median(load.p99 for load in self.loads)

    def p99_to(self, other: Row) -> float:
        """Return its 99th percentile divided by another row's: the median of the rounds' ratios."""
        return median(own.p99 / its.p99 for own, its in zip(self.loads, other.loads, strict=True))


def measure(rows: Sequence[Row], *, rounds: int, seconds: int) -> None:
    """Load all rows in turn, round by round: a machine that slows down affects all of them alike."""
    # The first load of each row is a warm-up and does not count.
    for row in rows:
        row.load(1)
    for _ in range(rounds):
        for row in rows:
            row.loads.append(row.load(seconds))


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Print a table of the medians of all rounds."""
    print(f"\n{title}")
    print(f"{'':<52}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'ratio':>8}{'MiB':>8}")
    for row in rows:
        per_second = median(load.per_second for load in row.loads)
        p50 = median(load.p50 for load in row.loads)
        figures = f"{per_second:>12.0f}{p50:>10.2f}{row.p99():>10.2f}{row.ratio():>8.2f}{row.server.memory_mib():>8.0f}"
        print(f"{row.name:<52}{figures}")
