"""Requests that write wait for the database in threads of their own: all others are answered meanwhile."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lrs_soap.store.store import Store
from lrs_soap.store.tables import history, learners
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register
from tests.kit.waiting import PATIENCE, until

CALL = envelope(find_by_uln())


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """The database's lock for writing, held by another program."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class Registration(threading.Thread):
    """Registers a learner; `answer` is what came back, after `seconds`."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self._url, self._number = url, number
        self.answer: Answer | None = None
        self.seconds = 0.0
        self.start()

    def run(self) -> None:
        began = time.monotonic()
        self.answer = post(self._url, envelope(register(FamilyName=f"Kestrel{'abcdefghijkl'[self._number]}")))
        self.seconds = time.monotonic() - began


def counted(database_url: str) -> tuple[int, int]:
    """How many learners and how many entries of their history there are."""
    with closing(Store(database_url)) as store, store.reading() as transaction:
        return tuple(
            transaction.execute(select(func.count()).select_from(table)).scalar_one() for table in (learners, history)
        )


def hold_the_lock(server: RunningServer, folder: Path, write_wait: int, seconds: float) -> None:
    """Hold the lock for so long, while twelve register and others find."""
    before = counted(server.database_url)
    with locked(folder / "lrs.db"):
        ends = time.monotonic() + seconds
        writing = [Registration(server.url, number) for number in range(12)]
        found = 0
        while any(each.is_alive() for each in writing) or time.monotonic() < ends:
            assert post(server.url, CALL).text("ResponseCode") == "WSRC0004"
            found += 1
    assert found > 10
    for each in writing:
        assert each.answer is not None
        assert each.answer.text("ErrorCode") == "WSEC0999"
        assert each.seconds >= write_wait
    assert counted(server.database_url) == before

    assert Registration(server.url, 0).join(PATIENCE) is None
    assert counted(server.database_url) == (before[0] + 1, before[1] + 1)


@pytest.mark.slow
@on_sqlite
def test_while_others_hold_the_lock_finds_go_on_and_writes_are_refused_in_time(
    database_kind: str, tmp_path: Path
) -> None:
    # Not one thread stands by: whatever waited in the one that answers would be felt.
    with RunningServer(tmp_path, "--threads", "0", "--write-wait", "1", "--batch-workers", "0") as server:
        hold_the_lock(server, tmp_path, 1, 1)
        assert "locked by another program for longer than 1 seconds" in server.logged()


@pytest.mark.slow
@on_sqlite
def test_a_lock_may_be_held_for_a_minute(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        hold_the_lock(server, tmp_path, 10, 60)


@pytest.mark.slow
@on_sqlite
def test_a_write_that_gets_its_turn_in_time_is_done(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        with locked(tmp_path / "lrs.db"):
            writing = [Registration(server.url, number) for number in range(5)]
            assert post(server.url, CALL).text("ResponseCode") == "WSRC0004"
            assert all(each.is_alive() for each in writing)
        for each in writing:
            each.join(PATIENCE)
            assert each.answer is not None
            assert each.answer.text("ResponseCode") == "WSRC0005"


@on_postgresql
def test_on_postgresql_finds_go_on_and_writes_are_refused_in_time(
    database_kind: str, database_url: str, tmp_path: Path
) -> None:
    with RunningServer(
        tmp_path, "--threads", "0", "--write-wait", "1", "--batch-workers", "0", database_url=database_url
    ) as server:
        before = counted(database_url)
        with closing(Store(database_url)) as store, store.writing() as transaction:
            transaction.cursor.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
            writing = [Registration(server.url, number) for number in range(6)]
            while any(each.is_alive() for each in writing):
                assert post(server.url, CALL).text("ResponseCode") == "WSRC0004"
        for each in writing:
            assert each.answer is not None
            assert each.answer.text("ErrorCode") == "WSEC0999"
        assert counted(database_url) == before
        until(lambda: "has been locked for longer than 1 seconds" in server.logged())
        again = Registration(server.url, 0)
        again.join(PATIENCE)
        assert again.answer is not None
        assert again.answer.text("ResponseCode") == "WSRC0005"
