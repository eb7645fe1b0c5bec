"""A data challenge: what was said when it was raised, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.challenges.references import Reference
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.values.change import Author

EventValue = str | int | None
"""The value of a field of an event; None is no value."""


@dataclass(frozen=True, slots=True)
class ChallengeSent:
    """What somebody says who raises a challenge. A text that was not given is empty.

    `other_uln` is the other learner's: the duplicate, the one to separate, or the one whose event it is. `master_uln`
    is the one of both that the person keeps. `event_ids` are the IDs of the events that it is about. `proposed` has
    values for the event, by the names of its fields; an empty one removes the value.
    """

    problem: Problem
    comments: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_telephone: str = ""
    other_uln: str = ""
    other_given_name: str = ""
    other_family_name: str = ""
    master_uln: str = ""
    event_ids: tuple[int, ...] = ()
    proposed: Mapping[str, str] = field(default_factory=dict)


class Effect(Enum):
    """What a resolution has changed in the register."""

    NOTHING = "nothing"
    CORRECTED = "corrected"
    MOVED = "moved"
    REMOVED = "removed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Done:
    """What a resolution has changed, so that it can be undone.

    `uln` is the learner whose event was corrected, moved or removed, or who was linked, unlinked or deleted;
    `other_uln` the one to whom the event went, or the master. `event_id` is that of the event. `before` and `after`
    have its fields that were changed; of a removed event `before` has all, and `revision` is that which it had.
    """

    effect: Effect
    uln: str = ""
    other_uln: str = ""
    event_id: int = 0
    before: Mapping[str, EventValue] = field(default_factory=dict)
    after: Mapping[str, EventValue] = field(default_factory=dict)
    revision: int = 0


NOTHING_DONE = Done(Effect.NOTHING)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge as it is held.

    `uln` is the learner whom it is about, `number` its number among the challenges of that ULN, and `raised_by` who has
    raised it. `closed` and `closed_by` say who has moved it out of `open`, and when; None while it is open. `outcome`
    is what that one has said about it. `done` is what its resolution has changed.
    """

    uln: str
    number: int
    sent: ChallengeSent
    state: ChallengeState
    raised: datetime
    raised_by: Author
    closed: datetime | None = None
    closed_by: Author | None = None
    outcome: str = ""
    done: Done = NOTHING_DONE

    @property
    def problem(self) -> Problem:
        return self.sent.problem

    @property
    def reference(self) -> Reference:
        """The reference by which people name it."""
        return Reference(self.uln, self.number)
