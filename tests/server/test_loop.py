"""One thread answers, until a request keeps it: then another goes on in its place."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

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
def running(application: Application) -> Iterator[Loop]:
    loop = Loop(application, threads=0, host="127.0.0.1", port=0)
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
