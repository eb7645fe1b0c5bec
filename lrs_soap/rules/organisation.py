"""The organisation that asks, and what it may be allowed to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """What an organisation may do, by the user guide's names (appendix A)."""

    BATCH_USER = "LRB Batch User"
    ONLINE_USER = "LRB Online User"
    VIEW_ONLY_USER = "LRB View Only User"
    LEARNER_RECORD = "Learner Record"
    LEARNING_PROVIDER = "VLD Learning Provider"
    SUPER_USER = "LRB Super User"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation: its UKPRN (eight characters), OrganisationRef (six), both in capitals, and its roles.

    A suspended one is answered as if it were unknown.
    """

    ukprn: str
    organisation_ref: str
    name: str
    suspended: bool = False
    roles: frozenset[Role] = frozenset()


def canonical(code: str) -> str:
    """A UKPRN or OrganisationRef as it is held and compared: the letters A to Z have no case, all else is as given."""
    return code.upper() if code.isascii() else code
