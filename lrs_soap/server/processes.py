"""Several processes at work, watched by one that does none.

The parent forks them, puts another in the place of one that ends, hangs or has grown too large, and ends when it is
told to, after them. It and each child (child_process.py) hold an end of a socket: by it the child says that it is ready
and goes on, and each learns that the other is gone, however that came about.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

from lrs_soap.exchange.log import ProcessLog
from lrs_soap.exchange.log_sink import RETRY_SECONDS
from lrs_soap.server import memory
from lrs_soap.server.child_process import READ_AGAIN, SIGNALS, Announce, ChildProcess
from lrs_soap.server.process_counts import ProcessCounts

# A process that ends sooner than this has died of something that its successor will die of, too.
_SOON_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 30.0
# Somewhat longer than a server takes at most for its last answers.
_LAST_SECONDS = 20.0
_LOOK_SECONDS = 1.0
_READ_BYTES = 4096
# A parent that has not looked for so long was held up itself, and cannot say who hangs.
_HELD_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Post:
    """What one process is there for: the work that it does, and what the log calls it.

    A process that `ends` is not replaced once its work is done, which its exit status 0 says.
    """

    name: str
    work: Callable[[Announce], None]
    ends: bool = False


@dataclass(eq=False, slots=True)
class _Child:
    process: int
    post: Post
    line: socket.socket
    quick_deaths: int
    started: float = field(default_factory=time.monotonic)
    heard: float | None = None
    """When the child has last said something; None before it is ready, and again once it is given up."""
    is_ready: bool = False
    relieves: _Child | None = None
    """The child that is to stop when this one is ready."""
    is_relieved: bool = False
    """Whether another child has its post, or is about to take it."""


@dataclass(frozen=True, slots=True)
class _Vacancy:
    """A child is to be started at a moment, after so many of its predecessors at the post have died soon.

    It `relieves` another, where that one is to stop when the new one is ready.
    """

    post: Post
    due: float
    quick_deaths: int = 0
    relieves: _Child | None = None


class Processes:
    """A process at each of some posts. To be made where there is one thread only, since it forks."""

    def __init__(
        self,
        posts: Sequence[Post],
        *,
        sockets: list[socket.socket],
        ready: Callable[[], None],
        hang_seconds: float,
        most_memory: int,
        log: ProcessLog,
        until: int | None = None,
        counts: ProcessCounts | None = None,
        read_again: Callable[[], bool] = lambda: False,
    ) -> None:
        """`sockets` are what children listen on, `ready` is called once, when every child has announced itself but
        those that end. One that is ready, and then says nothing for `hang_seconds`, is killed and replaced. One that
        takes more than `most_memory` bytes of the machine's memory is told to stop once another is ready in its place.

        `log` is told of the ends of children, which use it, too. `until` is a descriptor, such as that of a pipe: when
        there is nothing more to read from it, that ends them as SIGTERM does. `counts` is told how many are at work.

        `read_again` is called at SIGHUP, and says whether that is handed on to the processes. If the program was
        started in a terminal, and that has been closed, SIGHUP ends them as SIGTERM does.
        """
        self._count = sum(not post.ends for post in posts)
        self._sockets = sockets
        self._ready: Callable[[], None] | None = ready
        self._hang_seconds = hang_seconds
        self._most_memory = most_memory
        self._log = log
        self._until = until
        self._process_counts = counts or ProcessCounts([post.name for post in posts])
        self._children: list[_Child] = []
        self._vacancies = [_Vacancy(post, due=0.0) for post in posts]
        self._read_again = read_again
        self._ends_with_terminal = signal.getsignal(READ_AGAIN) is signal.SIG_DFL and _has_terminal()
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        self._looked = self._measured = time.monotonic()
        self._last_moment: float | None = None

    def run(self) -> None:
        """Keep the processes running until SIGTERM or SIGINT, and then until each has finished what it was doing."""
        self._selector.register(self._woken, selectors.EVENT_READ, self._hear_signal)
        if self._until is not None:
            self._selector.register(self._until, selectors.EVENT_READ, self._hear_end)
        for each in (*SIGNALS, READ_AGAIN):
            signal.signal(each, _do_nothing)
        # Written to whichever thread a signal comes to, and even while the main one waits.
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        while self._children or self._last_moment is None:
            self._fill_vacancies()
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._end_those_that_hang()
            self._relieve_those_that_have_grown()
            self._lose_patience()
            self._note_at_work()
        signal.set_wakeup_fd(-1)

    def _hear_signal(self) -> None:
        came = set(self._woken.recv(_READ_BYTES))
        if came - {READ_AGAIN} or (self._ends_with_terminal and not _has_terminal()):
            self._tell_children()
        elif self._read_again():
            for child in self._children:
                os.kill(child.process, READ_AGAIN)

    def _hear_end(self) -> None:
        assert self._until is not None
        if not os.read(self._until, _READ_BYTES):
            self._selector.unregister(self._until)
            self._tell_children()

    def _tell_children(self) -> None:
        if self._last_moment is None:
            self._last_moment = time.monotonic() + _LAST_SECONDS
        self._vacancies.clear()
        # Where nobody accepts any more, nobody shall be able to connect.
        for each in self._sockets:
            each.close()
        for child in self._children:
            _tell_to_stop(child)

    def _patience(self) -> float:
        moments = [each.due for each in self._vacancies]
        if not self._log.flush():
            moments.append(time.monotonic() + RETRY_SECONDS)
        if self._last_moment is not None:
            moments.append(self._last_moment)
        now = time.monotonic()
        return max(0.0, min([now + _LOOK_SECONDS, *moments]) - now)

    def _end_those_that_hang(self) -> None:
        now = time.monotonic()
        was_held_up, self._looked = now - self._looked >= _HELD_UP_SECONDS, now
        for child in self._children:
            if child.heard is None:
                continue
            if was_held_up:
                child.heard = now
            elif now - child.heard >= self._hang_seconds:
                self._log.logger.error("process", post=child.post.name, hangs=child.process, seconds=self._hang_seconds)
                child.heard = None
                os.kill(child.process, signal.SIGKILL)

    def _relieve_those_that_have_grown(self) -> None:
        now = time.monotonic()
        if self._last_moment is not None or now - self._measured < _LOOK_SECONDS:
            return
        self._measured = now
        for child in self._children:
            if child.is_ready and not (child.is_relieved or child.post.ends):
                taken = memory.taken_by(child.process)
                if taken > self._most_memory:
                    child.is_relieved = True
                    self._vacancies.append(_Vacancy(child.post, now, relieves=child))
                    self._log.logger.warning(
                        "process", post=child.post.name, grown=child.process, mebibytes=taken >> 20
                    )

    def _lose_patience(self) -> None:
        if self._last_moment is not None and time.monotonic() >= self._last_moment:
            for child in self._children:
                os.kill(child.process, signal.SIGKILL)

    def _fill_vacancies(self) -> None:
        now = time.monotonic()
        for vacancy in [each for each in self._vacancies if each.due <= now]:
            self._vacancies.remove(vacancy)
            try:
                self._start(vacancy.post, vacancy.quick_deaths, vacancy.relieves)
            except OSError as error:
                self._replace(vacancy.post, vacancy.quick_deaths + 1, vacancy.relieves, failed=error.strerror)

    def _start(self, post: Post, quick_deaths: int, relieves: _Child | None) -> None:
        ours, theirs = socket.socketpair()
        # They stay blocked in the child, where one thread waits for them.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (*SIGNALS, READ_AGAIN))
        try:
            process = os.fork()
            if process == 0:
                self._be_child(post, theirs, [ours, *(child.line for child in self._children)])
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        child = _Child(process, post, ours, quick_deaths, relieves=relieves)
        self._children.append(child)
        self._selector.register(ours, selectors.EVENT_READ, partial(self._hear, child))

    def _be_child(self, post: Post, line: socket.socket, others: list[socket.socket]) -> NoReturn:
        status = 1
        try:
            self._log.begin_again()
            signal.set_wakeup_fd(-1)
            self._selector.close()
            # Held by a sibling as well, a line would not tell of its end.
            for each in (*others, self._woken, self._wake):
                each.close()
            post.work(ChildProcess(line, log=self._log).announce)
            status = 0
        except BaseException as error:
            self._log.logger.error("process", post=post.name, process=os.getpid(), exc_info=error)
        finally:
            # Not by an exception or `sys.exit`: those would run what the parent has in hand.
            self._log.finish()
            os._exit(status)

    def _hear(self, child: _Child) -> None:
        if _says_something(child.line):
            child.heard = time.monotonic()
            if not child.is_ready:
                child.is_ready = True
                if child.relieves is not None and child.relieves in self._children:
                    _tell_to_stop(child.relieves)
                child.relieves = None
                self._note_at_work()
                self._say_ready()
            return
        self._selector.unregister(child.line)
        child.line.close()
        self._children.remove(child)
        _, status = os.waitpid(child.process, 0)
        if self._last_moment is None and not child.is_relieved and not (child.post.ends and status == 0):
            self._process_counts.note_end(child.post.name)
            has_died_soon = time.monotonic() - child.started < _SOON_SECONDS
            self._replace(
                child.post,
                child.quick_deaths + 1 if has_died_soon else 0,
                child.relieves,
                ended=child.process,
                how=_how(os.waitstatus_to_exitcode(status)),
            )

    def _note_at_work(self) -> None:
        self._process_counts.note([each.post.name for each in self._children if each.heard is not None])

    def _say_ready(self) -> None:
        if (
            self._ready is not None
            and sum(each.is_ready and not each.post.ends for each in self._children) == self._count
        ):
            self._ready()
            self._ready = None

    def _replace(self, post: Post, quick_deaths: int, relieves: _Child | None, **why: Any) -> None:
        # The first time may have been an accident.
        pause = 0.0 if quick_deaths < 2 else min(2.0 ** (quick_deaths - 2), _LONGEST_PAUSE_SECONDS)
        self._vacancies.append(_Vacancy(post, time.monotonic() + pause, quick_deaths, relieves))
        self._log.logger.error("process", post=post.name, **why, replaced_in_seconds=pause)


def _do_nothing(number: int, frame: object) -> None:
    """That a signal has come is read from the wake-up socket."""


def _has_terminal() -> bool:
    """Whether there is a terminal that this process can be interrupted from."""
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _tell_to_stop(child: _Child) -> None:
    os.kill(child.process, signal.SIGTERM)
    # One that was stopped could not act on it.
    os.kill(child.process, signal.SIGCONT)


def _says_something(line: socket.socket) -> bool:
    """Whether the child has said something; if not, it has ended."""
    try:
        return bool(line.recv(64))
    except ConnectionResetError:
        return False


def _how(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
