"""The learners that are held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import insert as insert_into

from lrs_soap.rules import names, postcode
from lrs_soap.rules.learner import LEARNER_FIELDS, Learner
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.store import Transaction
from lrs_soap.store.tables import NOT_DELETED, learners

HELD_FIELDS = tuple(field for field in LEARNER_FIELDS if field != "linked_ulns")
"""The fields that are columns, in order. `linked_ulns`, the dataclass's last, is in the rows of those linked."""

_LINKED = learners.alias("linked")
# A row for each linked learner, and one with None for a learner who has none.
_WITH_LINKED_ULNS = (
    select(*(learners.c[field] for field in HELD_FIELDS), _LINKED.c.uln)
    .outerjoin_from(learners, _LINKED, _LINKED.c.master_uln == learners.c.uln)
    .order_by(_LINKED.c.uln)
)

_BY_ULN = Prepared(_WITH_LINKED_ULNS.where(learners.c.uln == bindparam("uln")), "uln")
_BY_IDENTITY = Prepared(
    _WITH_LINKED_ULNS.where(
        NOT_DELETED,
        learners.c.given_name_identity == bindparam("given_name"),
        learners.c.family_name_identity == bindparam("family_name"),
        learners.c.date_of_birth == bindparam("date_of_birth"),
        learners.c.gender == bindparam("gender"),
        learners.c.post_code_identity == bindparam("post_code"),
    ),
    *("given_name", "family_name", "date_of_birth", "gender", "post_code"),
)
_INSERT = insert_into(learners)


def by_uln(transaction: Transaction, uln: str) -> Learner | None:
    """The learner with this ULN, deleted or linked ones too, and the ULNs linked to it; None where there is none."""
    return _learner(_BY_ULN.rows(transaction, uln))


def by_identity(
    transaction: Transaction, *, given_name: str, family_name: str, date_of_birth: str, gender: str, post_code: str
) -> Learner | None:
    """The learner, not deleted, linked or not, whose five identity keys are those of these values (learners.md, Keys).

    The values are as they were sent; there is one such learner at most.
    """
    rows = _BY_IDENTITY.rows(
        transaction,
        names.identity_key(given_name),
        names.identity_key(family_name),
        date_of_birth,
        gender,
        postcode.identity_key(post_code),
    )
    return _learner(rows)


def insert(transaction: Transaction, learner: Learner) -> None:
    """Hold one more learner; its `linked_ulns` are not looked at.

    Raises AlreadyHeld where its ULN or its five identity keys are taken; the transaction can go on after that.
    """
    with transaction.savepoint():
        transaction.execute(_INSERT, _row(learner))


def insert_many(transaction: Transaction, many: Sequence[Learner]) -> None:
    """Hold all of these, each master before those linked to it, or raise AlreadyHeld and hold none."""
    if many:
        with transaction.savepoint():
            transaction.execute(_INSERT, [_row(learner) for learner in many])


def held_ulns(transaction: Transaction, ulns: Collection[str]) -> set[str]:
    """Those of `ulns` that are some learner's, deleted or not."""
    return set(transaction.execute(select(learners.c.uln).where(learners.c.uln.in_(ulns))).scalars())


def count(transaction: Transaction) -> int:
    """How many learners are held, deleted and linked ones included."""
    return int(transaction.execute(select(func.count()).select_from(learners)).scalar_one())


def _learner(rows: Sequence[tuple[Any, ...]]) -> Learner | None:
    """The learner of the rows of `_WITH_LINKED_ULNS` that are about one."""
    if not rows:
        return None
    linked = tuple(row[-1] for row in rows if row[-1] is not None)
    values: list[Any] = [*rows[0][:-1], linked]
    return Learner(*values)


def _row(learner: Learner) -> dict[str, Any]:
    row = {field: getattr(learner, field) for field in HELD_FIELDS}
    row["given_name_identity"] = names.identity_key(learner.given_name)
    row["family_name_identity"] = names.identity_key(learner.family_name)
    row["post_code_identity"] = postcode.identity_key(learner.last_known_post_code)
    row["given_name_search"] = names.given_search_key(learner.given_name)
    row["family_name_search"] = names.family_search_key(learner.family_name)
    return row
