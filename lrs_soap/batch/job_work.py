"""Batch jobs, for whoever does them: take one, do its records one by one, give it back.

A job is one worker's at a time. Each of these functions is a transaction's part in that, and raises LeaseLost where the
job has become another's meanwhile: then nothing is written. A record's outcome is written in the transaction that does
it, with the job's step to the next one, so that it is done once or, after whatever end of the worker, still to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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
"""Whether the worker of this name has ended for certain."""


class LeaseLost(LrsError):
    """The job is another worker's now, or was put forward by one."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that `owner` has, and how many workers have died of the record that comes next."""

    job: Job
    owner: str
    deaths: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing of the job is to be done any more."""
        return self.job.state is not JobState.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class RecordDone:
    """How a job stands after one of its records, and what became of that."""

    lease: Lease
    code: ReturnCode | ResponseCode
    reasons: tuple[Reason, ...]


def is_anything_due(work: UnitOfWork, is_gone: IsGone) -> bool:
    """Whether there is a job to be taken; may be asked often, in a transaction that reads."""
    return any(holder is None or is_gone(holder) for holder in jobs.holders(work.transaction))


def take(work: UnitOfWork, *, owner: str, is_gone: IsGone) -> Lease | None:
    """Take the job that is due for longest; None where there is none.

    The death of a worker on a record is counted here, by whoever takes over its job. Where that record has had its
    fill of them, the job is given up, and the lease over.
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


def again(work: UnitOfWork, lease: Lease) -> Lease:
    """The lease as it stands in the database, for a worker that cannot know whether its last step was committed."""
    found = jobs.leased(work.transaction, lease.job.id, lease.owner)
    if found is None:
        raise _lost(lease)
    return Lease(found[0], lease.owner, found[1])


def next_records(work: UnitOfWork, lease: Lease, most: int) -> list[JobRecord]:
    """The records that come next, in order."""
    position = lease.job.position
    return jobs.records(
        work.transaction, lease.job.id, first=position, end=min(position + most, lease.job.record_count)
    )


def begin_record(work: UnitOfWork, lease: Lease) -> None:
    """Note that the worker is on the next record from now on, and lives."""
    if not jobs.begin_record(work.transaction, lease.job.id, owner=lease.owner, position=lease.job.position):
        raise _lost(lease)


def do_record(work: UnitOfWork, lease: Lease, record: JobRecord, *, goes_on: bool) -> RecordDone:
    """Do the next record of a job, whose last one finishes it.

    `goes_on` says that the worker is on the record after it from then on, else it is on none.
    """
    job = lease.job
    done = job.position + 1
    is_last = done == job.record_count
    state = after(job.state, JobEvent.RECORD_DONE)
    # First, so that of two who think that the job is theirs one does nothing of the record.
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
    """Count that the next record could not be done, for no reason that a record may give, and give up in the end."""
    job = lease.job
    deaths = lease.deaths + 1
    if not jobs.count_death(work.transaction, job.id, owner=lease.owner, position=job.position, deaths=deaths):
        raise _lost(lease)
    lease = replace(lease, deaths=deaths)
    return _end(work, lease, JobEvent.GIVE_UP) if deaths >= MAXIMUM_DEATHS else lease


def put_back(work: UnitOfWork, lease: Lease) -> None:
    """Leave the rest of a job to whoever comes next, after the jobs that are due already."""
    after(lease.job.state, JobEvent.PUT_BACK)
    if not jobs.put_back(work.transaction, lease.job.id, owner=lease.owner):
        raise _lost(lease)


def _outcome(work: UnitOfWork, job: Job, record: JobRecord) -> tuple[ReturnCode | ResponseCode, tuple[Reason, ...]]:
    """Do a record and hold what became of it."""
    if job.kind is JobKind.VERIFICATION:
        verification = do_verification(work, record.sent, facet_errors=record.facet_errors)
        jobs.set_verified(work.transaction, job.id, record.position, VerifiedRecord.of(verification))
        return verification.code, verification.reasons
    outcome = do_registration(
        work,
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
    return LeaseLost(f"Job {lease.job.id}, at record {lease.job.position}, is not {lease.owner}'s any more.")
