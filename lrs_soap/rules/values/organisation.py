"""The organisations that call the service: their codes, roles and passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """A role that an organisation can have, by the user guide's name (appendix A)."""

    BATCH_USER = "LRB Batch User"
    ONLINE_USER = "LRB Online User"
    VIEW_ONLY_USER = "LRB View Only User"
    LEARNER_RECORD = "Learner Record"
    LEARNING_PROVIDER = "VLD Learning Provider"
    SUPER_USER = "LRB Super User"


SHORT_NAMES: Mapping[Role, str] = {
    Role.BATCH_USER: "batch",
    Role.ONLINE_USER: "online",
    Role.VIEW_ONLY_USER: "view",
    Role.LEARNER_RECORD: "record",
    Role.LEARNING_PROVIDER: "provider",
    Role.SUPER_USER: "super",
}
"""What operators type and read, because the guide's names are long."""

UKPRN_LENGTH, REFERENCE_LENGTH, PASSWORD_LENGTH = 8, 6, 16

_ALPHANUMERIC = re.compile("[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation: its UKPRN (eight characters) and OrganisationRef (six), both in capitals, and its roles.

    A suspended organisation is answered as if it were unknown. One whose permissions are disabled is known, but may
    call no operation, whatever its roles.
    """

    ukprn: str
    organisation_ref: str
    name: str
    suspended: bool = False
    permissions_disabled: bool = False
    roles: frozenset[Role] = frozenset()

    def __hash__(self) -> int:
        # Enough to tell organisations apart; every request asks for it.
        return hash(self.ukprn)


def canonical(code: str) -> str:
    """A UKPRN or OrganisationRef as it is stored and compared: with its letters a to z in capitals."""
    return code.upper() if code.isascii() else code


def role_named(text: str) -> Role | None:
    """The role with this name, the guide's or the short one, in any case; None if there is none."""
    name = " ".join(text.split()).casefold()
    return next((role for role in Role if name in (role.value.casefold(), SHORT_NAMES[role])), None)


def is_ukprn(text: str) -> bool:
    """Whether the contract's schema accepts the text as a UKPRN."""
    return len(text) == UKPRN_LENGTH and _ALPHANUMERIC.fullmatch(text) is not None


def is_organisation_ref(text: str) -> bool:
    """Whether the contract's schema accepts the text as an OrganisationRef."""
    return len(text) == REFERENCE_LENGTH and _ALPHANUMERIC.fullmatch(text) is not None


def is_password(text: str) -> bool:
    """Whether a client can send the text as OrgPassword: sixteen characters, not all of them spaces.

    It may have printable characters and spaces only, although the contract's schema accepts more: XML changes the
    others, or counts them as two.
    """
    return len(text) == PASSWORD_LENGTH and text.isprintable() and not text.isspace() and max(text) <= "\uffff"
