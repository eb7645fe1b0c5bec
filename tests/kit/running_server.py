"""A server in its own process, for tests that talk to it over a real socket."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from tests.kit.waiting import PATIENCE, until

_READY = re.compile(r'lrs-soap is ready on (https?://[^\s"]+)')

PATIENT = ("--write-wait", f"{PATIENCE:g}")
"""Flags of a server to which many write at the same time: nobody is told that it took too long on a busy machine."""

UKPRN, ORGANISATION_REF, PASSWORD = "TEST0001", "TST001", "CompatSitePass01"


class RunningServer:
    """`lrs-soap serve` on a port that the machine gives, with a database in `folder`.

    `url` is its address, `log` the file that its standard error goes to. A context manager.
    """

    def __init__(
        self,
        folder: Path,
        *flags: str,
        database_url: str | None = None,
        environment: dict[str, str] | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """`prepare` is called in the server's process before its program begins."""
        self.database_url = database_url or f"sqlite:///{folder / 'lrs.db'}"
        self.log = folder / f"serve-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "lrs_soap", "serve", "--database", self.database_url, "--port", "0", *flags]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LRS_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stderr=log,
                stdout=log,
                cwd=folder,
                env={**clean, **(environment or {})},
                # Its processes are a group, as those of a command that is started from a terminal.
                start_new_session=True,
                preexec_fn=prepare,
            )
        self.url = self._wait_until_ready()

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell the server to stop and wait for it; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def children(self) -> list[int]:
        """The processes that the server has started, oldest first; none where the machine does not tell."""
        pid = self.process.pid
        try:
            return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    @contextmanager
    def answering_alone(self, child: int) -> Iterator[None]:
        """While the block runs, every other child stands still, so that this one accepts every connection."""
        others = [each for each in self.children() if each != child]
        for each in others:
            os.kill(each, signal.SIGSTOP)
        try:
            until(lambda: all(state_of(each) == "T" for each in others))
            yield
        finally:
            for each in others:
                os.kill(each, signal.SIGCONT)

    def kill(self) -> None:
        """Kill all of the server's processes at once, and wait until they have ended."""
        processes = self.children()
        self.process.kill()
        for each in processes:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def logged(self) -> str:
        """What the server has written to its log so far."""
        return self.log.read_text("utf-8", errors="replace")

    def logged_until(self, text: str) -> str:
        """The log, once `text` is in it: a line is written at about the time that its answer is read."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.logged():
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} was not logged:\n{self.logged()}")
            time.sleep(0.01)
        return self.logged()

    def _wait_until_ready(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = _READY.search(self.logged())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"the server did not start:\n{self.logged()}")


def state_of(pid: int) -> str | None:
    """The letter by which the machine tells what a process is doing: T is stopped, Z has ended; None: not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return None


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    return state_of(pid) not in (None, "Z", "X")
