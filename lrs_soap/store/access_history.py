"""The access history of each learner: who has asked for the learning events, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from lrs_soap.rules.records.access_history import PAGE_SIZE, AccessAction, Page, RecordAccess
from lrs_soap.rules.values.change import Author
from lrs_soap.store.prepared import Prepared, PreparedInsert
from lrs_soap.store.tables import access_history
from lrs_soap.store.transaction import Transaction

_COLUMNS = ("moment", "action", "organisation", "user_name")
_INSERT = PreparedInsert(access_history, ("uln", *_COLUMNS))
_PAGE = Prepared(
    select(*(access_history.c[name] for name in _COLUMNS))
    .where(access_history.c.uln == bindparam("uln"))
    .order_by(access_history.c.id.desc())
    .limit(bindparam("size"))
    .offset(bindparam("start")),
    *("uln", "size", "start"),
)
_COUNT = Prepared(
    select(func.count()).select_from(access_history).where(access_history.c.uln == bindparam("uln")), "uln"
)


def add(transaction: Transaction, uln: str, access: RecordAccess) -> None:
    """Add an entry to the access history of the learner with this ULN, whom the store must hold."""
    author = access.author
    _INSERT.add(transaction, (uln, access.moment.isoformat(), access.action.value, author.organisation, author.user))


def page(transaction: Transaction, uln: str, index: int) -> Page:
    """A page of the access history of the learner with this ULN, newest entry first. The first page is 1.

    A page after the last one is empty.
    """
    rows = _PAGE.rows(transaction, uln, PAGE_SIZE, (index - 1) * PAGE_SIZE)
    ((total,),) = _COUNT.rows(transaction, uln)
    return Page(index, tuple(map(_access, rows)), total)


def _access(row: tuple[Any, ...]) -> RecordAccess:
    moment, action, organisation, user = row
    return RecordAccess(datetime.fromisoformat(moment), AccessAction(action), Author(organisation, user))
