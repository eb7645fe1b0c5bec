"""Hand out a learner's Personal Learning Record."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.operations import access_history
from lrs_soap.operations.find import master_of
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records import learning_record
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.records.learning_record import RecordDecision
from lrs_soap.store import learners
from lrs_soap.store import learning_events as held


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose record is asked for, by ULN and details as they were sent, and the user type that asks for it."""

    uln: str
    details: ToVerify
    user_type: str


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The answer, and the events that are shown, in their order; none where it is not the record."""

    decision: RecordDecision
    events: tuple[LearningEvent, ...] = ()


def judge(work: UnitOfWork, asked: Asked) -> RecordDecision:
    """Whether the record may be seen (docs/behaviour.md, Personal Learning Record).

    Answers INVALID_ULN, COULD_NOT_BE_VERIFIED, NOT_SHARED, EXACT_MATCH or MASTER_SUBSTITUTED.
    """
    learner = learners.by_uln(work.transaction, asked.uln)
    master = None if learner is None else master_of(work.transaction, learner)
    return learning_record.learning_record(asked.details, asked.uln, learner, master, user_type=asked.user_type)


def learning_events(work: UnitOfWork, asked: Asked) -> HandedOut:
    """The record, if it may be seen, with those of its events that may.

    That it was asked for is in the access history of each ULN of the person, also where it is not shared; nothing is
    written where nobody was found.
    """
    decision = judge(work, asked)
    if decision.ulns:
        access_history.note(work, decision.ulns, action=decision.action)
    if not decision.is_found:
        return HandedOut(decision)
    events = held.of(work.transaction, decision.ulns)
    return HandedOut(decision, tuple(learning_record.visible_events(asked.user_type, events)))
