"""The threads that write: whoever answers requests leaves writing to them, and so never waits for a lock or a disk."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

_IDLE_SECONDS = 5.0

_logger = logging.getLogger(__name__)

Work = Callable[[], None]


class Writers:
    """A queue of what is to be written, and the threads that do it in that order.

    A thread is started when there is something to do, and ends when there was nothing for five seconds. Work whose
    deadline passes while it is still in the queue is called, too: it must find that out for itself, and write nothing.
    """

    def __init__(self, most_threads: int, patience_seconds: float) -> None:
        """`patience_seconds` is how long work may wait from when it is asked for until it may no longer begin."""
        self._most = most_threads
        self._patience = patience_seconds
        self._changed = Condition()
        self._queue: deque[tuple[float, Work]] = deque()
        self._threads = self._idle = 0
        self._is_watched = False

    def deadline(self) -> float:
        """By when work that is asked for now has to begin, on the monotonic clock."""
        return time.monotonic() + self._patience

    def put(self, work: Work, deadline: float) -> None:
        """Have the work called by another thread, when its turn has come or its deadline has passed."""
        with self._changed:
            self._queue.append((deadline, work))
            if len(self._queue) > self._idle and self._threads < self._most:
                self._threads += 1
                Thread(target=self._write, name="writing", daemon=True).start()
            else:
                self._changed.notify()
            if not self._is_watched:
                self._is_watched = True
                Thread(target=self._watch, name="late writes", daemon=True).start()

    def _write(self) -> None:
        while (work := self._next()) is not None:
            _do(work)

    def _next(self) -> Work | None:
        """The next work, None when there was none for a while."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: bool(self._queue), _IDLE_SECONDS)
            self._idle -= 1
            if self._queue:
                return self._queue.popleft()[1]
            self._threads -= 1
            return None

    def _watch(self) -> None:
        """Do what is overdue, since a dead disk may keep every other thread."""
        while True:
            now = time.monotonic()
            overdue = []
            with self._changed:
                while self._queue and self._queue[0][0] <= now:
                    overdue.append(self._queue.popleft()[1])
                if not self._queue and not self._threads:
                    self._is_watched = False
                    return
                wakes = self._queue[0][0] if self._queue else now + self._patience
            for work in overdue:
                _do(work)
            # What comes meanwhile has a later deadline than this.
            time.sleep(max(0.0, min(wakes - time.monotonic(), _IDLE_SECONDS)))


def _do(work: Work) -> None:
    try:
        work()
    except Exception:  # the thread goes on for the others
        _logger.exception("A write has failed")
