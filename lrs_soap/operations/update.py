"""Update a learner."""

from __future__ import annotations

from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import registration, updates
from lrs_soap.rules.learners.field_checks import check_fields
from lrs_soap.rules.values.change import Action, Change, fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import history, learners


def update(work: UnitOfWork, sent: SentLearner, *, uln: str, version: int) -> Decision:
    """Update the learner with this ULN with the fields in `sent` (docs/behaviour.md, Update).

    Only the fields that a registration has count. None keeps the value that is held, an empty text clears it. `version`
    is the one that the caller has seen.

    Answers UPDATED with the learner as it is held now. Answers NOT_FOUND_FOR_UPDATE, STALE_VERSION,
    INVALID_SHARING_CHANGE, NO_CHANGES or ALREADY_EXISTS, having written nothing. If two transactions update the same
    version at once, one is answered UPDATED and the other STALE_VERSION. Raises FieldsRefused.
    """
    check_fields(sent, today=work.today, prohibited=work.policy.prohibited)
    while True:
        held = learners.by_uln(work.transaction, uln)
        decision = updates.update(held, sent, uln=uln, version=version, now=work.now)
        if held is None or decision.code is not ResponseCode.UPDATED:
            return decision
        (changed,) = decision.learners
        holder = learners.by_identity(work.transaction, changed)
        if holder is not None and holder.uln != uln:
            return registration.already_exists(changed, holder)
        work.before_write()
        if _write(work, held, changed):
            return decision


def _write(work: UnitOfWork, held: Learner, changed: Learner) -> bool:
    """Write the learner and its history. False if another transaction was first: then read and decide again."""
    try:
        if not learners.update(work.transaction, held, changed):
            return False
    except AlreadyHeld:
        return False
    change = Change(Action.UPDATED, work.now, work.author, fields_changed(held, changed))
    history.add(work.transaction, changed.uln, change)
    return True
