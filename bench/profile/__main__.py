"""`make profile`: where the time of a request goes, stage by stage, as its exchange has it.

    python -m bench.profile [QUESTION …] [--rounds 60] [--requests 25] [--before PYTHON] [--instructions]

The service answers in one process, without a network, on a new SQLite database with the starting data. The stages are
those of `lrs_soap.exchange.exchange.Stage`, and after them the journal, which writes the log's line. `CPU` is the
processor time of the whole request, which other work on the machine disturbs least. All times are microseconds. Each
is the least of all rounds, because other work can only add to it; in a round, a stage's time is the median.

`--before` names a Python that imports another version of lrs-soap. Both versions then answer in turn, round by round,
and each time is shown before and after.

`--instructions` counts the instructions of a request instead, in thousands, with valgrind (on Debian: `apt install
valgrind`). Other work on the machine does not change them, so a step that saves half a per cent can be seen. There are
no rounds then, and what the kernel does is not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from bench.failure import BenchFailed
from bench.profile import instructions
from bench.profile.questions import questions

_ANSWERING = Path(__file__).with_name("answering.py")
_WARM_UP = 100

Times = Mapping[str, float]


class Answering:
    """A process that answers tasks and times them."""

    def __init__(self, process: int, tasks: IO[str], times: IO[str], log: Path) -> None:
        """The process with this number reads `tasks`, and writes `times` and, about its failures, `log`."""
        self.process = process
        self._tasks = tasks
        self._times = times
        self._log = log

    def times(self, task: Mapping[str, object]) -> Times:
        """The times of a task. Raises BenchFailed if it could not be answered as it should be."""
        with suppress(BrokenPipeError):
            print(json.dumps(task), file=self._tasks, flush=True)
        line = self._times.readline()
        if not line:
            raise BenchFailed(f"the requests were not answered:\n{self._log.read_text()[-2000:]}")
        times: Times = json.loads(line)
        return times


def main() -> int:
    """Measure and print the table; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description="Where a request's time goes.")
    asked = questions()
    parser.add_argument("questions", nargs="*", choices=[*asked, []], metavar="QUESTION", help=", ".join(asked))
    parser.add_argument("--rounds", type=int, default=60, help="how often each question has its turn")
    parser.add_argument("--requests", type=int, default=25, help="how often it is asked in a turn")
    parser.add_argument("--before", metavar="PYTHON", help="a Python that imports the version to compare with")
    parser.add_argument("--instructions", action="store_true", help="count instructions, with valgrind")
    given = parser.parse_args()
    pythons = [sys.executable] if given.before is None else [given.before, sys.executable]
    names = given.questions or list(asked)
    try:
        valgrind = instructions.valgrind() if given.instructions else ()
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            versions = [
                stack.enter_context(_answering([*valgrind, python], Path(folder) / str(place)))
                for place, python in enumerate(pythons)
            ]
            if given.instructions:
                _print("thousands", _counted(versions, names, given.requests))
            else:
                _print("microseconds", _measured(versions, names, given.rounds, given.requests))
    except BenchFailed as error:
        print(f"bench.profile: {error}", file=sys.stderr)
        return 1
    return 0


def _measured(
    versions: Sequence[Answering], names: Sequence[str], rounds: int, count: int
) -> Mapping[str, Sequence[Times]]:
    """The least times of each question, of one version after the other."""
    asked = questions()
    kept: dict[str, list[dict[str, list[float]]]] = {name: [defaultdict(list) for _ in versions] for name in names}
    # The first round is a warm-up and does not count.
    for is_warm in (False, *[True] * rounds):
        for name in names:
            task = asked[name].task(count)
            for version, by_stage in zip(versions, kept[name], strict=True):
                for stage, time in version.times(task).items():
                    if is_warm:
                        by_stage[stage].append(time)
    return {
        name: [{stage: min(times) for stage, times in by_stage.items()} for by_stage in each]
        for name, each in kept.items()
    }


def _counted(versions: Sequence[Answering], names: Sequence[str], count: int) -> Mapping[str, Sequence[Times]]:
    """The thousands of instructions of each question, of one version after the other."""
    asked = questions()
    counted: dict[str, Sequence[Times]] = {}
    for name in names:
        # What Python learns of its code while it runs is learned before. Both versions get the same tasks.
        warm_up, task = asked[name].task(_WARM_UP), asked[name].task(count)
        for version in versions:
            version.times(warm_up)
        numbers = [instructions.counted(version.process, partial(version.times, task)) for version in versions]
        counted[name] = [{"instructions": number / count / 1000} for number in numbers]
    return counted


def _print(unit: str, measured: Mapping[str, Sequence[Times]]) -> None:
    print(f"{unit:<16}" + "".join(f"  {name:>16}" for name in measured))
    stages = dict.fromkeys(stage for each in measured.values() for times in each for stage in times)
    for stage in stages:
        cells = (" → ".join(f"{times[stage]:.1f}" for times in each) for each in measured.values())
        print(f"{stage:<16}" + "".join(f"  {cell:>16}" for cell in cells))


@contextmanager
def _answering(python: Sequence[str], folder: Path) -> Iterator[Answering]:
    folder.mkdir()
    log = folder / "log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [*python, str(_ANSWERING), str(folder)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Answering(process.pid, process.stdin, process.stdout, log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        # A task that a dead process has not read is still in the buffer.
        with suppress(BrokenPipeError):
            process.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
