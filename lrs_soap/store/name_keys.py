"""The name keys by which learners are looked up. `store.learners` writes them with each learner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import GenerativeSelect, Select, bindparam, delete, literal_column, select

from lrs_soap.rules.names.keys import family_key, given_key
from lrs_soap.rules.names.lookup_keys import NameKey, name_keys_of
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import key_version
from lrs_soap.store.prepared import Prepared, PreparedInsert, PreparedUpdate
from lrs_soap.store.tables import NOT_DELETED, name_keys
from lrs_soap.store.tables import learners as learners_table
from lrs_soap.store.transaction import Transaction

# A search that ends early has not read many for nothing.
_PORTION = 100

# What a row is looked up by is not read again, because each column takes time. The first column is the ULN.
WITH_DATE = select(
    *(name_keys.c[name] for name in ("uln", "kinds", "post_code", "gender", "given_name", "family_name"))
).where(name_keys.c.date_of_birth == bindparam("date"))
"""What is read of the rows with a date."""

WITH_POST_CODE = select(
    *(name_keys.c[name] for name in ("uln", "kinds", "date_of_birth", "gender", "given_name", "family_name"))
).where(name_keys.c.post_code == bindparam("post_code"))
"""What is read of the rows with a postcode."""

WITH_BOTH = select(
    learners_table.c.uln,
    literal_column("0").label("kinds"),
    literal_column("''").label("key"),
    *(learners_table.c[name] for name in ("gender", "given_name", "family_name")),
).where(
    NOT_DELETED,
    learners_table.c.post_code_identity == bindparam("post_code"),
    learners_table.c.date_of_birth == bindparam("date"),
)
"""What is read of the learners with a date and a postcode."""


_Rows = TypeVar("_Rows", bound=GenerativeSelect)


def first(rows: _Rows, count: int) -> _Rows:
    """So many of such rows at most."""
    # With an offset, or SQLAlchemy would bind a parameter for it.
    return rows.limit(literal_column(str(count))).offset(literal_column("0"))


def _next_portion(rows: Select[Any], *names: str) -> Prepared:
    """The next of such rows by ULN."""
    (uln, *_) = rows.selected_columns
    return Prepared(first(rows.where(uln > bindparam("after")).order_by(uln), _PORTION), *names, "after")


_BY_DATE = _next_portion(WITH_DATE.where(name_keys.c.key == bindparam("key")), "date", "key")
_BY_POST_CODE = _next_portion(WITH_POST_CODE.where(name_keys.c.key == bindparam("key")), "post_code", "key")
_BY_BOTH = _next_portion(WITH_BOTH, "date", "post_code")

_INSERT = PreparedInsert(name_keys, NameKey._fields)
_KEY = ("date_of_birth", "key", "uln")
_DELETE = PreparedUpdate(delete(name_keys).where(*(name_keys.c[name] == bindparam(name) for name in _KEY)), *_KEY)
_DELETE_ALL = PreparedUpdate(
    delete(name_keys).where(name_keys.c.date_of_birth == bindparam("date"), name_keys.c.uln == bindparam("learner")),
    *("date", "learner"),
)
_primary_key = attrgetter(*_KEY)


def by_date(transaction: Transaction, date_of_birth: str, key: str) -> Iterator[NameKey]:
    """The rows with this date and key, by ULN. They are read in portions, as the caller asks for more."""
    for uln, kinds, post_code, gender, given, family in _in_portions(_BY_DATE, transaction, date_of_birth, key):
        yield NameKey(date_of_birth, key, uln, kinds, post_code, gender, given, family)


def by_post_code(transaction: Transaction, post_code: str, key: str) -> Iterator[NameKey]:
    """The rows with this postcode, given as its identity key, and this key; read as in `by_date`."""
    for uln, kinds, date, gender, given, family in _in_portions(_BY_POST_CODE, transaction, post_code, key):
        yield NameKey(date, key, uln, kinds, post_code, gender, given, family)


def by_date_and_post_code(transaction: Transaction, date_of_birth: str, post_code: str) -> Iterator[NameKey]:
    """A row without a key for each learner with this date and postcode who is not deleted; read as in `by_date`."""
    for uln, _, _, gender, given, family in _in_portions(_BY_BOTH, transaction, date_of_birth, post_code):
        yield with_both(date_of_birth, post_code, uln, gender, given, family)


def with_both(date_of_birth: str, post_code: str, uln: str, gender: str, given: str, family: str) -> NameKey:
    """A row without a key, for a learner with these names who was looked up by date and postcode."""
    return NameKey(date_of_birth, "", uln, 0, post_code, gender, given_key(given), family_key(family))


def insert_for(transaction: Transaction, learners: Iterable[Learner]) -> None:
    """Add the keys of learners whom the store holds without keys."""
    rows = rows_for(learners)
    if rows:
        _INSERT.run(transaction, rows)


def rows_for(learners: Iterable[Learner]) -> list[tuple[Any, ...]]:
    """The keys of learners, for `insert_rows`."""
    return [tuple(key) for learner in learners for key in name_keys_of(learner)]


def insert_rows(transaction: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add very many keys, as `rows_for` makes them."""
    transaction.insert_rows(name_keys, NameKey._fields, rows)


def replace_for(transaction: Transaction, before: Learner, after: Learner) -> None:
    """Replace the keys of a learner who has changed. `before` is the learner as it was stored until now."""
    replace_for_each(transaction, [(before, after)])


def replace_for_each(transaction: Transaction, changes: Iterable[tuple[Learner, Learner]]) -> None:
    """Replace the keys of learners, as `replace_for` does of each: of several, who are all different ones."""
    keys = ((before, name_keys_of(before), name_keys_of(after)) for before, after in changes)
    changed = [(before, old, new) for before, old, new in keys if old != new or not new]
    if not changed:
        return
    if key_version.is_current(transaction):
        _DELETE.run_each(transaction, (_primary_key(key) for _, old, _ in changed for key in old))
    else:
        # Older rules may have made other keys than `old`. This reads all keys of a date, and so takes longer.
        _DELETE_ALL.run_each(transaction, ((before.date_of_birth, before.uln) for before, _, _ in changed))
    _INSERT.run(transaction, (tuple(key) for _, _, new in changed for key in new))


def rewrite(transaction: Transaction, old: Collection[NameKey], new: Collection[NameKey]) -> None:
    """Replace the `old` keys by the `new` ones. Some old ones may be gone, and some new ones may exist."""
    _DELETE.run_each(transaction, sorted({_primary_key(each) for each in (*old, *new)}))
    _INSERT.run(transaction, map(tuple, sorted(new)))


def _in_portions(statement: Prepared, transaction: Transaction, *values: str) -> Iterator[Sequence[Any]]:
    rows = statement.rows(transaction, *values, "")
    while True:
        yield from rows
        if len(rows) < _PORTION:
            return
        rows = statement.rows(transaction, *values, rows[-1][0])
