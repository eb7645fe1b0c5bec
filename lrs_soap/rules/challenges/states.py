"""The states of a challenge, and who may move it from one to another.

TRANSITIONS says what can happen to a challenge in each state, by whom, and which state follows. Nothing else can
happen. The diagram in docs/behaviour.md is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class ChallengeState(str, Enum):
    """The state of a challenge."""

    OPEN = "open"
    RESOLVED = "resolved"
    """The operator has done what was asked for, or has closed it with a text."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ChallengeEvent(str, Enum):
    """What can happen to a challenge."""

    RESOLVE = "resolve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    """What its resolution has changed is changed back, and it is open again."""


class Mover(str, Enum):
    """Who moves a challenge."""

    OPERATOR = "operator"
    RAISER = "the organisation that raised it"


TRANSITIONS: Mapping[tuple[ChallengeState, ChallengeEvent], tuple[Mover, ChallengeState]] = {
    (ChallengeState.OPEN, ChallengeEvent.RESOLVE): (Mover.OPERATOR, ChallengeState.RESOLVED),
    (ChallengeState.OPEN, ChallengeEvent.REJECT): (Mover.OPERATOR, ChallengeState.REJECTED),
    (ChallengeState.OPEN, ChallengeEvent.WITHDRAW): (Mover.RAISER, ChallengeState.WITHDRAWN),
    (ChallengeState.RESOLVED, ChallengeEvent.UNDO): (Mover.OPERATOR, ChallengeState.OPEN),
}


def after(state: ChallengeState, event: ChallengeEvent, *, by: Mover) -> ChallengeState | None:
    """The state of a challenge in `state` after `event`; None if `by` may not do that, or nobody may."""
    mover, following = TRANSITIONS.get((state, event), (None, state))
    return following if mover is by else None
