"""Where the log's lines go. The service never waits for that place, and never fails because of it."""

from __future__ import annotations

import os
import select
import socket
import stat
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Protocol, TextIO

MOST_WAITING_BYTES = 1024 * 1024
RETRY_SECONDS = 0.02
"""How soon to try again, where lines are kept that could not be written: a pipe takes little at a time."""
# POSIX lets a pipe that has room for anything take this much without waiting.
_SMALL_WRITE_BYTES = 512
# Of two processes that write to the same pipe, each writes this much in one piece.
_WHOLE_WRITE_BYTES = select.PIPE_BUF


class Sink(Protocol):
    """Takes the log's lines."""

    def write(self, lines: str, *, may_wait: bool = False) -> None:
        """Take one or more whole lines. Never raises.

        `may_wait`: if somebody writes them anyway before long, they wait for that.
        """
        ...


class StreamSink:
    """Writes to a text stream, and waits for it: for a command, which has nothing else to do."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, lines: str, *, may_wait: bool = False) -> None:
        """Write the lines, unless that cannot be done."""
        with suppress(OSError, ValueError):
            self._stream.write(lines)
            self._stream.flush()


class LogSink:
    """Writes to a file descriptor without waiting for it: for a process that serves. Threads may share it.

    Lines that cannot be written yet are kept, up to `MOST_WAITING_BYTES`. Further ones are lost, and counted. What is
    kept is tried again at the next line and at every `flush`, whatever the reason was: a pipe that nobody reads, a
    full disk, a reader that has gone and may come back.
    """

    def __init__(
        self, descriptor: int | None, *, notice: Callable[[int], str], lose: Callable[[], None] = lambda: None
    ) -> None:
        """None is no place at all, so every line is lost.

        `notice` makes the line that says how many lines were lost. It is written as soon as there is room again.
        `lose` is told of each one at once.
        """
        self._send = _nowhere if descriptor is None else _sender(descriptor)
        self._notice = notice
        self._lose = lose
        self.is_flushed = False
        """Whether somebody calls `flush` soon after lines that may wait."""
        self._begin()

    def begin_again(self) -> None:
        """In a process that was just forked: leave what is kept and counted to the parent."""
        self._begin()

    def _begin(self) -> None:
        self.lost = 0
        """How many lines this process has lost."""
        self._told = 0
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        # Held for moments, to count; and by the one thread that writes, for as long as a dead disk may take. They are
        # acquired by hand, because `with` takes twice as long.
        self._counting, self._writing = Lock(), Lock()

    def write(self, lines: str, *, may_wait: bool = False) -> None:
        """Take one or more whole lines, and write them if that can be done now. Never waits."""
        data = lines.encode("utf-8", "backslashreplace")
        size = len(data)
        self._counting.acquire()
        try:
            if self._waiting_bytes + size > MOST_WAITING_BYTES:
                self.lost += 1
                self._lose()
            else:
                self._waiting.append(data)
                self._waiting_bytes += size
        finally:
            self._counting.release()
        if not (may_wait and self.is_flushed):
            self.flush()

    def flush(self) -> bool:
        """Write what is kept, as far as that can be done now; whether nothing is left. Never waits."""
        # Who comes while another thread writes leaves its lines to that one, which looks again after it.
        while self._waiting and self._writing.acquire(False):
            try:
                if not self._write_waiting():
                    break
            finally:
                self._writing.release()
        return not self._waiting

    def finish(self, seconds: float) -> None:
        """Write what is kept, waiting for no longer than this; for the end of a process."""
        deadline = time.monotonic() + seconds
        while not self.flush() and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)

    def _write_waiting(self) -> bool:
        """Whether everything that was kept is written."""
        while self._waiting:
            try:
                sent = self._send(self._next_lines())
            except OSError:
                return False
            self._counting.acquire()
            try:
                self._waiting_bytes -= sent
                if self._waiting_bytes:
                    while sent >= len(self._waiting[0]):
                        sent -= len(self._waiting.popleft())
                    self._waiting[0] = self._waiting[0][sent:]
                else:
                    self._waiting.clear()
                if not self._waiting and self.lost > self._told:
                    notice = self._notice(self.lost - self._told).encode()
                    self._waiting.append(notice)
                    self._waiting_bytes += len(notice)
                    self._told = self.lost
            finally:
                self._counting.release()
        return True

    def _next_lines(self) -> bytes:
        """As many of those that are kept as other processes cannot write between, or the first of them."""
        self._counting.acquire()
        try:
            if self._waiting_bytes <= _WHOLE_WRITE_BYTES:
                return b"".join(self._waiting)
            lines: list[bytes] = []
            size = 0
            for each in self._waiting:
                size += len(each)
                if lines and size > _WHOLE_WRITE_BYTES:
                    break
                lines.append(each)
        finally:
            self._counting.release()
        return b"".join(lines)


def _sender(descriptor: int) -> Callable[[bytes], int]:
    """A function that writes some of its bytes, never waits, and raises OSError if nothing can be written now."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISSOCK(mode):
        connected = socket.socket(fileno=os.dup(descriptor))
        return lambda data: connected.send(data, socket.MSG_DONTWAIT)
    # One of our own, since somebody may close the other, and its number would become another file's.
    own = os.dup(descriptor)
    if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        # Nobody waits for a file, unless its disk is dead.
        return partial(os.write, own)
    # The descriptor's mode is also that of whoever has handed it to us, such as a shell: it must stay as it is.
    with suppress(OSError):
        opened = os.open(f"/proc/self/fd/{own}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_APPEND | os.O_CLOEXEC)
        os.close(own)
        return partial(os.write, opened)
    return lambda data: _write_if_there_is_room(own, data)


def _write_if_there_is_room(descriptor: int, data: bytes) -> int:
    if not select.select([], [descriptor], [], 0)[1]:
        raise BlockingIOError
    return os.write(descriptor, data[:_SMALL_WRITE_BYTES])


def _nowhere(data: bytes) -> int:
    raise BrokenPipeError
