"""What the operator does with a challenge: what resolves it, what rejects it, and what undoes a resolution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from lrs_soap.rules.challenges.challenge import Challenge, Done, Effect, EventValue
from lrs_soap.rules.challenges.objections import Objected, Objection
from lrs_soap.rules.challenges.parts import LONGEST, LONGEST_PROPOSED
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Resolver
from lrs_soap.rules.challenges.raising import NOT_HELD, broken_text, broken_values, changed_values
from lrs_soap.rules.challenges.states import ChallengeEvent, Mover, after
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES, LearningEvent
from lrs_soap.rules.values.learner import Learner


@dataclass(frozen=True, slots=True)
class ResolutionAsked:
    """What the operator says who resolves a challenge; each field is used by the problems that RESOLVED_WITH names.

    `text` is what people read of the outcome. `master` is the ULN that the person keeps. `delete` is whether the
    learner is deleted. `values` are those that the event gets, by the names of its fields. `to` is the ULN of the
    learner to whom the event goes, and `remove` whether it goes to nobody. `event_id` is that of the event to remove.
    What is empty or None is as the challenge has it.
    """

    text: str = ""
    master: str = ""
    delete: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    to: str = ""
    remove: bool = False
    event_id: int = 0


_NAMES = tuple(each.name for each in fields(ResolutionAsked) if each.name != "text")

RESOLVED_WITH: Mapping[Resolver, tuple[str, ...]] = {
    Resolver.MERGE: ("master",),
    Resolver.DELETE_OR_CLOSE: ("delete",),
    Resolver.UNMERGE: (),
    Resolver.CLOSE: (),
    Resolver.CORRECT: ("values",),
    Resolver.MOVE_OR_REMOVE: ("to", "remove"),
    Resolver.REMOVE_ONE: ("event_id",),
}
"""The fields of ResolutionAsked, other than the text, that a challenge is resolved with."""

UNDOABLE = frozenset({Effect.CORRECTED, Effect.MOVED, Effect.REMOVED, Effect.MERGED})
"""What can be undone. A learner who is unlinked is linked again by a merge, and one who is deleted stays that."""

OUTCOMES: Mapping[Effect, str] = {
    Effect.CORRECTED: "The qualification was corrected.",
    Effect.MOVED: "The qualification was moved to another ULN.",
    Effect.REMOVED: "The qualification was removed.",
    Effect.MERGED: "The ULNs were merged.",
    Effect.UNMERGED: "The merge was undone.",
    Effect.DELETED: "The ULN was deleted.",
}
"""What people read of an outcome for which the operator gives no text. One that changes nothing needs a text."""

_DONE_TO = {
    ChallengeEvent.RESOLVE: "resolved",
    ChallengeEvent.REJECT: "rejected",
    ChallengeEvent.WITHDRAW: "withdrawn",
    ChallengeEvent.UNDO: "undone",
}


def judge_move(
    challenge: Challenge, event: ChallengeEvent, *, by: Mover, organisation: str = ""
) -> tuple[Objected, ...]:
    """What stands against a move of a challenge: its state, or that `by`, of this organisation, may not do it."""
    reference = str(challenge.reference)
    if by is Mover.RAISER and challenge.raised_by.organisation != organisation:
        return (Objected(Objection.ANOTHER_ORGANISATION, quoted=(reference,)),)
    if after(challenge.state, event, by=by) is None:
        return (Objected(Objection.WRONG_STATE, quoted=(reference, challenge.state.value, _DONE_TO[event])),)
    return ()


def judge_text(text: str, *, is_needed: bool) -> Iterator[Objected]:
    """What stands against the text of an outcome."""
    if is_needed and not text.strip():
        yield Objected(Objection.MISSING, "text", ("text",))
    yield from broken_text("text", "text", text, LONGEST["comments"])


def judge_fields(challenge: Challenge, asked: ResolutionAsked) -> Iterator[Objected]:
    """What stands against what was asked for, whatever is held: fields of another kind, and a text that is missing.

    What is closed without a change needs a text.
    """
    rule, sent = PROBLEM_RULES[challenge.problem], challenge.sent
    resolver, used = rule.resolver, RESOLVED_WITH[rule.resolver]
    for name in _NAMES:
        if getattr(asked, name) and name not in used:
            yield Objected(Objection.NOT_OF_ITS_KIND, name, (name,))
    is_closed = resolver is Resolver.CLOSE or (resolver is Resolver.DELETE_OR_CLOSE and not asked.delete)
    yield from judge_text(asked.text, is_needed=is_closed)
    if asked.to and asked.remove:
        yield Objected(Objection.NO_PLACE, "to", ("to",))
    if asked.event_id and asked.event_id not in sent.event_ids:
        yield Objected(Objection.NO_SUCH_EVENT, "event_id")
    if asked.master and asked.master not in (challenge.uln, sent.other_uln):
        yield Objected(Objection.NEITHER_OF_BOTH, "master", (challenge.uln, sent.other_uln))
    if "values" in used:
        for name in sorted(asked.values.keys() - set(rule.proposable)):
            yield Objected(Objection.NO_PLACE, "values", (CONTRACT_NAMES.get(name, name),))
    for name, value in asked.values.items():
        yield from broken_text("values", CONTRACT_NAMES.get(name, name), value, LONGEST_PROPOSED)


def correct(
    challenge: Challenge, event: LearningEvent | None, values: Mapping[str, str], *, holder: Learner | None = None
) -> Done | tuple[Objected, ...]:
    """Give the event of a challenge other values: those that are asked for, and else those that were proposed.

    `holder` is the learner with the event's ULN.
    """
    if event is None:
        return (_lost(challenge, challenge.sent.event_ids[0]),)
    changed = changed_values(event, values or challenge.sent.proposed)
    objections = tuple(broken_values(event, changed, holder))
    if not changed:
        objections = (Objected(Objection.NOTHING_PROPOSED, "values", ("the event",)),)
    if objections:
        return objections
    before: dict[str, EventValue] = {name: getattr(event, name) for name in changed}
    return Done(Effect.CORRECTED, event.uln, event_id=event.id, before=before, after=changed)


def move(
    challenge: Challenge, event: LearningEvent | None, to: str, other: Learner | None, person: tuple[str, ...]
) -> Done | tuple[Objected, ...]:
    """Move the event of a challenge to the learner with the ULN `to`, who is `other`.

    `person` are all ULNs of the learner whose event it is now.
    """
    if event is None:
        return (_lost(challenge, challenge.sent.event_ids[0]),)
    holder = holder_of(to, other)
    if isinstance(holder, NoHolder):
        return (Objected(NOT_HELD[holder], "to", (to,)),)
    if holder.uln in person:
        return (Objected(Objection.SAME_PERSON, "to", (to,)),)
    moved: Mapping[str, EventValue] = {"uln": to}
    return Done(Effect.MOVED, event.uln, to, event.id, before={"uln": event.uln}, after=moved)


def remove(challenge: Challenge, event: LearningEvent | None, event_id: int) -> Done | tuple[Objected, ...]:
    """Remove an event of a challenge."""
    if event is None:
        return (_lost(challenge, event_id),)
    before = event._replace(under_data_challenge=None)._asdict()
    return Done(Effect.REMOVED, event.uln, event_id=event.id, before=before)


def judge_undo(
    challenge: Challenge, *, event: LearningEvent | None, learner: Learner | None, merged_into: str | None
) -> tuple[Objected, ...]:
    """What stands against undoing what the resolution of a challenge has changed.

    `event` is the one that was changed, as it is held now, `learner` the one with the ULN of `done`, `merged_into` the
    ULN that the learner was merged into, if it is linked.

    | the resolution has | it can be undone while |
    |---|---|
    | corrected an event | the event still has the values that it got |
    | moved an event | the event is still the one's who got it, and the other learner is not deleted |
    | removed an event | its learner is not deleted |
    | merged two learners | they are still merged, and not into others |
    """
    done = challenge.done
    if done.effect not in UNDOABLE:
        return (Objected(Objection.NOTHING_TO_UNDO, quoted=(str(challenge.reference),)),)
    if done.effect is Effect.MERGED:
        if merged_into != done.other_uln:
            return (Objected(Objection.MERGE_UNDONE, quoted=(done.uln, done.other_uln)),)
        return ()
    if learner is None or learner.is_deleted:
        return (Objected(Objection.DELETED, quoted=(done.uln,)),)
    if done.effect is Effect.REMOVED:
        return ()
    if event is None:
        return (_lost(challenge, done.event_id),)
    if any(getattr(event, name) != value for name, value in done.after.items()):
        return (Objected(Objection.CHANGED_SINCE, quoted=(f"The qualification {done.event_id}",)),)
    return ()


def _lost(challenge: Challenge, event_id: int) -> Objected:
    return Objected(Objection.LOST_EVENT, quoted=(str(event_id), challenge.uln))
