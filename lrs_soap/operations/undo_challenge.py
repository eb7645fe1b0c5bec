"""Undo what the resolution of a data challenge has changed."""

from __future__ import annotations

from dataclasses import replace

from lrs_soap.operations.list_challenges import locked_challenge
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import NOTHING_DONE, Challenge, Done, Effect
from lrs_soap.rules.challenges.histories import concerned, history_fields
from lrs_soap.rules.challenges.objections import ChallengeCode, Objected, Objection, require
from lrs_soap.rules.challenges.raising import under_challenge
from lrs_soap.rules.challenges.resolving import judge_move, judge_undo
from lrs_soap.rules.challenges.states import ChallengeEvent, ChallengeState, Mover
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import Action, Change
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import challenges, history, learners, learning_events


def undo_challenge(work: UnitOfWork, reference: str) -> Challenge:
    """Change back what the resolution of a challenge has changed, for the operator; the challenge is open again.

    Returns it as it is held now. Raises NotHeld, and ChallengeRefused if there is nothing to undo, if it was changed
    since then (`judge_undo`), or if another challenge is open on the same.
    """
    challenge, held = locked_challenge(work, reference)
    done, sent = challenge.done, challenge.sent
    require(ChallengeCode.UNDONE, judge_move(challenge, ChallengeEvent.UNDO, by=Mover.OPERATOR))
    learner = held.get(done.uln)
    event = learning_events.by_id(work.transaction, done.event_id) if done.event_id else None
    require(
        ChallengeCode.UNDONE,
        judge_undo(challenge, event=event, learner=learner, merged_into=_merged_into(work, learner)),
    )
    open_challenges = challenges.open_on(work.transaction, held)
    require(ChallengeCode.UNDONE, under_challenge(sent, challenge.uln, open_challenges))
    opened = replace(challenge, state=ChallengeState.OPEN, closed=None, closed_by=None, outcome="", done=NOTHING_DONE)
    # What is refused in the middle leaves nothing behind.
    with work.part() as part:
        _change_back(part, done)
        challenges.write(part.transaction, opened)
        others = learning_events.flag(part.transaction, sent.event_ids, str(opened.reference))
        require(ChallengeCode.UNDONE, (Objected(Objection.UNDER_CHALLENGE, quoted=(each,)) for each in others))
        fields = history_fields(opened, done, is_undone=True)
        change = Change(Action.CHALLENGE_UNDONE, part.now, part.author, fields)
        history.add_each(part.transaction, ((uln, change) for uln in concerned(opened, done)))
    return opened


def _merged_into(work: UnitOfWork, learner: Learner | None) -> str | None:
    """The ULN that a learner was merged into; None if it is not linked."""
    if learner is None or learner.master_uln is None:
        return None
    return learners.merged_into(work.transaction, learner.master_uln).get(learner.uln)


def _change_back(work: UnitOfWork, done: Done) -> None:
    if done.effect is Effect.MERGED:
        unmerge_learner(work, done.uln)
    elif done.effect is Effect.REMOVED:
        event = LearningEvent(**done.before)  # type: ignore[arg-type]
        learning_events.put_back(work.transaction, event, done.revision)
    else:
        learning_events.change(work.transaction, done.event_id, done.before)
