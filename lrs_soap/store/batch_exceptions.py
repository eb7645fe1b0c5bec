"""The exceptions: records of batch jobs that a person must decide."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_, update

from lrs_soap.rules.batches.batch_exceptions import DAYS_TO_RESOLVE, ExceptionState, RecordException
from lrs_soap.rules.batches.jobs import JobState
from lrs_soap.rules.values.codes import RETURN_CODES, ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store.prepared import PreparedInsert
from lrs_soap.store.tables import LARGEST_KEY, exceptions, job_records, jobs
from lrs_soap.store.transaction import Transaction

_PORTION = 500

_INSERT = PreparedInsert(exceptions, ("job_id", "position", "state", "opened", "possible"))
_SELECT = (
    select(
        exceptions.c.id,
        exceptions.c.job_id,
        exceptions.c.position,
        jobs.c.organisation,
        jobs.c.state.label("job_state"),
        job_records.c.sent,
        job_records.c.facet_errors,
        job_records.c.identifier_errors,
        job_records.c.return_code,
        job_records.c.uln,
        exceptions.c.possible,
        exceptions.c.state,
        exceptions.c.opened,
        exceptions.c.closed,
        exceptions.c.closed_by,
    )
    .join_from(
        exceptions,
        job_records,
        (job_records.c.job_id == exceptions.c.job_id) & (job_records.c.position == exceptions.c.position),
    )
    .join(jobs, jobs.c.id == exceptions.c.job_id)
)


def add(transaction: Transaction, *, job_id: int, position: int, opened: datetime, possible: tuple[str, ...]) -> None:
    """Add an exception for a record of a job. `opened` is the moment of the upload, `possible` are the likely ULNs."""
    add_each(transaction, job_id=job_id, opened=opened, possible={position: possible})


def add_each(
    transaction: Transaction, *, job_id: int, opened: datetime, possible: Mapping[int, tuple[str, ...]]
) -> None:
    """Add exceptions as `add` does, for the records of a job at these positions."""
    # A record is done once, so it has no exception yet.
    state, moment = ExceptionState.OPEN.value, opened.isoformat()
    rows = ((job_id, position, state, moment, json.dumps(ulns)) for position, ulns in possible.items())
    _INSERT.run(transaction, rows)


def by_id(transaction: Transaction, number: int) -> RecordException | None:
    """The exception with this number; None if there is none."""
    if abs(number) > LARGEST_KEY:
        return None
    row = transaction.execute(_SELECT.where(exceptions.c.id == number)).first()
    return None if row is None else _exception(row)


def each(
    transaction: Transaction, *, organisation: str | None = None, job_id: int | None = None, open_on: date | None = None
) -> Iterator[RecordException]:
    """The exceptions of an organisation (a UKPRN), of a job, of both, or all; by job and position.

    They are read in portions. With `open_on`, only those that can still be resolved on that day.
    """
    place = tuple_(exceptions.c.job_id, exceptions.c.position)
    statement = _of(_SELECT, organisation=organisation, job_id=job_id, open_on=open_on)
    statement = statement.order_by(exceptions.c.job_id, exceptions.c.position).limit(_PORTION)
    portion = transaction.execute(statement).all()
    while portion:
        yield from map(_exception, portion)
        last = portion[-1]
        portion = transaction.execute(statement.where(place > (last.job_id, last.position))).all()


def numbers_by_code(
    transaction: Transaction, *, organisation: str, job_id: int | None = None, open_on: date | None = None
) -> dict[ReturnCode, int]:
    """How many exceptions of an organisation, or of a job of it, have each return code; all else is as with `each`."""
    statement = _of(
        select(job_records.c.return_code, func.count().label("number"))
        .join_from(
            exceptions,
            job_records,
            (job_records.c.job_id == exceptions.c.job_id) & (job_records.c.position == exceptions.c.position),
        )
        .join(jobs, jobs.c.id == exceptions.c.job_id),
        organisation=organisation,
        job_id=job_id,
        open_on=open_on,
    ).group_by(job_records.c.return_code)
    found = {RETURN_CODES[row.return_code]: row.number for row in transaction.execute(statement).all()}
    return dict(sorted(found.items()))


def some(
    transaction: Transaction,
    *,
    organisation: str,
    job_id: int | None = None,
    code: ReturnCode,
    open_on: date | None = None,
    first: int,
    limit: int,
) -> list[RecordException]:
    """`limit` exceptions with a return code, from number `first` on, the first being 0; as `each` has them."""
    statement = _of(_SELECT, organisation=organisation, job_id=job_id, open_on=open_on)
    statement = statement.where(job_records.c.return_code == code.value)
    statement = statement.order_by(exceptions.c.job_id, exceptions.c.position).offset(first).limit(limit)
    return list(map(_exception, transaction.execute(statement).all()))


def close(transaction: Transaction, number: int, state: ExceptionState, *, moment: datetime, by: str) -> bool:
    """Set an open exception to resolved or withdrawn; return whether it was open."""
    closed = (
        update(exceptions)
        .where(exceptions.c.id == number, exceptions.c.state == ExceptionState.OPEN.value)
        .values(state=state.value, closed=moment.isoformat(), closed_by=by)
    )
    return transaction.execute(closed).rowcount == 1


def _of(statement: Select[Any], *, organisation: str | None, job_id: int | None, open_on: date | None) -> Select[Any]:
    """The statement for those of an organisation, of a job, and that can still be resolved on a day."""
    if organisation is not None:
        statement = statement.where(jobs.c.organisation == organisation)
    if job_id is not None:
        statement = statement.where(exceptions.c.job_id == job_id)
    if open_on is not None:
        # The text of a moment begins with its day by the service's clock, as `open_on` is.
        first_day = open_on - timedelta(days=DAYS_TO_RESOLVE)
        statement = statement.where(
            exceptions.c.state == ExceptionState.OPEN.value, exceptions.c.opened >= first_day.isoformat()
        )
    return statement


def _exception(row: Row[Any]) -> RecordException:
    errors = (*json.loads(row.facet_errors or "[]"), *json.loads(row.identifier_errors or "[]"))
    return RecordException(
        id=row.id,
        job_id=row.job_id,
        position=row.position,
        organisation=row.organisation,
        job_state=JobState(row.job_state),
        sent=SentLearner.of(json.loads(row.sent)),
        errors=errors,
        code=RETURN_CODES[row.return_code],
        uln=row.uln,
        possible=tuple(json.loads(row.possible)),
        state=ExceptionState(row.state),
        opened=datetime.fromisoformat(row.opened),
        closed=None if row.closed is None else datetime.fromisoformat(row.closed),
        closed_by=row.closed_by,
    )
