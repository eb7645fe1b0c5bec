"""Jobs that are still being stored, in several transactions: nobody else sees them before they are released.

Whoever stores one has it by a lease that ends by itself. What is left of one whose lease is over was abandoned.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, delete, literal_column, select, update

from lrs_soap.store.dialects import milliseconds_now
from lrs_soap.store.prepared import Prepared, PreparedUpdate
from lrs_soap.store.tables import UNFINISHED, job_records, jobs
from lrs_soap.store.transaction import Transaction

_LEASE_MILLISECONDS = literal_column("30000", BigInteger())

_IS_STORED = jobs.c.due.is_(None)
_IS_ABANDONED = jobs.c.lease_until < milliseconds_now()
_RENEWED = {"lease_until": milliseconds_now() + _LEASE_MILLISECONDS}

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
    """Lengthen the lease of `owner`, who stores this job; whether they still have it.

    Nobody else takes it over while this writing transaction lasts.
    """
    return _RENEW.run(transaction, job_id, owner) == 1


def abandoned(transaction: Transaction) -> list[int]:
    """The JobIDs of what has been left half stored."""
    return [row[0] for row in _ABANDONED.rows(transaction)]


def take_over(transaction: Transaction, job_id: int, *, owner: str) -> bool:
    """Give `owner` what another has abandoned; whether it still was."""
    return _TAKE_OVER.run(transaction, job_id, owner) == 1


def delete_records(transaction: Transaction, job_id: int, most: int) -> int:
    """Delete so many records of a job whose lease the caller has, or fewer where it has no more; how many."""
    positions = select(job_records.c.position).where(job_records.c.job_id == job_id).order_by(job_records.c.position)
    chosen = positions.limit(most).scalar_subquery()
    of_job = delete(job_records).where(job_records.c.job_id == job_id, job_records.c.position.in_(chosen))
    return transaction.execute(of_job).rowcount


def delete_job(transaction: Transaction, job_id: int) -> None:
    """Delete a job whose lease the caller has, and that has no records."""
    transaction.execute(delete(jobs).where(jobs.c.id == job_id))
