"""The history of each learner: what was done to it, when, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from lrs_soap.rules.values.change import Action, Author, Change, fields_changed
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store.prepared import Prepared, PreparedInsert
from lrs_soap.store.tables import CHANGES_OF_ULNS, history
from lrs_soap.store.transaction import Transaction

_COLUMNS = ("action", "moment", "organisation", "user_name", "changes")
# `json.dumps` makes an encoder each time.
_json_of = json.JSONEncoder(ensure_ascii=False).encode
_INSERT = PreparedInsert(history, ("uln", *_COLUMNS))
_OF = Prepared(
    select(*(history.c[name] for name in _COLUMNS)).where(history.c.uln == bindparam("uln")).order_by(history.c.id),
    "uln",
)


def add(transaction: Transaction, uln: str, change: Change) -> None:
    """Add a change to the history of the learner with this ULN, whom the store must hold."""
    _INSERT.add(transaction, _row(uln, change))


def add_each(transaction: Transaction, changes: Iterable[tuple[str, Change]]) -> None:
    """Add changes, each to the history of the learner with its ULN, as `add` does; in their order."""
    rows = [_row(uln, change) for uln, change in changes]
    if rows:
        transaction.insert_rows(history, ("uln", *_COLUMNS), rows)


def add_changes(
    transaction: Transaction,
    before: Mapping[str, Learner],
    after: Iterable[Learner],
    *,
    action: Action,
    moment: datetime,
    author: Author,
) -> None:
    """Add to the history of each of these learners how it differs from the one with its ULN in `before`."""
    for learner in after:
        add(transaction, learner.uln, Change(action, moment, author, fields_changed(before[learner.uln], learner)))


def of(transaction: Transaction, uln: str) -> tuple[Change, ...]:
    """All changes to the learner with this ULN, oldest first. A learner that was loaded has none."""
    return tuple(map(_change, _OF.rows(transaction, uln)))


def changes_of_ulns(transaction: Transaction, since: date) -> Iterator[tuple[str, Change]]:
    """Who was merged, unmerged or deleted on this day or later, with the change: all whom it concerns, in its order."""
    statement = (
        select(history.c.uln, *(history.c[name] for name in _COLUMNS))
        .where(CHANGES_OF_ULNS, history.c.moment >= since.isoformat())
        .order_by(history.c.moment, history.c.id)
    )
    for row in transaction.execute(statement):
        yield row[0], _change(tuple(row[1:]))


def _row(uln: str, change: Change) -> tuple[Any, ...]:
    author, fields = change.author, _json_of(change.fields)
    return uln, change.action.value, change.moment.isoformat(), author.organisation, author.user, fields


def _change(row: tuple[Any, ...]) -> Change:
    action, moment, organisation, user, changes = row
    fields = {field: (before, after) for field, (before, after) in json.loads(changes).items()}
    return Change(Action(action), datetime.fromisoformat(moment), Author(organisation, user), fields)
