"""`make bench`: how fast lrs-soap is, beside an empty application that answers as many bytes.

    python -m bench [SUITE …] [--seconds 3] [--rounds 5] [--learners 100000] [--many 1000000] [--postgresql URL]
                    [--wiremock JAR]

Suites: `single` (find by ULN and register; a mixed load), `demographics` (find by demographics with few and many
learners; update, verify), `batches`, `records` (Personal Learning Records), `transports` (HTTP, HTTPS, other servers),
`attacks` (finds while others try to stop the service); without a name, all of them.

Each round loads all rows of a suite in turn, so a machine that slows down affects all of them alike. A row shows the
medians of all rounds; its ratio is the median of the rounds' ratios. `--postgresql` names an empty database for the
PostgreSQL rows; without it they are left out. `--wiremock` names the jar of npm's package `wiremock`; without it,
NODE_PATH may lead to one, and otherwise the rows of WireMock are left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from bench import attacks, batches, demographics, records, single, transports
from bench.failure import BenchFailed
from bench.plan import Plan

SUITES: Mapping[str, Callable[[Plan], None]] = {
    "single": single.run,
    "demographics": demographics.run,
    "batches": batches.run,
    "records": records.run,
    "transports": transports.run,
    "attacks": attacks.run,
}


def main() -> int:
    """Measure and print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description="Requests a second, beside an empty application.")
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--wiremock", metavar="JAR", type=Path)
    given = parser.parse_args()
    try:
        for suite in given.suites or SUITES:
            with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
                SUITES[suite](
                    Plan(
                        Path(folder),
                        stack,
                        given.seconds,
                        given.rounds,
                        given.learners,
                        given.many,
                        given.postgresql,
                        given.wiremock,
                    )
                )
    except BenchFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
