"""A failure is told by its kind and place, and never by its words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable

import pytest

from lrs_soap.errors import Refused, StoreUnavailable
from lrs_soap.exchange.failures import trace_of

SECRET = "CompatSitePass01"


def caught(fail: Callable[[], object]) -> BaseException:
    try:
        fail()
    except BaseException as error:
        return error
    raise AssertionError("it did not fail")


def test_a_failure_is_told_by_its_places_and_kind() -> None:
    error = caught(lambda: int(SECRET))
    first, *places, last = trace_of(error).splitlines()

    assert first == "Traceback (most recent call last):"
    assert "test_failures.py" in places[0]
    assert last == "ValueError"
    assert SECRET in str(error)


def raise_it(error: BaseException) -> None:
    raise error


def test_those_that_led_to_it_are_told_first() -> None:
    def fail() -> None:
        try:
            raise_it(KeyError(SECRET))
        except KeyError:
            raise_it(Refused("WSEC0001", SECRET, SECRET))

    trace = trace_of(caught(fail))

    kinds = [line for line in trace.splitlines() if line and line[0] not in " TD"]
    assert kinds == ["KeyError", "lrs_soap.errors.Refused"]
    assert SECRET not in trace


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (StoreUnavailable("The database is locked."), "lrs_soap.errors.StoreUnavailable: The database is locked."),
        (OSError(errno.ENOSPC, "No space left on device", SECRET), "OSError: No space left on device"),
        (OSError(SECRET), "OSError"),
        (RuntimeError(SECRET), "RuntimeError"),
        (KeyboardInterrupt(SECRET), "KeyboardInterrupt"),
    ],
)
def test_words_that_quote_nothing_of_a_request_are_told(error: BaseException, last: str) -> None:
    assert trace_of(caught(lambda: raise_it(error))).splitlines()[-1] == last


def test_a_database_s_failure_has_its_code_at_most() -> None:
    error = caught(lambda: sqlite3.connect(":memory:").execute(f"SELECT * FROM {SECRET}"))

    last = trace_of(error).splitlines()[-1]
    assert last in ("sqlite3.OperationalError", "sqlite3.OperationalError: SQLITE_ERROR")


def endless() -> None:
    endless()


def test_an_endless_failure_has_an_end() -> None:
    first, second = ValueError(), TypeError()
    first.__cause__, second.__cause__ = second, first

    assert len(trace_of(first)) < 2000
    assert len(trace_of(caught(endless)).splitlines()) < 200
