"""`make bench`: find by ULN among 100,000 learners, beside an empty application that answers as many bytes.

    python -m bench [--learners 100000] [--seconds 5] [--rounds 5]

The two are loaded in turn, round by round, so that a machine that gets slower meanwhile is so for both; a row has the
medians of all rounds, and the ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

from bench import learners
from bench.failure import BenchFailed
from bench.servers import empty_application, lrs_soap
from bench.wrk import Load, Wrk


def main() -> int:
    """Measure and print the table; the exit status."""
    parser = argparse.ArgumentParser(description="Requests a second, beside an empty application.")
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            find_by_uln(Path(folder), given.learners, given.seconds, given.rounds)
    except BenchFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def find_by_uln(folder: Path, count: int, seconds: float, rounds: int) -> None:
    """Print the rows of find by ULN."""
    database_url = f"sqlite:///{folder / 'bench.db'}"
    learners.fill(database_url, count)
    request = learners.find_request()
    wrk = Wrk(folder, request)
    with lrs_soap(folder, database_url) as ours:
        url = f"{ours.url}/LearnerService.svc"
        answer = urlopen(Request(url, request.encode(), {"Content-Type": "text/xml; charset=utf-8"})).read()
        if b"WSRC0004" not in answer:
            raise BenchFailed(f"the learner was not found: {answer.decode()}")
        with empty_application(len(answer)) as empty:
            # A first load that does not count warms both up.
            for each in (empty.url, url):
                wrk.load(each, 1)
            pairs = [(wrk.load(empty.url, seconds), wrk.load(url, seconds)) for _ in range(rounds)]
        memory = ours.resident_mib()
    print(f"find by ULN, {count:,} learners, answers of {len(answer):,} bytes, 8 connections, {rounds} rounds")
    print(f"{'':<20}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'ratio':>8}{'MiB':>8}")
    _row("empty application", [empty for empty, _ in pairs])
    ratio = median(found.per_second / empty.per_second for empty, found in pairs)
    _row("find by ULN", [found for _, found in pairs], f"{ratio:>8.2f}{memory:>8.0f}")


def _row(name: str, loads: list[Load], rest: str = "") -> None:
    figures = (median(load.per_second for load in loads), median(load.p50 for load in loads))
    print(f"{name:<20}{figures[0]:>12.0f}{figures[1]:>10.2f}{median(load.p99 for load in loads):>10.2f}{rest}")


if __name__ == "__main__":
    sys.exit(main())
