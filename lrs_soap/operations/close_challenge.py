"""Close a data challenge: its organisation withdraws it, or the operator resolves or rejects it."""

from __future__ import annotations

from dataclasses import replace

from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.list_challenges import locked_challenge
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import NOTHING_DONE, Challenge, Done, Effect
from lrs_soap.rules.challenges.histories import concerned, history_fields
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeRefused, Objected, Objection, judged, require
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Resolver
from lrs_soap.rules.challenges.resolving import (
    OUTCOMES,
    ResolutionAsked,
    correct,
    judge_fields,
    judge_move,
    judge_text,
    move,
    remove,
)
from lrs_soap.rules.challenges.states import ChallengeEvent, Mover, after
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import Action, Change
from lrs_soap.store import challenges, history, learners, learning_events

_ACTIONS = {
    ChallengeEvent.RESOLVE: Action.CHALLENGE_RESOLVED,
    ChallengeEvent.REJECT: Action.CHALLENGE_REJECTED,
    ChallengeEvent.WITHDRAW: Action.CHALLENGE_WITHDRAWN,
}


def withdraw_challenge(work: UnitOfWork, reference: str) -> Challenge:
    """Withdraw a challenge for the author's organisation, which has raised it. Returns it as it is held now.

    Raises NotHeld, and ChallengeRefused if it is another organisation's or not open.
    """
    challenge, _ = locked_challenge(work, reference)
    organisation = work.author.organisation
    require(
        ChallengeCode.WITHDRAWN,
        judge_move(challenge, ChallengeEvent.WITHDRAW, by=Mover.RAISER, organisation=organisation),
    )
    return _close(work, challenge, ChallengeEvent.WITHDRAW, Mover.RAISER)


def reject_challenge(work: UnitOfWork, reference: str, text: str) -> Challenge:
    """Reject a challenge, for the operator, with a text that says why. Returns it as it is held now.

    Raises NotHeld, and ChallengeRefused if it is not open, or if there is no text.
    """
    challenge, _ = locked_challenge(work, reference)
    require(ChallengeCode.REJECTED, judge_move(challenge, ChallengeEvent.REJECT, by=Mover.OPERATOR))
    require(ChallengeCode.REJECTED, judge_text(text, is_needed=True))
    return _close(work, challenge, ChallengeEvent.REJECT, Mover.OPERATOR, text)


def resolve_challenge(work: UnitOfWork, reference: str, asked: ResolutionAsked) -> Challenge:
    """Do what a challenge is resolved by (`PROBLEM_RULES`), for the operator. Returns it as it is held now.

    Raises NotHeld; ChallengeRefused if it is not open, or if what is asked for is not of its kind or not possible;
    MergingRefused if learners cannot be merged, unmerged or deleted. Nothing is changed then.
    """
    challenge, _ = locked_challenge(work, reference, asked.to)
    require(ChallengeCode.RESOLVED, judge_move(challenge, ChallengeEvent.RESOLVE, by=Mover.OPERATOR))
    require(ChallengeCode.RESOLVED, judge_fields(challenge, asked))
    # What is refused in the middle leaves nothing behind.
    with work.part() as part:
        return _close(part, challenge, ChallengeEvent.RESOLVE, Mover.OPERATOR, asked.text, _do(part, challenge, asked))


def _close(
    work: UnitOfWork,
    challenge: Challenge,
    event: ChallengeEvent,
    mover: Mover,
    text: str = "",
    done: Done = NOTHING_DONE,
) -> Challenge:
    state = after(challenge.state, event, by=mover)
    if state is None:
        raise ValueError(f"{challenge.reference} is {challenge.state.value}: {event.value} was not judged before")
    outcome = text.strip() or OUTCOMES.get(done.effect, "")
    closed = replace(challenge, state=state, closed=work.now, closed_by=work.author, outcome=outcome, done=done)
    learning_events.unflag(work.transaction, closed.sent.event_ids, str(closed.reference))
    challenges.write(work.transaction, closed)
    change = Change(_ACTIONS[event], work.now, work.author, history_fields(closed, done))
    history.add_each(work.transaction, ((uln, change) for uln in concerned(closed, done)))
    return closed


def _do(work: UnitOfWork, challenge: Challenge, asked: ResolutionAsked) -> Done:
    """Change what resolves the challenge. Raises ChallengeRefused and MergingRefused."""
    resolver = PROBLEM_RULES[challenge.problem].resolver
    if resolver is Resolver.MERGE:
        return _merge(work, challenge, asked)
    if resolver is Resolver.UNMERGE:
        return _unmerge(work, challenge)
    if resolver is Resolver.DELETE_OR_CLOSE and asked.delete:
        delete_learner(work, challenge.uln)
        return Done(Effect.DELETED, challenge.uln)
    if resolver is Resolver.CORRECT:
        return _correct(work, challenge, asked)
    if resolver is Resolver.MOVE_OR_REMOVE:
        to = "" if asked.remove else asked.to or challenge.sent.other_uln
        return _move(work, challenge, to) if to else _remove(work, challenge, challenge.sent.event_ids[0])
    if resolver is Resolver.REMOVE_ONE:
        return _remove(work, challenge, asked.event_id or max(challenge.sent.event_ids))
    return NOTHING_DONE


def _merge(work: UnitOfWork, challenge: Challenge, asked: ResolutionAsked) -> Done:
    both = {challenge.uln, challenge.sent.other_uln}
    master = asked.master or challenge.sent.master_uln
    (duplicate,) = both - {master}
    linked, merged_into, *_ = merge_learners(work, master, duplicate).learners
    return Done(Effect.MERGED, linked.uln, merged_into.uln)


def _unmerge(work: UnitOfWork, challenge: Challenge) -> Done:
    other = challenge.sent.other_uln
    learner, linked = (learners.by_uln(work.transaction, uln) for uln in (challenge.uln, other))
    master = None if learner is None else learner.master_uln or learner.uln
    if linked is None or linked.master_uln is None or linked.master_uln != master:
        require(ChallengeCode.RESOLVED, (Objected(Objection.NOT_MERGED, quoted=(other, challenge.uln)),))
    separated, former_master, *_ = unmerge_learner(work, other).learners
    return Done(Effect.UNMERGED, separated.uln, former_master.uln)


def _correct(work: UnitOfWork, challenge: Challenge, asked: ResolutionAsked) -> Done:
    event = learning_events.by_id(work.transaction, challenge.sent.event_ids[0])
    holder = None if event is None else learners.held(work.transaction, event.uln)
    done = _possible(correct(challenge, event, asked.values, holder=holder))
    learning_events.change(work.transaction, done.event_id, done.after)
    return done


def _move(work: UnitOfWork, challenge: Challenge, to: str) -> Done:
    event = learning_events.by_id(work.transaction, challenge.sent.event_ids[0])
    person: tuple[str, ...] = ()
    if event is not None:
        holder = learners.held(work.transaction, event.uln)
        master = learners.master_of(work.transaction, holder) or holder
        person = (master.uln, *master.linked_ulns)
    other = learners.by_uln(work.transaction, to) if ulns.is_valid(to) else None
    done = _possible(move(challenge, event, to, other, person))
    learning_events.change(work.transaction, done.event_id, done.after)
    return done


def _remove(work: UnitOfWork, challenge: Challenge, event_id: int) -> Done:
    done = _possible(remove(challenge, learning_events.by_id(work.transaction, event_id), event_id))
    event, revision = learning_events.take_out(work.transaction, event_id)
    return replace(done, before=event._asdict(), revision=revision)


def _possible(done: Done | tuple[Objected, ...]) -> Done:
    """What a rule would do. Raises ChallengeRefused with what stands against it."""
    if isinstance(done, Done):
        return done
    raise ChallengeRefused(judged(ChallengeCode.RESOLVED, done))
