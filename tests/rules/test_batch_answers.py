from __future__ import annotations

from datetime import datetime

import pytest

from lrs_soap.rules.batches import batch_answers
from lrs_soap.rules.batches.jobs import Job, JobKind, JobState
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.rule import Outcome

REGISTRATION, VERIFICATION = JobKind.REGISTRATION, JobKind.VERIFICATION


def job(kind: JobKind, state: JobState = JobState.WAITING, *, records: int = 3) -> Job:
    return Job(7, kind, None, "TEST0001", "", state, datetime(2025, 3, 10), None, None, records, 1)


@pytest.mark.parametrize(
    ("kind", "state", "code"),
    [
        (REGISTRATION, JobState.WAITING, "WSRC0008"),
        (REGISTRATION, JobState.IN_PROGRESS, "WSRC0008"),
        (REGISTRATION, JobState.SUCCESSFUL, "WSRC0009"),
        (REGISTRATION, JobState.FAILED, "WSRC0010"),
        (VERIFICATION, JobState.WAITING, "WSRC0027"),
        (VERIFICATION, JobState.IN_PROGRESS, "WSRC0027"),
        (VERIFICATION, JobState.SUCCESSFUL, "WSRC0028"),
        (VERIFICATION, JobState.FAILED, "WSRC0029"),
    ],
)
def test_how_a_job_stands(kind: JobKind, state: JobState, code: str) -> None:
    decision = batch_answers.job_status(job(kind, state))
    assert decision.code.value == code
    (reason,) = decision.reasons
    assert (reason.outcome, reason.held) == (Outcome.PROGRESS, (state.shown, "1", "3"))


def test_an_unknown_job() -> None:
    assert batch_answers.job_status(None).code is ResponseCode.UNKNOWN_JOB


@pytest.mark.parametrize(("kind", "code"), [(REGISTRATION, "WSRC0007"), (VERIFICATION, "WSRC0026")])
def test_a_batch_that_is_taken_in(kind: JobKind, code: str) -> None:
    assert batch_answers.submitted(kind, 7).code.value == code


@pytest.mark.parametrize(("kind", "code"), [(REGISTRATION, "WSRC0017"), (VERIFICATION, "WSRC0030")])
def test_a_count_is_the_truth_or_incorrect(kind: JobKind, code: str) -> None:
    assert batch_answers.miscounted(kind, declared=3, sent=3) is None
    for declared in (2, 4):
        decision = batch_answers.miscounted(kind, declared=declared, sent=3)
        assert decision is not None
        assert decision.code.value == code


@pytest.mark.parametrize(("kind", "most"), [(REGISTRATION, 200), (VERIFICATION, 5000)])
def test_an_answer_holds_so_many_records(kind: JobKind, most: int) -> None:
    assert batch_answers.fits_answer(job(kind, records=most))
    assert not batch_answers.fits_answer(job(kind, records=most + 1))
