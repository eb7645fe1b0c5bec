"""waitress with the requests answered in the thread that reads the network, and an orderly end.

Every hand-over of the interpreter between that thread and another one costs as much as a find (docs/operating.md,
"Threads"): so by default one thread does all, until a request keeps it longer than a find may take. Then a deputy goes
on in its place, and it becomes a deputy itself when that request is answered.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

from waitress import wasyncore
from waitress.buffers import OverflowableBuffer, ReadOnlyFileBasedBuffer
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import ThreadedTaskDispatcher

_POLL_SECONDS = 1.0
_LAST_POLL_SECONDS = 0.05
# Longer than a find takes, shorter than anybody notices.
_PATIENCE_SECONDS = 0.005
# Somebody registers, somebody else has a wrong password, and the rest goes on.
_DEPUTIES = 2
# How long an answer that is made may take to reach its caller once the server is told to stop.
_LAST_ANSWERS_SECONDS = 10.0

Server = BaseWSGIServer | MultiSocketServer


class _SafeChannel(HTTPChannel):
    """A connection that two threads may flush at once, and that closes when it fails, instead of ending its thread."""

    def service(self) -> None:
        """Answer the first of the requests that were read; close the connection if that fails."""
        try:
            super().service()
        except Exception:
            self.logger.exception("Closing a connection that failed while it was served")
            # The loop closes it: no other thread may take a connection away while the loop polls.
            self.will_close = True
            with self.requests_lock:  # type: ignore[attr-defined]
                self.requests = []
            # After the end of the loop nobody needs to be woken.
            with suppress(OSError):
                self.server.pull_trigger()

    def _flush_some(self, do_close: bool = True) -> bool:
        # waitress takes this lock for a thread that answers, but not for the loop: the two could send the same bytes.
        with self.outbuf_lock:
            return bool(super()._flush_some(do_close))  # type: ignore[misc]


class _LoopChannel(_SafeChannel):
    """A connection whose answers are kept until they are whole, and sent by the loop in one go."""

    def write_soon(self, data: bytes | ReadOnlyFileBasedBuffer) -> int:
        """Keep a part of an answer, or a file that waitress has made ready to be sent; its length."""
        with self.outbuf_lock:
            if not self.connected:
                raise ClientDisconnected
            if isinstance(data, ReadOnlyFileBasedBuffer):
                # What comes after a file cannot be appended to it.
                self.outbufs = [*self.outbufs, data, OverflowableBuffer(self.adj.outbuf_overflow)]  # type: ignore[list-item]
                self.current_outbuf_count = 0
            else:
                if self.current_outbuf_count >= self.adj.outbuf_high_watermark:
                    # So waitress asks for a new one after each answer: a buffer keeps what it has held.
                    self.outbufs = [*self.outbufs, OverflowableBuffer(self.adj.outbuf_overflow)]
                    self.current_outbuf_count = 0
                self.outbufs[-1].append(data)
                self.current_outbuf_count += len(data)
            self.total_outbufs_len += len(data)
        return len(data)


class _TaskQueue:
    """Takes the place of waitress's threads: keeps requests until the loop has read what there is to read."""

    def __init__(self) -> None:
        self._channels: deque[HTTPChannel] = deque()

    def __len__(self) -> int:
        return len(self._channels)

    def add_task(self, channel: HTTPChannel) -> None:
        self._channels.append(channel)

    def take(self) -> HTTPChannel:
        """The connection whose request has waited for longest."""
        return self._channels.popleft()

    def set_thread_count(self, count: int) -> None:
        """There are none."""

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        """There is nothing to end."""


class _Lead:
    """Who may touch the network: one thread at a time, and another one once that one is busy for too long."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._watch = Lock()
        self._begun = Event()
        self._holder = 0
        self._busy_since: float | None = None
        self.is_over = False

    def begin(self) -> int:
        """The leader begins with a request; what it has to show at the end of it."""
        self._busy_since = time.monotonic()
        if not self._begun.is_set():
            self._begun.set()
        return self._holder

    def end(self, shown: int) -> bool:
        """The request is answered; whether its thread is still the leader."""
        with self._lock:
            if self._holder != shown:
                return False
            self._busy_since = None
            return True

    def await_turn(self) -> bool:
        """Wait until the leader is busy for too long, and lead from then on; False at the end of all."""
        with self._watch:
            while not self.is_over:
                self._begun.wait()
                self._begun.clear()
                time.sleep(_PATIENCE_SECONDS)
                with self._lock:
                    since = self._busy_since
                    if since is not None and time.monotonic() - since >= _PATIENCE_SECONDS:
                        self._holder += 1
                        self._busy_since = None
                        return True
                    if since is not None:
                        self._begun.set()
            return False

    def finish(self) -> None:
        """Send all home who wait."""
        self.is_over = True
        self._begun.set()


class Loop:
    """Serves a WSGI application until it is told to stop."""

    def __init__(self, application: Callable[..., Any], *, threads: int, **adjustments: Any) -> None:
        """`threads` 0: requests are answered by the loop itself. Listens from now on; raises OSError, ValueError."""
        self._queue = _TaskQueue()
        self._map: dict[int, Any] = {}
        self._dispatcher: Any = self._queue
        if threads:
            self._dispatcher = ThreadedTaskDispatcher()
            self._dispatcher.set_thread_count(threads)
        adjustments["asyncore_use_poll"] = True
        self._server: Server = create_server(application, map=self._map, _dispatcher=self._dispatcher, **adjustments)
        # Not asked of the map, which changes while a signal's handler runs.
        self._listening = [each for each in self._map.values() if isinstance(each, BaseWSGIServer)]
        self._deputies = 0 if threads else _DEPUTIES
        for server in self._listening:
            server.channel_class = _SafeChannel if threads else _LoopChannel
        self._lead = _Lead()
        self._stopping = False

    @property
    def port(self) -> int:
        """The port that is listened on; where 0 was asked for, the one that the machine gave."""
        return int(self._listening[0].getsockname()[1])

    def run(self) -> None:
        """Serve until `stop` is called; then finish what has been asked, and close."""
        deputies = [Thread(target=self._take_turns, name=f"deputy {number}") for number in range(self._deputies)]
        for deputy in deputies:
            deputy.start()
        self._serve()
        self._take_turns()
        for deputy in deputies:
            deputy.join()

    def stop(self) -> None:
        """End `run` soon; may be called by a signal's handler."""
        self._stopping = True
        # Once all is over there is nobody to wake.
        with suppress(OSError):
            for server in self._listening:
                server.pull_trigger()

    def _take_turns(self) -> None:
        while self._lead.await_turn():
            self._serve()

    def _serve(self) -> None:
        try:
            self._serve_while_leading()
        except BaseException:
            # Nobody leads any more: without this, all would wait for ever.
            self._lead.finish()
            raise

    def _serve_while_leading(self) -> None:
        """Serve to the end, or until a deputy leads."""
        deadline: float | None = None
        while True:
            if self._stopping and deadline is None:
                self._stop_listening()
                deadline = time.monotonic() + _LAST_ANSWERS_SECONDS
                # What has arrived while something was answered has been asked, too.
                timeout = 0.0
            else:
                timeout = _POLL_SECONDS if deadline is None else _LAST_POLL_SECONDS
            if not self._turn(timeout):
                return
            if deadline is not None and (not self._is_busy() or time.monotonic() >= deadline):
                break
        self._dispatcher.shutdown()
        self._server.close()
        wasyncore.close_all(self._map, ignore_all=True)
        self._lead.finish()

    def _turn(self, timeout: float) -> bool:
        """Read and write what there is, and answer what was read; whether this thread still leads."""
        wasyncore.loop(timeout=0 if self._queue else timeout, use_poll=True, map=self._map, count=1)
        while self._queue:
            channel = self._queue.take()
            shown = self._lead.begin()
            channel.service()
            if not self._lead.end(shown):
                # Whoever leads now sends the answer: `service` has woken it.
                return False
            if not channel.requests and channel.connected:
                # As the loop itself has it written: what that raises closes the connection alone.
                wasyncore.write(channel)
        return True

    def _is_busy(self) -> bool:
        channels = [each for each in self._map.values() if isinstance(each, HTTPChannel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop_listening(self) -> None:
        for server in self._listening:
            server.accepting = False
            server.del_channel()
            if server.socket is not None:
                server.socket.close()
