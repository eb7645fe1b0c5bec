"""One thread answers, until a request keeps it: then another goes on in its place."""

from __future__ import annotations

import gc
import http.client
import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast
from wsgiref.util import FileWrapper

import pytest

from lrs_soap.server import lead, loop
from lrs_soap.server.connection import Connection
from lrs_soap.server.http_request import TURN, HandedOver
from lrs_soap.server.turn import Turn
from tests.kit.running_loop import Application, Asker, Run, read_head
from tests.kit.waiting import PATIENCE, until


def test_while_nothing_is_slow_one_thread_answers_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than another program may keep the processor in the middle of a request.
    monkeypatch.setattr(lead, "PATIENCE_SECONDS", 0.2)
    with run(Application()) as running:
        assert {running.ask() for _ in range(20)} == {FIRST}


@pytest.mark.parametrize("slow", [1, 2, 8])
def test_slow_requests_hold_nobody_up(run: Run, slow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # So much that the machine alone makes none of the quick ones slow.
    monkeypatch.setattr(lead, "PATIENCE_SECONDS", 0.05)
    application = Application()
    with run(application) as running:
        kept = []
        for _ in range(slow):
            kept.append(Asker(running, "/slow"))
            assert application.slow_ones.acquire(timeout=PATIENCE)
        quick = {running.ask() for _ in range(5)}
        assert len(quick) == 1
        assert quick.isdisjoint({FIRST, None})
        assert all(each.is_alive() for each in kept)

        application.go_on.set()
        assert {each.answered() for each in kept}.isdisjoint({None, *quick})


def test_it_goes_on_after_everybody_was_kept(run: Run) -> None:
    application = Application()
    with run(application) as running:
        kept = [Asker(running, "/slow") for _ in range(16)]
        for _ in range(9):
            assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        assert None not in {each.answered() for each in kept}
        for _ in range(20):
            assert running.ask()


def test_without_standby_threads_one_thread_does_all(run: Run) -> None:
    application = Application()
    with run(application, standby_threads=0) as running:
        kept = Asker(running, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        quick = Asker(running, "/")
        application.go_on.set()
        assert {kept.answered(), quick.answered()} == {FIRST}


def test_it_goes_on_unless_every_thread_is_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_POLL_SECONDS", 0.1)
    application = Application()
    with run(application, standby_threads=1) as running:
        assert running.loop.goes_on()
        kept = [Asker(running, "/slow") for _ in range(2)]
        for _ in range(2):
            assert application.slow_ones.acquire(timeout=PATIENCE)
        running.loop.goes_on()
        time.sleep(0.3)
        assert not running.loop.goes_on()
        application.go_on.set()
        assert None not in {each.answered() for each in kept}
        assert running.loop.goes_on()


class Ending(Application):
    """Ends the thread that answers `/ending` or `/slow`, which no application should."""

    def body(self, environ: dict[str, Any]) -> bytes:
        if environ["PATH_INFO"] in ("/ending", "/slow"):
            raise SystemExit("it ends")
        return super().body(environ)


def test_what_would_end_a_thread_ends_the_loop(run: Run) -> None:
    ended: list[BaseException] = []

    with run(Ending(), ended=ended.append) as running:
        assert running.ask("/ending") is None
    assert [str(each) for each in ended] == ["it ends"]


def test_what_would_end_a_slow_thread_ends_the_loop_that_another_leads(run: Run) -> None:
    application = Ending()
    ended: list[BaseException] = []

    with run(application, ended=ended.append) as running:
        kept = Asker(running, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        assert running.ask()
        application.go_on.set()
        assert kept.answered() is None
    assert [str(each) for each in ended] == ["it ends"]


def test_what_is_slow_is_answered_after_stop(run: Run) -> None:
    application = Application()
    with run(application) as running:
        kept = Asker(running, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        assert running.ask()
        running.loop.stop()
        application.go_on.set()
        assert kept.answered()


FIRST = b"answering 0"
WORDS = "what somebody has sent"
BODY = bytes(range(256)) * 4096


class Files(Application):
    """Answers with a megabyte, as a file; `/slow` not before it is told to, and as bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.write_bytes(BODY)
        self.files: list[BinaryIO] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            return super().__call__(environ, start_response)
        start_response("200 OK", [("Content-Length", str(len(BODY)))])
        self.files.append(self._path.open("rb"))
        return cast(Iterable[bytes], environ.get("wsgi.file_wrapper", FileWrapper)(self.files[-1]))

    def body(self, environ: dict[str, Any]) -> bytes:
        return BODY


def test_a_file_is_sent_as_the_application_wraps_it(run: Run, tmp_path: Path) -> None:
    application = Files(tmp_path / "file")
    with run(application) as running:
        assert [running.ask("/file") for _ in range(2)] == [BODY, BODY]

    assert [each.closed for each in application.files] == [True, True]


# Two requests in one packet: while the first is answered, nothing more is read from its connection.
SLOW_AND_EXPECTING = (
    b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
    b"POST /file HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
)


def test_a_request_behind_a_slow_one_gets_leave_to_go_on_after_its_answer(run: Run, tmp_path: Path) -> None:
    application = Files(tmp_path / "file")
    with run(application) as running, running.connect() as client:
        client.sendall(SLOW_AND_EXPECTING)
        assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        others = [Asker(running, "/file") for _ in range(4)]
        with client.makefile("rb") as answer:
            assert read_head(answer).startswith(b"HTTP/1.1 200")
            assert answer.read(len(BODY)) == BODY
            assert read_head(answer).startswith(b"HTTP/1.1 100")
            client.sendall(b"x")
            assert read_head(answer).startswith(b"HTTP/1.1 200")
            assert answer.read(len(BODY)) == BODY
        assert {each.answered() for each in others} == {BODY}


def test_a_connection_that_fails_is_closed_and_the_others_go_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answered = Connection.answered

    def fail(connection: Connection) -> None:
        if connection.request is not None and connection.request.variables["PATH_INFO"] == "/slow":
            raise ValueError(WORDS)
        answered(connection)

    monkeypatch.setattr(Connection, "answered", fail)
    application = Application()
    with run(application) as running, running.connect() as client:
        client.sendall(SLOW_AND_EXPECTING)
        assert application.slow_ones.acquire(timeout=PATIENCE)
        application.go_on.set()
        assert client.recv(4096) == b""
        assert running.ask()

    # By its type and place: what an exception says may be what a caller has sent.
    assert "ValueError" in caplog.text
    assert "test_loop.py" in caplog.text
    assert WORDS not in caplog.text


class Failing(Application):
    """Fails in the middle of what it does."""

    def body(self, environ: dict[str, Any]) -> bytes:
        raise ValueError(WORDS)


def test_an_application_that_fails_is_500_and_the_end_of_its_connection_alone(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with run(Failing()) as running:
        for _ in range(2):
            assert b"The service has failed." in (running.ask() or b"")

    assert "ValueError" in caplog.text
    assert WORDS not in caplog.text


class HandingOver(Application):
    """Has a thread of its own answer what is at `/later`, when it is told to; what is at `/later/fails` fails there."""

    def __init__(self, *, is_large: bool = False) -> None:
        super().__init__()
        self._is_large = is_large
        self.handed_over: list[Callable[[], None]] = []
        self.raised: list[weakref.ref[HandedOver]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/later"):
            return super().__call__(environ, start_response)
        assert environ["lrs_soap.hands_over"]
        environ["wsgi.input"].read()
        handed_over = HandedOver(self._put, self._answer_rest, is_large=self._is_large)
        self.raised.append(weakref.ref(handed_over))
        raise handed_over

    def _put(self, work: Callable[[], None]) -> None:
        self.handed_over.append(work)
        self.slow_ones.release()

    def _answer_rest(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        assert not environ["lrs_soap.hands_over"]
        if environ["PATH_INFO"].endswith("fails"):
            raise RuntimeError("a bug")
        return super().__call__(environ, start_response)

    def do_all(self) -> None:
        """Answer, in a thread called `writing`, what was handed over."""
        for work in self.handed_over:
            thread = threading.Thread(target=work, name="writing")
            thread.start()
            thread.join(PATIENCE)
        self.handed_over.clear()


def test_what_is_handed_over_keeps_no_thread_and_is_answered_by_another(run: Run) -> None:
    application = HandingOver()
    with run(application, standby_threads=0) as running:
        asking = [Asker(running, "/later") for _ in range(20)]
        for _ in asking:
            assert application.slow_ones.acquire(timeout=PATIENCE)
        assert running.ask() == b"answering 0"
        assert all(each.is_alive() for each in asking)
        application.do_all()
        assert {each.answered() for each in asking} == {b"writing"}
        # The connection of one that was handed over is as good as any.
        assert running.ask() == b"answering 0"


def test_what_was_handed_over_is_not_left_to_the_collector(run: Run) -> None:
    application = HandingOver()
    gc.collect()
    gc.disable()
    try:
        with run(application) as running:
            asking = Asker(running, "/later")
            assert application.slow_ones.acquire(timeout=PATIENCE)
            application.do_all()
            assert asking.answered() == b"writing"
            # The loop is at something else by now.
            assert running.ask()
            until(lambda: all(each() is None for each in application.raised))
    finally:
        gc.enable()


def test_what_fails_in_another_thread_is_500(run: Run) -> None:
    application = HandingOver()
    with run(application) as running, running.connect() as connection:
        connection.sendall(b"GET /later/fails HTTP/1.1\r\nHost: a\r\n\r\n")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        application.do_all()
        assert connection.recv(4096).startswith(b"HTTP/1.1 500 ")
        assert running.ask()


def test_what_was_handed_over_is_answered_after_stop(run: Run) -> None:
    application = HandingOver()
    with run(application) as running:
        asking = Asker(running, "/later")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        running.loop.stop()
        application.do_all()
        assert asking.answered() == b"writing"


@pytest.mark.parametrize("is_large", [False, True])
def test_a_packed_request_that_waits_for_a_writer_lets_others_go_on_if_it_is_small(run: Run, is_large: bool) -> None:
    application = HandingOver(is_large=is_large)
    packed = b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"
    with run(application) as running, running.connect() as first, running.connect() as second:
        first.sendall(packed % b"/later")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        second.sendall(packed % b"/")
        if is_large:
            second.settimeout(0.2)
            with pytest.raises(TimeoutError):
                second.recv(1)
            second.settimeout(PATIENCE)
            application.do_all()
        assert second.recv(4096).startswith(b"HTTP/1.1 200 ")
        application.do_all()
        assert first.recv(4096).startswith(b"HTTP/1.1 200 ")


class Turning(Application):
    """Answers with the number of the turn in which it answers; in each it has something to end."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self.ended: list[str] = []

    def body(self, environ: dict[str, Any]) -> bytes:
        turn = environ[TURN]
        if turn not in self.turns:
            self.turns.append(turn)
        turn.at_end(lambda: self.ended.append(threading.current_thread().name))
        return b"%d" % self.turns.index(turn)


def test_who_is_answered_and_asks_again_is_answered_in_another_turn(run: Run) -> None:
    """What it asks may be about what its first request has changed."""
    application = Turning()
    with run(application) as running, running.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        numbers = []
        with connection.makefile("rb") as answers:
            for _ in range(3):
                read_head(answers)
                numbers.append(answers.read(1))
        assert numbers == [b"0", b"1", b"2"]
        until(lambda: len(application.ended) == 3)


def test_what_a_turn_has_left_is_ended_by_the_thread_that_was_slow(run: Run) -> None:
    application = Turning()
    with run(application) as running:
        kept = Asker(running, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        quick = running.ask()
        application.go_on.set()
        assert {quick, kept.answered()} == {b"0", b"1"}
        until(lambda: len(application.ended) == 2)
    assert len(set(application.ended)) == 2


def test_answers_are_sent_when_what_comes_before_them_is_done(run: Run) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def before() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    with run(Application(), before_answers=before) as running, running.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert begun.wait(PATIENCE)
        connection.setblocking(False)
        with pytest.raises((BlockingIOError, ssl.SSLWantReadError)):
            connection.recv(1)
        connection.settimeout(PATIENCE)
        go_on.set()
        assert connection.recv(1) == b"H"


def test_who_is_answered_before_a_large_request_does_not_wait_for_it(run: Run) -> None:
    """Even without a thread that could stand by, and where both have arrived together."""
    application = Application()
    with run(application, standby_threads=0) as running, running.connect() as small, running.connect() as large:
        for each in (small, large):
            each.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = http.client.HTTPResponse(each)
            answer.begin()
            answer.read()
        kept = Asker(running, "/slow")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        small.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        # What is packed may be large.
        large.sendall(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx")
        application.go_on.set()
        application.go_on.clear()
        assert kept.answered()
        assert application.slow_ones.acquire(timeout=PATIENCE)
        assert small.recv(1) == b"H"


class Collecting(Application):
    """Collects requests; at each, the next of those who wait asks, too. `done` is how many were done at once."""

    def __init__(self) -> None:
        super().__init__()
        self.next_ones: list[socket.socket] = []
        self.await_arrival: Callable[[socket.socket], None] = lambda sender: None
        self.done: list[int] = []
        self._collected: list[Callable[[], object]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/collected":
            return super().__call__(environ, start_response)
        if self.next_ones:
            sender = self.next_ones.pop()
            sender.sendall(COLLECTED)
            self.await_arrival(sender)
        raise HandedOver(self._put, super().__call__, is_large=False)

    def _put(self, work: Callable[[], object]) -> Callable[[], bool]:
        self._collected.append(work)
        return self._do_all

    def _do_all(self) -> bool:
        self.done.append(len(self._collected))
        for work in self._collected:
            work()
        self._collected.clear()
        return False


COLLECTED = b"GET /collected HTTP/1.1\r\nHost: a\r\n\r\n"


def done_at_once(run: Run) -> list[int]:
    """How many of three collected requests, each of which comes while that before it is collected, are done at once."""
    application = Collecting()
    with run(application, standby_threads=0) as running, ExitStack() as open_ones:
        connections = [open_ones.enter_context(running.connect()) for _ in range(3)]
        for connection in connections:
            # Once it is answered, it will be read without being accepted first.
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            read_answer(connection)

        def await_arrival(sender: socket.socket) -> None:
            (arrives_at,) = (
                each._socket for each in running.loop._connections if each._socket.getpeername() == sender.getsockname()
            )
            assert select.select([arrives_at], [], [], PATIENCE)[0]

        application.await_arrival, application.next_ones = await_arrival, connections[1:]
        connections[0].sendall(COLLECTED)
        for connection in connections:
            read_answer(connection)
    return application.done


def read_answer(connection: socket.socket) -> bytes:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.read()


def test_what_is_collected_waits_for_those_who_ask_meanwhile(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PATIENCE_SECONDS", PATIENCE)
    assert done_at_once(run) == [3]


def test_what_is_collected_waits_no_longer_than_anybody_notices(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PATIENCE_SECONDS", 0.0)
    assert done_at_once(run) == [1, 1, 1]
