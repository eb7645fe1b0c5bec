"""The name keys by which learners are looked up. `store.learners` writes them with each learner."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, select

from lrs_soap.rules.names.keys import family_key, given_key
from lrs_soap.rules.names.lookup_keys import NameKey, name_keys_of
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import key_version
from lrs_soap.store.prepared import Prepared, PreparedInsert, PreparedUpdate
from lrs_soap.store.tables import NOT_DELETED, name_keys
from lrs_soap.store.tables import learners as learners_table
from lrs_soap.store.transaction import Transaction

# Most look-ups find fewer rows, and a search that ends early has not read many for nothing.
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

_BY_DATE_AND_POST_CODE = Prepared(
    select(*(learners_table.c[name] for name in ("uln", "gender", "given_name", "family_name")))
    .where(
        NOT_DELETED,
        learners_table.c.post_code_identity == bindparam("post_code"),
        learners_table.c.date_of_birth == bindparam("date"),
        learners_table.c.uln > bindparam("after"),
    )
    .order_by(learners_table.c.uln)
    .limit(literal_column(str(_PORTION)))
    .offset(literal_column("0")),
    *("date", "post_code", "after"),
)

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
    return _in_portions(_BY_DATE, NameKey._make, transaction, date_of_birth, key)


def by_post_code(transaction: Transaction, post_code: str, key: str) -> Iterator[NameKey]:
    """The rows with this postcode, given as its identity key, and this key; read as in `by_date`."""
    return _in_portions(_BY_POST_CODE, NameKey._make, transaction, post_code, key)


def by_date_and_post_code(transaction: Transaction, date_of_birth: str, post_code: str) -> Iterator[NameKey]:
    """A row without a key for each learner with this date and postcode who is not deleted; read as in `by_date`."""

    def row_of(values: tuple[str, ...]) -> NameKey:
        uln, gender, given_name, family_name = values
        given, family = given_key(given_name), family_key(family_name)
        return NameKey(date_of_birth, "", uln, 0, post_code, gender, given, family)

    return _in_portions(_BY_DATE_AND_POST_CODE, row_of, transaction, date_of_birth, post_code)


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


def _in_portions(
    statement: Prepared, row_of: Callable[[tuple[Any, ...]], NameKey], transaction: Transaction, *values: Any
) -> Iterator[NameKey]:
    after = ""
    while True:
        rows = list(map(row_of, statement.rows(transaction, *values, after)))
        yield from rows
        if len(rows) < _PORTION:
            return
        after = rows[-1].uln
