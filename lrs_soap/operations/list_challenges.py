"""List data challenges, and find one, also to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lrs_soap.errors import NotHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges import references
from lrs_soap.rules.challenges.challenge import Challenge, Effect
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import challenges, families, learning_events


def challenges_of(work: UnitOfWork, learner: Learner) -> list[Challenge]:
    """All challenges of a learner and of those linked to it, whoever raised them, the last first.

    An open one on an event of theirs is among them whichever ULN it names: it has that of the master at the time.
    """
    own = (learner.uln, *learner.linked_ulns)
    found = challenges.on_ulns(work.transaction, own)
    named = {str(each.reference) for each in found}
    on_events = learning_events.open_challenges_of(work.transaction, own)
    others = [held_challenge(work, reference) for reference in sorted(on_events - named)]
    return sorted([*found, *others], key=lambda each: each.raised, reverse=True) if others else found


def subjects_of(work: UnitOfWork, found: Sequence[Challenge]) -> Mapping[int, str]:
    """The subjects of the events that these challenges are about, by their IDs; also of those that one has removed."""
    every = [each.done for each in found]
    removed = {done.event_id: str(done.before["subject"]) for done in every if done.effect is Effect.REMOVED}
    return removed | learning_events.subjects(work.transaction, {one for each in found for one in each.sent.event_ids})


def newest_challenges(
    work: UnitOfWork, *, uln: str | None = None, state: ChallengeState | None = None, limit: int
) -> list[Challenge]:
    """The challenges on a ULN and in a state, the last first; `limit` at most. None: any."""
    return challenges.newest(work.transaction, uln=uln, state=state, limit=limit)


def held_challenge(work: UnitOfWork, reference: str) -> Challenge:
    """The challenge with this reference. Raises NotHeld."""
    parsed = references.parse(reference)
    challenge = None if parsed is None else challenges.by_reference(work.transaction, parsed)
    if challenge is None:
        raise NotHeld(f"There is no enquiry {reference!r}.")
    return challenge


def locked_challenge(work: UnitOfWork, reference: str, *more: str) -> tuple[Challenge, dict[str, Learner]]:
    """The challenge with this reference, and the learners whom it concerns with their families, by ULN.

    Those who have its events now are among them: their histories tell of it, and an entry waits for who has locked its
    learner. Nobody else changes it or them until the transaction ends, nor the learners with the ULNs of `more`, which
    may be no ULNs. Raises NotHeld.
    """
    named = held_challenge(work, reference)
    holders = sorted(learning_events.holders(work.transaction, named.sent.event_ids))
    involved = (named.uln, named.sent.other_uln, named.done.uln, named.done.other_uln, *holders, *more)
    held = families.lock(work.transaction, *dict.fromkeys(filter(ulns.is_valid, involved)))
    return held_challenge(work, reference), held
