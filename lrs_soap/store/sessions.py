"""The sessions of those who are logged in to the portal. Moments are seconds of the machine's clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select, update

from lrs_soap.rules.access.user_names import key_of
from lrs_soap.store.prepared import Prepared, PreparedUpdate
from lrs_soap.store.tables import sessions, users
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.users import COLUMNS, UserAccount, account_of

_FOUND = Prepared(
    select(sessions.c.used, sessions.c.agreed, *COLUMNS)
    .join(users, users.c.name_key == sessions.c.user_key)
    .where(sessions.c.token_hash == bindparam("token")),
    "token",
)
_USED = PreparedUpdate(
    update(sessions).where(sessions.c.token_hash == bindparam("token")).values(used=bindparam("seconds")),
    *("seconds", "token"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A session: whose it is, when it was last used, and whether the agreement was accepted in it."""

    account: UserAccount
    used: int
    has_agreed: bool


def find(transaction: Transaction, token: str) -> Session | None:
    """The session with this token; None if there is none."""
    row = _FOUND.row(transaction, _hash(token))
    if row is None:
        return None
    used, agreed, *account = row
    return Session(account_of(tuple(account)), used, bool(agreed))


def begin(transaction: Transaction, token: str, user_name: str, seconds: int, *, has_agreed: bool = False) -> None:
    """Begin a session of a user, with a token that nobody can guess."""
    row = {
        "token_hash": _hash(token),
        "user_key": key_of(user_name),
        "used": seconds,
        "agreed": int(has_agreed),
    }
    transaction.execute(insert(sessions), row)


def note_used(transaction: Transaction, token: str, seconds: int) -> None:
    """Note that a session is used."""
    _USED.run(transaction, seconds, _hash(token))


def set_agreed(transaction: Transaction, token: str) -> None:
    """Note that the agreement was accepted in a session."""
    transaction.execute(update(sessions).where(sessions.c.token_hash == _hash(token)).values(agreed=1))


def end(transaction: Transaction, token: str) -> None:
    """End a session, if there is one."""
    transaction.execute(delete(sessions).where(sessions.c.token_hash == _hash(token)))


def end_all(transaction: Transaction, user_name: str) -> None:
    """End all sessions of a user."""
    transaction.execute(delete(sessions).where(sessions.c.user_key == key_of(user_name)))


def forget(transaction: Transaction, before: int) -> None:
    """Forget the sessions that were last used before this moment."""
    transaction.execute(delete(sessions).where(sessions.c.used < before))


def _hash(token: str) -> str:
    # A token is long and random, so a quick hash is enough.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
