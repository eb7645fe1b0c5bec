"""Counts the instructions that a process runs, by valgrind's callgrind."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.failure import BenchFailed

_COUNTS = "instructions"
_TOTAL = re.compile(r"^totals: ([0-9]+)$", re.MULTILINE)


def valgrind() -> Sequence[str]:
    """The beginning of a command whose process can be counted. Raises BenchFailed if valgrind is not installed.

    The process writes its counts into the folder in which it runs.
    """
    if shutil.which("callgrind_control") is None:
        raise BenchFailed("valgrind is not installed; on Debian and Ubuntu: apt install valgrind")
    files = (f"--callgrind-out-file={_COUNTS}.%p", "--log-file=valgrind.%p")
    return ("valgrind", "--tool=callgrind", "--instr-atstart=no", *files)


def counted(process: int, act: Callable[[], object]) -> int:
    """How many instructions a process of `valgrind` runs while `act` has it do something.

    Raises BenchFailed if that cannot be counted.
    """
    folder = Path(f"/proc/{process}/cwd")
    _control(process, "--instr=on")
    act()
    _control(process, "--instr=off")
    before = {*_files(folder)}
    # This writes a file, and begins to count anew.
    _control(process, "--dump")
    for written in {*_files(folder)} - before:
        total = _TOTAL.search(written.read_text("utf-8"))
        if total is not None:
            return int(total[1])
    raise BenchFailed("valgrind has counted nothing")


def _files(folder: Path) -> Sequence[Path]:
    return [*folder.glob(f"{_COUNTS}.*")]


def _control(process: int, order: str) -> None:
    done = subprocess.run(["callgrind_control", order, str(process)], capture_output=True, text=True)
    if done.returncode:
        raise BenchFailed(f"valgrind does not do as it is told:\n{done.stdout}{done.stderr}")
