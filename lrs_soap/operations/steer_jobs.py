"""Batch jobs for the operator: list them, and let one begin at once, or fail."""

from __future__ import annotations

from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.jobs import ImpossibleTransition, Job, JobEvent, after
from lrs_soap.store import job_lists


def newest_jobs(work: UnitOfWork, *, limit: int) -> list[Job]:
    """The jobs of all organisations, the last first; `limit` at most."""
    return job_lists.newest(work.transaction, limit=limit)


def begin_at_once(work: UnitOfWork, job_id: int) -> Job:
    """Let a worker take a job now, whatever its delay, before all others.

    A job that a worker has already goes on as it is. Raises NotHeld, and NotPossible if the job is over.
    """
    job = _unfinished(work, job_id)
    job_lists.make_due(work.transaction, job_id)
    return job


def fail(work: UnitOfWork, job_id: int) -> Job:
    """Let a job fail, as it does when its workers have died. Raises NotHeld, and NotPossible if it is over.

    Records that are done stay done. A worker that has the job finishes the record that it is on, and leaves it.
    """
    job = _unfinished(work, job_id)
    try:
        state = after(job.state, JobEvent.FAIL)
    except ImpossibleTransition as error:
        raise NotPossible(f"Job {job_id} cannot fail: {error}.") from error
    job_lists.end(work.transaction, job_id, state=state, now=work.now)
    return _job(work, job_id)


def _unfinished(work: UnitOfWork, job_id: int) -> Job:
    job = _job(work, job_id)
    if job.finished is not None:
        raise NotPossible(f"Job {job_id} is over: it is {job.state.shown}.")
    return job


def _job(work: UnitOfWork, job_id: int) -> Job:
    job = job_lists.locked(work.transaction, job_id)
    if job is None:
        raise NotHeld(f"There is no job {job_id}.")
    return job
