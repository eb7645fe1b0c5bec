"""Writes that share a transaction: each by itself, all of them on disk when the first is answered, or none."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from lrs_soap.errors import AlreadyHeld, StoreUnavailable
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, properties, ulns, writers
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.writers import Write
from tests.kit.commits import commits
from tests.kit.databases import on_sqlite
from tests.kit.waiting import PATIENCE, until

pytestmark = on_sqlite

KILLED_BEFORE_COMMIT = """
import os, signal, sys
from threading import Event
from lrs_soap.store import properties, writers
from lrs_soap.store.store import Store
from lrs_soap.store.writers import Write

writers._SHARED_SECONDS = 60
store = Store(sys.argv[1], busy_timeout=60)
holds, all_wait = Event(), Event()

def write(name):
    def write(transaction):
        with transaction.savepoint():
            properties.add(transaction, name, "")
    return Write(write, lambda error: print("failed", flush=True), lambda: print(name, flush=True))

def hold():
    holds.set()
    all_wait.wait()

store.writers.put(hold, store.writers.deadline())
holds.wait()
for name in "abc":
    store.writers.put(write(name), store.writers.deadline())
die = lambda transaction: os.kill(os.getpid(), signal.SIGKILL)
store.writers.put(Write(die, print, print), store.writers.deadline())
all_wait.set()
Event().wait()
"""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, all that waits shares one transaction."""
    monkeypatch.setattr(writers, "_SHARED_SECONDS", PATIENCE)


class Queue:
    """Writes that wait while the store's writer is kept busy, and what came of each: `ends` has None or its error."""

    def __init__(self, store: Store) -> None:
        self.ends: dict[str, Exception | None] = {}
        self.order: list[str] = []
        self._store = store
        self._is_busy, self._goes_on = Event(), Event()
        self._failed: dict[str, Exception] = {}
        self._count = 0

    def add(
        self,
        name: str,
        write: Callable[[Transaction], None] | None = None,
        *,
        answer: Callable[[], None] = lambda: None,
        durable: bool = True,
        stands_alone: bool = False,
        deadline: float | None = None,
    ) -> None:
        """Have the property `name` written, and before that what `write` does, in a savepoint."""
        if not self._count:
            self._store.writers.put(self._keep_busy, time.monotonic() + PATIENCE)
            assert self._is_busy.wait(PATIENCE)
        self._count += 1

        def write_in(transaction: Transaction) -> None:
            with transaction.savepoint():
                if write is not None:
                    write(transaction)
                properties.add(transaction, name, "")

        def begin(transaction: Transaction | None) -> None:
            self.order.append(name)
            try:
                if transaction is None:
                    with self._store.writing(durable=durable, deadline=deadline) as own:
                        write_in(own)
                else:
                    write_in(transaction)
            except Exception as error:
                self._failed[name] = error

        def fail(error: Exception) -> None:
            self._failed[name] = error

        def end() -> None:
            try:
                answer()
            finally:
                self.ends[name] = self._failed.get(name)

        self._store.writers.put(
            Write(begin, fail, end, durable, stands_alone),
            time.monotonic() + PATIENCE if deadline is None else deadline,
        )

    def run(self) -> None:
        """Let the writer go on, and wait until everything has ended."""
        self._goes_on.set()
        until(lambda: len(self.ends) == self._count)

    def failed(self) -> set[str]:
        """The names of those that have failed."""
        return {name for name, error in self.ends.items() if error is not None}

    def _keep_busy(self) -> None:
        self._is_busy.set()
        assert self._goes_on.wait(PATIENCE)


@pytest.fixture
def queue(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    monkeypatch.setattr(writers, "_IDLE_SECONDS", 0.05)
    yield Queue(store)
    until(lambda: not any(each.name in ("writing", "late writes") for each in threading.enumerate()))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "lrs.db"


def names(store: Store) -> set[str]:
    with store.reading() as transaction:
        return set(transaction.execute(text("SELECT name FROM properties")).scalars()) - {"uln_key"}


def fail(transaction: Transaction) -> None:
    raise LookupError("a failure")


def fill_the_disk(transaction: Transaction) -> None:
    """SQLite then undoes all of the transaction."""
    pages = transaction.execute(text("PRAGMA page_count")).scalar_one()
    transaction.execute(text(f"PRAGMA max_page_count = {pages}")).close()
    try:
        properties.add(transaction, "large", "x" * 1_000_000)
    finally:
        transaction.execute(text("PRAGMA max_page_count = 1000000")).close()


def break_the_commit(transaction: Transaction) -> None:
    """Foreign keys that are looked at when the transaction is committed, and one that is wrong."""
    transaction.execute(text("PRAGMA defer_foreign_keys = ON")).close()
    transaction.execute(
        text(
            "INSERT INTO history (uln, action, moment, organisation, user_name, changes) "
            "VALUES ('9999999999', '', '', '', '', '')"
        )
    )


def test_what_waits_is_committed_at_once_and_answered_when_all_of_it_is_there(
    store: Store, queue: Queue, database: Path
) -> None:
    seen: list[set[str]] = []
    for name in "abcde":
        queue.add(name, answer=lambda: seen.append(names(store)))
    before = commits(database)
    queue.run()
    assert commits(database) - before == 1
    assert queue.order == list("abcde")
    assert queue.failed() == set()
    assert seen == [set("abcde")] * 5


def test_one_that_fails_takes_back_its_own_writes_alone(store: Store, queue: Queue, database: Path) -> None:
    def write_and_fail(transaction: Transaction) -> None:
        properties.add(transaction, "taken back", "")
        fail(transaction)

    queue.add("a")
    queue.add("b", write_and_fail)
    queue.add("c")
    before = commits(database)
    queue.run()
    assert queue.failed() == {"b"}
    assert names(store) == {"a", "c"}
    assert commits(database) - before == 1


def test_each_sees_what_those_before_it_wrote(store: Store, queue: Queue, learner: Callable[..., Learner]) -> None:
    held: list[Learner | None] = []
    refused: list[bool] = []

    def register_again(transaction: Transaction) -> None:
        held.append(learners.by_identity(transaction, learner("2000000003")))
        try:
            learners.insert(transaction, learner("2000000003"))
        except AlreadyHeld:
            refused.append(True)

    queue.add("a", lambda transaction: learners.insert(transaction, learner()))
    queue.add("b", register_again)
    queue.run()
    assert held == [learner()]
    assert refused == [True]
    assert names(store) == {"a", "b"}


def test_no_uln_is_issued_twice_though_one_that_took_some_fails(store: Store, queue: Queue) -> None:
    issued: dict[str, list[str]] = {}

    def issue(name: str) -> Callable[[Transaction], None]:
        def write(transaction: Transaction) -> None:
            issued[name] = ulns.issue_many(transaction, 3)
            if name == "b":
                raise LookupError

        return write

    for name in "abc":
        queue.add(name, issue(name))
    queue.run()
    assert queue.failed() == {"b"}
    assert set(issued["a"]).isdisjoint(issued["c"])
    # As after any failure on SQLite, they are free again.
    assert issued["c"] == issued["b"]


def test_a_commit_that_fails_is_a_failure_of_each(store: Store, queue: Queue) -> None:
    queue.add("a")
    queue.add("b", break_the_commit)
    queue.add("c")
    queue.run()
    assert queue.failed() == {"a", "b", "c"}
    assert names(store) == set()


def test_a_failure_of_the_database_is_that_of_those_before_it_and_the_others_go_on(store: Store, queue: Queue) -> None:
    queue.add("a")
    queue.add("b", fill_the_disk)
    queue.add("c")
    queue.run()
    assert queue.order == ["a", "b", "c"]
    assert queue.failed() == {"a", "b"}
    assert all(isinstance(queue.ends[name], StoreUnavailable) for name in "ab")
    assert names(store) == {"c"}


def test_it_is_durable_if_one_of_them_has_to_be(store: Store, queue: Queue) -> None:
    modes: list[int] = []

    def look(transaction: Transaction) -> None:
        modes.append(transaction.execute(text("PRAGMA synchronous")).scalar_one())

    normal, full = 1, 2
    queue.add("a", look, durable=False)
    queue.add("b", look, durable=True)
    queue.run()
    assert modes == [full, full]

    hasty = Queue(store)
    hasty.add("c", look, durable=False)
    hasty.add("d", look, durable=False)
    hasty.run()
    assert modes[2:] == [normal, normal]


def test_one_that_takes_long_shares_with_nobody_and_keeps_its_place(queue: Queue, database: Path) -> None:
    queue.add("a")
    queue.add("b")
    queue.add("long", stands_alone=True)
    queue.add("c")
    queue.add("d")
    before = commits(database)
    queue.run()
    assert queue.order == ["a", "b", "long", "c", "d"]
    assert commits(database) - before == 3


def test_nobody_waits_for_others_longer_than_they_may_share(
    queue: Queue, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_SHARED_SECONDS", 0)
    for name in "abc":
        queue.add(name)
    before = commits(database)
    queue.run()
    assert commits(database) - before == 3


def test_only_so_many_share_a_transaction(queue: Queue, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "_MOST_SHARING", 2)
    for name in "abcde":
        queue.add(name)
    before = commits(database)
    queue.run()
    assert queue.order == list("abcde")
    assert commits(database) - before == 3


def test_what_is_overdue_writes_nothing_and_the_others_do(store: Store, queue: Queue) -> None:
    queue.add("a")
    queue.add("late", deadline=time.monotonic())
    queue.add("c")
    queue.run()
    assert queue.failed() == {"late"}
    assert "was being written by another part of this program" in str(queue.ends["late"])
    assert names(store) == {"a", "c"}


def test_while_another_process_has_the_lock_each_fails_at_its_own_deadline(
    store: Store, database_url: str, start_process: Callable[..., subprocess.Popen[str]], database: Path
) -> None:
    hasty = Store(database_url, busy_timeout=0.3)
    queue = Queue(hasty)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE')"
    other = start_process(f"{script}; print('locked', flush=True); sys.stdin.readline()", str(database))
    assert other.stdout is not None
    assert other.stdout.readline() == "locked\n"
    for name in "abc":
        queue.add(name, deadline=hasty.writers.deadline())
    queue.run()
    assert queue.failed() == {"a", "b", "c"}
    other.communicate("\n", PATIENCE)
    again = Queue(hasty)
    again.add("d")
    again.run()
    assert names(store) == {"d"}
    hasty.close()


def test_what_is_killed_before_the_commit_is_neither_there_nor_answered(
    store: Store, database_url: str, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    process = start_process(KILLED_BEFORE_COMMIT, database_url)
    answered, _ = process.communicate(timeout=PATIENCE)
    assert answered == ""
    assert process.returncode < 0
    assert names(store) == set()


def test_what_fails_while_it_is_answered_is_logged_and_the_others_are_answered(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    def break_off() -> None:
        raise OSError("the caller is gone")

    queue.add("a", answer=break_off)
    queue.add("b")
    queue.run()
    assert queue.failed() == set()
    assert caplog.messages == ["A write has failed"]


class Collection:
    """Writes that are collected, and what came of each: `ends` has None or its error, in the order of the answers."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ends: dict[str, Exception | None] = {}
        self.threads: dict[str, set[str]] = {"wrote": set(), "answered": set()}
        self.told: list[set[str]] = []
        self.may_commit = Event()
        self.may_commit.set()
        self._failed: dict[str, Exception] = {}
        self._store = store
        begin = store.writing_at_once

        @contextmanager
        def held(opened: AbstractContextManager[Transaction]) -> Iterator[Transaction]:
            with opened as transaction:
                yield transaction
                assert self.may_commit.wait(PATIENCE)

        def begin_held(durable: bool) -> AbstractContextManager[Transaction] | None:
            opened = begin(durable)
            return None if opened is None else held(opened)

        monkeypatch.setattr(store.writers, "_begin_at_once", begin_held)

    def write(self, name: str, *, durable: bool = True, patience: float = PATIENCE) -> tuple[Write, float]:
        """A write of the property `name`, and its deadline."""
        deadline = time.monotonic() + patience

        def begin(transaction: Transaction | None) -> None:
            self.threads["wrote"].add(threading.current_thread().name)
            try:
                if transaction is None:
                    with self._store.writing(durable=durable, deadline=deadline) as own:
                        properties.add(own, name, "")
                else:
                    properties.add(transaction, name, "")
            except Exception as error:
                self.fail(name, error)

        def answer() -> Callable[[], None]:
            self.threads["answered"].add(threading.current_thread().name)
            self.ends[name] = self._failed.get(name)
            return self.tell

        return Write(begin, lambda error: self.fail(name, error), answer, durable), deadline

    def add(self, name: str, *, durable: bool = True, patience: float = PATIENCE) -> None:
        """Collect a write."""
        self._store.writers.collect(*self.write(name, durable=durable, patience=patience))

    def fail(self, name: str, error: Exception) -> None:
        self._failed[name] = error

    def tell(self) -> None:
        self.told.append(set(self.ends))


@pytest.fixture
def collection(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    monkeypatch.setattr(writers, "_IDLE_SECONDS", 0.05)
    made = Collection(store, monkeypatch)
    yield made
    made.may_commit.set()
    until(lambda: not any(each.name in ("writing", "late writes") for each in threading.enumerate()))


def test_what_is_collected_is_written_where_that_is_asked_for_and_committed_by_a_thread(
    store: Store, collection: Collection, database: Path
) -> None:
    for name in "abc":
        collection.add(name, durable=name == "b")
    before = commits(database)
    collection.may_commit.clear()
    assert not store.writers.write_collected()
    assert collection.threads["wrote"] == {threading.current_thread().name}
    assert collection.ends == {}
    assert names(store) == set()
    collection.may_commit.set()
    until(lambda: collection.told)
    assert collection.ends == dict.fromkeys("abc")
    assert collection.threads["answered"] == {"writing"}
    assert names(store) == set("abc")
    assert commits(database) - before == 1
    # Nobody is woken before the last answer is there, nor twice.
    assert collection.told == [set("abc")]


def test_what_need_not_be_on_disk_is_committed_where_it_is_written(store: Store, collection: Collection) -> None:
    collection.add("a", durable=False)
    assert not store.writers.write_collected()
    assert collection.threads["answered"] == {threading.current_thread().name}
    assert names(store) == {"a"}


def test_what_is_collected_during_a_commit_is_written_after_it(store: Store, collection: Collection) -> None:
    collection.may_commit.clear()
    collection.add("a")
    assert not store.writers.write_collected()
    collection.add("b")
    collection.add("c", durable=False)
    assert store.writers.write_collected()
    store.writers.put(*collection.write("d"))
    assert collection.ends == {}
    collection.may_commit.set()
    until(lambda: not store.writers.write_collected())
    until(lambda: len(collection.ends) == 4)
    assert set(collection.ends.values()) == {None}
    assert next(iter(collection.ends)) == "a"
    assert names(store) == set("abcd")


def test_what_waits_for_a_commit_that_hangs_fails_at_its_deadline(store: Store, collection: Collection) -> None:
    collection.may_commit.clear()
    collection.add("a")
    assert not store.writers.write_collected()
    collection.add("late", patience=0.05)
    store.writers.put(*collection.write("late, too", patience=0.05))
    until(lambda: len(collection.ends) == 2)
    assert all(isinstance(error, StoreUnavailable) for error in collection.ends.values())
    collection.may_commit.set()
    until(lambda: len(collection.ends) == 3)
    assert names(store) == {"a"}


def test_a_commit_of_what_was_collected_that_fails_is_a_failure_of_each(store: Store, collection: Collection) -> None:
    def write_what_breaks(transaction: Transaction | None) -> None:
        assert transaction is not None
        break_the_commit(transaction)

    collection.add("a")
    store.writers.collect(Write(write_what_breaks, print, lambda: None), time.monotonic() + PATIENCE)
    assert not store.writers.write_collected()
    until(lambda: collection.told)
    assert collection.ends["a"] is not None
    assert names(store) == set()
    # The next ones are written.
    collection.add("b")
    assert not store.writers.write_collected()
    until(lambda: "b" in collection.ends)
    assert names(store) == {"b"}


def test_what_is_collected_while_another_process_writes_is_left_to_the_threads(
    store: Store, collection: Collection, start_process: Callable[..., subprocess.Popen[str]], database: Path
) -> None:
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE')"
    other = start_process(f"{script}; print('locked', flush=True); sys.stdin.readline()", str(database))
    assert other.stdout is not None
    assert other.stdout.readline() == "locked\n"
    for name in "ab":
        collection.add(name)
    assert not store.writers.write_collected()
    assert collection.ends == {}
    other.communicate("\n", PATIENCE)
    until(lambda: len(collection.ends) == 2)
    assert collection.threads["wrote"] == {"writing"}
    assert names(store) == {"a", "b"}
