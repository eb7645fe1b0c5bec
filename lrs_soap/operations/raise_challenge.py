"""Raise a data challenge: report a problem with a learner's ULN, or with events of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import Challenge, ChallengeSent
from lrs_soap.rules.challenges.objections import ChallengeCode, Objected, Objection, require
from lrs_soap.rules.challenges.problems import PROBLEM_RULES
from lrs_soap.rules.challenges.raising import Known, changed_values, judge_raising
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.records.learning_record import SHARED, visible_events
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.user_types import ORGANISATION
from lrs_soap.store import challenges, families, learning_events


def raise_challenge(work: UnitOfWork, uln: str, sent: ChallengeSent) -> Challenge:
    """Raise a challenge on the learner with this ULN, for the author's organisation. Returns it with its reference.

    From then on UnderDataChallenge of its events is Y. Raises ChallengeRefused with everything that stands against it
    (`judge_raising`), and then nothing is changed.
    """
    held = families.lock(work.transaction, *filter(ulns.is_valid, (uln, sent.other_uln)))
    learner = held.get(uln)
    events = visible_to_organisations(work, learner) if PROBLEM_RULES[sent.problem].events else ()
    by_id = {event.id: event for event in events}
    chosen = tuple(event_id for event_id in dict.fromkeys(sent.event_ids) if event_id in by_id)
    known = Known(
        learner,
        held.get(sent.other_uln),
        events,
        learning_events.open_challenges_on(work.transaction, chosen),
        challenges.open_on(work.transaction, held),
        held,
    )
    require(ChallengeCode.RAISED, judge_raising(sent, uln, known, organisation=work.author.organisation).objections)
    sent = replace(sent, event_ids=chosen)
    if sent.proposed:
        # A form proposes what is held, too.
        changed = changed_values(by_id[chosen[0]], sent.proposed)
        sent = replace(sent, proposed={name: value or "" for name, value in changed.items()})
    number = challenges.next_number(work.transaction, uln)
    challenge = Challenge(uln, number, sent, ChallengeState.OPEN, work.now, work.author)
    # What is refused in the middle leaves nothing behind.
    with work.part() as part:
        challenges.add(part.transaction, challenge)
        others = learning_events.flag(part.transaction, chosen, str(challenge.reference))
        require(ChallengeCode.RAISED, (Objected(Objection.UNDER_CHALLENGE, "event_ids", (each,)) for each in others))
    return challenge


def visible_to_organisations(work: UnitOfWork, learner: Learner | None) -> Sequence[LearningEvent]:
    """The events of a learner and of those linked to it that organisations may see; none if they are not shared."""
    if learner is None or learner.ability_to_share != SHARED:
        return ()
    events = learning_events.of(work.transaction, (learner.uln, *learner.linked_ulns))
    return visible_events(ORGANISATION, events)
