"""The threads that write: whoever answers requests leaves writing to them, and so never waits for a lock or a disk.

Where writers take turns, the writes that wait when a thread begins share one transaction, and so one wait for the disk.
Each is a savepoint in it, which can fail alone, and is answered when all of them are on disk.

The interpreter would have to be handed over to that thread and back at each statement. So, as long as nobody else
writes, whoever answers requests collects what is to be written, and writes all of it at once. Only the commit, which
waits for the disk, is left to a thread. What is collected meanwhile is written after that.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread
from typing import TypeGuard, TypeVar

from lrs_soap.store.transaction import Transaction

_IDLE_SECONDS = 5.0
# After so long, writes that wait get the next transaction: those before them shall not wait for them any longer, nor
# other processes, which look for their turn every few milliseconds, for all of them.
_SHARED_SECONDS = 0.01
# The time ends most transactions. This many that write nothing, such as stale updates, come to a few milliseconds.
_MOST_SHARING = 64

_logger = logging.getLogger(__name__)

_T = TypeVar("_T")

Work = Callable[[], None]

# Answers a write. If it returns a function, that is called once after the answers of all that were committed together.
Answer = Callable[[], Work | None]

# Opens a transaction that writes, as `Store.writing` does: whether it is durable, and by when it has to begin.
Begin = Callable[[bool, float], AbstractContextManager[Transaction]]

# Opens one if it can begin now, as `Store.writing_at_once` does: whether it is durable.
BeginAtOnce = Callable[[bool], AbstractContextManager[Transaction] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """Work that can share a transaction with others. Called by itself, it is done in a transaction of its own.

    `write` is given the transaction, and writes in a savepoint of it; given None, it opens a transaction. It raises
    nothing. After that, `answer` is called, when everything is committed, or when `fail` was told why it is not. What
    it returns is called once for all that were committed together, after their answers.

    A write that is not `durable` need not be on disk when it is answered. One that `stands_alone` takes so long that
    others shall not wait for its end.
    """

    write: Callable[[Transaction | None], None]
    fail: Callable[[Exception], None]
    answer: Answer
    durable: bool = True
    stands_alone: bool = False

    def __call__(self) -> None:
        self.write(None)
        tell = self.answer()
        if tell is not None:
            tell()


class Writers:
    """A queue of what is to be written, and the threads that do it in that order.

    A thread is started when there is something to do, and ends when there was nothing for five seconds. Work whose
    deadline passes while it still waits is called, too: it must find that out for itself, and write nothing.
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
        # How many threads do what was in the queue.
        self._busy = 0
        # Whether what was collected is being written and committed. Threads leave the queue alone meanwhile.
        self._writes_collected = False
        # Ends the transaction of what was collected.
        self._commit: Work | None = None
        self._is_watched = False

    def deadline(self) -> float:
        """By when work that is asked for now has to begin, on the monotonic clock."""
        return time.monotonic() + self._patience

    def put(self, work: Work, deadline: float) -> None:
        """Have the work called by another thread, when its turn has come or its deadline has passed."""
        with self._changed:
            self._queue.append((deadline, work))
            self._need_thread(len(self._queue))

    def collects(self, write: Write) -> bool:
        """Whether a write can be collected, to be done by `write_collected`; else it is for `put`."""
        return self._begin_at_once is not None and _can_share(write)

    def collect(self, write: Write, deadline: float) -> None:
        """Have the write done by the next `write_collected`, which has to be called soon."""
        with self._changed:
            self._collected.append((deadline, write))

    def write_collected(self) -> bool:
        """Write what was collected in this thread, in one transaction; leave it to the threads if that had to wait.

        A durable transaction is committed by a thread. Whether something is still collected, because it has to wait for
        that: then this has to be called again when one of the writes before it is answered.
        """
        with self._changed:
            if self._writes_collected:
                return bool(self._collected)
            durable = any(write.durable for _, write in self._collected)
            first = self._next_collected()
            if first is None:
                return False
            if self._busy or self._queue or self._begin_at_once is None:
                self._leave_collected(first)
                return False
            self._writes_collected = True
        opened = self._begin_at_once(durable)
        if opened is None:
            with self._changed:
                self._writes_collected = False
                self._leave_collected(first)
            return False
        written = self._share(
            opened,
            first[1],
            self._collected,
            lambda: _write_of(self._next_collected(durable)),
            self._collected_is_committed,
        )
        if next(written, False):
            if durable:
                with self._changed:
                    self._commit = partial(next, written, False)
                    self._need_thread(1)
            else:
                next(written, False)
        return bool(self._collected)

    def _next_collected(self, durable: bool = True) -> tuple[float, Write] | None:
        """What was collected next, with its deadline, if it can share a transaction that is durable or not.

        What is overdue is left to the threads.
        """
        with self._changed:
            while self._collected and (durable or not self._collected[0][1].durable):
                deadline, write = self._collected.popleft()
                if deadline > time.monotonic():
                    return deadline, write
                self.put(write, deadline)
        return None

    def _leave_collected(self, first: tuple[float, Write]) -> None:
        """Leave what was collected to the threads, and this before it."""
        left: tuple[float, Write] | None = first
        while left is not None:
            self.put(left[1], left[0])
            left = self._next_collected()

    def _collected_is_committed(self) -> None:
        with self._changed:
            self._writes_collected = False
            if self._queue:
                self._need_thread(len(self._queue))

    def _need_thread(self, works: int) -> None:
        """Have a thread for so much work, if there may be one more, and somebody who watches it."""
        if works > self._idle and self._threads < self._most:
            self._threads += 1
            Thread(target=self._write, name="writing", daemon=True).start()
        else:
            self._changed.notify()
        if not self._is_watched:
            self._is_watched = True
            Thread(target=self._watch, name="late writes", daemon=True).start()

    def _write(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Work | None:
        """What a thread has to do next, None when there was nothing for a while."""
        with self._changed:
            self._idle += 1
            has_work = self._changed.wait_for(self._has_work, _IDLE_SECONDS)
            self._idle -= 1
            if self._commit is not None:
                commit, self._commit = self._commit, None
                return commit
            if has_work:
                self._busy += 1
                return partial(self._do_first, *self._queue.popleft())
            self._threads -= 1
            return None

    def _has_work(self) -> bool:
        return self._commit is not None or (bool(self._queue) and not self._writes_collected)

    def _do_first(self, deadline: float, work: Work) -> None:
        """Do what was first in the queue, and what can be done with it."""
        if self._begin is not None and _can_share(work):
            self._write_together(self._begin, work, deadline)
        else:
            _do(work)
        with self._changed:
            self._busy -= 1

    def _write_together(self, begin: Begin, first: Write, deadline: float) -> None:
        """Write the first and what waits behind it in one transaction; when it has ended, answer each of them.

        What waits stays in the queue until its turn, so that it is overdue there if this thread cannot get on.
        """
        with self._changed:
            durable = first.durable or any(_can_share(each) and each.durable for _, each in self._queue)
        for _ in self._share(begin(durable, deadline), first, self._queue, partial(self._next_to_share, durable)):
            pass

    def _share(
        self,
        opened: AbstractContextManager[Transaction],
        first: Write,
        waiting: Sized,
        following: Callable[[], Write | None],
        ended: Callable[[], None] = lambda: None,
    ) -> Iterator[bool]:
        """Write the first and those that are waiting when the transaction begins, and answer each when it has ended.

        This is in two steps, which two threads can do: True comes once all is written, and then it is committed.
        `ended` is called before the answers.
        """
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
                yield True
        except Exception as error:
            for each in written:
                each.fail(error)
        ended()
        tell = [_do(each.answer) for each in written]
        for each_once in dict.fromkeys(filter(None, tell)):
            _do(each_once)

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
                for waiting in (self._queue, self._collected):
                    while waiting and waiting[0][0] <= now:
                        overdue.append(waiting.popleft()[1])
                if not self._queue and not self._threads:
                    self._is_watched = False
                    return
                firsts = [waiting[0][0] for waiting in (self._queue, self._collected) if waiting]
                wakes = min(firsts, default=now + self._patience)
            for work in overdue:
                _do(work)
            # What comes meanwhile has a later deadline than this.
            time.sleep(max(0.0, min(wakes - time.monotonic(), _IDLE_SECONDS)))


def _write_of(collected: tuple[float, Write] | None) -> Write | None:
    return None if collected is None else collected[1]


def _can_share(work: Work) -> TypeGuard[Write]:
    return isinstance(work, Write) and not work.stands_alone


def _do(work: Callable[[], _T]) -> _T | None:
    try:
        return work()
    except Exception:  # the thread goes on for the others
        _logger.exception("A write has failed")
        return None
