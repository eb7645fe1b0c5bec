"""Batch jobs, for whoever submits them: take a batch in, and tell what has become of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrs_soap.errors import NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_answers import fits_answer
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, Job, JobKind, JobType
from lrs_soap.store import jobs

_LARGEST_JOB_ID = 2**63 - 1

# A few hundred kilobytes.
_RECORDS_AT_ONCE = 500


def submit_registration(work: UnitOfWork, records: Sequence[SubmittedRecord], *, job_type: JobType) -> int:
    """Take in a job that registers or updates learners, or with CHK only looks; its JobID.

    Once the transaction is committed, the job is there and sure to be done (docs/behaviour.md, Batch jobs).
    `batch.upload` takes in longer ones.
    """
    return _submit(work, records, JobKind.REGISTRATION, job_type)


def submit_verification(work: UnitOfWork, records: Sequence[SubmittedRecord]) -> int:
    """Take in a job that verifies learners; its JobID. The rest is as with `submit_registration`."""
    return _submit(work, records, JobKind.VERIFICATION, None)


def output(work: UnitOfWork, job_id: int, *, kind: JobKind | None = None) -> Job | None:
    """The job with this JobID, as far as it is; None where it is unknown, or another organisation's than the author's.

    A caller of the web service asks for one `kind`: then a job of the other kind is unknown too, and one that has more
    records than an answer can hold.
    """
    job = jobs.by_id(work.transaction, job_id)
    if job is None or job.organisation != work.author.organisation:
        return None
    return job if kind is None or (kind is job.kind and fits_answer(job)) else None


def held(work: UnitOfWork, job_id: int) -> Job:
    """The job with this JobID, whosever it is, for the operator. Raises NotHeld."""
    job = jobs.by_id(work.transaction, job_id) if 0 < job_id <= _LARGEST_JOB_ID else None
    if job is None:
        raise NotHeld(f"There is no job {job_id}.")
    return job


def output_records(work: UnitOfWork, job: Job) -> Iterator[JobRecord]:
    """The records of a job in the order in which they were sent, with what has become of them; read in portions."""
    for first in range(0, job.record_count, _RECORDS_AT_ONCE):
        yield from jobs.records(work.transaction, job.id, first=first, end=first + _RECORDS_AT_ONCE)


def output_counts(work: UnitOfWork, job: Job) -> Counts:
    """How many records of a job of registrations came out how."""
    return Counts.of(jobs.outcomes(work.transaction, job.id))


def _submit(work: UnitOfWork, records: Sequence[SubmittedRecord], kind: JobKind, job_type: JobType | None) -> int:
    job_id = jobs.insert_job(work.transaction, kind=kind, job_type=job_type, author=work.author, submitted=work.now)
    jobs.add_records(work.transaction, job_id, records)
    jobs.release(work.transaction, job_id, record_count=len(records), delay=work.policy.batch_delay)
    return job_id
