"""Places in shared memory, each of which belongs to one process at a time."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

# How long to wait for another process that adds something, which takes it microseconds, unless it stands still.
_TRIES = 100
_RETRY_SECONDS = 0.0001


class Slots:
    """Places for a process and those that are forked from it. Each takes one of its own.

    A place belongs to a process by a lock on a byte of a file, which ends with the process, however it ends. The lowest
    free one is taken first.
    """

    def __init__(self, count: int, *, taken: Callable[[int], None] = lambda slot: None) -> None:
        """`taken` is called with the number of a place when a process has taken it."""
        # Open for as long as the processes live.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._count = count
        self._taken = taken
        self._lock = Lock()
        self.slot: int | None = None
        """This process's place; None if it has not taken one, or there was none."""
        self._has_looked = False
        known = weakref.ref(self)

        def begin_again() -> None:
            slots = known()
            if slots is not None:
                slots._begin_again()

        # Every request asks for its process's own, and to ask for the process's number each time takes longer.
        os.register_at_fork(after_in_child=begin_again)

    def own(self) -> int | None:
        """This process's place, which it takes at the first time; None if there are more processes than places."""
        if not self._has_looked:
            with self._lock:
                if not self._has_looked:
                    self.slot = self._take()
                    self._has_looked = True
        return self.slot

    def _begin_again(self) -> None:
        """In a process that was just forked, which has none yet."""
        self._lock = Lock()
        self.slot, self._has_looked = None, False

    def is_taken(self, slot: int) -> bool:
        """Whether a place belongs to another process that lives."""
        if not self._takes(slot):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)
        return False

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep other processes and threads out of such a block until this one ends. Yields whether it does so.

        It does not where a process in such a block does not go on.
        """
        with self._lock:
            is_alone = self._takes_soon(self._count)
            try:
                yield is_alone
            finally:
                if is_alone:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._count)

    def _takes_soon(self, slot: int) -> bool:
        for _ in range(_TRIES):
            if self._takes(slot):
                return True
            time.sleep(_RETRY_SECONDS)
        return False

    def _take(self) -> int | None:
        for slot in range(self._count):
            if self._takes(slot):
                self._taken(slot)
                return slot
        return None

    def _takes(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True
