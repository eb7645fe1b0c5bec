"""Lists of learners, for people and programs that look into the register."""

from __future__ import annotations

from sqlalchemy import select

from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners as by_uln
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
    ulns = transaction.execute(
        select(learners.c.uln)
        .where(*(learners.c[column] == value for column, value in wanted.items() if value is not None))
        .order_by(learners.c.id.desc())
        .limit(limit)
    ).scalars()
    return [by_uln.held(transaction, each) for each in ulns.all()]
