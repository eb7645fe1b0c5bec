"""A server's loop at work in the test's own process, over an application of the test's own, by HTTP or HTTPS."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from lrs_soap.server.listening import listen
from lrs_soap.server.loop import Loop
from tests.kit.waiting import PATIENCE


class Application:
    """Answers with the name of the thread; what is at `/slow` not before it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.slow_ones = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.slow_ones.release()
            assert self.go_on.wait(PATIENCE)
        body = self.body(environ)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def body(self, environ: dict[str, Any]) -> bytes:
        return threading.current_thread().name.encode()


@dataclass
class Running:
    """A loop at work in this process."""

    loop: Loop
    client: ssl.SSLContext | None

    def connect(self) -> socket.socket:
        """A connection to it, of its transport."""
        connected = socket.create_connection(("127.0.0.1", self.loop.port), timeout=PATIENCE)
        return connected if self.client is None else self.client.wrap_socket(connected, server_hostname="localhost")

    def ask(self, path: str = "/") -> bytes | None:
        """Ask once; what was answered."""
        return Asker(self, path).answered()


class Asker(threading.Thread):
    """Asks once, and keeps what was answered."""

    def __init__(self, running: Running, path: str) -> None:
        super().__init__()
        self._running, self._path = running, path
        self.answer: bytes | None = None
        self.start()

    def run(self) -> None:
        with self._running.connect() as connection:
            connection.sendall(f"GET {self._path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            response = http.client.HTTPResponse(connection)
            # A connection that is closed instead of an answer leaves it at None.
            with suppress(ConnectionError, http.client.HTTPException):
                response.begin()
                self.answer = response.read()

    def answered(self) -> bytes | None:
        self.join(PATIENCE)
        return self.answer


class Run(Protocol):
    """Makes a context in which a loop runs; `adjustments` are those of `Loop`, `ended` is told of what ends it."""

    def __call__(self, application: Application, **adjustments: Any) -> AbstractContextManager[Running]: ...


def runner(server: ssl.SSLContext | None, client: ssl.SSLContext | None) -> Run:
    """Runs loops over HTTPS with the server's and the client's context, over HTTP with none."""

    @contextmanager
    def run(
        application: Application, *, ended: Callable[[BaseException], None] | None = None, **adjustments: Any
    ) -> Iterator[Running]:
        loop = Loop(application, listen("127.0.0.1", 0), tls=server, **adjustments)

        def run_it() -> None:
            try:
                loop.run()
            except BaseException as error:
                if ended is None:
                    raise
                ended(error)

        thread = threading.Thread(target=run_it)
        thread.start()
        try:
            yield Running(loop, client)
        finally:
            application.go_on.set()
            loop.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive()

    return run


def read_head(answer: BinaryIO) -> bytes:
    """The lines of an answer up to the empty one."""
    return b"".join(iter(answer.readline, b"\r\n"))
