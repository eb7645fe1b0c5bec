"""The steps of a worker: take a job, process its records one by one, put it back.

A job belongs to one worker at a time. Each of these functions is one step within a transaction. It writes nothing and
raises LeaseLost if the job now belongs to another worker. The transaction that processes a record also writes its
outcome and moves the job on to the next record. So a record is processed once, or it is still to be processed, however
the worker ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lrs_soap.batch.job_register import HeldRegister
from lrs_soap.batch.record_work import do_registration, do_verification
from lrs_soap.errors import LrsError
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import leaves_exception
from lrs_soap.rules.batches.job_records import JobRecord, VerifiedRecord
from lrs_soap.rules.batches.jobs import MAXIMUM_DEATHS, Job, JobEvent, JobKind, JobState, JobType, after
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Reason
from lrs_soap.store import batch_exceptions, jobs

IsGone = Callable[[str], bool]
"""Whether the worker with this name has certainly ended."""


class LeaseLost(LrsError):
    """The job belongs to another worker now, or another worker has moved it on."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that belongs to the worker `owner`. `deaths` is how many workers have died on its next record."""

    job: Job
    owner: str
    deaths: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self.job.state is not JobState.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class RecordDone:
    """The lease after one of the job's records, and that record's outcome."""

    lease: Lease
    code: ReturnCode | ResponseCode
    reasons: tuple[Reason, ...]


def is_anything_due(work: UnitOfWork, is_gone: IsGone) -> bool:
    """Whether there is a job to take. Cheap enough to ask often, in a unit of work that reads."""
    return any(holder is None or is_gone(holder) for holder in jobs.holders(work.transaction))


def take(work: UnitOfWork, *, owner: str, is_gone: IsGone) -> Lease | None:
    """Take the job that has been due for longest; None if no job is due.

    Whoever takes over the job of a worker that died on a record counts that death. After MAXIMUM_DEATHS on one record
    the job fails, and the lease is over.
    """
    gone = {holder for holder in jobs.holders(work.transaction) if holder is not None and is_gone(holder)}
    due = jobs.next_due(work.transaction, gone)
    if due is None:
        return None
    job = due.job
    deaths = due.deaths + (due.holder is not None and due.on_record is not None)
    state = after(job.state, JobEvent.TAKE if job.state is JobState.WAITING else JobEvent.TAKE_OVER)
    jobs.take(work.transaction, job.id, owner=owner, state=state, now=work.now, deaths=deaths)
    lease = Lease(replace(job, state=state, started=job.started or work.now), owner, deaths)
    return _end(work, lease, JobEvent.GIVE_UP) if deaths >= MAXIMUM_DEATHS else lease


def reload(work: UnitOfWork, lease: Lease) -> Lease:
    """The lease as it is in the database, for a worker that cannot know whether its last step was committed."""
    found = jobs.leased(work.transaction, lease.job.id, lease.owner)
    if found is None:
        raise _lost(lease)
    return Lease(found[0], lease.owner, found[1])


def next_records(work: UnitOfWork, lease: Lease, most: int) -> list[JobRecord]:
    """The next records of the job, `most` of them at most, in order."""
    position = lease.job.position
    return jobs.records(
        work.transaction, lease.job.id, first=position, end=min(position + most, lease.job.record_count)
    )


def begin_record(work: UnitOfWork, lease: Lease) -> None:
    """Note that the worker is alive and now on the next record."""
    if not jobs.begin_record(work.transaction, lease.job.id, owner=lease.owner, position=lease.job.position):
        raise _lost(lease)


def do_record(work: UnitOfWork, lease: Lease, record: JobRecord, *, goes_on: bool) -> RecordDone:
    """Process the next record of a job. The last record finishes the job.

    `goes_on` says that the worker goes on to the record after it at once; otherwise it is on no record.
    """
    job = lease.job
    done = job.position + 1
    is_last = done == job.record_count
    state = after(job.state, JobEvent.RECORD_DONE)
    # First, so that only one of two workers that both think they have the job processes the record.
    if not jobs.record_done(
        work.transaction,
        job.id,
        owner=lease.owner,
        position=job.position,
        goes_on_with=done if goes_on and not is_last else None,
    ):
        raise _lost(lease)
    code, reasons = _outcome(work.by(Author(job.organisation, job.user)), job, record)
    lease = Lease(replace(job, position=done, state=state), lease.owner)
    if is_last:
        lease = _end(work, lease, JobEvent.FINISH)
    return RecordDone(lease, code, reasons)


def count_death(work: UnitOfWork, lease: Lease) -> Lease:
    """Count that processing the next record failed unexpectedly. After MAXIMUM_DEATHS on one record the job fails."""
    job = lease.job
    deaths = lease.deaths + 1
    if not jobs.count_death(work.transaction, job.id, owner=lease.owner, position=job.position, deaths=deaths):
        raise _lost(lease)
    lease = replace(lease, deaths=deaths)
    return _end(work, lease, JobEvent.GIVE_UP) if deaths >= MAXIMUM_DEATHS else lease


def put_back(work: UnitOfWork, lease: Lease) -> None:
    """Leave the rest of the job to any worker, after the jobs that are already due."""
    after(lease.job.state, JobEvent.PUT_BACK)
    if not jobs.put_back(work.transaction, lease.job.id, owner=lease.owner):
        raise _lost(lease)


def _outcome(work: UnitOfWork, job: Job, record: JobRecord) -> tuple[ReturnCode | ResponseCode, tuple[Reason, ...]]:
    """Process a record and store its outcome."""
    if job.kind is JobKind.VERIFICATION:
        verification = do_verification(work, record.sent, facet_errors=record.facet_errors)
        jobs.set_verified(work.transaction, job.id, record.position, VerifiedRecord.of(verification))
        return verification.code, verification.reasons
    outcome = do_registration(
        HeldRegister(work, job.id),
        record.sent,
        full=job.job_type is JobType.FUL,
        facet_errors=record.facet_errors,
        identifier_errors=record.identifier_errors,
    )
    jobs.set_outcome(work.transaction, job.id, record.position, code=outcome.code, uln=outcome.uln)
    if leaves_exception(outcome.code, job.job_type):
        batch_exceptions.add(
            work.transaction, job_id=job.id, position=record.position, opened=job.submitted, possible=outcome.possible
        )
    return outcome.code, outcome.reasons


def _end(work: UnitOfWork, lease: Lease, event: JobEvent) -> Lease:
    job = replace(lease.job, state=after(lease.job.state, event), finished=work.now)
    if not jobs.end(work.transaction, job.id, owner=lease.owner, state=job.state, now=work.now):
        raise _lost(lease)
    return replace(lease, job=job)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"Job {lease.job.id}, at record {lease.job.position}, no longer belongs to {lease.owner}.")
