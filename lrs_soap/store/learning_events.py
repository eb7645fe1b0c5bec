"""The learning events of learners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, select

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import learning_events
from lrs_soap.store.transaction import Transaction

_ID = LearningEvent._fields.index("id")
_COLUMNS = LearningEvent._fields[:_ID] + LearningEvent._fields[_ID + 1 :]

_IDS = Prepared(
    select(learning_events.c.id).where(learning_events.c.uln == bindparam("uln")).order_by(learning_events.c.id), "uln"
)

uln_of = itemgetter(_COLUMNS.index("uln"))
"""The ULN in a row of `rows_for`."""


def add_many(transaction: Transaction, events: Sequence[LearningEvent]) -> None:
    """Hold all of these, each for the learner with its ULN, who is held; their IDs are given in this order."""
    insert_rows(transaction, rows_for(events))


def rows_for(events: Iterable[LearningEvent]) -> list[tuple[Any, ...]]:
    """Events as `insert_rows` takes them."""
    return [event[:_ID] + event[_ID + 1 :] for event in events]


def insert_rows(transaction: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Hold the events of `rows_for`, as `add_many` does."""
    if rows:
        transaction.insert_rows(learning_events, _COLUMNS, rows)


def of(
    transaction: Transaction, ulns: Iterable[str], fields: tuple[str, ...] = LearningEvent._fields
) -> list[LearningEvent]:
    """Every event that was loaded for one of these ULNs; of each ULN in the order of their IDs.

    Of each, only these `fields` are read, because each takes time, and there can be hundreds of events. The others are
    None.
    """
    of_uln, arranged = _reading(fields)
    rows = [row for uln in ulns for row in of_uln.rows(transaction, uln)]
    if arranged is None:
        return list(map(LearningEvent._make, rows))
    return [LearningEvent._make(arranged((*row, None))) for row in rows]


def ids_of(transaction: Transaction, ulns: Iterable[str]) -> tuple[int, ...]:
    """The IDs of the events that `of` reads, in the same order. What has an ID is never changed, nor its ID reused."""
    return tuple([event_id for uln in ulns for (event_id,) in _IDS.rows(transaction, uln)])


@cache
def _reading(fields: tuple[str, ...]) -> tuple[Prepared, Callable[[tuple[Any, ...]], tuple[Any, ...]] | None]:
    """The select of these fields, and what arranges a row that ends with a None as all fields of an event."""
    of_uln = (
        select(*(learning_events.c[field] for field in fields))
        .where(learning_events.c.uln == bindparam("uln"))
        .order_by(learning_events.c.id)
    )
    if fields == LearningEvent._fields:
        return Prepared(of_uln, "uln"), None
    places = (fields.index(field) if field in fields else -1 for field in LearningEvent._fields)
    return Prepared(of_uln, "uln"), itemgetter(*places)


def count(transaction: Transaction) -> int:
    """How many events are held."""
    return int(transaction.execute(select(func.count()).select_from(learning_events)).scalar_one())
