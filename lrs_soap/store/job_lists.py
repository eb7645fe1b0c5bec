"""Lists of batch jobs: of all organisations, of one; and for the operator, jobs that are to begin or to fail now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import null, select, update

from lrs_soap.rules.batches.jobs import Job, JobKind, JobState
from lrs_soap.store import jobs as by_id
from lrs_soap.store.tables import LARGEST_KEY, UNFINISHED, jobs
from lrs_soap.store.transaction import Transaction

# Before any moment at which a job can be due by itself.
_BEFORE_ALL_OTHERS = 0
# A job that is still being stored has no `due`, and nobody sees it.
_IS_STORED = jobs.c.due.is_not(None)


def newest(transaction: Transaction, *, limit: int) -> list[Job]:
    """The jobs of all organisations, those that were submitted last first; `limit` at most."""
    ids = transaction.execute(select(jobs.c.id).where(_IS_STORED).order_by(jobs.c.id.desc()).limit(limit)).scalars()
    found = (by_id.by_id(transaction, each) for each in ids.all())
    return [job for job in found if job is not None]


def of_organisation(transaction: Transaction, ukprn: str, kind: JobKind, *, limit: int) -> list[Job]:
    """The jobs of one kind that an organisation has submitted, the last first; `limit` at most."""
    ids = transaction.execute(
        select(jobs.c.id)
        .where(_IS_STORED, jobs.c.organisation == ukprn, jobs.c.kind == kind.value)
        .order_by(jobs.c.id.desc())
        .limit(limit)
    ).scalars()
    found = (by_id.by_id(transaction, each) for each in ids.all())
    return [job for job in found if job is not None]


def locked(transaction: Transaction, job_id: int) -> Job | None:
    """The job with this JobID; None if there is none. No worker goes on with it before this transaction ends."""
    if abs(job_id) > LARGEST_KEY:
        return None
    transaction.execute(select(jobs.c.id).where(jobs.c.id == job_id).with_for_update()).all()
    return by_id.by_id(transaction, job_id)


def make_due(transaction: Transaction, job_id: int) -> None:
    """Let a worker take an unfinished job now, before all others that are due."""
    transaction.execute(update(jobs).where(jobs.c.id == job_id, UNFINISHED).values(due=_BEFORE_ALL_OTHERS))


def make_never_due(transaction: Transaction, job_id: int) -> None:
    """Let no worker take a job, until `make_due` does."""
    transaction.execute(update(jobs).where(jobs.c.id == job_id).values(due=LARGEST_KEY))


def withhold(transaction: Transaction, job_id: int, times: int) -> None:
    """Have the output of a job withheld so many times."""
    transaction.execute(update(jobs).where(jobs.c.id == job_id).values(withheld=times))


def count_withheld(transaction: Transaction, job_id: int) -> bool:
    """Withhold the output of a job once more; False if that was done as often as it was to be."""
    one_less = update(jobs).where(jobs.c.id == job_id, jobs.c.withheld > 0).values(withheld=jobs.c.withheld - 1)
    return transaction.execute(one_less).rowcount > 0


def end(transaction: Transaction, job_id: int, *, state: JobState, now: datetime) -> None:
    """End an unfinished job in this state. A worker that has it finds that it has it no longer."""
    transaction.execute(
        update(jobs)
        .where(jobs.c.id == job_id, UNFINISHED)
        .values(state=state.value, finished=now.isoformat(), lease_owner=null(), lease_until=null(), on_record=null())
    )
