"""The child's side of processes.py: it hears signals, tells the parent that it goes on, and notices the parent's end.

SIGTERM, SIGINT and SIGHUP are blocked in every thread of a child, and one thread waits for them. Otherwise the kernel
might give a signal to a thread that Python does not let handle it, and the child would not notice before its main
thread wakes.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Protocol

from lrs_soap.exchange.log import ProcessLog
from lrs_soap.exchange.log_sink import RETRY_SECONDS

SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""What ends a process in good order."""

READ_AGAIN = signal.SIGHUP
"""What has a process read again the files that it can read while it serves."""

_BEAT_SECONDS = 1.0
READY, BEAT = b"r", b"b"
"""What a child says on the line to its parent: once, and then every second while it goes on."""


class Server(Protocol):
    """What a process runs: it serves, or works, in `run` until `stop` is called, by whatever thread."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


class Announce(Protocol):
    """Is told by a process of its server, when that listens and before it runs.

    From then on the server is stopped by SIGTERM, by SIGINT, and when the parent ends. `goes_on` is asked every
    second; a process that says no for too long is replaced. `read_again` is called at each SIGHUP, and once at the
    beginning if there was one before.
    """

    def __call__(
        self, server: Server, goes_on: Callable[[], bool] = ..., read_again: Callable[[], None] = ...
    ) -> None: ...


class ChildProcess:
    """A child's line to its parent, and its server once it has announced one."""

    def __init__(self, line: socket.socket, *, log: ProcessLog) -> None:
        """To be made while `SIGNALS` and `READ_AGAIN` are blocked and there is one thread.

        What `log` keeps is written by and by.
        """
        self._line = line
        self._log = log
        self._server: Server | None = None
        self._read_again: Callable[[], None] | None = None
        self._is_to_read_again = False
        self._reading = Lock()
        Thread(target=self._hear_signals, name="signals", daemon=True).start()

    def announce(
        self,
        server: Server,
        goes_on: Callable[[], bool] = lambda: True,
        read_again: Callable[[], None] = lambda: None,
    ) -> None:
        """See `Announce`."""
        self._server = server
        with self._reading:
            self._read_again = read_again
            if self._is_to_read_again:
                read_again()
        # If the parent is gone already, it is enough to stop, which the thread does.
        with suppress(OSError):
            self._line.send(READY)
        Thread(target=self._beat, args=(server, goes_on), name="parent", daemon=True).start()

    def _hear_signals(self) -> None:
        while True:
            number = signal.sigwait((*SIGNALS, READ_AGAIN))
            if number == READ_AGAIN:
                with self._reading:
                    self._is_to_read_again = True
                    if self._read_again is not None:
                        self._read_again()
            elif self._server is None:
                # Nothing is begun that would have to be finished.
                os._exit(128 + number)
            else:
                self._server.stop()

    def _beat(self, server: Server, goes_on: Callable[[], bool]) -> None:
        # Any error is the end of the parent, from whom nothing is ever received.
        with suppress(OSError):
            while self._is_parent_there(_BEAT_SECONDS if self._log.flush() else RETRY_SECONDS):
                if goes_on():
                    with suppress(TimeoutError):
                        self._line.send(BEAT)
        server.stop()

    def _is_parent_there(self, seconds: float) -> bool:
        """Wait so long for the end of the parent; whether it is there then."""
        self._line.settimeout(seconds)
        try:
            return bool(self._line.recv(1))
        except TimeoutError:
            return True
