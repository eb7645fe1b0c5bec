"""List and show the exceptions of batches (docs/behaviour.md, Exceptions)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrs_soap.errors import NotHeld
from lrs_soap.operations import organisations
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.batches.batch_exceptions import RecordException
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import batch_exceptions, jobs, learners


def list_exceptions(
    work: UnitOfWork, *, organisation: str | None = None, job_id: int | None = None, also_closed: bool = False
) -> Iterator[RecordException]:
    """The exceptions that may be resolved today, or with `also_closed` all, in the order of jobs and records.

    `organisation`, a UKPRN, and `job_id` select those of one organisation or job. The result is read as it is iterated
    over, so the unit of work has to be open. Raises NotHeld for an unknown organisation or job.
    """
    ukprn = None if organisation is None else organisations.held(work, organisation).ukprn
    if job_id is not None and jobs.by_id(work.transaction, job_id) is None:
        raise NotHeld(f"There is no job {job_id}.")
    open_on = None if also_closed else work.today
    return batch_exceptions.each(work.transaction, organisation=ukprn, job_id=job_id, open_on=open_on)


@dataclass(frozen=True, slots=True)
class CodeSection:
    """The exceptions of an organisation with one return code: how many there are, and some of them."""

    code: ReturnCode
    number: int
    exceptions: tuple[RecordException, ...]


def sections_of_author(
    work: UnitOfWork,
    *,
    job_id: int | None = None,
    code: ReturnCode | None = None,
    also_closed: bool = False,
    first: int = 0,
    limit: int,
) -> list[CodeSection]:
    """The exceptions of the author's organisation by return code, `limit` of each at most, from number `first` on.

    `job_id` and `code` select those of one job and of one code; else they are as `list_exceptions` has them.
    """
    ukprn, open_on = work.author.organisation, None if also_closed else work.today
    numbers = batch_exceptions.numbers_by_code(work.transaction, organisation=ukprn, job_id=job_id, open_on=open_on)
    sections = []
    for each, number in numbers.items():
        if code in (None, each):
            found = batch_exceptions.some(
                work.transaction,
                organisation=ukprn,
                job_id=job_id,
                code=each,
                open_on=open_on,
                first=first,
                limit=limit,
            )
            sections.append(CodeSection(each, number, tuple(found)))
    return sections


def get_exception(work: UnitOfWork, number: int) -> RecordException:
    """The exception with this number. Raises NotHeld."""
    exception = batch_exceptions.by_id(work.transaction, number)
    if exception is None:
        raise NotHeld(f"There is no exception {number}.")
    return exception


def exception_of_author(work: UnitOfWork, number: int) -> RecordException:
    """The exception with this number, if it is the author's organisation's. Raises NotHeld."""
    exception = get_exception(work, number)
    if exception.organisation != work.author.organisation:
        raise NotHeld(f"There is no exception {number}.")
    return exception


def possible_learners(work: UnitOfWork, exception: RecordException) -> tuple[Learner, ...]:
    """The learners that the record may mean, the likeliest first, as they are held now.

    A learner that was linked since then is replaced by its master, and a deleted one is left out. Each appears once.
    """
    found: dict[str, Learner] = {}
    for uln in exception.possible:
        learner = learners.by_uln(work.transaction, uln)
        if learner is not None and not learner.is_deleted:
            answered = learners.master_of(work.transaction, learner) or learner
            found.setdefault(answered.uln, answered)
    return tuple(found.values())
