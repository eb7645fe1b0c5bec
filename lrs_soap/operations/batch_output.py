"""The output of a batch: its job, and the outcomes of its records."""

from __future__ import annotations

from collections.abc import Iterator

from lrs_soap.errors import NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_answers import fits_answer
from lrs_soap.rules.batches.display_codes import displayed
from lrs_soap.rules.batches.job_records import JobRecord
from lrs_soap.rules.batches.jobs import Counts, Job, JobKind
from lrs_soap.rules.values.codes import RETURN_CODES
from lrs_soap.store import job_lists, jobs

# A few hundred kilobytes.
_RECORDS_AT_ONCE = 500


def job_of_author(work: UnitOfWork, job_id: int, *, kind: JobKind | None = None) -> Job | None:
    """The job with this JobID; None if it is unknown or belongs to another organisation than the author's.

    A caller of the web service asks for one `kind`. Then a job of the other kind counts as unknown, and so does one
    with more records than an answer can hold.
    """
    job = jobs.by_id(work.transaction, job_id)
    if job is None or job.organisation != work.author.organisation:
        return None
    return job if kind is None or (kind is job.kind and fits_answer(job)) else None


def jobs_of_author(work: UnitOfWork, *, limit: int) -> list[Job]:
    """The jobs of registrations of the author's organisation, the last first; `limit` at most."""
    return job_lists.of_organisation(work.transaction, work.author.organisation, JobKind.REGISTRATION, limit=limit)


def any_job(work: UnitOfWork, job_id: int) -> Job:
    """The job with this JobID, of any organisation, for the operator. Raises NotHeld."""
    job = jobs.by_id(work.transaction, job_id)
    if job is None:
        raise NotHeld(f"There is no job {job_id}.")
    return job


def is_withheld(work: UnitOfWork, job: Job) -> bool:
    """Count that a job's output is asked for, and say whether it is withheld this time."""
    return job_lists.count_withheld(work.transaction, job.id)


def records_of(work: UnitOfWork, job: Job) -> Iterator[JobRecord]:
    """The records of a job with their outcomes, in the order in which they were sent. They are read in portions."""
    for first in range(0, job.record_count, _RECORDS_AT_ONCE):
        yield from jobs.records(work.transaction, job.id, first=first, end=first + _RECORDS_AT_ONCE)


def outcomes_of(work: UnitOfWork, job: Job) -> dict[str, tuple[str, int]]:
    """How many records of a job of registrations have each return code as it is shown: its text, and the number."""
    found: dict[str, tuple[str, int]] = {}
    for code, number in sorted(jobs.outcomes(work.transaction, job.id).items()):
        shown = displayed(code, work.policy.return_codes)
        text, before = found.get(shown, (RETURN_CODES[shown].text if shown in RETURN_CODES else code.text, 0))
        found[shown] = (text, before + number)
    return found


def counts_of(work: UnitOfWork, job: Job) -> Counts:
    """How many records of a job of registrations have each outcome."""
    return Counts.of(jobs.outcomes(work.transaction, job.id))
