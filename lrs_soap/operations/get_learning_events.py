"""Get a learner's Personal Learning Record."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records import learning_record
from lrs_soap.rules.records.access_history import RecordAccess
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.records.learning_record import RecordDecision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import access_history, learners, learning_events


@dataclass(frozen=True, slots=True)
class RecordAsked:
    """What is asked for: a learner's ULN and details, as they were sent, and the user type that asks.

    `fields` are those of each event that are read, `id` among them; the others are None.
    """

    uln: str
    details: ToVerify
    user_type: str
    fields: tuple[str, ...] = LearningEvent._fields


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The decision, and the events that may be seen, in their order; none unless the record was found.

    `versions` are those of all the person's events, whether they may be seen or not. `is_known`: they are those that
    the caller knows, and `events` is empty.
    """

    decision: RecordDecision
    events: tuple[LearningEvent, ...] = ()
    versions: tuple[str, ...] = ()
    is_known: bool = False


def judge_record(work: UnitOfWork, asked: RecordAsked) -> RecordDecision:
    """Whether the record may be seen (docs/behaviour.md, Personal Learning Record).

    Answers INVALID_ULN, COULD_NOT_BE_VERIFIED, NOT_SHARED, EXACT_MATCH or MASTER_SUBSTITUTED.
    """
    return _decided(asked, *learners.with_master(work.transaction, asked.uln))


def get_learning_events(
    work: UnitOfWork,
    asked: RecordAsked,
    *,
    judged: RecordDecision | None = None,
    known: tuple[str, ...] | None = None,
) -> RecordAnswer:
    """The record, if it may be seen, with the events that may be seen.

    `judged` is what `judge_record` has decided before. It holds if the learner, and the master of a linked one, are
    what they were. Else it is decided anew. `known` are the versions of events whose contents the caller has from
    before: if the person has these and no others, they are not read again.

    Adds an entry to the access history of each of the person's ULNs, also if the record is not shared. If nobody was
    found, it writes nothing. An entry stays with its ULN when learners are merged (docs/behaviour.md, The other
    operations of R9).
    """
    learner, master = learners.with_master(work.transaction, asked.uln)
    decision = judged
    if decision is None or decision.about != (learner, master):
        decision = _decided(asked, learner, master)
    # In the order in which learners are locked by whoever merges them, so that neither waits for the other for ever.
    for uln in sorted(decision.ulns):
        access_history.add(work.transaction, uln, RecordAccess(work.now, decision.action, work.author))
    if not decision.is_found:
        return RecordAnswer(decision)
    # Before the events: whatever is changed in between is then read again, and not taken for what it was.
    versions = learning_events.versions_of(work.transaction, decision.ulns)
    if known is not None and versions == known:
        return RecordAnswer(decision, versions=known, is_known=True)
    events = learning_events.of(work.transaction, decision.ulns, asked.fields)
    visible = learning_record.visible_events(asked.user_type, events)
    return RecordAnswer(decision, tuple(visible), versions)


def _decided(asked: RecordAsked, learner: Learner | None, master: Learner | None) -> RecordDecision:
    return learning_record.learning_record(asked.details, asked.uln, learner, master, user_type=asked.user_type)
