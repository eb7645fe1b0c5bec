"""What Super Users do with the users of their organisation, and the operator with those of any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from lrs_soap.errors import AlreadyHeld, InvalidRecord, NotHeld, NotPossible
from lrs_soap.operations.refused_names import refused_names
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.secret_questions import canonical_answer
from lrs_soap.rules.access.user_names import candidates, key_of
from lrs_soap.rules.access.user_states import UserEvent, UserState, after
from lrs_soap.rules.access.users import (
    FEWEST_SUPER_USERS,
    MOST_SUPER_USERS,
    REVIEW_DAYS,
    User,
    UserDetails,
    wrong_details,
)
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values.organisation import Role, canonical
from lrs_soap.store import activity, mail, organisations, sessions, users
from lrs_soap.store.activity import Activity
from lrs_soap.store.users import UserAccount

MOST_ACTIVITIES = 1000
"""How many entries of the activity are shown at once."""

_NAMES_OF_EVENTS = {
    UserEvent.SUSPEND: "suspended the user",
    UserEvent.REACTIVATE: "reactivated the user",
    UserEvent.DELETE: "deleted the user",
}
_LONGEST_NAME = 100


class Hint(str, Enum):
    """What a Super User should think of."""

    FEW_SUPER_USERS = "few super users"
    MANY_SUPER_USERS = "many super users"
    NO_REVIEW = "no review"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Whom to find: empty texts do not count, and neither do a state of None and no roles."""

    user_name: str = ""
    given_name: str = ""
    family_name: str = ""
    is_suspended: bool | None = None
    roles: frozenset[Role] = frozenset()


def find(work: UnitOfWork, ukprn: str, criteria: Criteria) -> tuple[User, ...]:
    """The users of an organisation who fit, by user name. Names have no case, and one of the roles is enough."""
    return tuple(user for user in users.of_organisation(work.transaction, ukprn) if _fits(user, criteria))


def held(work: UnitOfWork, ukprn: str, user_name: str) -> User:
    """A user of an organisation. Raises NotHeld for a closed account, and for another organisation's, as for nobody."""
    return _checked(users.by_name(work.transaction, user_name), ukprn, user_name).user


def everybody(work: UnitOfWork) -> tuple[User, ...]:
    """The users of all organisations, for the operator."""
    return users.everybody(work.transaction)


def create(work: UnitOfWork, ukprn: str, details: UserDetails, roles: frozenset[Role], one_time_hash: str) -> User:
    """Create a user with a one-time password, of which this is the hash. The user name is made of the names.

    Raises InvalidRecord with the field that is wrong, and NotHeld for an unknown organisation.
    """
    # Nobody else adds a user to the organisation meanwhile.
    organisations.locked(work.transaction, ukprn)
    _check(work, ukprn, details, roles, None)
    if any(_is_same_person(user.details, details) for user in users.of_organisation(work.transaction, ukprn)):
        raise InvalidRecord("There is a user with these names and this e-mail address already.", "email")
    for name in candidates(details.given_name, details.family_name):
        if users.by_name(work.transaction, name) is not None:
            continue
        user = User(name, canonical(ukprn), details, roles, work.now, has_one_time_password=True)
        try:
            users.insert_account(work.transaction, UserAccount(user, one_time_hash))
        except AlreadyHeld:
            # Somebody else has taken it meanwhile.
            continue
        _note(work, "created the user", name)
        return user
    raise AssertionError("user names have no end")


def update(work: UnitOfWork, ukprn: str, user_name: str, details: UserDetails, roles: frozenset[Role]) -> User:
    """Change a user's details and roles. Raises as `create`, and NotHeld as `held`."""
    account = _locked(work, ukprn, user_name)
    _check(work, ukprn, details, roles, account.user)
    has_same_email = users.email_key(details.email) == users.email_key(account.user.details.email)
    user = replace(
        account.user,
        details=details,
        roles=roles,
        is_email_verified=account.user.is_email_verified and has_same_email,
    )
    users.write(work.transaction, replace(account, user=user))
    if not has_same_email:
        mail.drop_links(work.transaction, user.name)
    _note(work, "updated the user", user.name)
    return user


def suspend(work: UnitOfWork, ukprn: str, user_name: str) -> User:
    """Suspend a user, who is logged out. Raises NotHeld, and NotPossible for one who is suspended already."""
    return _changed(work, ukprn, user_name, UserEvent.SUSPEND)


def reactivate(work: UnitOfWork, ukprn: str, user_name: str) -> User:
    """Reactivate a user, whose old password works again. Raises NotHeld, and NotPossible for one who is active."""
    return _changed(work, ukprn, user_name, UserEvent.REACTIVATE)


def delete(work: UnitOfWork, ukprn: str, user_name: str) -> User:
    """Close an account for good, and keep its history. Raises NotHeld."""
    return _changed(work, ukprn, user_name, UserEvent.DELETE)


def reset_password(work: UnitOfWork, ukprn: str, user_name: str, one_time_hash: str) -> User:
    """Give a user a one-time password, of which this is the hash. Raises NotHeld.

    Raises NotPossible where passwords are reset by mail.
    """
    if work.policy.password_by_mail:
        raise NotPossible("Users reset their passwords by mail.")
    account = _locked(work, ukprn, user_name)
    user = replace(
        account.user,
        state=after(account.user.state, UserEvent.RESET) or account.user.state,
        password_chosen=work.now,
        has_one_time_password=True,
        wrong_passwords=0,
        wrong_answers=0,
    )
    users.write(work.transaction, replace(account, user=user, password_hash=one_time_hash))
    _lock_out(work, user.name)
    _note(work, "reset the password of the user", user.name)
    return user


def check_identity(work: UnitOfWork, passwords: Passwords, ukprn: str, user_name: str, answer: str) -> bool:
    """Whether this is a user's secret answer, without regard to case. Raises NotHeld.

    It takes as long as the check of a password, so give this a unit of work that reads.
    """
    account = _checked(users.by_name(work.transaction, user_name), ukprn, user_name)
    return passwords.is_right(canonical_answer(answer), account.answer_hash)


def note_identity(work: UnitOfWork, user_name: str, *, is_right: bool) -> None:
    """Note that a Super User has checked a user's secret answer."""
    _note(work, f"verified the identity of the user: {'right' if is_right else 'wrong'}", user_name)


def set_disabled(work: UnitOfWork, user_name: str, disabled: bool) -> User:
    """Disable a user's permissions, whatever the roles, or enable them again: the operator's. Raises NotHeld."""
    account = users.locked(work.transaction, user_name)
    if account is None or account.user.state is UserState.DELETED:
        raise _unknown(user_name)
    user = replace(account.user, permissions_disabled=disabled)
    users.write(work.transaction, replace(account, user=user))
    return user


def held_with_hashes(work: UnitOfWork, ukprn: str, user_name: str) -> tuple[User, str, str | None]:
    """As `held`, with the hashes of the password and of the secret answer, for this writing unit alone."""
    account = _locked(work, ukprn, user_name)
    return account.user, account.password_hash, account.answer_hash


def put(work: UnitOfWork, user: User, password_hash: str, answer_hash: str | None) -> bool:
    """Hold a user exactly as given, in place of the one with this user name; return whether there was none.

    This is the operator's. Raises InvalidRecord for what is wrong, AlreadyHeld where the user name is another
    organisation's user's or a closed account's, and NotHeld for an unknown organisation.
    """
    account = UserAccount(user, password_hash, answer_hash)
    if not is_user_name(user.name):
        raise InvalidRecord(f"has to be 1 to {_LONGEST_NAME} printable characters without spaces and slashes", "name")
    before = users.locked(work.transaction, user.name)
    if before is not None and (before.user.organisation != user.organisation or before.user.state is UserState.DELETED):
        raise AlreadyHeld(f"The user name {user.name!r} is taken.")
    _check(work, user.organisation, user.details, user.roles, None if before is None else before.user)
    if before is None:
        users.insert_account(work.transaction, account)
        return True
    users.write(work.transaction, account)
    if account.password_hash != before.password_hash or user.state is not UserState.ACTIVE:
        _lock_out(work, user.name)
    return False


def is_user_name(text: str) -> bool:
    """Whether a text can be a user name that an operator gives."""
    return (
        0 < len(text) <= _LONGEST_NAME
        and text.isprintable()
        and not any(each.isspace() or each == "/" for each in text)
    )


def hints(work: UnitOfWork, ukprn: str) -> list[Hint]:
    """What a Super User of an organisation should think of."""
    super_users = [
        user
        for user in users.of_organisation(work.transaction, ukprn)
        if Role.SUPER_USER in user.roles and user.state is UserState.ACTIVE
    ]
    last = activity.last_review(work.transaction, ukprn)
    return [
        hint
        for hint, is_due in (
            (Hint.FEW_SUPER_USERS, len(super_users) < FEWEST_SUPER_USERS),
            (Hint.MANY_SUPER_USERS, len(super_users) > MOST_SUPER_USERS),
            (Hint.NO_REVIEW, last is None or work.today - last >= timedelta(days=REVIEW_DAYS)),
        )
        if is_due
    ]


def mark_reviewed(work: UnitOfWork) -> None:
    """Note that the author's organisation has looked through its users."""
    activity.set_review(work.transaction, work.author, work.today)
    _note(work, "marked the review of users done", "")


def activities(
    work: UnitOfWork, ukprn: str, *, first: date, last: date, user_name: str | None = None
) -> list[Activity]:
    """What users of an organisation, or one of them, did from one day to another, the last first."""
    return activity.of_organisation(
        work.transaction, ukprn, first=first, last=last, user_name=user_name, limit=MOST_ACTIVITIES
    )


def note_activity(work: UnitOfWork, what: str, subject: str = "") -> None:
    """Note what the author looks at or changes, and whom that is about, such as a ULN."""
    _note(work, what, subject)


def _fits(user: User, criteria: Criteria) -> bool:
    details = user.details
    return (
        (not criteria.user_name.strip() or key_of(criteria.user_name) == key_of(user.name))
        and _is_name(criteria.given_name, details.given_name)
        and _is_name(criteria.family_name, details.family_name)
        and criteria.is_suspended in (None, user.state.is_suspended)
        and (not criteria.roles or bool(criteria.roles & user.roles))
    )


def _is_same_person(held: UserDetails, details: UserDetails) -> bool:
    names = (held.given_name, held.family_name), (details.given_name, details.family_name)
    is_named_so = all(identity_key(one) == identity_key(other) for one, other in zip(*names, strict=True))
    return is_named_so and users.email_key(held.email) == users.email_key(details.email)


def _is_name(asked: str, name: str) -> bool:
    return not asked.strip() or identity_key(asked) == identity_key(name)


def _check(work: UnitOfWork, ukprn: str, details: UserDetails, roles: frozenset[Role], user: User | None) -> None:
    """Check what is to be held of a user; `user` is who has it already. Raises InvalidRecord and NotHeld."""
    organisation = organisations.by_ukprn(work.transaction, ukprn)
    if organisation is None:
        raise NotHeld(f"There is no organisation with the UKPRN {ukprn!r}; `lrs-soap org list` lists them all.")
    for name, sentence in wrong_details(details).items():
        raise InvalidRecord(sentence, name)
    refused = refused_names().refusing(details.given_name, details.family_name)
    if refused is not None:
        raise InvalidRecord(
            "An account is for one person. This is the name of a guest or a function.", refused.fields[0]
        )
    if not roles:
        raise InvalidRecord("Give the user one role at least.", "roles")
    beyond = roles - organisation.organisation.roles - (user.roles if user is not None else frozenset())
    if beyond:
        names = ", ".join(sorted(role.value for role in beyond))
        raise InvalidRecord(f"The organisation does not have these roles: {names}.", "roles")
    if work.policy.password_by_mail and any(
        other.organisation == canonical(ukprn) and (user is None or key_of(other.name) != key_of(user.name))
        for other in (account.user for account in users.by_email(work.transaction, details.email))
    ):
        raise InvalidRecord("Another user of the organisation has this e-mail address.", "email")


def _changed(work: UnitOfWork, ukprn: str, user_name: str, event: UserEvent) -> User:
    account = _locked(work, ukprn, user_name)
    state = after(account.user.state, event)
    if state is None:
        raise NotPossible(f"The user {account.user.name} is {account.user.state.value}.")
    user = replace(account.user, state=state)
    if state is UserState.ACTIVE:
        user = replace(user, wrong_passwords=0)
    else:
        _lock_out(work, user.name)
    users.write(work.transaction, replace(account, user=user))
    _note(work, _NAMES_OF_EVENTS[event], user.name)
    return user


def _lock_out(work: UnitOfWork, user_name: str) -> None:
    sessions.end_all(work.transaction, user_name)
    mail.drop_links(work.transaction, user_name)


def _locked(work: UnitOfWork, ukprn: str, user_name: str) -> UserAccount:
    return _checked(users.locked(work.transaction, user_name), ukprn, user_name)


def _checked(account: UserAccount | None, ukprn: str, user_name: str) -> UserAccount:
    is_there = account is not None and account.user.organisation == canonical(ukprn)
    if account is None or not is_there or account.user.state is UserState.DELETED:
        raise _unknown(user_name)
    return account


def _unknown(user_name: str) -> NotHeld:
    return NotHeld(f"There is no user {user_name!r}.")


def _note(work: UnitOfWork, what: str, subject: str) -> None:
    activity.add(work.transaction, work.author, work.now, what, subject)
