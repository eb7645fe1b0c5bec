"""What users looked at and changed in the portal, and when their organisation last looked through its users."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from lrs_soap.rules.values.change import Author
from lrs_soap.store.prepared import PreparedInsert
from lrs_soap.store.tables import activity, user_reviews
from lrs_soap.store.transaction import Transaction

_INSERT = PreparedInsert(activity, ("organisation", "user_name", "day", "moment", "what", "subject"))


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that a user did. `subject` is whom it is about, such as a ULN or a user name; it may be empty."""

    user_name: str
    moment: datetime
    what: str
    subject: str = ""


def add(transaction: Transaction, author: Author, moment: datetime, what: str, subject: str = "") -> None:
    """Note what a user does."""
    row = (author.organisation, author.user, moment.date().isoformat(), moment.isoformat(), what, subject)
    _INSERT.add(transaction, row)


def of_organisation(
    transaction: Transaction, ukprn: str, *, first: date, last: date, user_name: str | None, limit: int
) -> list[Activity]:
    """What users of an organisation, or one of them, did from one day to another: the last first, at most `limit`."""
    statement = select(activity.c.user_name, activity.c.moment, activity.c.what, activity.c.subject).where(
        activity.c.organisation == ukprn, activity.c.day >= first.isoformat(), activity.c.day <= last.isoformat()
    )
    if user_name is not None:
        statement = statement.where(activity.c.user_name == user_name)
    rows: Iterable[Any] = transaction.execute(statement.order_by(activity.c.id.desc()).limit(limit)).all()
    return [Activity(name, datetime.fromisoformat(moment), what, subject) for name, moment, what, subject in rows]


def last_review(transaction: Transaction, ukprn: str) -> date | None:
    """The day on which an organisation last looked through its users; None if it never did."""
    found = transaction.execute(
        select(user_reviews.c.day).where(user_reviews.c.organisation == ukprn)
    ).scalar_one_or_none()
    return None if found is None else date.fromisoformat(found)


def set_review(transaction: Transaction, author: Author, day: date) -> None:
    """Note that the author's organisation has looked through its users."""
    transaction.execute(delete(user_reviews).where(user_reviews.c.organisation == author.organisation))
    row = {"organisation": author.organisation, "day": day.isoformat(), "user_name": author.user}
    transaction.execute(insert(user_reviews), row)
