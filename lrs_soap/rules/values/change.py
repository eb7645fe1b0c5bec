"""A change to a learner, as its history has it: what was done, when, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.learner import LEARNER_FIELDS, Learner


class Action(str, Enum):
    """What was done to a learner."""

    REGISTERED = "registered"
    UPDATED = "updated"
    MERGED = "merged"
    UNMERGED = "unmerged"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: the UKPRN of an organisation, and the user that it named."""

    organisation: str
    user: str


OPERATOR = Author("", "operator")
"""Whoever gives commands to the service itself, and asks for no organisation."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a learner's history.

    `fields` has, by the learner's own names, what each field that was changed held before and holds since, None for
    no value. For a registration it is empty, because before it there was nothing.
    """

    action: Action
    moment: datetime
    author: Author
    fields: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)


def fields_changed(before: Learner, after: Learner) -> dict[str, tuple[str | None, str | None]]:
    """What each field that differs held before and holds since, as a Change has it; linked ULNs as one text."""
    pairs = ((field, _text(getattr(before, field)), _text(getattr(after, field))) for field in LEARNER_FIELDS)
    return {field: (old, new) for field, old, new in pairs if old != new}


def _text(value: str | int | tuple[str, ...] | None) -> str | None:
    if isinstance(value, tuple):
        return " ".join(value) or None
    return None if value is None else str(value)
