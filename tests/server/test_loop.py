"""One thread answers, until a request keeps it: then another goes on in its place."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from waitress.channel import HTTPChannel

from lrs_soap.server.loop import Loop

PATIENCE = 20.0


class Application:
    """Answers with the name of the thread; `/slow` not before it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.slow_ones = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.slow_ones.release()
            assert self.go_on.wait(PATIENCE)
        body = threading.current_thread().name.encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


class Asker(threading.Thread):
    """Asks once, and keeps what was answered."""

    def __init__(self, port: int, path: str) -> None:
        super().__init__()
        self._port, self._path = port, path
        self.answer: bytes | None = None
        self.start()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request("GET", self._path)
        self.answer = connection.getresponse().read()
        connection.close()

    def answered(self) -> bytes | None:
        self.join(PATIENCE)
        return self.answer


@contextmanager
def running(application: Application | Body, *, threads: int = 0) -> Iterator[Loop]:
    loop = Loop(application, threads=threads, host="127.0.0.1", port=0)
    thread = threading.Thread(target=loop.run, name="first")
    thread.start()
    try:
        yield loop
    finally:
        application.go_on.set()
        loop.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_while_nothing_is_slow_one_thread_answers_all() -> None:
    with running(Application()) as loop:
        assert {Asker(loop.port, "/").answered() for _ in range(20)} == {b"first"}


@pytest.mark.parametrize("slow", [1, 2])
def test_slow_requests_hold_nobody_up(slow: int) -> None:
    application = Application()
    with running(application) as loop:
        kept = []
        for _ in range(slow):
            kept.append(Asker(loop.port, "/slow"))
            assert application.slow_ones.acquire(timeout=PATIENCE)
        quick = {Asker(loop.port, "/").answered() for _ in range(5)}
        assert len(quick) == 1
        assert quick.isdisjoint({b"first", None})
        assert all(each.is_alive() for each in kept)

        application.go_on.set()
        assert {each.answered() for each in kept}.isdisjoint({None, *quick})


def test_it_goes_on_after_everybody_was_kept() -> None:
    application = Application()
    with running(application) as loop:
        kept = [Asker(loop.port, "/slow") for _ in range(10)]
        for _ in range(3):
            assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        assert None not in {each.answered() for each in kept}
        for _ in range(20):
            assert Asker(loop.port, "/").answered()


def test_what_is_slow_is_answered_after_stop() -> None:
    application = Application()
    with running(application) as loop:
        kept = Asker(loop.port, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        assert Asker(loop.port, "/").answered()
        loop.stop()
        application.go_on.set()
        assert kept.answered()


# Two requests in one packet: while the first is answered, nothing more is read from its connection.
SLOW_AND_EXPECTING = (
    b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
    b"POST /file HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
)
BODY = bytes(range(256)) * 4096


class Body:
    """Answers with a megabyte, as a file or as bytes; `/slow` not before it is told to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(BODY)
        self.files: list[BinaryIO] = []
        self.go_on = threading.Event()
        self.slow_ones = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(len(BODY)))])
        if environ["PATH_INFO"] == "/slow":
            self.slow_ones.release()
            assert self.go_on.wait(PATIENCE)
            return [BODY]
        self.files.append(self._path.open("rb"))
        return cast(Iterable[bytes], environ["wsgi.file_wrapper"](self.files[-1]))


@pytest.mark.parametrize("threads", [0, 4])
def test_a_file_is_sent_as_the_application_wraps_it(tmp_path: Path, threads: int) -> None:
    application = Body(tmp_path / "file")
    with running(application, threads=threads) as loop:
        connection = http.client.HTTPConnection("127.0.0.1", loop.port, timeout=PATIENCE)
        for _ in range(2):
            connection.request("GET", "/file")
            assert connection.getresponse().read() == BODY
        connection.close()

    assert [each.closed for each in application.files] == [True, True]


class SlowSend:
    """Makes the loop's sockets send slowly, so that two threads that send at once are sure to meet."""

    def __init__(self) -> None:
        self._send = HTTPChannel.send

    def __call__(self, channel: HTTPChannel, data: bytes, do_close: bool = True) -> int:
        time.sleep(0.02)
        return int(self._send(channel, data, do_close))


@pytest.mark.parametrize("threads", [0, 4])
def test_two_threads_that_flush_one_connection_send_each_byte_once(
    tmp_path: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_send = SlowSend()
    monkeypatch.setattr(HTTPChannel, "send", lambda channel, data, do_close=True: slow_send(channel, data, do_close))
    application = Body(tmp_path / "file")
    with running(application, threads=threads) as loop, socket.create_connection(("127.0.0.1", loop.port)) as client:
        client.settimeout(PATIENCE)
        # A thread that no longer reads the network answers the first, and then sends the leave to go on with the
        # second; the one that does read it looks for what it can send.
        client.sendall(SLOW_AND_EXPECTING)
        assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        others = [Asker(loop.port, "/file") for _ in range(4)]
        answer = client.makefile("rb")
        assert read_head(answer).startswith(b"HTTP/1.1 200")
        assert answer.read(len(BODY)) == BODY
        assert read_head(answer).startswith(b"HTTP/1.1 100")
        client.sendall(b"x")
        assert read_head(answer).startswith(b"HTTP/1.1 200")
        assert answer.read(len(BODY)) == BODY
        assert {each.answered() for each in others} == {BODY}


def read_head(answer: BinaryIO) -> bytes:
    """The lines of an answer up to the empty one."""
    return b"".join(iter(answer.readline, b"\r\n"))


@pytest.mark.parametrize("threads", [0, 4])
def test_a_connection_that_fails_is_closed_and_the_others_go_on(
    threads: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(channel: HTTPChannel) -> None:
        raise ValueError("it cannot go on")

    monkeypatch.setattr(HTTPChannel, "send_continue", fail)
    application = Application()
    with running(application, threads=threads) as loop, socket.create_connection(("127.0.0.1", loop.port)) as client:
        client.settimeout(PATIENCE)
        client.sendall(SLOW_AND_EXPECTING)
        assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        while client.recv(4096):
            pass
        assert Asker(loop.port, "/").answered()

    assert "it cannot go on" in caplog.text
