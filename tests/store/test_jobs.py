from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import text

from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord, VerifiedRecord
from lrs_soap.rules.batches.jobs import FileFacts, Job, JobKind, JobState, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import FailureFlag, ResponseCode, ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import jobs
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql
from tests.kit.waiting import PATIENCE

NOW = datetime(2025, 3, 10, 12, tzinfo=timezone.utc)
NOBODY: tuple[str, ...] = ()


@pytest.fixture
def other(store: Store, database_url: str) -> Iterator[Store]:
    """A second store on the database of `store`, as another process has one."""
    other = Store(database_url)
    yield other
    other.close()


def submit(store: Store, count: int = 2, *, delay: int = 0) -> int:
    with store.writing() as transaction:
        job_id = jobs.insert_job(
            transaction,
            kind=JobKind.REGISTRATION,
            job_type=JobType.FUL,
            author=Author("TEST0001", "A Tester"),
            submitted=NOW,
        )
        jobs.add_records(
            transaction, job_id, [SubmittedRecord(SentLearner(mis_identifier=str(n))) for n in range(count)]
        )
        jobs.release(transaction, job_id, record_count=count, delay=delay)
    return job_id


def next_due(store: Store, gone: tuple[str, ...] = NOBODY) -> jobs.DueJob | None:
    with store.writing() as transaction:
        return jobs.next_due(transaction, gone)


def taken(store: Store, job_id: int, owner: str = "me") -> None:
    with store.writing() as transaction:
        jobs.take(transaction, job_id, owner=owner, state=JobState.IN_PROGRESS, now=NOW, deaths=0)


def held(store: Store, job_id: int) -> Job:
    with store.reading() as transaction:
        job = jobs.by_id(transaction, job_id)
    assert job is not None
    return job


def change(store: Store, sql: str) -> None:
    with store.writing() as transaction:
        transaction.execute(text(sql))


def test_a_job_comes_back_as_it_was_submitted(store: Store) -> None:
    sent = SubmittedRecord(SentLearner(given_name="Zoë", notes=""), ("no gender", "no name"), ("no UPN",))
    file = FileFacts("CSV", "3A", "LRB_TEST0001_100320251200.CSV")
    with store.writing() as transaction:
        job_id = jobs.insert_job(
            transaction,
            kind=JobKind.REGISTRATION,
            job_type=JobType.CHK,
            author=Author("TEST0001", "Zoë"),
            submitted=NOW,
            file=file,
        )
        jobs.add_records(transaction, job_id, [sent])
        jobs.release(transaction, job_id, record_count=1, delay=60)

    assert held(store, job_id) == Job(
        id=job_id,
        kind=JobKind.REGISTRATION,
        job_type=JobType.CHK,
        organisation="TEST0001",
        user="Zoë",
        state=JobState.WAITING,
        submitted=NOW,
        started=None,
        finished=None,
        record_count=1,
        position=0,
        file=file,
    )
    with store.reading() as transaction:
        (record,) = jobs.records(transaction, job_id, first=0, end=9)
    # A field that was not sent is not there, an empty one is.
    assert record == JobRecord(0, SentLearner(given_name="Zoë", notes=""), ("no gender", "no name"), ("no UPN",))


def test_no_job_id_comes_again(store: Store) -> None:
    first = submit(store)
    change(store, "DELETE FROM job_records")
    change(store, "DELETE FROM jobs")
    assert submit(store) > first


def test_until_it_is_released_a_job_is_not_there(store: Store) -> None:
    with store.writing() as transaction:
        job_id = jobs.insert_job(
            transaction,
            kind=JobKind.VERIFICATION,
            job_type=None,
            author=Author("TEST0001", ""),
            submitted=NOW,
            owner="me",
        )
    for first in (0, 2):
        with store.writing() as transaction:
            jobs.add_records(
                transaction, job_id, [SubmittedRecord(SentLearner()), SubmittedRecord(SentLearner())], first=first
            )
    assert next_due(store, ("me",)) is None
    with store.reading() as transaction:
        assert jobs.by_id(transaction, job_id) is None
        assert jobs.holders(transaction) == set()

    with store.writing() as transaction:
        jobs.release(transaction, job_id, record_count=4, delay=0)
    due = next_due(store)
    assert due is not None
    assert (due.job.id, due.job.record_count, due.holder) == (job_id, 4, None)
    with store.reading() as transaction:
        assert [record.position for record in jobs.records(transaction, job_id, first=1, end=3)] == [1, 2]


def test_the_job_that_is_due_for_longest_comes_first(store: Store) -> None:
    first, second, delayed = submit(store), submit(store), submit(store, delay=60)
    seen = []
    while (due := next_due(store)) is not None:
        seen.append(due.job.id)
        taken(store, due.job.id)
    assert seen == [first, second]

    change(store, f"UPDATE jobs SET due = 0 WHERE id = {delayed}")
    due = next_due(store)
    assert due is not None
    assert due.job.id == delayed


def test_a_job_that_is_put_back_comes_after_the_others(store: Store) -> None:
    first, second = submit(store), submit(store)
    taken(store, first)
    change(store, f"UPDATE jobs SET due = due - 1 WHERE id = {second}")
    with store.writing() as transaction:
        assert jobs.put_back(transaction, first, owner="me")
        due = jobs.next_due(transaction, NOBODY)
        assert due is not None
        assert due.job.id == second
        jobs.take(transaction, second, owner="other", state=JobState.IN_PROGRESS, now=NOW, deaths=0)
        due = jobs.next_due(transaction, NOBODY)
        assert due is not None
        assert (due.job.id, due.holder, due.on_record) == (first, None, None)


def test_a_job_is_its_owner_s_until_the_lease_is_over_or_the_owner_gone(store: Store) -> None:
    job_id = submit(store)
    taken(store, job_id)
    with store.writing() as transaction:
        assert jobs.begin_record(transaction, job_id, owner="me", position=0)
    assert next_due(store, ("you",)) is None
    with store.reading() as transaction:
        assert jobs.holders(transaction) == {"me"}

    due = next_due(store, ("you", "me"))
    assert due is not None
    assert (due.holder, due.on_record) == ("me", 0)
    change(store, "UPDATE jobs SET lease_until = lease_until - 10001")
    assert next_due(store) == due
    with store.reading() as transaction:
        assert jobs.holders(transaction) == {None}
    # Each sign of life begins the lease anew.
    with store.writing() as transaction:
        assert jobs.begin_record(transaction, job_id, owner="me", position=0)
    assert next_due(store) is None


def test_a_finished_job_is_never_due(store: Store) -> None:
    job_id = submit(store)
    taken(store, job_id)
    with store.writing() as transaction:
        assert jobs.end(transaction, job_id, owner="me", state=JobState.SUCCESSFUL, now=NOW)
    assert next_due(store) is None
    job = held(store, job_id)
    assert (job.state, job.started, job.finished) == (JobState.SUCCESSFUL, NOW, NOW)


CHANGES: dict[str, Callable[[Transaction, int, str, int], bool]] = {
    "begin": lambda t, job_id, owner, position: jobs.begin_record(t, job_id, owner=owner, position=position),
    "done": lambda t, job_id, owner, position: jobs.record_done(
        t, job_id, owner=owner, position=position, goes_on_with=None
    ),
    "death": lambda t, job_id, owner, position: jobs.count_death(t, job_id, owner=owner, position=position, deaths=2),
}
WITHOUT_POSITION: dict[str, Callable[[Transaction, int, str, int], bool]] = {
    "put back": lambda t, job_id, owner, position: jobs.put_back(t, job_id, owner=owner),
    "end": lambda t, job_id, owner, position: jobs.end(t, job_id, owner=owner, state=JobState.FAILED, now=NOW),
}


def all_of(store: Store) -> Any:
    with store.reading() as transaction:
        return transaction.execute(text("SELECT * FROM jobs ORDER BY id")).all()


def test_whoever_does_not_have_a_job_changes_nothing_of_it(store: Store) -> None:
    another = submit(store)
    for name, changed in (CHANGES | WITHOUT_POSITION).items():
        job_id = submit(store)
        taken(store, job_id)
        before = all_of(store)
        with store.writing() as transaction:
            assert not changed(transaction, job_id, "you", 0)
            assert not changed(transaction, another, "me", 0)
            if name in CHANGES:
                assert not changed(transaction, job_id, "me", 1)
        assert all_of(store) == before
        with store.writing() as transaction:
            assert changed(transaction, job_id, "me", 0)
        assert all_of(store) != before


def test_a_record_that_is_done_moves_the_job_on_and_forgets_deaths(store: Store) -> None:
    job_id = submit(store)
    taken(store, job_id)
    with store.writing() as transaction:
        assert jobs.count_death(transaction, job_id, owner="me", position=0, deaths=2)
        assert jobs.leased(transaction, job_id, "me") == (held(store, job_id), 2)
        assert jobs.leased(transaction, job_id, "you") is None
        assert jobs.record_done(transaction, job_id, owner="me", position=0, goes_on_with=1)
    due = next_due(store, ("me",))
    assert due is not None
    assert (due.job.position, due.on_record, due.deaths) == (1, 1, 0)


def test_outcomes_are_held_and_counted(store: Store) -> None:
    job_id, another = submit(store, 4), submit(store, 1)
    verified = VerifiedRecord(
        ResponseCode.VERIFIED_SIMILAR,
        (FailureFlag.GIVEN_AGAINST_GIVEN, FailureFlag.DATE_OF_BIRTH),
        *("1000000016", "Zoë", "O’Hara", "2001-04-05", "2"),
    )
    with store.writing() as transaction:
        for position, code, uln in (
            (0, ReturnCode.REGISTERED, "1000000016"),
            (1, ReturnCode.NULL_VALUE, None),
            (3, ReturnCode.NULL_VALUE, None),
        ):
            jobs.set_outcome(transaction, job_id, position, code=code, uln=uln)
        jobs.set_verified(transaction, another, 0, verified)
        assert jobs.outcomes(transaction, job_id) == {ReturnCode.REGISTERED: 1, ReturnCode.NULL_VALUE: 2}
        assert jobs.outcomes(transaction, another) == {}
        records = jobs.records(transaction, job_id, first=0, end=4)
        (other,) = jobs.records(transaction, another, first=0, end=4)
    assert [(record.return_code, record.uln) for record in records] == [
        (ReturnCode.REGISTERED, "1000000016"),
        (ReturnCode.NULL_VALUE, None),
        (None, None),
        (ReturnCode.NULL_VALUE, None),
    ]
    assert other.verified == verified


def test_of_many_who_take_jobs_at_once_no_two_have_the_same(store: Store, database_url: str) -> None:
    submitted = [submit(store, 1) for _ in range(20)]
    seen: list[int] = []
    at_once = threading.Barrier(4)

    def take_all(owner: str) -> None:
        own = Store(database_url)
        at_once.wait(PATIENCE)
        taken = True
        while taken:
            with own.writing() as transaction:
                due = jobs.next_due(transaction, NOBODY)
                taken = due is not None
                if due is not None:
                    jobs.take(transaction, due.job.id, owner=owner, state=JobState.IN_PROGRESS, now=NOW, deaths=0)
                    seen.append(due.job.id)
        own.close()

    threads = [threading.Thread(target=take_all, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # On PostgreSQL one whose rivals have the last rows locked finds none, and has to look again.
    assert len(seen) == len(set(seen))
    assert set(seen) <= set(submitted)
    assert next_due(store) is None


@on_postgresql
def test_nobody_waits_for_a_job_that_somebody_is_taking(store: Store, other: Store) -> None:
    first, second = submit(store), submit(store)
    with store.writing() as mine:
        due = jobs.next_due(mine, NOBODY)
        assert due is not None
        assert due.job.id == first
        due = next_due(other)
        assert due is not None
        assert due.job.id == second
