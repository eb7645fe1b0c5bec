"""The name keys by which learners are looked up; `store.learners` keeps them beside each learner that it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, literal_column, select

from lrs_soap.rules.names.lookup_keys import NameKey, name_keys_of
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store.prepared import Prepared, PreparedInsert
from lrs_soap.store.store import Transaction
from lrs_soap.store.tables import name_keys

# More than most look-ups find, and few enough that a search which ends early has read little in vain.
_PORTION = 100

_ROWS = (
    select(*(name_keys.c[field] for field in NameKey._fields))
    .where(name_keys.c.key == bindparam("key"), name_keys.c.uln > bindparam("after"))
    .order_by(name_keys.c.uln)
    .limit(literal_column(str(_PORTION)))
    .offset(literal_column("0"))
)
_BY_DATE = Prepared(_ROWS.where(name_keys.c.date_of_birth == bindparam("date")), "date", "key", "after")
_BY_POST_CODE = Prepared(_ROWS.where(name_keys.c.post_code == bindparam("post_code")), "post_code", "key", "after")

_INSERT = PreparedInsert(name_keys, NameKey._fields)
_DELETE = delete(name_keys).where(
    and_(*(column == bindparam(f"old_{column.name}") for column in name_keys.primary_key.columns))
)


def by_date(transaction: Transaction, date_of_birth: str, key: str) -> Iterator[NameKey]:
    """The rows with this date and key, by ULN; they are read as far as they are asked for, in portions."""
    return _in_portions(_BY_DATE, transaction, date_of_birth, key)


def by_post_code(transaction: Transaction, post_code: str, key: str) -> Iterator[NameKey]:
    """The rows with this postcode, given by its identity key, and key; read as in `by_date`."""
    return _in_portions(_BY_POST_CODE, transaction, post_code, key)


def insert_for(transaction: Transaction, learners: Iterable[Learner]) -> None:
    """Add the keys of learners who are held and have none yet."""
    rows = rows_for(learners)
    if rows:
        _INSERT.run(transaction, rows)


def rows_for(learners: Iterable[Learner]) -> list[tuple[Any, ...]]:
    """The keys of learners, for `insert_rows`."""
    return [tuple(key) for learner in learners for key in name_keys_of(learner)]


def insert_rows(transaction: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add very many keys, those of `rows_for`."""
    transaction.insert_rows(name_keys, NameKey._fields, rows)


def replace_for(transaction: Transaction, before: Learner, after: Learner) -> None:
    """Bring the keys of a learner who has changed up to date: `before` is what was held until now."""
    if name_keys_of(before) == name_keys_of(after):
        return
    old = [
        {"old_date_of_birth": row.date_of_birth, "old_key": row.key, "old_uln": row.uln} for row in name_keys_of(before)
    ]
    if old:
        transaction.execute(_DELETE, old)
    insert_for(transaction, [after])


def _in_portions(statement: Prepared, transaction: Transaction, *values: Any) -> Iterator[NameKey]:
    after = ""
    while True:
        rows = [NameKey._make(row) for row in statement.rows(transaction, *values, after)]
        yield from rows
        if len(rows) < _PORTION:
            return
        after = rows[-1].uln
