"""The look-ups of a find by demographics. One statement does all of them, unless they find very many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, literal_column, union_all

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

# The statement looks up so many keys with the date, and so many with the postcode. Most searches have no more.
_KEYS = 3
_DATE_KEYS = tuple(f"date_key_{number}" for number in range(_KEYS))
_POST_CODE_KEYS = tuple(f"post_code_key_{number}" for number in range(_KEYS))
_BOTH = 2 * _KEYS
# A statement that finds so many rows has not found all of them.
_MOST_AT_ONCE = 50


def _all_at_once() -> Prepared:
    """The rows of each look-up, each after the number of the look-up. They may come in any order."""
    with_keys = (
        rows.where(name_keys.c.key == bindparam(key))
        for rows, keys in ((WITH_DATE, _DATE_KEYS), (WITH_POST_CODE, _POST_CODE_KEYS))
        for key in keys
    )
    numbered = (
        rows.with_only_columns(literal_column(str(number)), *rows.selected_columns)
        for number, rows in enumerate((*with_keys, WITH_BOTH))
    )
    found = first(union_all(*numbered), _MOST_AT_ONCE)
    return Prepared(found, "date", "post_code", *_DATE_KEYS, *_POST_CODE_KEYS)


_ALL_AT_ONCE = _all_at_once()


def rows(
    transaction: Transaction,
    date_of_birth: str,
    keys_by_date: Sequence[str],
    post_code: str | None,
    keys_by_post_code: Sequence[str],
) -> Iterator[NameKeyRow]:
    """The rows with the date and one of its keys, those with the postcode and one of its keys, those with both.

    They come look-up by look-up, in the order of the keys, and of each look-up by ULN. A postcode of None has none.
    """
    if len(keys_by_date) <= _KEYS and len(keys_by_post_code) <= _KEYS:
        keys = (*_filled_up(keys_by_date), *_filled_up(keys_by_post_code))
        found = _ALL_AT_ONCE.rows(transaction, date_of_birth, post_code or "", *keys)
        if len(found) < _MOST_AT_ONCE:
            return _in_order(found, date_of_birth, post_code, keys)
    return _one_by_one(transaction, date_of_birth, keys_by_date, post_code, keys_by_post_code)


def _in_order(
    found: list[tuple[Any, ...]], date_of_birth: str, post_code: str | None, keys: Sequence[str]
) -> Iterator[NameKeyRow]:
    """The rows of the statement that has found all, as `rows` has them."""
    found.sort()
    for number, uln, kinds, other, gender, given, family in found:
        if number < _KEYS:
            yield date_of_birth, keys[number], uln, kinds, other, gender, given, family
        elif post_code is None:
            return
        elif number < _BOTH:
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


def _filled_up(keys: Sequence[str]) -> Sequence[str]:
    """So many keys as the statement has, the last of them empty, by which nobody is found."""
    return (*keys, *("",) * _KEYS)[:_KEYS]
