"""Transactions whose database server does not answer any more: their connections are cut, so that nobody waits on."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from threading import Lock, Thread
from typing import Protocol

_LOOK_SECONDS = 0.5


class DriverConnection(Protocol):
    """A driver's connection, which has a socket."""

    def fileno(self) -> int: ...


class Watch:
    """Cuts the connections of transactions that last for too long. Threads may share it.

    The server's own limits do not help where it stands still, or where nothing of what it sends arrives.
    """

    def __init__(self, most_seconds: float) -> None:
        self._most = most_seconds
        # By the connection's identity: until when its transaction may last.
        self._watched: dict[int, tuple[float, DriverConnection]] = {}
        self._lock = Lock()
        self._is_looking = False

    def begin(self, connection: DriverConnection) -> None:
        """A transaction begins on this connection."""
        with self._lock:
            self._watched[id(connection)] = (time.monotonic() + self._most, connection)
            if not self._is_looking:
                self._is_looking = True
                Thread(target=self._look, name="database watch", daemon=True).start()

    def end(self, connection: DriverConnection) -> None:
        """Its transaction has ended."""
        with self._lock:
            self._watched.pop(id(connection), None)

    def _look(self) -> None:
        """Look until there was nothing to look at for as long as a transaction may last."""
        idle_since = time.monotonic()
        while True:
            time.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            with self._lock:
                if self._watched:
                    idle_since = now
                elif now - idle_since >= self._most:
                    self._is_looking = False
                    return
                for key, (until, connection) in list(self._watched.items()):
                    if until <= now:
                        del self._watched[key]
                        _cut(connection)


def _cut(connection: DriverConnection) -> None:
    """Have whoever waits for the server be told that it has gone."""
    # It may have ended by itself. The descriptor is duplicated, because the original is not ours to close.
    with suppress(OSError, ValueError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
