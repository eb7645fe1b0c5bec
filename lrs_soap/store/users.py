"""The users of organisations, and the hashes of their passwords and secret answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update

from lrs_soap.rules.access.user_names import key_of
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.access.users import User, UserDetails
from lrs_soap.rules.values.organisation import Role
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import users
from lrs_soap.store.transaction import Transaction

_ENABLED, _DISABLED = "enabled", "disabled"
_DETAILS = tuple(UserDetails.__dataclass_fields__)
_OTHERS = (
    "name",
    "organisation",
    "state",
    "permissions",
    "roles",
    "email_verified",
    "password_hash",
    "password_chosen",
    "one_time",
    "wrong_passwords",
    "wrong_answers",
    "question",
    "answer_hash",
    "last_login",
)
COLUMNS = tuple(users.c[name] for name in (*_DETAILS, *_OTHERS))
"""What `account_of` makes an account of."""

_NOT_CLOSED = users.c.state != UserState.DELETED.value
_BY_NAME = Prepared(select(*COLUMNS).where(users.c.name_key == bindparam("key")), "key")


@dataclass(frozen=True, slots=True)
class UserAccount:
    """A user with the argon2 hashes of the password and of the secret answer, which no repr shows."""

    user: User
    password_hash: str = field(repr=False)
    answer_hash: str | None = field(default=None, repr=False)


def by_name(transaction: Transaction, name: str) -> UserAccount | None:
    """The user with this name, in upper or lower case, whatever the state; None if there never was one."""
    row = _BY_NAME.row(transaction, key_of(name))
    return None if row is None else account_of(row)


def locked(transaction: Transaction, name: str) -> UserAccount | None:
    """As `by_name`. Nobody else can change the user until this writing transaction ends."""
    found = transaction.execute(
        select(*COLUMNS).where(users.c.name_key == key_of(name)).with_for_update()
    ).one_or_none()
    return None if found is None else account_of(tuple(found))


def by_email(transaction: Transaction, email: str) -> tuple[UserAccount, ...]:
    """Those whose accounts are not closed with this e-mail address, in upper or lower case, by name."""
    return _all(transaction, select(*COLUMNS).where(users.c.email_key == email_key(email), _NOT_CLOSED))


def of_organisation(transaction: Transaction, ukprn: str) -> tuple[User, ...]:
    """The users of the organisation with this UKPRN whose accounts are not closed, by name."""
    found = _all(transaction, select(*COLUMNS).where(users.c.organisation == ukprn, _NOT_CLOSED))
    return tuple(account.user for account in found)


def everybody(transaction: Transaction) -> tuple[User, ...]:
    """The users of all organisations whose accounts are not closed, by name."""
    return tuple(account.user for account in _all(transaction, select(*COLUMNS).where(_NOT_CLOSED)))


def insert_account(transaction: Transaction, account: UserAccount) -> None:
    """Add a user. Raises AlreadyHeld when the user name is taken, by a closed account, too."""
    user = account.user
    row = {"name": user.name, "name_key": key_of(user.name), "organisation": user.organisation, **_changeable(account)}
    with transaction.savepoint():
        transaction.execute(insert(users), row)


def write(transaction: Transaction, account: UserAccount) -> None:
    """Write everything that can change of the user with this name."""
    statement = update(users).where(users.c.name_key == key_of(account.user.name))
    transaction.execute(statement.values(**_changeable(account)))


def email_key(email: str) -> str:
    """What e-mail addresses are compared by: they have no case."""
    return email.strip().casefold()


# A user clicks more often than the row changes.
@lru_cache(maxsize=1024)
def account_of(row: tuple[Any, ...]) -> UserAccount:
    """The account in a row of `COLUMNS`."""
    details = UserDetails(**dict(zip(_DETAILS, row, strict=False)))
    others = dict(zip(_OTHERS, row[len(_DETAILS) :], strict=True))
    last_login = others["last_login"]
    user = User(
        others["name"],
        others["organisation"],
        details,
        roles=frozenset(Role(role) for role in others["roles"].split(",") if role),
        password_chosen=datetime.fromisoformat(others["password_chosen"]),
        state=UserState(others["state"]),
        permissions_disabled=others["permissions"] == _DISABLED,
        has_one_time_password=bool(others["one_time"]),
        wrong_passwords=others["wrong_passwords"],
        wrong_answers=others["wrong_answers"],
        question=others["question"],
        is_email_verified=bool(others["email_verified"]),
        last_login=None if last_login is None else datetime.fromisoformat(last_login),
    )
    return UserAccount(user, others["password_hash"], others["answer_hash"])


def _all(transaction: Transaction, statement: Select[Any]) -> tuple[UserAccount, ...]:
    return tuple(account_of(tuple(row)) for row in transaction.execute(statement.order_by(users.c.name_key)).all())


def _changeable(account: UserAccount) -> dict[str, Any]:
    user = account.user
    return {
        **{name: getattr(user.details, name) for name in _DETAILS},
        "email_key": email_key(user.details.email),
        "state": user.state.value,
        "permissions": _DISABLED if user.permissions_disabled else _ENABLED,
        "roles": ",".join(sorted(role.value for role in user.roles)),
        "email_verified": int(user.is_email_verified),
        "password_hash": account.password_hash,
        "password_chosen": user.password_chosen.isoformat(),
        "one_time": int(user.has_one_time_password),
        "wrong_passwords": user.wrong_passwords,
        "wrong_answers": user.wrong_answers,
        "question": user.question,
        "answer_hash": account.answer_hash,
        "last_login": None if user.last_login is None else user.last_login.isoformat(),
    }
