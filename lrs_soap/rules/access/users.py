"""The users of organisations: people who log in to the portal, and on whose behalf programs ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum

from lrs_soap.rules.access import password_policy
from lrs_soap.rules.access.roles import Access
from lrs_soap.rules.access.user_states import UserState
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.rules.values.rule import Outcome, Rule

FEWEST_SUPER_USERS, MOST_SUPER_USERS = 3, 5
"""How many Super Users an organisation should have, at least and at most."""

REVIEW_DAYS = 365
"""An organisation should look through its users once in so many days."""

LONGEST_DETAIL = 255
"""Each of a user's details has so many characters at most."""


@dataclass(frozen=True, slots=True)
class UserDetails:
    """What is known of a user. Title, telephones and the reference of the organisation's own may be empty.

    `verification` says how it was verified who the user is.
    """

    given_name: str
    family_name: str
    email: str
    verification: str
    title: str = ""
    landline: str = ""
    mobile: str = ""
    reference: str = ""


MANDATORY_DETAILS = ("given_name", "family_name", "email", "verification")
"""The details that nobody can be without."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the organisation with the UKPRN `organisation`. `name` is the user name, which nobody else ever has.

    `roles` were granted to the user; which of them count is `roles_in_force`. `permissions_disabled` is the operator's
    decision. The password was `password_chosen` at a moment of the world's clock; a one-time password was chosen by
    somebody else. `wrong_passwords` and `wrong_answers` are how many there were since the last right one. `question` is
    the secret question, None before one was chosen. `last_login` is a moment of the world's clock.
    """

    name: str
    organisation: str
    details: UserDetails
    roles: frozenset[Role]
    password_chosen: datetime
    state: UserState = UserState.ACTIVE
    permissions_disabled: bool = False
    has_one_time_password: bool = False
    wrong_passwords: int = 0
    wrong_answers: int = 0
    question: str | None = None
    is_email_verified: bool = False
    last_login: datetime | None = field(default=None)


class Step(str, Enum):
    """What somebody who has given the right password has to do before anything else."""

    CHANGE_PASSWORD = "change password"
    AGREE = "agree"
    VERIFY_EMAIL = "verify e-mail"
    CHOOSE_QUESTION = "choose question"


def next_step(user: User, now: datetime, *, has_agreed: bool, by_mail: bool) -> Step | None:
    """What `user` has to do next; None for nothing.

    | the password | the agreement | | |
    |---|---|---|---|
    | one-time or expired | | | change the password |
    | | not accepted since the login | | agree |
    | | | passwords are reset by mail, and the address is not verified | verify the e-mail address |
    | | | they are reset by a secret answer, and there is none | choose a question |
    """
    if user.has_one_time_password or password_policy.has_expired(user.password_chosen, now):
        return Step.CHANGE_PASSWORD
    if not has_agreed:
        return Step.AGREE
    if by_mail:
        return None if user.is_email_verified else Step.VERIFY_EMAIL
    return Step.CHOOSE_QUESTION if user.question is None else None


def roles_in_force(user: User, organisation: Organisation) -> frozenset[Role]:
    """The roles that count: those granted to the user, within the organisation's; none where either is disabled."""
    if user.permissions_disabled or organisation.permissions_disabled:
        return frozenset()
    return user.roles & organisation.roles


def judge_known(
    user: User | None, name: str, organisation: Organisation, operation: str, *, opened_by: frozenset[Role]
) -> Access:
    """Whether a program may call `operation` for the user of this name, where only known users may ask.

    | the user | roles in force | |
    |---|---|---|
    | none of the organisation's, or closed | | refused |
    | suspended | | refused |
    | active | none that opens the operation | refused |
    | active | one that does | allowed |
    """
    if user is None or user.organisation != organisation.ukprn or user.state is UserState.DELETED:
        return Access(False, Reason(Rule.KNOWN_USER, Outcome.UNKNOWN, sent=(name,)))
    if user.state is not UserState.ACTIVE:
        return Access(False, Reason(Rule.KNOWN_USER, Outcome.SUSPENDED, sent=(name,)))
    held = roles_in_force(user, organisation) & opened_by
    outcome = Outcome.ALLOWED if held else Outcome.NO_ROLE
    return Access(bool(held), Reason(Rule.KNOWN_USER, outcome, sent=(name, operation)))


def wrong_details(details: UserDetails) -> Mapping[str, str]:
    """What is wrong with a user's details: a sentence by the name of each detail that is not as it has to be."""
    wrong: dict[str, str] = {}
    for each in fields(UserDetails):
        value = getattr(details, each.name)
        if not value.strip():
            if each.name in MANDATORY_DETAILS:
                wrong[each.name] = "This is mandatory."
        elif len(value) > LONGEST_DETAIL:
            wrong[each.name] = f"This can have {LONGEST_DETAIL} characters at most."
        elif not value.isprintable():
            wrong[each.name] = "This has to be text on one line."
    if "email" not in wrong and not _is_email(details.email):
        wrong["email"] = "This has to be an e-mail address, such as name@college.example."
    return wrong


def _is_email(text: str) -> bool:
    name, at, host = text.partition("@")
    is_one_word = not any(each.isspace() for each in text)
    return bool(name and at and host) and is_one_word and "@" not in host and not host.startswith(".")
