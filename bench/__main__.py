"""`make bench`: how fast lrs-soap is, beside an empty application that answers as many bytes as a find.

    python -m bench [--learners 100000] [--seconds 3] [--rounds 5] [--postgresql URL]

All rows are loaded in turn, round by round, so that a machine that gets slower meanwhile is so for all; a row has the
medians of all rounds, and the ratio is the median of the rounds' ratios. A mixed load is finds over eight connections
while learners are registered and wrong passwords checked; its row tells of the finds. `--postgresql` names an empty
database for one more row.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import learners
from bench.failure import BenchFailed
from bench.others import Others, ask
from bench.servers import Server, empty_application, lrs_soap
from bench.wrk import Load, Wrk

_THREADS = ("0", "1", "4")


@dataclass
class Row:
    """One thing that is measured: a load on a server, perhaps with others there."""

    name: str
    server: Server
    url: str
    wrk: Wrk
    is_mixed: bool = False
    loads: list[Load] = field(default_factory=list)

    def load(self, seconds: int) -> Load:
        """Load the server for so many seconds."""
        others: AbstractContextManager[object] = Others(self.url) if self.is_mixed else nullcontext()
        with others:
            return self.wrk.load(self.url, seconds)


def main() -> int:
    """Measure and print the table; the exit status."""
    parser = argparse.ArgumentParser(description="Requests a second, beside an empty application.")
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgresql", metavar="URL")
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            rows = _rows(Path(folder), stack, given.learners, given.postgresql)
            # A first load that does not count warms each up.
            for row in rows:
                row.load(1)
            for _ in range(given.rounds):
                for row in rows:
                    row.loads.append(row.load(given.seconds))
            print(f"{given.learners:,} learners, 8 connections, {given.rounds} rounds of {given.seconds} s")
            _print(rows)
    except BenchFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _rows(folder: Path, stack: ExitStack, count: int, postgresql: str | None) -> list[Row]:
    database = f"sqlite:///{folder / 'bench.db'}"
    learners.fill(database, count)
    find = Wrk(folder, "find", learners.find_request())
    register = Wrk(folder, "register", learners.register_request())
    rows: list[Row] = []

    def add(name: str, wrk: Wrk, *flags: str, database_url: str = database, is_mixed: bool = False) -> None:
        server = stack.enter_context(lrs_soap(folder, database_url, *flags))
        rows.append(Row(name, server, f"{server.url}/LearnerService.svc", wrk, is_mixed))

    add("find by ULN", find)
    add("find by ULN, 2 processes", find, "--processes", "2")
    add("register, SQLite", register, database_url=f"sqlite:///{folder / 'register.db'}")
    if postgresql is not None:
        add("register, PostgreSQL", register, database_url=postgresql)
    for threads in _THREADS:
        add(f"mixed, {threads} threads", find, "--threads", threads, is_mixed=True)
    answer = ask(rows[0].url, learners.find_request(), "WSRC0004")
    empty = stack.enter_context(empty_application(len(answer)))
    return [Row("empty application", empty, empty.url, find), *rows]


def _print(rows: list[Row]) -> None:
    print(f"{'':<26}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'ratio':>8}{'MiB':>8}")
    empty = rows[0].loads
    for row in rows:
        per_second = median(load.per_second for load in row.loads)
        p50, p99 = median(load.p50 for load in row.loads), median(load.p99 for load in row.loads)
        ratio = median(load.per_second / beside.per_second for load, beside in zip(row.loads, empty, strict=True))
        memory = row.server.memory_mib()
        print(f"{row.name:<26}{per_second:>12.0f}{p50:>10.2f}{p99:>10.2f}{ratio:>8.2f}{memory:>8.0f}")


if __name__ == "__main__":
    sys.exit(main())
