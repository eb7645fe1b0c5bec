"""What a user's password has to be like, and for how long it can be used.

Passwords are at least eight characters with three of the four kinds, which is section 3.4 of the user guide; its
section 2.3.1 is older.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.rule import Outcome, Rule

SHORTEST = 8
LONGEST = 128
"""A password has so many characters at least and at most: nobody types more, and a hash of any length takes time."""

MOST_DAYS = 44
"""For how many days a password can be used."""

_KINDS_NEEDED = 3
_TOO_SHORT = f"Passwords must be at least {SHORTEST} characters long."
_TOO_LONG = f"Passwords must be at most {LONGEST} characters long."
_TOO_FEW_KINDS = (
    "Passwords must be made up of at least three of the four character types: an upper case letter, a lower case "
    "letter, a number, a special character."
)
_SAME = "The new password must not be the old one."


def broken_by(password: str, *, old: str | None = None) -> Reason | None:
    """How a new password breaks the policy; None if it does not. `old` is the one that it takes the place of.

    The reason's findings are sentences for whoever chose the password. They do not quote it.
    """
    findings = tuple(
        sentence
        for sentence, is_broken in (
            (_TOO_SHORT, len(password) < SHORTEST),
            (_TOO_LONG, len(password) > LONGEST),
            (_TOO_FEW_KINDS, len(kinds_of(password)) < _KINDS_NEEDED),
            (_SAME, password == old),
        )
        if is_broken
    )
    return Reason(Rule.PASSWORD_POLICY, Outcome.BROKEN, ("password",), findings=findings) if findings else None


def kinds_of(password: str) -> frozenset[str]:
    """The kinds of characters in a password: `upper`, `lower`, `digit` and `special`.

    Letters of any language count. A letter without case is of the kind `special`, and so is a space.
    """
    return frozenset(map(_kind_of, password))


def has_expired(chosen: datetime, now: datetime) -> bool:
    """Whether a password that was chosen at one moment has to be changed at another."""
    return now - chosen >= timedelta(days=MOST_DAYS)


def _kind_of(character: str) -> str:
    if character.isupper():
        return "upper"
    if character.islower():
        return "lower"
    return "digit" if character.isdecimal() else "special"
