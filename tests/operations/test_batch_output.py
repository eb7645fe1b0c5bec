"""Batches for those who submit them: what they may see of which job."""

from __future__ import annotations

import pytest

from lrs_soap.operations import batch_output
from lrs_soap.operations.submit_batch import submit_registration_batch
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobKind, JobState, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.store import Store
from tests.kit.databases import on_sqlite
from tests.kit.work import NOW, unit


def submit(store: Store, count: int) -> int:
    with store.writing() as transaction:
        return submit_registration_batch(
            unit(transaction),
            [SubmittedRecord(SentLearner(mis_identifier=str(number))) for number in range(count)],
            job_type=JobType.FUL,
        )


def test_a_job_is_its_organisation_s_and_of_its_kind(store: Store) -> None:
    job_id = submit(store, 1)
    with store.reading() as transaction:
        job = batch_output.job_of_author(unit(transaction), job_id)
        assert job is not None
        assert (job.state, job.kind, job.user, job.submitted) == (
            *(JobState.WAITING, JobKind.REGISTRATION, "A Tester", NOW),
        )
        assert batch_output.job_of_author(unit(transaction), job_id, kind=JobKind.REGISTRATION) == job
        assert batch_output.job_of_author(unit(transaction), job_id, kind=JobKind.VERIFICATION) is None
        assert batch_output.job_of_author(unit(transaction, author=Author("TEST0002", "Another")), job_id) is None
        assert batch_output.job_of_author(unit(transaction), job_id + 1) is None


@on_sqlite
@pytest.mark.parametrize(("count", "is_known"), [(200, True), (201, False)])
def test_a_job_with_more_records_than_an_answer_holds_is_unknown_to_the_web_service(
    store: Store, count: int, is_known: bool
) -> None:
    job_id = submit(store, count)
    with store.reading() as transaction:
        asked = batch_output.job_of_author(unit(transaction), job_id, kind=JobKind.REGISTRATION)
        assert batch_output.job_of_author(unit(transaction), job_id) is not None
    assert (asked is not None) is is_known


def test_the_records_of_a_long_job_are_read_in_order(store: Store) -> None:
    job_id = submit(store, 1234)
    with store.reading() as transaction:
        job = batch_output.job_of_author(unit(transaction), job_id)
        assert job is not None
        read = [record.sent.mis_identifier for record in batch_output.records_of(unit(transaction), job)]
    assert read == [str(number) for number in range(1234)]
