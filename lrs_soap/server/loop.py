"""waitress with the requests answered in the thread that reads the network, and an orderly end.

Every hand-over of the interpreter between that thread and another one costs as much as a find (docs/operating.md,
"Threads"): so by default there is no other one.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import ThreadedTaskDispatcher

_POLL_SECONDS = 1.0
# How long an answer that is made may take to reach its caller once the server is told to stop.
_LAST_ANSWERS_SECONDS = 10.0

Server = BaseWSGIServer | MultiSocketServer


class _Channel(HTTPChannel):
    """A connection whose answers are kept until they are whole, and sent by the loop in one go."""

    def write_soon(self, data: bytes) -> int:
        """Keep a part of an answer; its length."""
        if not self.connected:
            raise ClientDisconnected
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

    def answer_all(self) -> None:
        while self._channels:
            channel = self._channels.popleft()
            channel.service()
            if not channel.requests and channel.connected:
                channel.handle_write()

    def set_thread_count(self, count: int) -> None:
        """There are none."""

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        self.answer_all()


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
        if not threads:
            for server in self._servers():
                server.channel_class = _Channel
        self._stopping = False

    @property
    def port(self) -> int:
        """The port that is listened on; where 0 was asked for, the one that the machine gave."""
        return int(self._servers()[0].getsockname()[1])

    def run(self) -> None:
        """Serve until `stop` is called; then finish what has been asked, and close."""
        while not self._stopping:
            self._turn(_POLL_SECONDS)
        self._stop_listening()
        deadline = time.monotonic() + _LAST_ANSWERS_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            self._turn(0.05)
        self._dispatcher.shutdown()
        self._server.close()
        wasyncore.close_all(self._map, ignore_all=True)

    def stop(self) -> None:
        """End `run` soon; may be called by a signal's handler."""
        self._stopping = True
        for server in self._servers():
            server.pull_trigger()

    def _turn(self, timeout: float) -> None:
        wasyncore.loop(timeout=0 if self._queue else timeout, use_poll=True, map=self._map, count=1)
        self._queue.answer_all()

    def _servers(self) -> list[BaseWSGIServer]:
        return [each for each in self._map.values() if isinstance(each, BaseWSGIServer)]

    def _is_busy(self) -> bool:
        channels = [each for each in self._map.values() if isinstance(each, HTTPChannel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _stop_listening(self) -> None:
        for server in self._servers():
            server.accepting = False
            server.del_channel()
            if server.socket is not None:
                server.socket.close()
