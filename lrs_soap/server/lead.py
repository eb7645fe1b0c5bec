"""Who may touch the network: one of several threads, and another one once that is busy for too long."""

from __future__ import annotations

import math
import time
from threading import Event, Lock, get_ident

PATIENCE_SECONDS = 0.005
"""Longer than a find takes, shorter than anybody notices."""


class Lead:
    """Handed from thread to thread; the first that serves has it without asking."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._watch = Lock()
        self._begun = Event()
        # Set when the leader steps aside, so that whoever watches it looks at once.
        self._steps_aside = Event()
        self._holder = 0
        self._busy_since: float | None = None
        self._busy_thread = 0
        self._over = Event()

    def begin(self) -> int:
        """The leader begins with a request; what it has to show at the end of it."""
        # Looked up first: once it is known to be busy, another thread may lead at any moment.
        holder = self._holder
        self._busy_thread = get_ident()
        self._busy_since = time.monotonic()
        if not self._begun.is_set():
            self._begun.set()
        return holder

    def end(self, shown: int) -> bool:
        """The request is answered; whether its thread is still the leader."""
        # By hand, because that takes half as long as `with`, and nothing here can fail.
        self._lock.acquire()
        leads = self._holder == shown
        if leads:
            self._busy_since = None
        self._lock.release()
        return leads

    def step_aside(self) -> None:
        """This thread is about to do what takes long: if it leads, another one leads at once."""
        with self._lock:
            if self._busy_since is None or self._busy_thread != get_ident():
                return
            self._busy_since = -math.inf
        self._steps_aside.set()

    def await_turn(self) -> bool:
        """Wait until the leader is busy for too long, and lead from then on; False at the end of all."""
        with self._watch:
            while not self._over.is_set():
                self._begun.wait()
                self._begun.clear()
                if self._has_taken_over():
                    return True
            return False

    def _has_taken_over(self) -> bool:
        """Watch a busy leader until one request has kept it for too long, and lead then; False if it is idle first."""
        left = PATIENCE_SECONDS
        while True:
            self._steps_aside.wait(left)
            self._steps_aside.clear()
            with self._lock:
                since = self._busy_since
                if since is None or self._over.is_set():
                    return False
                left = since + PATIENCE_SECONDS - time.monotonic()
                if left <= 0:
                    self._holder += 1
                    self._busy_since = None
                    return True

    def finish(self) -> None:
        """Release every waiting thread."""
        self._over.set()
        self._begun.set()
        self._steps_aside.set()

    def await_end(self) -> None:
        """Wait until nobody leads any more."""
        self._over.wait()
