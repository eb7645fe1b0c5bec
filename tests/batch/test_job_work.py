"""What workers do with jobs: taken once, done once, given up in the end; whatever happens in between."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from lrs_soap.batch import job_work
from lrs_soap.batch.job_work import Lease, LeaseLost
from lrs_soap.operations import batch_output
from lrs_soap.operations.submit_batch import submit_registration_batch, submit_verification_batch
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, Job, JobState, JobType
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import batch_exceptions, learners
from lrs_soap.store.store import Store
from tests.kit.databases import on_sqlite
from tests.kit.work import NOW, unit

NOTHING = ProhibitedText(frozenset(), frozenset())
SOMEBODY = {
    "GivenName": "Ottoline",
    "FamilyName": "Wardour",
    "LastKnownPostCode": "TR1 2PQ",
    "DateOfBirth": "2003-04-05",
    "Gender": "2",
    "AbilityToShare": "1",
    "VerificationType": "1",
}
OTHERS = {**SOMEBODY, "GivenName": "Peregrine", "FamilyName": "Ashdown", "DateOfBirth": "1999-08-07"}


def submit(store: Store, *records: dict[str, str], job_type: JobType = JobType.FUL) -> int:
    with store.writing() as transaction:
        return submit_registration_batch(
            unit(transaction), [SubmittedRecord(SentLearner.of(each)) for each in records], job_type=job_type
        )


def take(store: Store, owner: str = "me", *gone: str) -> Lease | None:
    with store.writing() as transaction:
        return job_work.take(unit(transaction), owner=owner, is_gone=lambda each: each in gone)


def taken(store: Store, owner: str = "me", *gone: str) -> Lease:
    lease = take(store, owner, *gone)
    assert lease is not None
    return lease


def next_record(store: Store, lease: Lease) -> JobRecord:
    with store.reading() as transaction:
        return job_work.next_records(unit(transaction), lease, 1)[0]


def begin(store: Store, lease: Lease) -> None:
    with store.writing() as transaction:
        job_work.begin_record(unit(transaction), lease)


def do(store: Store, lease: Lease, *, goes_on: bool = False) -> Lease:
    record = next_record(store, lease)
    with store.writing() as transaction:
        return job_work.do_record(unit(transaction), lease, record, goes_on=goes_on).lease


def held(store: Store, job_id: int) -> Job:
    with store.reading() as transaction:
        job = batch_output.job_of_author(unit(transaction), job_id)
    assert job is not None
    return job


def how_many_learners(store: Store) -> int:
    with store.reading() as transaction:
        return learners.count(transaction)


def test_a_job_is_done_record_by_record(store: Store) -> None:
    job_id = submit(store, SOMEBODY, SOMEBODY, OTHERS)
    assert take(store, "me") == Lease(held(store, job_id), "me")
    assert take(store, "you") is None
    with store.reading() as transaction:
        assert not job_work.is_anything_due(unit(transaction), lambda owner: False)

    lease = Lease(held(store, job_id), "me")
    for position, state in ((1, JobState.IN_PROGRESS), (2, JobState.IN_PROGRESS), (3, JobState.SUCCESSFUL)):
        assert not lease.is_over
        lease = do(store, lease, goes_on=True)
        assert (held(store, job_id).position, held(store, job_id).state) == (position, state)
        assert lease.job == held(store, job_id)
    assert lease.is_over
    job = held(store, job_id)
    assert (job.started, job.finished) == (NOW, NOW)
    with store.reading() as transaction:
        records = list(batch_output.records_of(unit(transaction), job))
        assert batch_output.counts_of(unit(transaction), job) == Counts(new=2, exists_updated=1)
    assert [record.return_code for record in records] == [
        *(ReturnCode.REGISTERED, ReturnCode.EXACT_MATCH, ReturnCode.REGISTERED),
    ]
    assert records[0].uln == records[1].uln != records[2].uln
    assert take(store, "you") is None


def test_who_has_lost_a_job_does_nothing_of_its_record(store: Store) -> None:
    job_id = submit(store, SOMEBODY, OTHERS)
    mine = taken(store, "me")
    yours = taken(store, "you", "me")
    with pytest.raises(LeaseLost):
        do(store, mine)
    for lost in (job_work.begin_record, job_work.put_back):
        with pytest.raises(LeaseLost), store.writing() as transaction:
            lost(unit(transaction), mine)
    with pytest.raises(LeaseLost), store.writing() as transaction:
        job_work.count_death(unit(transaction), mine)
    with pytest.raises(LeaseLost), store.reading() as transaction:
        job_work.reload(unit(transaction), mine)
    assert how_many_learners(store) == 0
    assert held(store, job_id).position == 0

    # Nor does who has it do a record twice.
    assert do(store, yours).job.position == 1
    with pytest.raises(LeaseLost):
        do(store, yours)
    assert how_many_learners(store) == 1


def test_what_fails_in_a_record_leaves_the_job_at_that_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = submit(store, SOMEBODY)
    lease = taken(store)
    with monkeypatch.context() as patched:
        patched.setattr("lrs_soap.store.jobs.set_outcome", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            do(store, lease)
    assert how_many_learners(store) == 0
    assert held(store, job_id).position == 0
    assert do(store, lease).job.state is JobState.SUCCESSFUL


@on_sqlite
def test_three_deaths_on_one_record_fail_the_job(store: Store) -> None:
    job_id = submit(store, SOMEBODY, OTHERS)
    begin(store, do(store, taken(store, "0")))
    for owner, before, deaths in (("1", "0", 1), ("2", "1", 2)):
        lease = taken(store, owner, before)
        assert (lease.deaths, lease.is_over) == (deaths, False)
        begin(store, lease)
    lease = taken(store, "3", "2")
    assert lease.is_over
    assert lease.job == held(store, job_id)
    assert (lease.job.state, lease.job.position, lease.job.finished) == (JobState.FAILED, 1, NOW)
    assert take(store, "4", "3") is None


@on_sqlite
def test_deaths_between_records_do_not_count(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS)
    lease = taken(store, "0")
    for owner in range(1, 6):
        lease = taken(store, str(owner), str(owner - 1))
        assert lease.deaths == 0
    lease = do(store, lease)
    for owner in range(6, 12):
        lease = taken(store, str(owner), str(owner - 1))
        assert lease.deaths == 0
    assert do(store, lease).job.state is JobState.SUCCESSFUL


@on_sqlite
def test_a_worker_that_goes_on_is_on_the_next_record(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS)
    do(store, taken(store, "me"), goes_on=True)
    assert taken(store, "you", "me").deaths == 1


@on_sqlite
def test_deaths_count_for_one_record_only(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS)
    begin(store, taken(store, "0"))
    begin(store, taken(store, "1", "0"))
    lease = taken(store, "2", "1")
    assert lease.deaths == 2
    lease = do(store, lease)
    begin(store, lease)
    assert taken(store, "3", "2").deaths == 1


def begin_ahead(store: Store, lease: Lease, ahead: int) -> None:
    with store.writing() as transaction:
        job_work.begin_record(unit(transaction), lease, ahead=ahead)


@on_sqlite
def test_a_death_on_a_later_record_counts_for_that_one_when_those_before_it_are_done(store: Store) -> None:
    job_id = submit(store, SOMEBODY, OTHERS, SOMEBODY, SOMEBODY)
    begin_ahead(store, taken(store, "0"), 2)
    lease = taken(store, "1", "0")
    assert (lease.deaths, lease.job.position, lease.is_suspicious) == (0, 0, True)
    # A death on the way there counts for its own record, and is forgotten with it.
    begin(store, lease)
    lease = taken(store, "2", "1")
    assert lease.deaths == 1
    lease = do(store, lease, goes_on=True)
    assert (lease.deaths, lease.is_suspicious) == (0, True)
    with store.writing() as transaction:
        job_work.put_back(unit(transaction), lease)
    lease = do(store, taken(store, "3"), goes_on=True)
    assert (lease.job.position, lease.deaths) == (2, 1)
    assert taken(store, "4", "3").deaths == 2
    begin(store, replace(lease, owner="4"))
    lease = taken(store, "5", "4")
    assert lease.is_over
    assert (held(store, job_id).state, held(store, job_id).position) == (JobState.FAILED, 2)


@on_sqlite
def test_what_is_done_is_suspicious_no_more(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS, SOMEBODY)
    begin_ahead(store, taken(store, "0"), 1)
    lease = taken(store, "1", "0")
    suspicious = [lease.is_suspicious]
    for _ in range(2):
        lease = do(store, lease)
        suspicious.append(lease.is_suspicious)
    assert suspicious == [True, True, False]
    assert taken(store, "2", "1").is_suspicious is False


@on_sqlite
def test_a_record_that_fails_three_times_fails_the_job_too(store: Store) -> None:
    job_id = submit(store, SOMEBODY)
    lease = taken(store)
    for deaths in (1, 2, 3):
        assert not lease.is_over
        with store.writing() as transaction:
            lease = job_work.count_death(unit(transaction), lease)
        assert lease.deaths == deaths
    assert lease.is_over
    assert held(store, job_id).state is JobState.FAILED


@on_sqlite
def test_a_worker_that_does_not_know_how_far_it_is_can_ask(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS)
    before = taken(store)
    after = do(store, before)
    with store.reading() as transaction:
        assert job_work.reload(unit(transaction), before) == replace(before, job=after.job)


@on_sqlite
def test_what_is_put_back_is_gone_on_with(store: Store) -> None:
    submit(store, SOMEBODY, OTHERS)
    lease = do(store, taken(store, "me"))
    with store.writing() as transaction:
        job_work.put_back(unit(transaction), lease)
    lease = taken(store, "you")
    assert (lease.job.position, lease.deaths) == (1, 0)
    assert do(store, lease).job.state is JobState.SUCCESSFUL


def test_records_that_want_a_decision_leave_exceptions_where_the_job_is_not_only_to_look(store: Store) -> None:
    similar = {**SOMEBODY, "FamilyName": "Wardout"}
    full = submit(store, SOMEBODY, similar, {"GivenName": "Una", "FamilyName": "Orme"})
    looking = submit(store, similar, job_type=JobType.CHK)
    lease = taken(store)
    while not lease.is_over:
        lease = do(store, lease)
    do(store, taken(store))
    with store.reading() as transaction:
        (registered, *_) = batch_output.records_of(unit(transaction), lease.job)
        left = list(batch_exceptions.each(transaction))
    assert [(each.job_id, each.position, each.code) for each in left] == [
        (full, 1, ReturnCode.POSSIBLE_MATCHES),
        (full, 2, ReturnCode.NULL_VALUE),
    ]
    assert left[0].possible == (registered.uln,)
    assert {each.opened for each in left} == {NOW}
    assert held(store, looking).state is JobState.SUCCESSFUL


def test_a_job_of_verifications(store: Store) -> None:
    do(store, taken_after(store, submit(store, SOMEBODY)))
    with store.reading() as transaction:
        uln = transaction.execute(text("SELECT uln FROM learners")).scalar_one()
    asked = SentLearner(uln=uln, given_name="ottoline", family_name="Wardour")
    another = asked._replace(uln="1000000016")
    with store.writing() as transaction:
        job_id = submit_verification_batch(
            unit(transaction),
            [SubmittedRecord(asked), SubmittedRecord(another), SubmittedRecord(asked, ("bad",))],
        )
    lease = taken(store)
    while not lease.is_over:
        lease = do(store, lease)
    with store.reading() as transaction:
        records = [each.verified for each in batch_output.records_of(unit(transaction), held(store, job_id))]
    assert [(each.code, each.uln, each.given_name) for each in records if each is not None] == [
        (ResponseCode.VERIFIED, uln, "Ottoline"),
        (ResponseCode.ULN_NOT_FOUND, None, None),
        (ResponseCode.NOT_VERIFIED, None, None),
    ]


def taken_after(store: Store, job_id: int) -> Lease:
    lease = taken(store)
    assert lease.job.id == job_id
    return lease
