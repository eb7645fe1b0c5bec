"""Jobs that are being stored in several transactions. Nobody else sees them before they are released.

The process that stores a job has a lease, which it renews. When the lease has ended, the process has abandoned the job.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update

from lrs_soap.store.dialects import milliseconds_from_now, milliseconds_now
from lrs_soap.store.prepared import Prepared, PreparedUpdate
from lrs_soap.store.tables import UNFINISHED, job_records, jobs
from lrs_soap.store.transaction import Transaction

_LEASE_SECONDS = 30

_IS_STORED = jobs.c.due.is_(None)
_IS_ABANDONED = jobs.c.lease_until < milliseconds_now()
_RENEWED = {"lease_until": milliseconds_from_now(_LEASE_SECONDS)}

_ABANDONED = Prepared(select(jobs.c.id).where(UNFINISHED, _IS_STORED, _IS_ABANDONED).order_by(jobs.c.id))
_TAKE_OVER = PreparedUpdate(
    update(jobs)
    .where(jobs.c.id == bindparam("job"), _IS_STORED, _IS_ABANDONED)
    .values(lease_owner=bindparam("new_owner"), **_RENEWED),
    *("job", "new_owner"),
)
_RENEW = PreparedUpdate(
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.lease_owner == bindparam("owner"), _IS_STORED)
    .values(**_RENEWED),
    *("job", "owner"),
)


def renew(transaction: Transaction, job_id: int, *, owner: str) -> bool:
    """Renew the lease of `owner`, who stores this job; return whether they still have it.

    Nobody else can take it over before this writing transaction ends.
    """
    return _RENEW.run(transaction, job_id, owner) == 1


def abandoned(transaction: Transaction) -> list[int]:
    """The JobIDs of jobs that were abandoned while they were stored."""
    return [row[0] for row in _ABANDONED.rows(transaction)]


def take_over(transaction: Transaction, job_id: int, *, owner: str) -> bool:
    """Give an abandoned job to `owner`; return whether it was still abandoned."""
    return _TAKE_OVER.run(transaction, job_id, owner) == 1


def delete_records(transaction: Transaction, job_id: int, most: int) -> int:
    """Delete at most `most` records of a job whose lease the caller has; return how many were deleted."""
    positions = select(job_records.c.position).where(job_records.c.job_id == job_id).order_by(job_records.c.position)
    chosen = positions.limit(most).scalar_subquery()
    of_job = delete(job_records).where(job_records.c.job_id == job_id, job_records.c.position.in_(chosen))
    return transaction.execute(of_job).rowcount


def delete_job(transaction: Transaction, job_id: int) -> None:
    """Delete a job that has no records and whose lease the caller has."""
    transaction.execute(delete(jobs).where(jobs.c.id == job_id))
