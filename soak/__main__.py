"""`make soak`: everything at once for ten minutes, and what of the machine that has used up.

    python -m soak [--minutes 10]

A server of two processes and a worker, over SQLite, is asked by programs that find, register, update, submit batches
and read records, by people at the portal, and by twenty connections that are silent or slow. Memory, descriptors and
files are read after a tenth of the time, in the middle, at the end, and when the server is at rest again. What the
second half has added is continued for a month at this pace. The exit status is 1 if an answer was wrong, a process was
replaced, or descriptors were left open.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from soak.callers import Callers, Tallies
from soak.readings import Reading, in_mebibytes
from tests.kit.running_server import RunningServer

_SETTLING_SECONDS = 12.0
_MONTH_HOURS = 30 * 24
_GIBIBYTE = 1024**3
_UNBOUNDED = ("register", "log")
# Each process may open so many more: connections to its database and to the journal's, and callers that just came.
_MORE_DESCRIPTORS = 20


def main() -> int:
    """Run, and print what was used; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m soak", description="Everything at once, and what it uses up.")
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long the server is asked")
    seconds = parser.parse_args().minutes * 60
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningServer(Path(folder), "--processes", "2", "--batch-workers", "1") as server,
    ):
        processes = (server.process.pid, *server.children())
        callers = Callers(server.url)
        readings: list[Reading] = []

        def read() -> None:
            readings.append(Reading.of((server.process.pid, *server.children()), Path(folder)))

        began = time.monotonic()
        callers.run_until((began + seconds / 10, began + seconds * 0.55, began + seconds), read)
        # The journal writes what is left, and connections that were let go are closed.
        time.sleep(_SETTLING_SECONDS)
        read()
        logged = server.logged()
    _print_calls(callers.tallies)
    _print_use(readings, months=_MONTH_HOURS / (seconds * 0.45 / 3600))
    problems = [*callers.tallies.errors]
    if any(each.processes != processes for each in readings):
        problems.append("A process was replaced.")
    if "Traceback" in logged:
        problems.append("The log has a traceback.")
    if readings[-1].descriptors > readings[0].descriptors + _MORE_DESCRIPTORS:
        problems.append("Descriptors were left open.")
    print(f"\n{callers.tallies.error_count} errors.")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _print_calls(tallies: Tallies) -> None:
    print(f"{'call':<22}{'times':>8}{'median':>13}{'p99':>11}")
    for kind, seconds in tallies.seconds.items():
        p99 = statistics.quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]
        print(f"{kind:<22}{len(seconds):>8}{statistics.median(seconds) * 1000:>10.1f} ms{p99 * 1000:>8.0f} ms")


def _print_use(readings: Sequence[Reading], *, months: float) -> None:
    """`months` is how often the second half of the run fits into a month."""
    print("\n" + "".join(f"{head:>14}" for head in ("", "warm", "middle", "end", "at rest", "a month")))
    _print_row("memory", [each.memory for each in readings], months)
    for name in readings[0].files:
        _print_row(name, [each.files[name] for each in readings], months if name in _UNBOUNDED else None)
    print(f"{'descriptors':>14}" + "".join(f"{each.descriptors:>14}" for each in readings))
    print(
        "\nA month is what the second half has added, continued at this pace without a pause. Nothing prunes the"
        "\nregister and the log: they grow with what is written and with every request. The journal is pruned"
        "\n(journal_exchanges, journal_days, journal_size), and the write-ahead log is used again from its beginning."
        "\nMemory has caches that fill up to a bound, so its month is more than it would be: a longer run says less."
    )


def _print_row(name: str, sizes: Sequence[int], months: float | None) -> None:
    _, middle, end, _ = sizes
    month = "bounded" if months is None else f"{(end - middle) * months / _GIBIBYTE:+,.1f} GiB"
    print(f"{name:>14}" + "".join(f"{in_mebibytes(each):>14}" for each in sizes) + f"{month:>14}")


if __name__ == "__main__":
    sys.exit(main())
