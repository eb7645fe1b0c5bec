"""Learners as rows of the tables, and inserts of very many of them at once, on the driver's own cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from lrs_soap.errors import AlreadyHeld
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import HELD_FIELDS, Learner
from lrs_soap.store import learning_events, name_keys
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import IDENTITY, NOT_DELETED, learners
from lrs_soap.store.transaction import Transaction

IDENTITY_KEYS = ("given_name_identity", "family_name_identity", "post_code_identity")
"""The columns of the identity keys that `identity_keys_of` makes. A date and a gender are their own."""

IDENTITY_COLUMNS = tuple(column.name for column in IDENTITY)
HAS_IDENTITY = (NOT_DELETED, *(column == bindparam(column.name) for column in IDENTITY))
"""Is true of the learner, not deleted, who has five identity keys: those of `IdentityKeys` for `IDENTITY_COLUMNS`."""

COLUMNS = (*HELD_FIELDS, *IDENTITY_KEYS, "merged_into")
"""The columns of a row, in order."""

_BY_ULN = Prepared(select(learners.c.uln).where(learners.c.uln == bindparam("uln")), "uln")
_BY_IDENTITY = Prepared(select(learners.c.uln).where(*HAS_IDENTITY), *IDENTITY_COLUMNS)

_uln_of = itemgetter(COLUMNS.index("uln"))
_date_of_birth_of = itemgetter(COLUMNS.index("date_of_birth"))
_identity_of = itemgetter(*map(COLUMNS.index, IDENTITY_COLUMNS))
_uln_of_key = itemgetter(NameKey._fields.index("uln"))

_Row = tuple[Any, ...]


class Rows(NamedTuple):
    """Learners and their events, ready for this process or another one to insert."""

    learners: list[_Row]
    name_keys: list[_Row]
    learning_events: list[_Row]


def identity_keys_of(learner: Learner) -> tuple[str, str, str]:
    """The identity keys of a learner's names and postcode, the values of `IDENTITY_KEYS`."""
    made = IdentityKeys.of(learner)
    return made.given_name, made.family_name, made.post_code


def row_of(learner: Learner) -> _Row:
    """A learner's row, the values of `COLUMNS`."""
    *held, _linked_ulns = learner
    return (*held, *identity_keys_of(learner), learner.master_uln)


def rows_of(many: Sequence[Learner], events: Iterable[LearningEvent] = ()) -> Rows:
    """All rows of these learners and events, in their order."""
    return Rows([row_of(learner) for learner in many], name_keys.rows_for(many), learning_events.rows_for(events))


def by_date_of_birth(several: Iterable[Rows]) -> Rows:
    """All of these rows as one, in the order of the indexes that learners are found by.

    Rows that are next to each other in the database are then written together, which saves most of the writing when
    there are many. None of the learners may be linked to another.
    """
    together = Rows([], [], [])
    for rows in several:
        for all_of_a_kind, some in zip(together, rows, strict=True):
            all_of_a_kind.extend(some)
    together.learners.sort(key=_date_of_birth_of)
    together.name_keys.sort()
    together.learning_events.sort(key=learning_events.uln_of)
    return together


def insert(transaction: Transaction, rows: Rows) -> None:
    """Store learners and their events in the order of the rows, which have each master before those linked to it.

    After AlreadyHeld, roll back the transaction or a savepoint around this. There is none here, because SQLite would
    copy each page that it changes.
    """
    transaction.insert_rows(learners, COLUMNS, rows.learners)
    name_keys.insert_rows(transaction, rows.name_keys)
    learning_events.insert_rows(transaction, rows.learning_events)


def insert_new(transaction: Transaction, rows: Rows) -> int:
    """Store the learners whose ULN and five identity keys are free, with their events; return how many they are.

    Of several learners with the same ULN or five identity keys, the first is stored. None of them may be deleted.
    """
    while True:
        new = _selected(rows, set(_new_ulns(transaction, rows)))
        transaction.before_write()
        if _inserted(transaction, new):
            return len(new.learners)
        # Another process has stored one of them since, and the next look sees it.


def _inserted(transaction: Transaction, rows: Rows) -> bool:
    try:
        with transaction.savepoint():
            insert(transaction, rows)
    except AlreadyHeld:
        return False
    return True


def _new_ulns(transaction: Transaction, rows: Rows) -> Iterator[str]:
    """The ULNs of the learners whose ULN and identity keys are free and are not those of a learner before them."""
    taken: set[Any] = set()
    for each in rows.learners:
        uln, identity = _uln_of(each), _identity_of(each)
        if taken.isdisjoint((uln, identity)) and not _is_held(transaction, uln, identity):
            taken.update((uln, identity))
            yield uln


def _is_held(transaction: Transaction, uln: str, identity: tuple[str, ...]) -> bool:
    return bool(_BY_ULN.rows(transaction, uln) or _BY_IDENTITY.rows(transaction, *identity))


def _selected(rows: Rows, ulns: set[str]) -> Rows:
    return Rows(
        [each for each in rows.learners if _uln_of(each) in ulns],
        [each for each in rows.name_keys if _uln_of_key(each) in ulns],
        [each for each in rows.learning_events if learning_events.uln_of(each) in ulns],
    )
