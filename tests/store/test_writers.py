"""Threads that write for others: in order, no more than there may be, and none when there is nothing to do."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from lrs_soap.store import writers as module
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.writers import Write, Writers
from tests.kit.waiting import PATIENCE, until


def writing_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name in ("writing", "late writes")]


@pytest.fixture(autouse=True)
def no_threads_are_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.05)
    yield
    until(lambda: not writing_threads())


def put(writers: Writers, work: Callable[[], None]) -> None:
    writers.put(work, writers.deadline())


class Stuck:
    """Work that lasts until it is told to go on."""

    def __init__(self) -> None:
        self.has_begun, self.goes_on = Event(), Event()

    def __call__(self) -> None:
        self.has_begun.set()
        assert self.goes_on.wait(PATIENCE)


def test_one_thread_does_all_in_order_and_ends_when_it_is_idle() -> None:
    writers = Writers(1, 0.5)
    first = Stuck()
    done: list[tuple[int, str]] = []
    put(writers, first)
    for number in range(100):
        put(writers, lambda number=number: done.append((number, threading.current_thread().name)))
    assert first.has_begun.wait(PATIENCE)
    assert done == []

    first.goes_on.set()

    until(lambda: len(done) == 100)
    assert done == [(number, "writing") for number in range(100)]
    until(lambda: not writing_threads())
    put(writers, lambda: done.append((100, "")))
    until(lambda: len(done) == 101)


def test_several_threads_are_no_more_than_there_may_be() -> None:
    writers = Writers(3, PATIENCE)
    stuck = [Stuck() for _ in range(5)]
    for each in stuck:
        put(writers, each)
    for each in stuck[:3]:
        assert each.has_begun.wait(PATIENCE)
    assert not stuck[3].has_begun.is_set()

    stuck[1].goes_on.set()

    assert stuck[3].has_begun.wait(PATIENCE)
    assert not stuck[4].has_begun.is_set()
    for each in stuck:
        each.goes_on.set()
    assert stuck[4].has_begun.wait(PATIENCE)


def test_work_that_fails_is_logged_and_the_others_are_done(caplog: pytest.LogCaptureFixture) -> None:
    writers = Writers(1, 0.5)
    done = Event()

    def fail() -> None:
        raise RuntimeError("a bug")

    with caplog.at_level(logging.ERROR):
        put(writers, fail)
        put(writers, done.set)
        assert done.wait(PATIENCE)

    assert "A write has failed" in caplog.text


def test_what_waits_behind_a_thread_that_cannot_get_on_is_called_at_its_deadline() -> None:
    writers = Writers(1, 0.2)
    stuck = Stuck()
    put(writers, stuck)
    assert stuck.has_begun.wait(PATIENCE)
    called = Event()
    deadline = writers.deadline()
    late_by: list[float] = []

    def call() -> None:
        late_by.append(time.monotonic() - deadline)
        called.set()

    writers.put(call, deadline)

    assert called.wait(PATIENCE)
    assert late_by[0] >= 0
    stuck.goes_on.set()


def test_where_nothing_is_shared_each_write_opens_a_transaction_and_is_answered_after_it() -> None:
    writers = Writers(1, 0.5)
    done: list[tuple[str, int]] = []

    def write(number: int) -> Write:
        def begin(transaction: Transaction | None) -> None:
            assert transaction is None
            done.append(("written", number))

        return Write(begin, lambda error: None, lambda: done.append(("answered", number)))

    for number in range(3):
        put(writers, write(number))
    until(lambda: len(done) == 6)
    assert done == [(what, number) for number in range(3) for what in ("written", "answered")]
