"""Submit a batch as a job, which a worker processes later."""

from __future__ import annotations

from collections.abc import Sequence

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.job_records import SubmittedRecord
from lrs_soap.rules.batches.jobs import JobKind, JobType
from lrs_soap.store import jobs


def submit_registration_batch(work: UnitOfWork, records: Sequence[SubmittedRecord], *, job_type: JobType) -> int:
    """Submit a job that registers or updates learners, or with CHK only looks them up. Returns its JobID.

    Once the transaction is committed, the job will be processed (docs/behaviour.md, Batch jobs). `batch.upload` submits
    batches of any length.
    """
    return _submit(work, records, JobKind.REGISTRATION, job_type)


def submit_verification_batch(work: UnitOfWork, records: Sequence[SubmittedRecord]) -> int:
    """Submit a job that verifies learners. Returns its JobID. All else is as with `submit_registration_batch`."""
    return _submit(work, records, JobKind.VERIFICATION, None)


def _submit(work: UnitOfWork, records: Sequence[SubmittedRecord], kind: JobKind, job_type: JobType | None) -> int:
    job_id = jobs.insert_job(work.transaction, kind=kind, job_type=job_type, author=work.author, submitted=work.now)
    jobs.add_records(work.transaction, job_id, records)
    jobs.release(work.transaction, job_id, record_count=len(records), delay=work.policy.batch_delay)
    return job_id
