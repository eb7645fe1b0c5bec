"""The look-ups of a find by demographics. One statement does all of them, unless they find very many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, literal_column, or_, union_all

from lrs_soap.rules.names.lookup_keys import NameKeyRow
from lrs_soap.store.name_keys import (
    WITH_BOTH,
    WITH_DATE,
    WITH_POST_CODE,
    by_date,
    by_date_and_post_code,
    by_post_code,
    first,
    with_both,
)
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import name_keys
from lrs_soap.store.transaction import Transaction

# A statement looks up so many keys with the date, and so many with the postcode: two names, and an alias or none. Most
# searches have no more.
_FEWEST_KEYS, _MOST_KEYS = 2, 3
# A statement that finds so many rows has not found all of them.
_MOST_AT_ONCE = 50

_HAS_OTHER_NAMES = or_(name_keys.c.given_name != bindparam("given"), name_keys.c.family_name != bindparam("family"))
# No key is a space.
_NOBODYS_NAMES = (" ", " ")


def _all_at_once(count: int) -> Prepared:
    """The rows of each look-up by so many keys, each after the number of the look-up. They may come in any order."""
    of_date = [f"date_key_{number}" for number in range(count)]
    of_post_code = [f"post_code_key_{number}" for number in range(count)]
    numbered = (
        rows.with_only_columns(literal_column(str(number)), *rows.selected_columns)
        for number, rows in enumerate(
            (*_with_each(WITH_DATE, of_date), *_with_each(WITH_POST_CODE, of_post_code), WITH_BOTH)
        )
    )
    found = first(union_all(*numbered), _MOST_AT_ONCE)
    return Prepared(found, "given", "family", "date", "post_code", *of_date, *of_post_code)


def _with_each(rows: Select[Any], keys: Sequence[str]) -> Iterator[Select[Any]]:
    """Those of the rows with each key: with the first, everybody's; with the others, those of who has other names."""
    for key in keys:
        having = rows.where(name_keys.c.key == bindparam(key))
        yield having if key == keys[0] else having.where(_HAS_OTHER_NAMES)


_ALL_AT_ONCE = {count: _all_at_once(count) for count in range(_FEWEST_KEYS, _MOST_KEYS + 1)}


def rows(
    transaction: Transaction,
    date_of_birth: str,
    keys_by_date: Sequence[str],
    post_code: str | None,
    keys_by_post_code: Sequence[str],
    once: tuple[str, str] | None = None,
) -> Iterator[NameKeyRow]:
    """The rows with the date and one of its keys, those with the postcode and one of its keys, those with both.

    They come look-up by look-up, in the order of the keys, and of each look-up by ULN. A postcode of None has none.
    Learners with the names `once`, a given name's and a family name's key, need only be found by the date's first key
    and by the postcode's; their other rows may be left out.
    """
    count = max(len(keys_by_date), len(keys_by_post_code), _FEWEST_KEYS)
    if count <= _MOST_KEYS:
        keys = (*_filled_up(keys_by_date, count), *_filled_up(keys_by_post_code, count))
        found = _ALL_AT_ONCE[count].rows(transaction, *(once or _NOBODYS_NAMES), date_of_birth, post_code or "", *keys)
        if len(found) < _MOST_AT_ONCE:
            return _in_order(found, date_of_birth, post_code, keys)
    return _one_by_one(transaction, date_of_birth, keys_by_date, post_code, keys_by_post_code)


def _in_order(
    found: list[tuple[Any, ...]], date_of_birth: str, post_code: str | None, keys: Sequence[str]
) -> Iterator[NameKeyRow]:
    """The rows of the statement that has found all, as `rows` has them."""
    found.sort()
    both = len(keys)
    count = both // 2
    for number, uln, kinds, other, gender, given, family in found:
        if number < count:
            yield date_of_birth, keys[number], uln, kinds, other, gender, given, family
        elif post_code is None:
            return
        elif number < both:
            yield other, keys[number], uln, kinds, post_code, gender, given, family
        else:
            yield with_both(date_of_birth, post_code, uln, gender, given, family)


def _one_by_one(
    transaction: Transaction,
    date_of_birth: str,
    keys_by_date: Sequence[str],
    post_code: str | None,
    keys_by_post_code: Sequence[str],
) -> Iterator[NameKeyRow]:
    """The same rows, of which no more are read than are asked for."""
    for key in keys_by_date:
        yield from by_date(transaction, date_of_birth, key)
    if post_code is None:
        return
    for key in keys_by_post_code:
        yield from by_post_code(transaction, post_code, key)
    yield from by_date_and_post_code(transaction, date_of_birth, post_code)


def _filled_up(keys: Sequence[str], count: int) -> Sequence[str]:
    """So many keys, the last of them empty, by which nobody is found."""
    return keys if len(keys) == count else (*keys, *("",) * (count - len(keys)))
