"""Look at the exceptions of batches (docs/behaviour.md, Exceptions)."""

from __future__ import annotations

from collections.abc import Iterator

from lrs_soap.errors import NotHeld
from lrs_soap.operations import organisations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import RecordException
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import batch_exceptions, jobs, learners


def list_exceptions(
    work: UnitOfWork, *, organisation: str | None = None, job_id: int | None = None, also_closed: bool = False
) -> Iterator[RecordException]:
    """The exceptions that may still be resolved today, or all, in the order of jobs and of their records.

    `organisation`, a UKPRN, and `job_id` leave only theirs. Looked up as they are asked for, in the same transaction.
    Raises NotHeld for an organisation or a job that there is not.
    """
    ukprn = None if organisation is None else organisations.held(work, organisation).ukprn
    if job_id is not None and jobs.by_id(work.transaction, job_id) is None:
        raise NotHeld(f"There is no job {job_id}.")
    open_on = None if also_closed else work.today
    return batch_exceptions.each(work.transaction, organisation=ukprn, job_id=job_id, open_on=open_on)


def get_exception(work: UnitOfWork, number: int) -> RecordException:
    """The exception with this number. Raises NotHeld."""
    exception = batch_exceptions.by_id(work.transaction, number)
    if exception is None:
        raise NotHeld(f"There is no exception {number}.")
    return exception


def possible_learners(work: UnitOfWork, exception: RecordException) -> tuple[Learner, ...]:
    """Whom the record may mean, the likeliest first, as they are held now.

    For one that was linked since then its master is there, each learner once; who was deleted is not.
    """
    found: dict[str, Learner] = {}
    for uln in exception.possible:
        learner = learners.by_uln(work.transaction, uln)
        if learner is not None and not learner.is_deleted:
            answered = learners.master_of(work.transaction, learner) or learner
            found.setdefault(answered.uln, answered)
    return tuple(found.values())
