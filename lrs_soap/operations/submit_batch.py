"""Submit a batch as a job, which a worker processes later."""

from __future__ import annotations

from collections.abc import Sequence

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobEvent, JobFate, JobKind, JobState, JobType, after
from lrs_soap.store import job_lists, jobs


def submit_registration_batch(
    work: UnitOfWork, records: Sequence[SubmittedRecord], *, job_type: JobType, fate: JobFate | None = None
) -> int:
    """Submit a job that registers or updates learners, or with CHK only looks them up. Returns its JobID.

    Once the transaction is committed, the job will be processed (docs/behaviour.md, Batch jobs), unless it has another
    `fate`. `batch.upload` submits batches of any length.
    """
    return _submit(work, records, JobKind.REGISTRATION, job_type, fate)


def submit_verification_batch(
    work: UnitOfWork, records: Sequence[SubmittedRecord], *, fate: JobFate | None = None
) -> int:
    """Submit a job that verifies learners. Returns its JobID. All else is as with `submit_registration_batch`."""
    return _submit(work, records, JobKind.VERIFICATION, None, fate)


def _submit(
    work: UnitOfWork,
    records: Sequence[SubmittedRecord],
    kind: JobKind,
    job_type: JobType | None,
    fate: JobFate | None,
) -> int:
    job_id = jobs.insert_job(work.transaction, kind=kind, job_type=job_type, author=work.author, submitted=work.now)
    jobs.add_records(work.transaction, job_id, records)
    jobs.release(work.transaction, job_id, record_count=len(records), delay=work.policy.batch_delay)
    if fate is not None:
        if fate.hangs:
            job_lists.make_never_due(work.transaction, job_id)
        if fate.fails:
            state = after(JobState.WAITING, JobEvent.FAIL)
            job_lists.end(work.transaction, job_id, state=state, now=work.now)
        if fate.withheld:
            job_lists.withhold(work.transaction, job_id, fate.withheld)
    return job_id
