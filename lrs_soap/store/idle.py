"""Connections to a database server that nobody uses at the moment: they are closed after a while."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock, Thread

from lrs_soap.store.transaction import Transaction

# Shorter than a store's busy timeout, so that whoever waits for a connection gets one that others do not need.
_MOST_SECONDS = 3.0
_LOOK_SECONDS = 0.5


class IdleConnections:
    """Keeps the connections that nobody uses, and closes each that nobody has used for three seconds.

    A server takes a hundred connections unless it is told otherwise, and every world of every process has its own. So
    those of a world that is not in use must not stand in the way of another one. Threads may share it.
    """

    def __init__(self, idle: Sequence[deque[Transaction]], close: Callable[[Transaction], None]) -> None:
        """`idle` holds connections, from which anybody may take the last one; `close` closes one."""
        self._idle = idle
        self._close = close
        self._lock = Lock()
        self._is_looking = False

    def keep(self, transaction: Transaction, idle: deque[Transaction]) -> None:
        """Nobody uses this connection any more; it becomes the last one of `idle`."""
        transaction.idle_since = time.monotonic()
        idle.append(transaction)
        if not self._is_looking:
            with self._lock:
                if not self._is_looking:
                    self._is_looking = True
                    Thread(target=self._look, name="idle connections", daemon=True).start()

    def _look(self) -> None:
        """Look until nothing is kept."""
        while True:
            time.sleep(_LOOK_SECONDS)
            used_before = time.monotonic() - _MOST_SECONDS
            for idle in self._idle:
                while self._close_first(idle, used_before):
                    continue
            with self._lock:
                # In this order: whoever keeps one after the look at what is kept sees that nobody looks any more.
                self._is_looking = False
                if not any(self._idle):
                    return
                self._is_looking = True

    def _close_first(self, idle: deque[Transaction], used_before: float) -> bool:
        """Close the connection that was used longest ago, if that was before then; whether it was."""
        try:
            if idle[0].idle_since > used_before:
                return False
            transaction = idle.popleft()
        except IndexError:
            return False
        if transaction.idle_since > used_before:
            # Somebody has used the first one just now, and given it or another one back.
            idle.append(transaction)
            return False
        self._close(transaction)
        return True
