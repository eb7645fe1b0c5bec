"""`make bench`: how fast lrs-soap is, beside an empty application that answers as many bytes.

    python -m bench [SUITE …] [--seconds 1] [--rounds 5] [--learners 100000] [--many 1000000] [--postgresql URL]
                    [--wiremock JAR]

Suites: `single` (find by ULN and register; a mixed load), `demographics` (find by demographics with few and many
learners; update, verify), `batches`, `records` (Personal Learning Records), `transports` (HTTP, HTTPS, other servers),
`attacks` (finds while others try to stop the service), `testing` (what other people's tests wait for), `worlds` (one
for a test, resets, finds among other worlds); without a name, all of them. The last table has the figures of all suites
that have an aim.

Each round loads all rows of a suite in turn, so a machine that slows down affects all of them alike. A row shows the
medians of all rounds; its ratio is the median of the rounds' ratios. `--postgresql` names a server for the PostgreSQL
rows, and a user who may create databases, as LRS_TEST_POSTGRESQL does for the tests; without either they are left out.
`--wiremock` names the jar of npm's package `wiremock`, unless NODE_PATH leads to one; without either its rows are left
out. All suites take about thirteen minutes on a machine with two idle processors; `--rounds 3` takes ten.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import attacks, batches, demographics, records, single, testing, transports, worlds
from bench.aims import Aim, print_aims
from bench.databases import Filled
from bench.failure import BenchFailed
from bench.plan import Plan

SUITES: Mapping[str, Callable[[Plan], Sequence[Aim]]] = {
    "single": single.run,
    "demographics": demographics.run,
    "batches": batches.run,
    "records": records.run,
    "transports": transports.run,
    "attacks": attacks.run,
    "testing": testing.run,
    "worlds": worlds.run,
}


def main() -> int:
    """Measure and print the tables; return the exit status, which is 1 if a suite could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed, beside an empty application.")
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--seconds", type=int, default=1, help="how long a load lasts")
    parser.add_argument("--rounds", type=int, default=5, help="how often each row has its turn")
    parser.add_argument("--learners", type=int, default=100_000, help="learners in a database")
    parser.add_argument("--many", type=int, default=1_000_000, help="learners in the large one")
    postgresql = os.environ.get("LRS_TEST_POSTGRESQL")
    parser.add_argument("--postgresql", metavar="URL", default=postgresql, help="a server, to make databases on")
    parser.add_argument("--wiremock", metavar="JAR", type=Path, help="the jar of npm's package wiremock")
    given = parser.parse_args()
    aims: list[Aim] = []
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        filled = Filled(Path(folder))
        for suite in given.suites or SUITES:
            with tempfile.TemporaryDirectory(dir=folder) as own, ExitStack() as stack:
                plan = Plan(
                    folder=Path(own),
                    stack=stack,
                    filled=filled,
                    seconds=given.seconds,
                    rounds=given.rounds,
                    learners=given.learners,
                    many=given.many,
                    postgresql=given.postgresql,
                    wiremock=given.wiremock,
                )
                try:
                    aims += SUITES[suite](plan)
                except BenchFailed as error:
                    print(f"bench: {suite}: {error}", file=sys.stderr)
                    status = 1
    if aims:
        print_aims(aims)
    return status


if __name__ == "__main__":
    sys.exit(main())
