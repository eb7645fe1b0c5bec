"""Batch jobs, for whoever submits them: take a batch in, and tell what has become of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from lrs_soap.errors import NotHeld
from lrs_soap.rules.batches.batch_answers import fits_answer
from lrs_soap.rules.batches.job_records import JobRecord, SubmittedRecord
from lrs_soap.rules.batches.jobs import Counts, Job, JobKind, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.store import jobs
from lrs_soap.store.store import Transaction

_LARGEST_JOB_ID = 2**63 - 1

# A few hundred kilobytes.
_RECORDS_AT_ONCE = 500


def submit_registration(
    transaction: Transaction,
    records: Sequence[SubmittedRecord],
    *,
    job_type: JobType,
    author: Author,
    now: datetime,
    delay: int,
) -> int:
    """Take in a job that registers or updates learners, or with CHK only looks; its JobID.

    `delay` is how many seconds it is to wait, `now` the moment on the service's clock. It is there, and sure to be
    done, when the transaction is committed (docs/behaviour.md, Batch jobs). `batch_upload` takes in longer ones.
    """
    job_id = jobs.insert_job(transaction, kind=JobKind.REGISTRATION, job_type=job_type, author=author, submitted=now)
    return _release(transaction, job_id, records, delay)


def submit_verification(
    transaction: Transaction, records: Sequence[SubmittedRecord], *, author: Author, now: datetime, delay: int
) -> int:
    """Take in a job that verifies learners; its JobID. The rest is as with `submit_registration`."""
    job_id = jobs.insert_job(transaction, kind=JobKind.VERIFICATION, job_type=None, author=author, submitted=now)
    return _release(transaction, job_id, records, delay)


def output(transaction: Transaction, job_id: int, *, organisation: str, kind: JobKind | None = None) -> Job | None:
    """The job with this JobID, as far as it is; None where it is unknown, or another organisation's.

    `organisation` is a UKPRN. A caller of the web service asks for one `kind`: then a job of the other kind is unknown
    too, and one that has more records than an answer can hold.
    """
    job = jobs.by_id(transaction, job_id)
    if job is None or job.organisation != organisation:
        return None
    return job if kind is None or (kind is job.kind and fits_answer(job)) else None


def held(transaction: Transaction, job_id: int) -> Job:
    """The job with this JobID, whosever it is, for the operator. Raises NotHeld."""
    job = jobs.by_id(transaction, job_id) if 0 < job_id <= _LARGEST_JOB_ID else None
    if job is None:
        raise NotHeld(f"There is no job {job_id}.")
    return job


def output_records(transaction: Transaction, job: Job) -> Iterator[JobRecord]:
    """The records of a job in the order in which they were sent, with what has become of them; read in portions."""
    for first in range(0, job.record_count, _RECORDS_AT_ONCE):
        yield from jobs.records(transaction, job.id, first=first, end=first + _RECORDS_AT_ONCE)


def output_counts(transaction: Transaction, job: Job) -> Counts:
    """How many records of a job of registrations came out how."""
    return Counts.of(jobs.outcomes(transaction, job.id))


def _release(transaction: Transaction, job_id: int, records: Sequence[SubmittedRecord], delay: int) -> int:
    jobs.add_records(transaction, job_id, records)
    jobs.release(transaction, job_id, record_count=len(records), delay=delay)
    return job_id
