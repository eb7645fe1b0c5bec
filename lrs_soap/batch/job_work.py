"""The steps of a worker: take a job, process its records, put it back.

A job belongs to one worker at a time. Each of these functions is one step within a transaction. It writes nothing and
raises LeaseLost if the job now belongs to another worker. The transaction that writes what a record comes to also moves
the job on to the next record. So a record is processed once, or it is still to be processed, however the worker ends.

Records are processed one by one here, and together by `batch.portion`. A worker notes each record that it begins in a
transaction of its own, so that a death counts for that record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from lrs_soap.batch.job_register import HeldRegister, JobRegister
from lrs_soap.batch.record_work import do_registration, do_verification
from lrs_soap.errors import LrsError
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import leaves_exception
from lrs_soap.rules.batches.batch_records import RecordOutcome
from lrs_soap.rules.batches.job_records import JobRecord, VerifiedRecord
from lrs_soap.rules.batches.jobs import MAXIMUM_DEATHS, Job, JobEvent, JobKind, JobState, JobType, after
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Reason
from lrs_soap.store import batch_exceptions, jobs

IsGone = Callable[[str], bool]
"""Whether the worker with this name has certainly ended."""

Outcome: TypeAlias = RecordOutcome | Verification
"""What a record of a registration or a verification comes to."""


class LeaseLost(LrsError):
    """The job belongs to another worker now, or another worker has moved it on."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that belongs to the worker `owner`. `deaths` is how many workers have died on its next record.

    `suspect` is the position of a later record that a worker has died on. It and those before it have to be done one by
    one, so that each further death counts for its record.
    """

    job: Job
    owner: str
    deaths: int = 0
    suspect: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self.job.state is not JobState.IN_PROGRESS

    @property
    def is_suspicious(self) -> bool:
        """Whether a worker has died on the next record, or on one that had been begun together with it."""
        return self.deaths > 0 or (self.suspect is not None and self.job.position <= self.suspect)


@dataclass(frozen=True, slots=True)
class RecordDone:
    """The lease after one of the job's records, and that record's outcome."""

    lease: Lease
    code: ReturnCode | ResponseCode
    reasons: tuple[Reason, ...]


def is_anything_due(work: UnitOfWork, is_gone: IsGone) -> bool:
    """Whether there is a job to take. Cheap enough to ask often, in a unit of work that reads."""
    return any(holder is None or is_gone(holder) for holder in jobs.holders(work.transaction))


def is_anything_left(work: UnitOfWork) -> bool:
    """Whether there is a job to take, now or later."""
    return jobs.has_unfinished(work.transaction)


def take(work: UnitOfWork, *, owner: str, is_gone: IsGone) -> Lease | None:
    """Take the job that has been due for longest; None if no job is due.

    Whoever takes over the job of a worker that died on a record counts that death. After MAXIMUM_DEATHS on one record
    the job fails, and the lease is over.
    """
    gone = {holder for holder in jobs.holders(work.transaction) if holder is not None and is_gone(holder)}
    due = jobs.next_due(work.transaction, gone)
    if due is None:
        return None
    job, deaths, suspect = due.job, due.deaths, due.suspect
    if due.holder is not None and due.on_record is not None:
        if due.on_record == job.position:
            deaths += 1
        else:
            suspect = due.on_record
    state = after(job.state, JobEvent.TAKE if job.state is JobState.WAITING else JobEvent.TAKE_OVER)
    jobs.take(work.transaction, job.id, owner=owner, state=state, now=work.now, deaths=deaths, suspect=suspect)
    lease = Lease(replace(job, state=state, started=job.started or work.now), owner, deaths, suspect)
    return _end(work, lease, JobEvent.GIVE_UP) if deaths >= MAXIMUM_DEATHS else lease


def reload(work: UnitOfWork, lease: Lease) -> Lease:
    """The lease as it is in the database, for a worker that cannot know whether its last step was committed."""
    found = jobs.leased(work.transaction, lease.job.id, lease.owner)
    if found is None:
        raise _lost(lease)
    return Lease(found[0], lease.owner, found[1], lease.suspect)


def next_records(work: UnitOfWork, lease: Lease, most: int) -> list[JobRecord]:
    """The next records of the job, `most` of them at most, in order."""
    position = lease.job.position
    return jobs.records(
        work.transaction, lease.job.id, first=position, end=min(position + most, lease.job.record_count)
    )


def begin_record(work: UnitOfWork, lease: Lease, *, ahead: int = 0) -> None:
    """Note that the worker is alive and now on the record that is `ahead` of the next one."""
    if not jobs.begin_record(
        work.transaction, lease.job.id, owner=lease.owner, position=lease.job.position, ahead=ahead
    ):
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
    outcome = decide(HeldRegister(work.by(Author(job.organisation, job.user)), job.id), job, record)
    _write(work, job, record, outcome)
    lease = replace(lease, job=replace(job, position=done, state=state), deaths=int(done == lease.suspect))
    if is_last:
        lease = _end(work, lease, JobEvent.FINISH)
    return RecordDone(lease, outcome.code, outcome.reasons)


def records_done(work: UnitOfWork, lease: Lease, count: int) -> Lease:
    """Move a job on by `count` records, which this unit of work writes. The last record finishes the job."""
    job = lease.job
    if not jobs.records_done(work.transaction, job.id, owner=lease.owner, position=job.position, count=count):
        raise _lost(lease)
    done = job.position + count
    lease = replace(lease, job=replace(job, position=done, state=after(job.state, JobEvent.RECORD_DONE)), deaths=0)
    return _end(work, lease, JobEvent.FINISH) if done == job.record_count else lease


def decide(register: JobRegister, job: Job, record: JobRecord) -> Outcome:
    """The outcome of a job's record, which looks things up in `register` and writes learners to it."""
    if job.kind is JobKind.VERIFICATION:
        return do_verification(register.work, record.sent, facet_errors=record.facet_errors)
    return do_registration(
        register,
        record.sent,
        full=job.job_type is JobType.FUL,
        facet_errors=record.facet_errors,
        identifier_errors=record.identifier_errors,
    )


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


def _write(work: UnitOfWork, job: Job, record: JobRecord, outcome: Outcome) -> None:
    """Store the outcome of a record."""
    if not isinstance(outcome, RecordOutcome):
        jobs.set_verified(work.transaction, job.id, record.position, VerifiedRecord.of(outcome))
        return
    jobs.set_outcome(work.transaction, job.id, record.position, code=outcome.code, uln=outcome.uln)
    if leaves_exception(outcome.code, job.job_type):
        batch_exceptions.add(
            work.transaction, job_id=job.id, position=record.position, opened=job.submitted, possible=outcome.possible
        )


def _end(work: UnitOfWork, lease: Lease, event: JobEvent) -> Lease:
    job = replace(lease.job, state=after(lease.job.state, event), finished=work.now)
    if not jobs.end(work.transaction, job.id, owner=lease.owner, state=job.state, now=work.now):
        raise _lost(lease)
    return replace(lease, job=job)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"Job {lease.job.id}, at record {lease.job.position}, no longer belongs to {lease.owner}.")
