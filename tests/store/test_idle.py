"""Connections to a database server that nobody uses: they are closed, so that others get one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from lrs_soap.errors import StoreUnavailable
from lrs_soap.store import idle
from lrs_soap.store.store import Store
from tests.kit.databases import on_postgresql
from tests.kit.waiting import until

_MOST = 3


@pytest.fixture
def watching(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection to a database that takes three more."""
    Store.open(database_url).close()
    name = make_url(database_url).database or ""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(sql.Identifier(name), _MOST + 1))
        yield connection


@pytest.fixture
def store(database_url: str, watching: psycopg.Connection) -> Iterator[Store]:
    with closing(Store(database_url)) as store:
        yield store


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody uses is closed almost at once."""
    monkeypatch.setattr(idle, "_MOST_SECONDS", 0.05)
    monkeypatch.setattr(idle, "_LOOK_SECONDS", 0.01)


def ask(store: Store) -> int:
    with store.reading() as transaction:
        return int(transaction.execute(text("SELECT 1")).scalar_one())


def use(store: Store, count: int, stack: ExitStack) -> None:
    """Have so many transactions open at once, until the stack ends."""
    for _ in range(count):
        stack.enter_context(store.reading()).execute(text("SELECT 1"))


def others(watching: psycopg.Connection) -> int:
    """How many other connections to the same database there are."""
    counted = watching.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return int(counted.fetchall()[0][0])


@on_postgresql
@pytest.mark.usefixtures("quickly")
def test_they_are_closed_and_made_again_when_they_are_needed(store: Store, watching: psycopg.Connection) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            use(store, _MOST, stack)
            assert others(watching) == _MOST
        with store.noting() as transaction:
            transaction.execute(text("SELECT 1"))
        until(lambda: others(watching) == 0)


@on_postgresql
def test_those_that_are_used_again_and_again_stay_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "_MOST_SECONDS", 60)
    monkeypatch.setattr(idle, "_LOOK_SECONDS", 0.01)
    with store.reading() as transaction:
        first = transaction.execute(text("SELECT pg_backend_pid()")).scalar_one()
    for _ in range(50):
        with store.reading() as transaction:
            assert transaction.execute(text("SELECT pg_backend_pid(), pg_sleep(0.01)")).one()[0] == first


@on_postgresql
def test_another_store_waits_until_they_are_closed(store: Store, database_url: str) -> None:
    """Such as that of another world, or of another process, when the server has no connection left."""
    with ExitStack() as stack:
        use(store, _MOST, stack)
    with closing(Store(database_url)) as another:
        assert ask(another) == 1


@on_postgresql
def test_where_all_are_in_use_the_wait_has_an_end(store: Store, database_url: str) -> None:
    with ExitStack() as stack, closing(Store(database_url, busy_timeout=0.3)) as another:
        use(store, _MOST, stack)
        with pytest.raises(StoreUnavailable, match="too many connections for database"):
            ask(another)
        stack.close()
        assert ask(store) == 1


@on_postgresql
def test_none_is_closed_while_somebody_uses_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "_MOST_SECONDS", 0)
    monkeypatch.setattr(idle, "_LOOK_SECONDS", 0)
    begin = threading.Barrier(_MOST)

    def work(_: int) -> set[int]:
        begin.wait()
        return {ask(store) for _ in range(100)}

    with ThreadPoolExecutor(_MOST) as pool:
        assert list(pool.map(work, range(_MOST))) == [{1}] * _MOST
