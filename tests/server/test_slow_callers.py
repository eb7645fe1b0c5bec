"""Callers who are slow, silent, or too many: nobody else waits for them, and what they may take is limited."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from lrs_soap.server import loop
from lrs_soap.server.limits import Limits
from tests.kit.running_loop import Application, Asker, Run, Running, read_head
from tests.kit.waiting import PATIENCE, until

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a loop look ten times as often at what has waited for too long."""
    monkeypatch.setattr(loop, "_POLL_SECONDS", 0.1)
    monkeypatch.setattr(loop, "_PAUSE_SECONDS", 0.1)


class Large(Application):
    """Answers `/` with a word and anything else with so many bytes; counts its answers."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.large = bytes(size)
        self.count = 0

    def body(self, environ: dict[str, Any]) -> bytes:
        self.count += 1
        return b"quick" if environ["PATH_INFO"] == "/" else self.large


@contextmanager
def connections(running: Running, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(running.connect()) for _ in range(count)]


def bytes_until_closed(connection: socket.socket) -> int:
    """How many bytes the other side sends before it closes the connection, by whatever means."""
    received = 0
    with suppress(ConnectionResetError, ssl.SSLError):
        while data := connection.recv(MEGABYTE):
            received += len(data)
    return received


def status_of(connection: socket.socket) -> int:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status


def test_large_answers_that_nobody_reads_hold_nobody_up(run: Run) -> None:
    application = Large(37 * MEGABYTE)
    with run(application) as running:
        with connections(running, 10) as unread:
            for connection in unread:
                connection.sendall(GET.replace(b"/ ", b"/large ") * 3)
            until(lambda: application.count == 10)
            for _ in range(5):
                assert running.ask() == b"quick"
        assert running.ask() == b"quick"


@pytest.mark.slow
def test_a_server_with_answers_that_nobody_reads_ends_in_seconds(run: Run) -> None:
    application = Large(37 * MEGABYTE)
    with ExitStack() as stack:
        with run(application) as running:
            unread = stack.enter_context(connections(running, 3))
            for connection in unread:
                connection.sendall(GET.replace(b"/ ", b"/large ") * 3)
            until(lambda: application.count == 3)
            stopped = time.monotonic()
        # None of the unread answers would ever end.
        assert time.monotonic() - stopped < PATIENCE


def test_what_is_unsent_is_limited_however_much_is_asked_for_at_once(run: Run) -> None:
    application = Large(256 * 1024)
    with run(application) as running, running.connect() as connection:
        connection.sendall(GET.replace(b"/ ", b"/large ") * 190)
        until(lambda: application.count >= 5)
        # What the machine itself takes for a connection is a few megabytes.
        time.sleep(0.3)
        served = application.count
        assert served < 60
        with connection.makefile("rb") as answer:
            for _ in range(190):
                assert read_head(answer).startswith(b"HTTP/1.1 200")
                assert len(answer.read(256 * 1024)) == 256 * 1024
    assert application.count == 190


@pytest.mark.slow
def test_a_caller_that_reads_nothing_loses_its_connection(run: Run) -> None:
    application = Large(37 * MEGABYTE)
    with run(application, limits=Limits(send_seconds=1)) as running, running.connect() as connection:
        connection.sendall(GET.replace(b"/ ", b"/large "))
        until(lambda: application.count)
        time.sleep(3)
        assert bytes_until_closed(connection) < 37 * MEGABYTE


@pytest.mark.slow
def test_a_caller_that_reads_slowly_keeps_its_connection(run: Run) -> None:
    application = Large(20 * MEGABYTE)
    with run(application, limits=Limits(send_seconds=5)) as running, running.connect() as connection:
        connection.sendall(GET.replace(b"/ ", b"/large "))
        with connection.makefile("rb") as answer:
            read_head(answer)
            # It takes longer than that altogether, but for no part of it.
            for _ in range(12):
                time.sleep(0.5)
                assert len(answer.read(MEGABYTE)) == MEGABYTE
            assert len(answer.read(8 * MEGABYTE)) == 8 * MEGABYTE


@pytest.mark.parametrize("begun", [b"", b"GE", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_at_the_limit_the_oldest_unfinished_connection_goes_first(run: Run, begun: bytes) -> None:
    with run(Application(), limits=Limits(connections=5)) as running, connections(running, 5) as waiting:
        for connection in waiting:
            connection.sendall(begun)
        time.sleep(0.2)
        assert running.ask()
        assert bytes_until_closed(waiting[0]) == 0
        for connection in waiting[2:]:
            connection.sendall(GET[len(begun) :])
            assert status_of(connection) == 200


def test_a_handshake_that_is_never_begun_goes_first(run: Run) -> None:
    with run(Application(), limits=Limits(connections=5)) as running, ExitStack() as stack:
        address = ("127.0.0.1", running.loop.port)
        silent = [stack.enter_context(socket.create_connection(address)) for _ in range(5)]
        assert running.ask()
        assert bytes_until_closed(silent[0]) == 0


def test_a_connection_that_is_being_answered_is_not_closed_for_another(run: Run) -> None:
    application = Application()
    with run(application, limits=Limits(connections=3)) as running:
        kept = [Asker(running, "/slow") for _ in range(3)]
        for _ in range(3):
            assert application.slow_ones.acquire(timeout=PATIENCE)
        waiting = Asker(running, "/")
        waiting.join(0.3)
        assert waiting.is_alive()
        application.go_on.set()
        assert None not in {each.answered() for each in (*kept, waiting)}


def test_an_idle_connection_is_closed(run: Run) -> None:
    with run(Application(), limits=Limits(idle_seconds=1)) as running, running.connect() as connection:
        started = time.monotonic()
        connection.sendall(GET)
        assert status_of(connection) == 200
        assert connection.recv(1) == b""
        assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
    ],
    ids=["head", "body", "chunks"],
)
def test_a_request_that_takes_too_long_to_arrive_is_408(run: Run, begun: bytes) -> None:
    limits = Limits(header_seconds=0.3, request_seconds=0.3)
    with run(Application(), limits=limits) as running, running.connect() as connection:
        connection.sendall(begun)
        assert status_of(connection) == 408
        bytes_until_closed(connection)
        assert running.ask()


@pytest.mark.slow
def test_bytes_that_trickle_do_not_make_a_request_arrive_in_time(run: Run) -> None:
    with run(Application(), limits=Limits(header_seconds=1)) as running, running.connect() as connection:
        for _ in range(25):
            connection.sendall(b"x")
            time.sleep(0.1)
        assert status_of(connection) == 408


def test_a_turn_does_not_answer_all_that_waits_before_it_reads_again(run: Run) -> None:
    answered: list[str] = []

    class Busy(Application):
        def body(self, environ: dict[str, Any]) -> bytes:
            if environ["PATH_INFO"] == "/busy":
                answered.append("/busy")
                time.sleep(0.002)
            return b"done"

    request = GET.replace(b"/ ", b"/busy ")
    # Standby threads would answer it, too, whenever a request happens to take long.
    with run(Busy(), standby_threads=0) as running, connections(running, 50) as busy:
        for connection in busy:
            connection.sendall(request * 100)
        assert running.ask() == b"done"
        assert len(answered) < 50 * 100 / 2


class Concurrent(Application):
    """Counts the large requests that it is given at the same time; they wait until they are told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self.now = self.most = 0

    def body(self, environ: dict[str, Any]) -> bytes:
        if int(environ.get("CONTENT_LENGTH") or 0) < MEGABYTE:
            return b"quick"
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(PATIENCE)
        with self._lock:
            self.now -= 1
        return b"large"


def test_large_requests_are_answered_one_at_a_time_and_others_beside_them(run: Run) -> None:
    application = Concurrent()
    with run(application) as running, connections(running, 4) as large:
        for connection in large:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % MEGABYTE + bytes(MEGABYTE))
        until(lambda: application.now)
        assert [running.ask() for _ in range(5)] == [b"quick"] * 5
        application.go_on.set()
        assert [status_of(connection) for connection in large] == [200] * 4
    assert application.most == 1


def test_large_requests_that_do_not_arrive_are_refused_when_there_is_no_more_room(run: Run) -> None:
    limits = Limits(buffered_bytes=4 * MEGABYTE)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (2 * MEGABYTE)
    with run(Application(), limits=limits) as running, connections(running, 4) as unfinished:
        for connection in unfinished:
            connection.sendall(head + bytes(MEGABYTE))
            time.sleep(0.1)
        with running.connect() as whole:
            whole.sendall(head + bytes(2 * MEGABYTE))
            assert status_of(whole) == 200
        assert status_of(unfinished[0]) == 503
        unfinished[3].sendall(bytes(MEGABYTE))
        assert status_of(unfinished[3]) == 200


class Refusing(Application):
    """Reads the body of what is at `/read`, and of nothing else."""

    def reads_body(self, environ: dict[str, Any]) -> bool:
        return bool(environ["PATH_INFO"] == "/read")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "7")])
        return [b"%7d" % len(body)]


@pytest.mark.parametrize("line", [b"Content-Length: 67108864", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_large_body_that_nobody_will_read_is_not_waited_for(run: Run, line: bytes, expect: bytes) -> None:
    application = Refusing()
    with run(application, reads_body=application.reads_body) as running, running.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + expect + line + b"\r\n\r\n")
        with connection.makefile("rb") as answer:
            assert b"200 OK" in read_head(answer)
            assert answer.read(7) == b"      0"


def test_a_caller_that_sends_all_before_it_reads_gets_to_read_why(run: Run) -> None:
    application = Refusing()
    with run(application, reads_body=application.reads_body) as running, running.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 67108864\r\n\r\n")
        connection.sendall(bytes(67108864))
        assert status_of(connection) == 200


def test_a_small_body_that_nobody_reads_leaves_the_connection_open(run: Run) -> None:
    application = Refusing()
    with run(application, reads_body=application.reads_body) as running, running.connect() as connection:
        for _ in range(2):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345")
            with connection.makefile("rb") as answer:
                assert b"Connection" not in read_head(answer)
                assert answer.read(7) == b"      5"
