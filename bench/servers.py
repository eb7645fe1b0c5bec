"""The processes that are measured."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailed

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves at `url`, by itself or by its children."""

    url: str
    process: subprocess.Popen[bytes]

    def memory_mib(self) -> float:
        """Return the memory of the process and its children; pages that they share count once."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sum(map(_memory_mib, (str(pid), *children)))


@contextmanager
def lrs_soap(folder: Path, database_url: str, *flags: str, python: str = sys.executable) -> Iterator[Server]:
    """Run `lrs-soap serve` with its defaults, except for the port and `flags`.

    `python` is the interpreter that runs it: that of another checkout serves the version of that checkout.
    """
    path = folder / f"serve-{time.monotonic_ns()}.log"
    with path.open("wb") as log:
        command = [python, "-m", "lrs_soap", "serve", "--port", "0", "--database", database_url, *flags]
        process = subprocess.Popen(command, cwd=folder, stderr=log)
    with _stopped_at_the_end(process):
        yield Server(_ready(process, path), process)


@contextmanager
def empty_application(size: int) -> Iterator[Server]:
    """Run the application that does nothing; its answers have `size` bytes."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.empty_application", str(port), str(size)])
    with _stopped_at_the_end(process):
        _wait_for(port, process)
        yield Server(f"http://127.0.0.1:{port}/", process)


@contextmanager
def another_server(
    folder: Path, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run any server by a command in which {port} becomes a free port, with additions to the environment.

    Its log is a file in `folder` that is named after `name`.
    """
    port = _free_port()
    with (folder / f"{name}-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [each.format(port=port) for each in command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=log,
        )
    with _stopped_at_the_end(process):
        _wait_for(port, process)
        yield Server(f"http://127.0.0.1:{port}", process)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise BenchFailed(f"{process.args!r} does not listen")


def _memory_mib(pid: str) -> float:
    found = re.search(r"^Pss:\s+([0-9]+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    if found is None:
        raise BenchFailed("the server's memory cannot be read")
    return int(found[1]) / 1024


@contextmanager
def _stopped_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"is ready on (\S+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.05)
    raise BenchFailed(f"the server did not start:\n{log.read_text()}")
