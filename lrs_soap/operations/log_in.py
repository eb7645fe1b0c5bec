"""Log in to the portal, and be asked again at each click.

The check of a password takes long, so it is done in a unit of work that reads; what came of it is written in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords, generate_token
from lrs_soap.rules.access.user_states import UserEvent, UserState, after
from lrs_soap.rules.access.users import User
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.organisation import Organisation
from lrs_soap.store import activity, kept_forms, organisations, sessions, users
from lrs_soap.store.users import UserAccount

LOGGED_IN, LOGGED_OUT, WRONG_PASSWORD = "logged in", "logged out", "wrong password"
"""What is noted of a user's activity."""

_SECONDS_A_DAY = 24 * 60 * 60
# A session that was used a moment ago need not be written again.
_SECONDS_BETWEEN_NOTES = 15
KEPT_SECONDS = 30 * 60
"""For how long a form is kept for its user."""


class LogIn(Enum):
    """Why somebody is not logged in."""

    WRONG = "wrong"
    """The user name is not known, the password is wrong, or the organisation is suspended: nobody is told which."""
    SUSPENDED = "suspended"
    """The password is right, and the account is suspended."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A user name, whose account that is, and whether the password was right. Without an account it never is."""

    account: UserAccount | None = field(repr=False)
    is_right: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is, whether the agreement was accepted in it, and for how long it was not used."""

    user: User
    organisation: Organisation
    has_agreed: bool
    idle_seconds: int


def check_password(work: UnitOfWork, passwords: Passwords, user_name: str, password: str) -> Proof:
    """Check a password. It takes as long whether or not there is such a user."""
    account = users.by_name(work.transaction, user_name)
    if account is not None and account.user.state is UserState.DELETED:
        account = None
    return Proof(account, passwords.is_right(password, None if account is None else account.password_hash))


def log_in(work: UnitOfWork, proof: Proof, seconds: int) -> LogIn | str:
    """Begin a session where the proof is good, and return its token. After too many wrong passwords, suspend the user.

    `seconds` is the machine's time.
    """
    if proof.account is None:
        return LogIn.WRONG
    account = users.locked(work.transaction, proof.account.user.name)
    if account is None or account.user.state is UserState.DELETED:
        return LogIn.WRONG
    if not proof.is_right or account.password_hash != proof.account.password_hash:
        note_wrong_password(work, account)
        return LogIn.WRONG
    held = organisations.by_ukprn(work.transaction, account.user.organisation)
    if held is None or held.organisation.suspended:
        return LogIn.WRONG
    if account.user.state is not UserState.ACTIVE:
        return LogIn.SUSPENDED
    user = replace(account.user, wrong_passwords=0, wrong_answers=0, last_login=work.now)
    users.write(work.transaction, replace(account, user=user))
    sessions.forget(work.transaction, seconds - _SECONDS_A_DAY)
    kept_forms.forget(work.transaction, seconds - KEPT_SECONDS)
    token = generate_token()
    sessions.begin(work.transaction, token, user.name, seconds)
    activity.add(work.transaction, author_of(user), work.now, LOGGED_IN)
    return token


def note_wrong_password(work: UnitOfWork, account: UserAccount) -> None:
    """Count a wrong password of an account that was read in this writing unit; suspend it after too many."""
    user = account.user
    activity.add(work.transaction, author_of(user), work.now, WRONG_PASSWORD)
    if user.state is not UserState.ACTIVE:
        return
    user = replace(user, wrong_passwords=user.wrong_passwords + 1)
    if user.wrong_passwords >= work.policy.suspend_after:
        user = replace(user, state=after(user.state, UserEvent.LOCK) or user.state)
        sessions.end_all(work.transaction, user.name)
    users.write(work.transaction, replace(account, user=user))


def signed_in(work: UnitOfWork, token: str, seconds: int) -> SignedIn | None:
    """Whose session has this token, at the machine's time `seconds`; None for nobody's.

    A session that has been idle for too long is not over here: what to do with it is the caller's decision. That of
    somebody who may not log in any more is nobody's.
    """
    session = sessions.find(work.transaction, token)
    if session is None or session.account.user.state is not UserState.ACTIVE:
        return None
    user = session.account.user
    held = organisations.by_ukprn(work.transaction, user.organisation)
    if held is None or held.organisation.suspended:
        return None
    return SignedIn(user, held.organisation, session.has_agreed, max(0, seconds - session.used))


def needs_note(signed: SignedIn, *, timeout: int) -> bool:
    """Whether it has to be noted again that this session is used, where it ends after `timeout` idle seconds."""
    return signed.idle_seconds >= min(_SECONDS_BETWEEN_NOTES, timeout // 4)


def note_used(work: UnitOfWork, token: str, seconds: int) -> None:
    """Note that a session is used, at the machine's time `seconds`."""
    sessions.note_used(work.transaction, token, seconds)


def agree(work: UnitOfWork, token: str) -> None:
    """Accept the agreement in a session."""
    sessions.set_agreed(work.transaction, token)
    activity.add(work.transaction, work.author, work.now, "accepted the agreement")


def log_out(work: UnitOfWork, token: str) -> None:
    """End a session."""
    sessions.end(work.transaction, token)
    activity.add(work.transaction, work.author, work.now, LOGGED_OUT)


def author_of(user: User) -> Author:
    """The author of what a user does."""
    return Author(user.organisation, user.name)
