"""Lists of learners, for people and programs that look into the register."""

from __future__ import annotations

from sqlalchemy import select

from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners as stored
from lrs_soap.store.portions import in_portions
from lrs_soap.store.tables import learners
from lrs_soap.store.transaction import Transaction


def newest(
    transaction: Transaction,
    *,
    uln: str | None = None,
    family_name: str | None = None,
    given_name: str | None = None,
    date_of_birth: str | None = None,
    limit: int,
) -> list[Learner]:
    """The learners with these values, deleted and linked ones too, those last who were stored first; `limit` at most.

    `family_name` and `given_name` are identity keys. None: any value.
    """
    wanted = {
        "uln": uln,
        "date_of_birth": date_of_birth,
        "family_name_identity": family_name,
        "given_name_identity": given_name,
    }
    statement = (
        select(learners.c.uln)
        .where(*(learners.c[column] == value for column, value in wanted.items() if value is not None))
        .order_by(learners.c.id.desc())
        .limit(limit)
    )
    ulns = transaction.execute(statement).scalars().all()
    portions = in_portions(ulns, stored.AT_ONCE)
    return [learner for portion in portions for learner in stored.held_each(transaction, portion)]
