"""The threads that write: whoever answers requests leaves writing to them, and so never waits for a lock or a disk.

Where writers take turns, the writes that wait when a thread begins share one transaction, and so one wait for the disk.
Each is a savepoint in it, which can fail alone, and is answered when all of them are on disk.

A write that need not be on disk can do without another thread, to which the interpreter would have to be handed over,
as long as nobody else writes: whoever answers requests collects such writes, and does all of them at once.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sized
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread
from typing import TypeGuard

from lrs_soap.store.transaction import Transaction

_IDLE_SECONDS = 5.0
# After so long, writes that wait get the next transaction: those before them shall not wait for them any longer, nor
# other processes, which look for their turn every few milliseconds, for all of them.
_SHARED_SECONDS = 0.01
# The time ends most transactions. This many that write nothing, such as stale updates, come to a few milliseconds.
_MOST_SHARING = 64

_logger = logging.getLogger(__name__)

Work = Callable[[], None]

# Opens a transaction that writes, as `Store.writing` does: whether it is durable, and by when it has to begin.
Begin = Callable[[bool, float], AbstractContextManager[Transaction]]

# Opens one that is not durable, as `Store.writing_at_once` does.
BeginAtOnce = Callable[[], AbstractContextManager[Transaction] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """Work that can share a transaction with others. Called by itself, it is done in a transaction of its own.

    `write` is given the transaction, and writes in a savepoint of it; given None, it opens a transaction. It raises
    nothing. After that, `answer` is called, when everything is committed, or when `fail` was told why it is not.

    A write that is not `durable` need not be on disk when it is answered. One that `stands_alone` takes so long that
    others shall not wait for its end.
    """

    write: Callable[[Transaction | None], None]
    fail: Callable[[Exception], None]
    answer: Callable[[], None]
    durable: bool = True
    stands_alone: bool = False

    def __call__(self) -> None:
        self.write(None)
        self.answer()


class Writers:
    """A queue of what is to be written, and the threads that do it in that order.

    A thread is started when there is something to do, and ends when there was nothing for five seconds. Work whose
    deadline passes while it is still in the queue is called, too: it must find that out for itself, and write nothing.
    """

    def __init__(
        self,
        most_threads: int,
        patience_seconds: float,
        begin: Begin | None = None,
        begin_at_once: BeginAtOnce | None = None,
    ) -> None:
        """`patience_seconds` is how long work may wait from when it is asked for until it may no longer begin.

        `begin` and `begin_at_once` open the transactions that writes share. Without them, each write has its own.
        """
        self._most = most_threads
        self._patience = patience_seconds
        self._begin = begin
        self._begin_at_once = begin_at_once
        self._collected: deque[tuple[float, Write]] = deque()
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

    def collects(self, write: Write) -> bool:
        """Whether a write can be collected, to be done by `write_collected`; else it is for `put`."""
        return self._begin_at_once is not None and _can_share(write) and not write.durable

    def collect(self, write: Write, deadline: float) -> None:
        """Have the write done by the next `write_collected`, which has to be called soon."""
        self._collected.append((deadline, write))

    def write_collected(self) -> None:
        """Do what was collected in this thread, in one transaction; leave it to the others if that had to wait."""
        collected = self._next_collected()
        if collected is None or self._begin_at_once is None:
            return
        opened = self._begin_at_once()
        if opened is not None:
            self._share(opened, collected[1], self._collected, lambda: _write_of(self._next_collected()))
            collected = self._next_collected()
        while collected is not None:
            self.put(collected[1], collected[0])
            collected = self._next_collected()

    def _next_collected(self) -> tuple[float, Write] | None:
        try:
            return self._collected.popleft()
        except IndexError:
            return None

    def _write(self) -> None:
        while (first := self._next()) is not None:
            deadline, work = first
            if self._begin is not None and _can_share(work):
                self._write_together(self._begin, work, deadline)
            else:
                _do(work)

    def _next(self) -> tuple[float, Work] | None:
        """The next work with its deadline, None when there was none for a while."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: bool(self._queue), _IDLE_SECONDS)
            self._idle -= 1
            if self._queue:
                return self._queue.popleft()
            self._threads -= 1
            return None

    def _write_together(self, begin: Begin, first: Write, deadline: float) -> None:
        """Write the first and what waits behind it in one transaction; when it has ended, answer each of them.

        What waits stays in the queue until its turn, so that it is overdue there if this thread cannot get on.
        """
        with self._changed:
            durable = first.durable or any(_can_share(each) and each.durable for _, each in self._queue)
        self._share(begin(durable, deadline), first, self._queue, partial(self._next_to_share, durable))

    def _share(
        self,
        opened: AbstractContextManager[Transaction],
        first: Write,
        waiting: Sized,
        following: Callable[[], Write | None],
    ) -> None:
        """Write the first and those that are waiting when the transaction begins, and answer each when it has ended."""
        written = [first]
        try:
            with opened as transaction:
                ends = time.monotonic() + _SHARED_SECONDS
                most = min(1 + len(waiting), _MOST_SHARING)
                first.write(transaction)
                while len(written) < most and transaction.failure is None and time.monotonic() < ends:
                    each = following()
                    if each is None:
                        break
                    written.append(each)
                    each.write(transaction)
                if transaction.failure is not None:
                    raise transaction.failure
        except Exception as error:
            for each in written:
                each.fail(error)
        for each in written:
            _do(each.answer)

    def _next_to_share(self, durable: bool) -> Write | None:
        """What is next in the queue, if it can share a transaction that is durable or not."""
        with self._changed:
            if self._queue:
                deadline, work = self._queue[0]
                if _can_share(work) and (durable or not work.durable) and deadline > time.monotonic():
                    del self._queue[0]
                    return work
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


def _write_of(collected: tuple[float, Write] | None) -> Write | None:
    return None if collected is None else collected[1]


def _can_share(work: Work) -> TypeGuard[Write]:
    return isinstance(work, Write) and not work.stands_alone


def _do(work: Work) -> None:
    try:
        work()
    except Exception:  # the thread goes on for the others
        _logger.exception("A write has failed")
