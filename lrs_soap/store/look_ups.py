"""The look-ups of a find by demographics. Where the database is a server, one statement begins all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, literal_column, select, union_all

from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.store.name_keys import (
    FIRST_PORTION,
    WITH_BOTH,
    WITH_DATE,
    WITH_POST_CODE,
    Rows,
    by_date,
    by_date_and_post_code,
    by_post_code,
    portion,
)
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import name_keys
from lrs_soap.store.transaction import Transaction

# By so many keys with the date, and by so many with the postcode. Most searches have no more.
_KEYS = 3
_DATE_KEYS = tuple(f"date_key_{number}" for number in range(_KEYS))
_POST_CODE_KEYS = tuple(f"post_code_key_{number}" for number in range(_KEYS))
_BOTH = 2 * _KEYS
_NONE_BEGUN = (None,) * (_BOTH + 1)


def _first_rows() -> Prepared:
    """The first rows of each look-up, each after the number of the look-up."""
    with_keys = (
        rows.where(name_keys.c.key == bindparam(key))
        for rows, keys in ((WITH_DATE, _DATE_KEYS), (WITH_POST_CODE, _POST_CODE_KEYS))
        for key in keys
    )
    numbered = (
        select(literal_column(str(number)), *portion(rows, FIRST_PORTION).subquery().c)
        for number, rows in enumerate((*with_keys, WITH_BOTH))
    )
    return Prepared(union_all(*numbered), "date", "post_code", *_DATE_KEYS, *_POST_CODE_KEYS)


_FIRST_ROWS = _first_rows()


def rows(
    transaction: Transaction,
    date_of_birth: str,
    keys_by_date: Sequence[str],
    post_code: str | None,
    keys_by_post_code: Sequence[str],
) -> Iterator[NameKey]:
    """The rows with the date and one of its keys, those with the postcode and one of its keys, those with both.

    They come look-up by look-up, in the order of the keys, and of each look-up by ULN. A postcode of None has none.
    """
    begun: Sequence[Rows | None] = _NONE_BEGUN
    if transaction.is_at_a_server:
        begun = _begun(transaction, date_of_birth, keys_by_date, post_code, keys_by_post_code)
    for number, key in enumerate(keys_by_date):
        yield from by_date(transaction, date_of_birth, key, begun[number] if number < _KEYS else None)
    if post_code is None:
        return
    for number, key in enumerate(keys_by_post_code):
        yield from by_post_code(transaction, post_code, key, begun[_KEYS + number] if number < _KEYS else None)
    yield from by_date_and_post_code(transaction, date_of_birth, post_code, begun[_BOTH])


def _begun(
    transaction: Transaction,
    date_of_birth: str,
    keys_by_date: Sequence[str],
    post_code: str | None,
    keys_by_post_code: Sequence[str],
) -> Sequence[Rows]:
    """The first rows of each look-up that the statement has."""
    keys = (*_filled_up(keys_by_date), *_filled_up(keys_by_post_code))
    begun: list[list[Sequence[Any]]] = [[] for _ in range(_BOTH + 1)]
    for number, *row in sorted(_FIRST_ROWS.rows(transaction, date_of_birth, post_code or "", *keys)):
        begun[number].append(row)
    return begun


def _filled_up(keys: Sequence[str]) -> Sequence[str]:
    """So many keys as the statement has, the last of them empty, by which nobody is found."""
    return (*keys, *("",) * _KEYS)[:_KEYS]
