"""The worker in this process: turns, failures, and an end at any time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lrs_soap.batch import job_work
from lrs_soap.batch import worker as worker_module
from lrs_soap.batch.worker import Worker
from lrs_soap.clock import LONDON, SettableClock
from lrs_soap.exchange.exchange import Origin, Stage
from lrs_soap.operations import batch_output
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import Job, JobState, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.batch_requests import new_learner
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.kept_journal import KeptJournal
from tests.kit.waiting import PATIENCE, until
from tests.kit.work import unit, world_over

CLOCK = SettableClock(datetime(2025, 3, 10, 12, tzinfo=LONDON))


class Log:
    """Takes the place of a structlog logger, and keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def __getattr__(self, level: str) -> Callable[..., None]:
        return lambda event, **facts: self.lines.append({"level": level, "event": event, **facts})

    def at(self, *levels: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["level"] in levels]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.open(database_url)
    yield store
    store.close()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def journal() -> KeptJournal:
    return KeptJournal()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "_RETRY_SECONDS", 0.01)


def submit(store: Store, count: int, *, first: int = 0, **changed: str) -> int:
    learners_sent = (SentLearner.of({**new_learner(number), **changed}) for number in range(first, first + count))
    records = [SubmittedRecord(each) for each in learners_sent]
    with store.writing() as transaction:
        return submit_registration_batch(
            unit(transaction, now=CLOCK.now(), author=Author("TEST0001", "A Tester")), records, job_type=JobType.FUL
        )


@contextmanager
def working(url: str, log: Log, *, journal: KeptJournal | None = None, busy_timeout: float = 5.0) -> Iterator[Worker]:
    """A worker at work in a thread, which is stopped after the block."""
    store = Store(url, busy_timeout=busy_timeout)
    world = world_over(store, clock=CLOCK)
    worker = Worker(replace(world, journal=journal or world.journal), log=log)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        store.close()


def held(store: Store, job_id: int) -> Job:
    with store.reading() as transaction:
        job = batch_output.job_of_author(unit(transaction), job_id)
    assert job is not None
    return job


def wait_for(store: Store, job_id: int, is_so: Callable[[Job], bool] = lambda job: job.finished is not None) -> Job:
    deadline = time.monotonic() + PATIENCE
    while not is_so(job := held(store, job_id)):
        assert time.monotonic() < deadline, job
        time.sleep(0.002)
    return job


def assert_each_registered_once(store: Store, job_id: int, count: int) -> None:
    job = wait_for(store, job_id)
    assert job.state is JobState.SUCCESSFUL
    with store.reading() as transaction:
        records = list(batch_output.records_of(unit(transaction), job))
        assert learners.count(transaction) == count
    assert {record.return_code for record in records} == {ReturnCode.REGISTERED}
    assert len({record.uln for record in records}) == count


def test_a_job_is_done_and_its_end_logged(store: Store, database_url: str, log: Log) -> None:
    with working(database_url, log):
        job_id = submit(store, 70)
        assert_each_registered_once(store, job_id, 70)
    assert log.at("info") == [
        {
            "level": "info",
            "event": "job",
            "time": "2025-03-10T12:00:00+00:00",
            "job": job_id,
            "organisation": "TEST0001",
            "state": "Successful",
            "records": 70,
        }
    ]
    assert log.at("warning", "error") == []


def test_each_record_is_an_exchange(store: Store, database_url: str, log: Log, journal: KeptJournal) -> None:
    with working(database_url, log, journal=journal):
        job_id = submit(store, 3)
        assert_each_registered_once(store, job_id, 3)
    assert [each.record for each in journal.exchanges] == [0, 1, 2]
    for exchange in journal.exchanges:
        assert (exchange.origin, exchange.operation) == (Origin.BATCH_RECORD, "submitBatchRegistration")
        assert (exchange.job, exchange.author) == (job_id, Author("TEST0001", "A Tester"))
        assert exchange.code == "RC001"
        assert Rule.IDENTITY_KEYS in [reason.rule for reason in exchange.decisions[0].reasons]
        assert [stage for stage, _ in exchange.stages] == [Stage.DECIDED]


def test_a_upn_that_is_not_kept_is_a_finding(store: Store, database_url: str, log: Log, journal: KeptJournal) -> None:
    with working(database_url, log, journal=journal):
        for number, born in enumerate(("2009-03-10", "2009-03-11")):  # 16 today, and tomorrow
            wait_for(store, submit(store, 1, first=number, DateOfBirth=born, UniquePupilNumber="A000000000000"))
    told = ["UniquePupilNumber: not kept, because the learner is 16 or older"]
    assert [(each.code, each.findings) for each in journal.exchanges] == [("RC001", told), ("RC001", [])]


def test_what_is_done_of_a_job_is_on_disk_before_anybody_can_see_it_end(
    store: Store, database_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []
    writing = Store.writing

    @contextmanager
    def seen_writing(self: Store, *, durable: bool = True, deadline: float | None = None) -> Iterator[Transaction]:
        with writing(self, durable=durable, deadline=deadline) as transaction:
            yield transaction
        seen.append((durable, held(store, job_id).finished is not None))

    job_id = submit(store, 60)
    monkeypatch.setattr(Store, "writing", seen_writing)
    with working(database_url, log):
        wait_for(store, job_id)
    assert [durable for durable, is_finished in seen if is_finished] == [True]
    # The records' own do not wait for the disk, which would take longest.
    assert sum(durable for durable, _ in seen) < 30


@on_sqlite
def test_a_long_job_lets_others_have_a_turn(
    store: Store, database_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_RECORDS_IN_A_TURN", 40)
    long, short = submit(store, 200), submit(store, 5, first=200)
    with working(database_url, log):
        wait_for(store, long)
    assert [line["job"] for line in log.at("info")] == [short, long]
    assert held(store, short).state is JobState.SUCCESSFUL


def test_told_to_stop_in_the_middle_it_puts_the_job_back(store: Store, database_url: str, log: Log) -> None:
    job_id = submit(store, 200)
    with working(database_url, log):
        wait_for(store, job_id, lambda job: job.position > 20)
    stopped = held(store, job_id)
    assert stopped.state is JobState.IN_PROGRESS
    assert 20 < stopped.position < 200
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT lease_owner, on_record, deaths FROM jobs")).all() == [(None, None, 0)]
    with working(database_url, log):
        assert_each_registered_once(store, job_id, 200)


@on_sqlite
def test_a_record_that_nobody_foresaw_fails_its_job_and_no_other(
    store: Store, database_url: str, log: Log, journal: KeptJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def fail_at_the_third(transaction: Any, sent: Any, **others: Any) -> Any:
        if sent.mis_identifier == "mis-3":
            attempts.append(sent)
            raise ZeroDivisionError("unforeseen")
        return register(transaction, sent, **others)

    register = job_work.do_registration
    monkeypatch.setattr(job_work, "do_registration", fail_at_the_third)
    failing, other = submit(store, 10), submit(store, 2, first=10)
    with working(database_url, log, journal=journal):
        assert wait_for(store, failing).state is JobState.FAILED
        assert wait_for(store, other).state is JobState.SUCCESSFUL
    assert len(attempts) == 3
    assert held(store, failing).position == 3
    failures = [exchange for exchange in journal.exchanges if exchange.error is not None]
    assert [(each.job, each.record, str(each.error), each.code) for each in failures] == [
        (failing, 3, "unforeseen", None)
    ] * 3
    (end,) = log.at("error")
    assert (end["event"], end["job"], end["state"], end["record"], end["deaths"]) == ("job", failing, "Failed", 3, 3)


@on_sqlite
def test_records_that_cannot_be_written_together_are_done_one_by_one(
    store: Store, database_url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(worker_module.Portion, "write", fail)
    with working(database_url, log):
        assert_each_registered_once(store, submit(store, 20), 20)
    told = log.at("warning")
    assert {line["not_written_together"] for line in told} == {"ZeroDivisionError"}
    assert log.at("error") == []


@on_sqlite
def test_others_write_while_records_are_decided(
    store: Store, database_url: str, log: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = sqlite3.connect(tmp_path / "lrs.db", isolation_level=None, timeout=0, check_same_thread=False)
    written = []

    def decide(register: Any, sent: SentLearner, **given: Any) -> Any:
        others.execute("UPDATE properties SET value = value")
        written.append(sent.mis_identifier)
        return do_registration(register, sent, **given)

    do_registration = job_work.do_registration
    monkeypatch.setattr(job_work, "do_registration", decide)
    with working(database_url, log):
        assert_each_registered_once(store, submit(store, 120), 120)
    assert len(written) == 120
    others.close()


@on_sqlite
def test_a_database_that_is_locked_for_long_is_waited_for(
    store: Store, database_url: str, log: Log, tmp_path: Path
) -> None:
    count = 1000  # more than are done before it is locked
    job_id = submit(store, count)
    with working(database_url, log, busy_timeout=0.05):
        wait_for(store, job_id, lambda job: job.position > 20)
        other = sqlite3.connect(tmp_path / "lrs.db", isolation_level=None, timeout=PATIENCE)
        other.execute("BEGIN IMMEDIATE")
        until(lambda: log.at("warning"))
        time.sleep(0.2)
        other.execute("ROLLBACK")
        other.close()
        assert_each_registered_once(store, job_id, count)
    # However often it has tried.
    (told,) = log.at("warning")
    assert "has been locked by another program" in told["waiting"]


@on_postgresql
def test_a_database_that_cuts_the_connection_is_connected_to_again(store: Store, database_url: str, log: Log) -> None:
    job_id = submit(store, 200)
    with working(database_url, log):
        for position in (20, 80, 140):
            wait_for(store, job_id, lambda job, position=position: job.position > position)
            with store.writing() as transaction:
                transaction.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
        assert_each_registered_once(store, job_id, 200)


def test_a_job_that_another_has_taken_over_is_left_to_them(store: Store, database_url: str, log: Log) -> None:
    job_id = submit(store, 200)
    with working(database_url, log):
        wait_for(store, job_id, lambda job: job.position > 20)
        with store.writing() as transaction:
            transaction.execute(text("UPDATE jobs SET lease_owner = 'another', lease_until = lease_until + 60000"))
        until(lambda: log.at("warning"))
        left = held(store, job_id)
        assert left.position < 200
        assert f"Job {job_id}" in log.at("warning")[0]["lost"]
        time.sleep(0.1)
        assert held(store, job_id) == left
        with store.writing() as transaction:
            transaction.execute(text("UPDATE jobs SET lease_until = 0"))
        assert_each_registered_once(store, job_id, 200)
