"""Learners: how they are found, stored, changed and linked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of

from lrs_soap.rules.names import identity_keys
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.learner import HELD_FIELDS, Learner
from lrs_soap.store import name_keys
from lrs_soap.store.dialects import joined_texts, joined_values
from lrs_soap.store.learner_rows import COLUMNS, HAS_IDENTITY, IDENTITY_COLUMNS, row_of
from lrs_soap.store.prepared import Prepared, PreparedInsert, PreparedUpdate
from lrs_soap.store.tables import learners
from lrs_soap.store.transaction import Transaction

_LINKED = learners.alias("linked")
# One column, because the drivers take long for each. The last of the values has the linked ULNs in one text, or None if
# there are none.
_WITH_LINKED_ULNS = select(
    joined_values(
        *(learners.c[field] for field in HELD_FIELDS),
        select(joined_texts(_LINKED.c.uln)).where(_LINKED.c.master_uln == learners.c.uln).scalar_subquery(),
    )
)
# `json.loads` does more than a whole text without white space around it needs.
_values_of = json.JSONDecoder().raw_decode

_OWN_ROWS = select(*(learners.c[field] for field in HELD_FIELDS))

_BY_ULN = Prepared(_WITH_LINKED_ULNS.where(learners.c.uln == bindparam("uln")), "uln")
AT_ONCE = 11
"""How many learners `held_each` reads at most."""

_ULNS = tuple(f"uln_{number}" for number in range(AT_ONCE))


def _by_ulns(*names: str) -> Prepared:
    return Prepared(_WITH_LINKED_ULNS.where(learners.c.uln.in_([bindparam(name) for name in names])), *names)


# What a search compares every learner by, and its reasons tell of it: two runs of a learner's fields, and one more.
# Columns of their own, because the driver takes no longer for so few than for one text of them.
_IDENTITY = HELD_FIELDS[: HELD_FIELDS.index("last_known_post_code") + 1]
_OTHER_NAMES = HELD_FIELDS[HELD_FIELDS.index("middle_other_name") : HELD_FIELDS.index("family_name_at_age_16") + 1]
_COMPARED = (*_IDENTITY, *_OTHER_NAMES, "master_uln")
_COMPARED_BY_ULNS = Prepared(
    select(*(learners.c[field] for field in _COMPARED)).where(learners.c.uln.in_([bindparam(name) for name in _ULNS])),
    *_ULNS,
)
# Where a row has the two runs, and what takes the place of the fields behind each.
_AT_IDENTITY, _AT_OTHER_NAMES = slice(len(_IDENTITY)), slice(len(_IDENTITY), -1)
_AFTER_IDENTITY = ("",) * (HELD_FIELDS.index(_OTHER_NAMES[0]) - len(_IDENTITY))
_AFTER_OTHER_NAMES = ("",) * (HELD_FIELDS.index("master_uln") - HELD_FIELDS.index(_OTHER_NAMES[-1]) - 1)
# By how many they are.
_BY_ULNS = {count: _by_ulns(*_ULNS[:count]) for count in range(2, AT_ONCE + 1)}
_BY_IDENTITY = Prepared(_WITH_LINKED_ULNS.where(*HAS_IDENTITY), *IDENTITY_COLUMNS)
_IS_HELD = Prepared(select(learners.c.uln).where(learners.c.uln == bindparam("uln")), "uln")
# As many as a portion of a batch job registers at most.
_CANDIDATES = tuple(f"uln_{number}" for number in range(50))
_ARE_HELD = Prepared(
    select(learners.c.uln).where(learners.c.uln.in_([bindparam(name) for name in _CANDIDATES])), *_CANDIDATES
)
_INSERT = insert_into(learners)
_INSERT_ONE = PreparedInsert(learners, COLUMNS)
# A ULN never changes, and only `link` and `carry` change who is linked to whom.
_UPDATED = tuple(column for column in COLUMNS if column not in ("uln", "master_uln", "merged_into"))
# SQLite writes an index again if a statement sets one of its columns, though to the same value.
_INDEXED = tuple(column for column in _UPDATED if column in (*IDENTITY_COLUMNS, "learner_status"))
_NOT_INDEXED = tuple(column for column in _UPDATED if column not in _INDEXED)
_updated_of, _indexed_of, _not_indexed_of = (
    itemgetter(*map(COLUMNS.index, columns)) for columns in (_UPDATED, _INDEXED, _NOT_INDEXED)
)


def _update_of(columns: tuple[str, ...]) -> PreparedUpdate:
    return PreparedUpdate(
        update_of(learners)
        .values({column: bindparam(f"new_{column}") for column in columns})
        .where(
            learners.c.uln == bindparam("old_uln"),
            learners.c.version_number == bindparam("old_version_number"),
            learners.c.learner_status == bindparam("old_learner_status"),
            learners.c.master_uln.is_not_distinct_from(bindparam("old_master_uln")),
        ),
        *(f"new_{column}" for column in columns),
        *("old_uln", "old_version_number", "old_learner_status", "old_master_uln"),
    )


_UPDATE, _UPDATE_NOT_INDEXED = _update_of(_UPDATED), _update_of(_NOT_INDEXED)
_LINK = update_of(learners).where(learners.c.uln == bindparam("old_uln"))


def by_uln(transaction: Transaction, uln: str) -> Learner | None:
    """The learner with this ULN, with the ULNs linked to it; None if there is none. It may be deleted or linked."""
    rows = _BY_ULN.rows(transaction, uln)
    return _learner(rows[0]) if rows else None


def by_ulns(transaction: Transaction, ulns: Collection[str]) -> dict[str, Learner]:
    """The learners with these ULNs, by ULN, deleted or linked ones too; without the ULNs linked to each."""
    rows: Iterable[Sequence[Any]] = transaction.execute(_OWN_ROWS.where(learners.c.uln.in_(ulns)))
    return {learner.uln: learner for learner in (Learner(*row) for row in rows)}


def held(transaction: Transaction, uln: str) -> Learner:
    """The learner with a ULN that another row refers to. Raises LookupError if the database has lost it."""
    learner = by_uln(transaction, uln)
    if learner is None:
        raise LookupError(f"The database has lost the learner with the ULN {uln}.")
    return learner


def held_each(transaction: Transaction, ulns: Sequence[str]) -> list[Learner]:
    """The learners with these ULNs, as `held` finds each: at most AT_ONCE, in the same order."""
    if len(ulns) == 1:
        return [held(transaction, ulns[0])]
    found = {learner.uln: learner for learner in map(_learner, _BY_ULNS[len(ulns)].rows(transaction, *ulns))}
    return [found.get(uln) or held(transaction, uln) for uln in ulns]


def compared_each(transaction: Transaction, ulns: Sequence[str]) -> list[Learner]:
    """The learners with AT_ONCE ULNs, in the same order, as far as a search without optional fields compares them.

    All else of them is empty. Raises LookupError if the database has lost one.
    """
    rows = {row[0]: row for row in _COMPARED_BY_ULNS.rows(transaction, *ulns)}
    return [_compared(rows[uln]) for uln in ulns]


def master_of(transaction: Transaction, learner: Learner) -> Learner | None:
    """The master of a linked learner; None for one that is not linked."""
    return None if learner.master_uln is None else held(transaction, learner.master_uln)


def with_master(transaction: Transaction, uln: str) -> tuple[Learner | None, Learner | None]:
    """The learner with this ULN, as `by_uln` finds it, and its master if it is linked."""
    learner = by_uln(transaction, uln)
    if learner is None or learner.master_uln is None:
        return learner, None
    return learner, held(transaction, learner.master_uln)


def by_identity(transaction: Transaction, person: DemographicsAsked | Learner) -> Learner | None:
    """The learner, not deleted, linked or not, who has a person's five identity keys; a learner may find itself."""
    rows = _BY_IDENTITY.rows(transaction, *identity_keys.values_of(person))
    return _learner(rows[0]) if rows else None


def insert(transaction: Transaction, learner: Learner) -> None:
    """Store a new learner, without its `linked_ulns`.

    Raises AlreadyHeld when its ULN or its five identity keys are taken. The transaction can go on after that.
    """
    with transaction.savepoint():
        _INSERT_ONE.add(transaction, row_of(learner))
        name_keys.insert_for(transaction, [learner])


def insert_many(transaction: Transaction, many: Sequence[Learner]) -> None:
    """Store new learners, each master before those linked to it. Raises AlreadyHeld, and then stores none of them."""
    if many:
        with transaction.savepoint():
            transaction.execute(_INSERT, [_row(learner) for learner in many])
            name_keys.insert_for(transaction, many)


def update(transaction: Transaction, before: Learner, after: Learner) -> bool:
    """Write `after` if the row still matches `before` in version, status and master; return whether it did.

    The learner's master and those linked to it are not changed. Raises AlreadyHeld when another learner has the new
    five identity keys. The transaction can go on after that.
    """
    old = (before.uln, before.version_number, before.learner_status, before.master_uln)
    row = row_of(after)
    if _indexed_of(row) == _indexed_of(row_of(before)):
        statement, values = _UPDATE_NOT_INDEXED, _not_indexed_of(row)
    else:
        statement, values = _UPDATE, _updated_of(row)
    with transaction.savepoint():
        if statement.run(transaction, *values, *old) != 1:
            return False
        name_keys.replace_for(transaction, before, after)
    return True


def update_each(transaction: Transaction, changes: Sequence[tuple[Learner, Learner]]) -> bool:
    """Write the second of each two where the row still matches the first, as `update` does; return whether all did.

    They are all different learners. After False or AlreadyHeld, roll back the transaction: some may be written.
    """
    rows = (
        (*_updated_of(row_of(after)), before.uln, before.version_number, before.learner_status, before.master_uln)
        for before, after in changes
    )
    if _UPDATE.run_each(transaction, rows) != len(changes):
        return False
    name_keys.replace_for_each(transaction, changes)
    return True


def lock(transaction: Transaction, ulns: Collection[str]) -> None:
    """Keep all others from changing these learners, or linking to them, until this writing transaction ends.

    Learners are locked in the order of their ULNs, so two transactions never wait for each other.
    """
    transaction.execute(
        select(learners.c.id).where(learners.c.uln.in_(ulns)).order_by(learners.c.uln).with_for_update()
    ).all()


def link(transaction: Transaction, uln: str, master_uln: str | None) -> None:
    """Link a learner to the master that it is merged into. None ends its link."""
    transaction.execute(_LINK.values(master_uln=master_uln, merged_into=master_uln), {"old_uln": uln})


def carry(transaction: Transaction, uln: str, master_uln: str) -> None:
    """Link a linked learner to another master, or back to the one that it was merged into."""
    transaction.execute(_LINK.values(master_uln=master_uln), {"old_uln": uln})


def merged_into(transaction: Transaction, master_uln: str) -> dict[str, str]:
    """The ULN that each learner linked to this master was merged into, by the learner's ULN."""
    linked = select(learners.c.uln, learners.c.merged_into).where(learners.c.master_uln == master_uln)
    return {row.uln: row.merged_into for row in transaction.execute(linked)}


def held_ulns(transaction: Transaction, ulns: Collection[str]) -> set[str]:
    """Those of `ulns` that a learner has, deleted or not."""
    if not ulns:
        # One number in eleven has no ULN.
        return set()
    if len(ulns) == 1:
        # Each registration asks this.
        return {uln for uln in ulns if _IS_HELD.rows(transaction, uln)}
    if len(ulns) <= len(_CANDIDATES):
        return {row[0] for row in _ARE_HELD.rows(transaction, *ulns, *[""] * (len(_CANDIDATES) - len(ulns)))}
    return set(transaction.execute(select(learners.c.uln).where(learners.c.uln.in_(ulns))).scalars())


def count(transaction: Transaction) -> int:
    """How many learners the store has, including deleted and linked ones."""
    return int(transaction.execute(select(func.count()).select_from(learners)).scalar_one())


def _learner(row: tuple[Any, ...]) -> Learner:
    """The learner in a row of `_WITH_LINKED_ULNS`."""
    values, _ = _values_of(row[0])
    linked = values[-1]
    values[-1] = tuple(sorted(linked.split())) if linked else ()
    return Learner._make(values)


def _compared(row: tuple[Any, ...]) -> Learner:
    """The learner in a row of `_COMPARED_BY_ULNS`."""
    identity, other_names, master_uln = row[_AT_IDENTITY], row[_AT_OTHER_NAMES], row[-1]
    return Learner._make(identity + _AFTER_IDENTITY + other_names + _AFTER_OTHER_NAMES + (master_uln, ()))


def _row(learner: Learner) -> dict[str, Any]:
    return dict(zip(COLUMNS, row_of(learner), strict=True))
