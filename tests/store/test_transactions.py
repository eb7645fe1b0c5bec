from __future__ import annotations

import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lrs_soap.errors import AlreadyHeld, InvalidSetting, StoreUnavailable
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, properties
from lrs_soap.store.store import Store
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.waiting import PATIENCE

HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""
WRITE_TIMES = """
import sys
from lrs_soap.store import properties
from lrs_soap.store.store import Store
store = Store(sys.argv[1], busy_timeout=30)
for number in range(int(sys.argv[3])):
    with store.writing() as transaction:
        properties.add(transaction, f"{sys.argv[2]} {number}", "")
store.close()
"""


@pytest.fixture
def hasty(store: Store, database_url: str) -> Iterator[Store]:
    """A second store on the database of `store`, which does not wait long."""
    hasty = Store(database_url, busy_timeout=0.2)
    yield hasty
    hasty.close()


def names(store: Store) -> set[str]:
    with store.reading() as transaction:
        return set(transaction.execute(text("SELECT name FROM properties")).scalars()) - {"uln_key"}


def test_what_was_written_is_there_for_another_store(store: Store, hasty: Store) -> None:
    with store.writing() as transaction:
        properties.add(transaction, "kept", "yes")
    assert names(hasty) == {"kept"}


def test_an_exception_undoes_the_transaction_and_goes_on(store: Store) -> None:
    def write_and_fail() -> None:
        with store.writing() as transaction:
            properties.add(transaction, "undone", "")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert names(store) == set()
    with store.writing() as transaction:
        properties.add(transaction, "next", "")
    assert names(store) == {"next"}


def test_a_reader_does_not_wait_for_a_writer_nor_see_its_work(store: Store, hasty: Store) -> None:
    with store.writing() as transaction:
        properties.add(transaction, "new", "")
        assert names(hasty) == set()
        assert names(store) == set()
    assert names(store) == {"new"}


def test_a_reading_transaction_sees_one_moment(store: Store, learner: Callable[..., Learner]) -> None:
    with store.reading() as reading:
        assert learners.by_uln(reading, "1000000016") is None
        with store.writing() as writing:
            learners.insert(writing, learner())
        assert learners.by_uln(reading, "1000000016") is None
    with store.reading() as reading:
        assert learners.by_uln(reading, "1000000016") is not None


def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises((DBAPIError, StoreUnavailable)), store.reading() as transaction:
        properties.add(transaction, "sneaked in", "")
    assert names(store) == set()


@on_sqlite
def test_waiting_for_another_process_ends_in_time_with_a_sentence(
    hasty: Store, tmp_path: Path, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    holder = start_process(HOLD_THE_LOCK, str(tmp_path / "lrs.db"))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    started = time.monotonic()
    sentence = r"lrs\.db has been locked by another program for longer than 0\.2 seconds"
    with pytest.raises(StoreUnavailable, match=sentence), hasty.writing():
        pass
    assert 0.2 <= time.monotonic() - started < PATIENCE / 2
    assert names(hasty) == set()
    holder.communicate("", timeout=30)
    with hasty.writing() as transaction:
        properties.add(transaction, "at last", "")
    assert names(hasty) == {"at last"}


@on_sqlite
def test_waiting_for_another_thread_ends_in_time_with_a_sentence(hasty: Store) -> None:
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with hasty.writing():
            holding.set()
            done.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(PATIENCE)
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match="another part of this program"), hasty.writing():
        pass
    assert 0.2 <= time.monotonic() - started < PATIENCE / 2
    done.set()
    thread.join()


@on_postgresql
def test_waiting_for_what_another_writes_ends_in_time_with_a_sentence(store: Store, hasty: Store) -> None:
    with store.writing() as first:
        properties.add(first, "contested", "")
        started = time.monotonic()
        sentence = r"has been locked for longer than 0\.2 seconds"
        with pytest.raises(StoreUnavailable, match=sentence), hasty.writing() as second:
            properties.add(second, "contested", "")
        assert 0.2 <= time.monotonic() - started < PATIENCE / 2
    with hasty.writing() as second:
        properties.add(second, "at last", "")
    assert names(hasty) == {"contested", "at last"}


@on_postgresql
def test_those_who_write_something_else_do_not_wait(store: Store, hasty: Store) -> None:
    with store.writing() as first, hasty.writing() as second:
        properties.add(first, "one", "")
        properties.add(second, "another", "")
    assert names(store) == {"one", "another"}


@pytest.mark.slow
def test_writers_in_threads_and_in_another_process_all_get_their_turn(
    store: Store, database_url: str, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    other = start_process(WRITE_TIMES, database_url, "process", "40")

    def write(thread: int) -> None:
        for number in range(20):
            with store.writing() as transaction:
                properties.add(transaction, f"{thread} {number}", "")

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.communicate(timeout=60)
    assert other.returncode == 0
    assert len(names(store)) == 8 * 20 + 40


def test_of_two_that_write_the_same_one_is_told(store: Store) -> None:
    outcomes: list[str] = []

    def write() -> None:
        try:
            with store.writing() as transaction:
                properties.add(transaction, "contested", "")
            outcomes.append("written")
        except AlreadyHeld:
            outcomes.append("held")

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held"] * 7 + ["written"]


@on_sqlite
def test_a_full_disk_says_so_and_loses_only_that_transaction(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        pages = transaction.execute(text("PRAGMA page_count")).scalar_one()
        transaction.execute(text(f"PRAGMA max_page_count = {pages}")).close()
    with pytest.raises(StoreUnavailable, match="its disk is full"), store.writing() as transaction:
        learners.insert(transaction, learner(notes="x" * 100_000))
    with store.reading() as transaction:
        assert learners.count(transaction) == 0


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"Dear Sir or Madam, " * 200)
    with pytest.raises(StoreUnavailable, match=r"letter\.txt is not a SQLite database"):
        Store.open(f"sqlite:///{tmp_path}/letter.txt")


@on_sqlite
def test_a_damaged_database_says_so(store: Store, database_url: str, tmp_path: Path) -> None:
    store.close()
    path = tmp_path / "lrs.db"
    intact = path.read_bytes()
    path.write_bytes(intact[:4096] + b"\xff" * (len(intact) - 4096))
    damaged = Store(database_url)
    with pytest.raises(StoreUnavailable, match="is damaged"), damaged.reading() as transaction:
        learners.count(transaction)
    damaged.close()


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened: its folder must exist"):
        Store.open(f"sqlite:///{tmp_path}/nowhere/lrs.db")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("lrs.db", "given by a URL such as 'sqlite:///lrs.db'"),
        ("/srv/lrs.db", "not by the path of a file"),
        ("sqlite://", "names a file"),
        ("sqlite:///:memory:", "names a file"),
        ("sqlite:///file:lrs.db", "names a file"),
        ("sqlite:///lrs.db?mode=ro", "names a file"),
        ("sqlite://lrs.db", "three slashes before a relative path and four before an absolute one"),
        ("mysql://root:hunter2@host/lrs", "no database of the kind 'mysql'"),
        ("postgresql://user:hunter2@host:port/lrs", "cannot be read"),
        ("postgresql://user:hun@ter2@host/lrs", "an @ in the user name or password is written %40"),
        ("://", "cannot be read"),
    ],
)
def test_a_url_that_names_no_database_is_explained(url: str, sentence: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Store(url)
    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "ter2" not in str(caught.value)


def test_relative_and_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Store.open("sqlite:///relative.db").close()
    Store.open(f"sqlite:////{str(tmp_path).lstrip('/')}/absolute.db").close()
    assert {path.name for path in tmp_path.iterdir()} == {"relative.db", "absolute.db"}


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    pytest.importorskip("psycopg")
    store = Store("postgresql://user:hunter2@127.0.0.1:1/lrs", busy_timeout=1)
    assert "hunter2" not in repr(store)
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1/lrs cannot be used") as caught, store.reading():
        pass
    assert "hunter2" not in str(caught.value)


def test_a_closed_store_is_unavailable(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable, match="has been closed"), store.reading():
        pass


def test_closing_lets_an_open_transaction_end(store: Store, database_url: str) -> None:
    with store.writing() as transaction:
        store.close()
        properties.add(transaction, "the last", "")
    again = Store(database_url)
    assert names(again) == {"the last"}
    again.close()


@on_sqlite
def test_the_database_is_durable_and_holds_its_references(store: Store) -> None:
    with store.writing() as transaction:
        settings = {
            name: transaction.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_errors_do_not_show_what_was_written(store: Store, learner: Callable[..., Learner]) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key") as caught, store.writing() as transaction:
        learners.insert(transaction, learner(master_uln="2000000003"))
    assert "Birch" not in "".join(traceback.format_exception(caught.value))


@on_sqlite
def test_on_sqlite_only_a_durable_transaction_waits_for_the_disk(store: Store) -> None:
    normal, full = 1, 2
    for durable, expected in ((True, full), (False, normal), (True, full)):
        with store.writing(durable=durable) as transaction:
            assert transaction.execute(text("PRAGMA synchronous")).scalar() == expected


@on_postgresql
def test_on_postgresql_only_a_durable_transaction_waits_for_the_disk(store: Store) -> None:
    for durable, expected in ((True, "on"), (False, "off"), (True, "on")):
        with store.writing(durable=durable) as transaction:
            assert transaction.execute(text("SHOW synchronous_commit")).scalar() == expected


def test_a_transaction_that_is_not_durable_is_committed_or_undone_as_a_whole(store: Store, hasty: Store) -> None:
    def write(*names: str) -> None:
        with store.writing(durable=False) as transaction:
            for name in names:
                properties.add(transaction, name, "")

    write("kept")
    assert names(hasty) == {"kept"}
    with pytest.raises(AlreadyHeld):
        write("undone", "kept")
    assert names(hasty) == {"kept"}
