"""The learning events of learners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, select

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import learning_events
from lrs_soap.store.transaction import Transaction

_OF_ULN = Prepared(
    select(*(learning_events.c[field] for field in LearningEvent._fields))
    .where(learning_events.c.uln == bindparam("uln"))
    .order_by(learning_events.c.id),
    "uln",
)
_ID = LearningEvent._fields.index("id")
_COLUMNS = LearningEvent._fields[:_ID] + LearningEvent._fields[_ID + 1 :]

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


def of(transaction: Transaction, ulns: Iterable[str]) -> list[LearningEvent]:
    """Every event that was loaded for one of these ULNs; of each ULN in the order of their IDs."""
    return [LearningEvent._make(row) for uln in ulns for row in _OF_ULN.rows(transaction, uln)]


def count(transaction: Transaction) -> int:
    """How many events are held."""
    return int(transaction.execute(select(func.count()).select_from(learning_events)).scalar_one())
