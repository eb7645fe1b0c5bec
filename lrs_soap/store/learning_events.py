"""The learning events of learners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, case, cast, delete, func, insert, literal_column, select, update

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.store.dialects import joined_texts
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import learning_events
from lrs_soap.store.transaction import Transaction

_ID = LearningEvent._fields.index("id")
_COLUMNS = LearningEvent._fields[:_ID] + LearningEvent._fields[_ID + 1 :]

_FLAG = "under_data_challenge"

_IDS: ColumnElement[Any] = joined_texts(cast(learning_events.c.id, Text))
# One row, because one for each event takes more than twice as long.
_VERSION = Prepared(
    select(_IDS, func.sum(learning_events.c.revision)).where(learning_events.c.uln == bindparam("uln")), "uln"
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


def versions_of(transaction: Transaction, ulns: Iterable[str]) -> tuple[str, ...]:
    """The version of each ULN's events: their IDs, and the sum of their revisions.

    Events of the same version have the same contents. An ID is never reused, and whatever changes an event gives it a
    higher revision, so the same IDs have the same sum only if none of these events was changed.
    """
    return tuple([f"{ids} {revisions}" for uln in ulns for ids, revisions in _VERSION.rows(transaction, uln)])


def by_id(transaction: Transaction, event_id: int) -> LearningEvent | None:
    """The event with this ID; None if there is none."""
    row = transaction.execute(
        select(*map(_column, LearningEvent._fields)).where(learning_events.c.id == event_id)
    ).one_or_none()
    return None if row is None else LearningEvent._make(row)


def subjects(transaction: Transaction, event_ids: Iterable[int]) -> dict[int, str]:
    """The subjects of these events, by the IDs of those that are held."""
    chosen = select(learning_events.c.id, learning_events.c.subject).where(learning_events.c.id.in_(tuple(event_ids)))
    return {row.id: row.subject for row in transaction.execute(chosen)}


def holders(transaction: Transaction, event_ids: Iterable[int]) -> set[str]:
    """The ULNs that those of these events have that are held."""
    chosen = select(learning_events.c.uln).where(learning_events.c.id.in_(tuple(event_ids)))
    return set(transaction.execute(chosen).scalars())


def open_challenges_on(transaction: Transaction, event_ids: Iterable[int]) -> dict[int, str]:
    """The references of the open data challenges on these events, by the IDs of those that have one."""
    flagged = select(learning_events.c.id, learning_events.c.open_challenge).where(
        learning_events.c.id.in_(tuple(event_ids)), learning_events.c.open_challenge.is_not(None)
    )
    return {row.id: row.open_challenge for row in transaction.execute(flagged)}


def open_challenges_of(transaction: Transaction, ulns: Collection[str]) -> frozenset[str]:
    """The references of the open data challenges on the events of these ULNs."""
    flagged = select(learning_events.c.open_challenge).where(
        learning_events.c.uln.in_(tuple(ulns)), learning_events.c.open_challenge.is_not(None)
    )
    return frozenset(transaction.execute(flagged).scalars())


def flag(transaction: Transaction, event_ids: Sequence[int], reference: str) -> frozenset[str]:
    """Put these events under the open data challenge with a reference.

    Those that are under another one stay there, whoever has put them there meanwhile: returns the references of these.
    """
    under_none = learning_events.c.id.in_(event_ids) & learning_events.c.open_challenge.is_(None)
    _change(transaction, under_none, {"open_challenge": reference})
    return frozenset(open_challenges_on(transaction, event_ids).values()) - {reference}


def unflag(transaction: Transaction, event_ids: Iterable[int], reference: str) -> None:
    """Take those of these events that are under the challenge with this reference out of it."""
    under_it = learning_events.c.id.in_(tuple(event_ids)) & (learning_events.c.open_challenge == reference)
    _change(transaction, under_it, {"open_challenge": None})


def change(transaction: Transaction, event_id: int, values: Mapping[str, Any]) -> None:
    """Give fields of an event other values; another `uln` makes it another learner's, who is held."""
    _change(transaction, learning_events.c.id == event_id, values)


def take_out(transaction: Transaction, event_id: int) -> tuple[LearningEvent, int]:
    """Remove the event with this ID, which is held; returns it as it was loaded or corrected, and its revision."""
    table = learning_events.c
    row = transaction.execute(
        select(*(table[field] for field in LearningEvent._fields), table.revision).where(table.id == event_id)
    ).one()
    transaction.execute(delete(learning_events).where(table.id == event_id))
    return LearningEvent._make(row[:-1]), int(row[-1])


def put_back(transaction: Transaction, event: LearningEvent, revision: int) -> None:
    """Hold an event again that was taken out when it had this revision, with its old ID and a later revision."""
    transaction.execute(insert(learning_events), {**event._asdict(), "revision": revision + 1})


def _change(transaction: Transaction, which: ColumnElement[bool], values: Mapping[str, Any]) -> None:
    transaction.execute(
        update(learning_events).where(which).values({**values, "revision": learning_events.c.revision + 1})
    )


def _column(field: str) -> ColumnElement[Any]:
    """What is read of a field: UnderDataChallenge is Y while there is an open challenge, whatever was loaded."""
    loaded = learning_events.c[field]
    if field != _FLAG:
        return loaded
    is_open = learning_events.c.open_challenge.is_not(None)
    return case((is_open, literal_column("'Y'", Text)), else_=loaded).label(_FLAG)


@cache
def _reading(fields: tuple[str, ...]) -> tuple[Prepared, Callable[[tuple[Any, ...]], tuple[Any, ...]] | None]:
    """The select of these fields, and what arranges a row that ends with a None as all fields of an event."""
    of_uln = (
        select(*map(_column, fields)).where(learning_events.c.uln == bindparam("uln")).order_by(learning_events.c.id)
    )
    if fields == LearningEvent._fields:
        return Prepared(of_uln, "uln"), None
    places = (fields.index(field) if field in fields else -1 for field in LearningEvent._fields)
    return Prepared(of_uln, "uln"), itemgetter(*places)


def count(transaction: Transaction) -> int:
    """How many events are held."""
    return int(transaction.execute(select(func.count()).select_from(learning_events)).scalar_one())
