"""The history of each learner: what was done to it, when, and by whom."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from lrs_soap.rules.change import Action, Author, Change
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.store import Transaction
from lrs_soap.store.tables import history

_INSERT = insert(history)
_OF = Prepared(
    select(*(history.c[name] for name in ("action", "moment", "organisation", "user_name", "changes")))
    .where(history.c.uln == bindparam("uln"))
    .order_by(history.c.id),
    "uln",
)


def add(transaction: Transaction, uln: str, change: Change) -> None:
    """Add a change to the history of the learner with this ULN, who is held."""
    row = {
        "uln": uln,
        "moment": change.moment.isoformat(),
        "action": change.action.value,
        "organisation": change.author.organisation,
        "user_name": change.author.user,
        "changes": json.dumps(change.fields, ensure_ascii=False),
    }
    transaction.execute(_INSERT, row)


def of(transaction: Transaction, uln: str) -> tuple[Change, ...]:
    """Every change to the learner with this ULN, the first one first; none for a learner that was loaded."""
    return tuple(map(_change, _OF.rows(transaction, uln)))


def _change(row: tuple[Any, ...]) -> Change:
    action, moment, organisation, user, changes = row
    fields = {field: (before, after) for field, (before, after) in json.loads(changes).items()}
    return Change(Action(action), datetime.fromisoformat(moment), Author(organisation, user), fields)
