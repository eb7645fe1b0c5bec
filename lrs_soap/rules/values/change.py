"""A change to a learner, as its history records it: what was done, when, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from lrs_soap.rules.values.learner import LEARNER_FIELDS, Learner


class Action(str, Enum):
    """What was done to a learner."""

    REGISTERED = "registered"
    UPDATED = "updated"
    MERGED = "merged"
    UNMERGED = "unmerged"
    DELETED = "deleted"
    CHALLENGE_RESOLVED = "challenge resolved"
    CHALLENGE_REJECTED = "challenge rejected"
    CHALLENGE_WITHDRAWN = "challenge withdrawn"
    CHALLENGE_UNDONE = "challenge undone"


class Author(NamedTuple):
    """Who makes a change: an organisation's UKPRN, and the user that it named."""

    organisation: str
    user: str


OPERATOR = Author("", "operator")
"""The person who runs the service's own commands, on behalf of no organisation."""

NOBODY = Author("", "")
"""A caller who is not authenticated yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a learner's history.

    `fields` has the value before and after of each changed field, by the learner's own field names; None is no value.
    It is empty for a registration, because there was nothing before. For what was done with a data challenge it has the
    reference as `enquiry` and, if an event was changed, its ID as `event`, each before and after, and the fields of the
    event by their own names. An event that is removed or restored has no ID after or before that.
    """

    action: Action
    moment: datetime
    author: Author
    fields: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)


def fields_changed(before: Learner, after: Learner) -> dict[str, tuple[str | None, str | None]]:
    """The value before and after of each field that differs, as in Change; linked ULNs are one text."""
    pairs = zip(LEARNER_FIELDS, before, after, strict=True)
    return {field: (_text(old), _text(new)) for field, old, new in pairs if old != new}


def _text(value: str | int | tuple[str, ...] | None) -> str | None:
    if isinstance(value, tuple):
        return " ".join(value) or None
    return None if value is None else str(value)
