"""The users of the starting data: one for each role, and one for each way in which a login can end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import User, UserDetails
from lrs_soap.rules.values.organisation import Role
from lrs_soap.store.users import UserAccount


@dataclass(frozen=True, slots=True)
class StartingUser:
    """A user with the password and the secret answer, which are no secrets: docs/starting-data.md has them."""

    account: UserAccount
    password: str
    answer: str | None


def starting_users(now: datetime) -> Iterator[StartingUser]:
    """The users of the starting data as of a moment. The file has their hashes, which would take long to make."""
    text = (files("lrs_soap.sample.data") / "users.jsonl").read_text("utf-8")
    for row in map(json.loads, text.splitlines()):
        details = UserDetails(row["GivenName"], row["FamilyName"], row["Email"], row["Verification"])
        state = UserState(row["State"])
        user = User(
            row["UserName"],
            row["UKPRN"],
            details,
            roles=frozenset(map(Role, row["Roles"])),
            password_chosen=_days_before(now, row.get("DaysSincePassword", 0)),
            state=state,
            has_one_time_password=row.get("OneTime", False),
            wrong_passwords=10 if state is UserState.LOCKED else 0,
            question=row.get("Question"),
            is_email_verified=not row.get("OneTime", False),
        )
        account = UserAccount(user, row["PasswordHash"], row.get("AnswerHash"))
        yield StartingUser(account, row["Password"], row.get("Answer"))


def _days_before(now: datetime, days: int) -> datetime:
    """A moment so many days before another; the other itself where time begins in between."""
    try:
        return now - timedelta(days=days)
    except OverflowError:
        return now
