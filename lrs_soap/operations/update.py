"""Update a learner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations.field_checks import check_fields
from lrs_soap.rules.learners import registration, updates
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.values.change import Action, Author, Change, fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import history, learners
from lrs_soap.store.store import Transaction


def update(
    transaction: Transaction,
    record: Mapping[str, str | None],
    *,
    uln: str,
    version: int,
    now: datetime,
    author: Author,
    prohibited: ProhibitedText,
) -> Decision:
    """Change the learner with this ULN to what `record` says of it (docs/behaviour.md, Update).

    `record` has some of a registration's fields, as they were sent: None leaves what is held, empty clears it.
    `version` is the one that the caller has seen, `now` the moment on the service's clock, which gives the day too.

    Answers NOT_FOUND_FOR_UPDATE, STALE_VERSION, INVALID_SHARING_CHANGE, NO_CHANGES or ALREADY_EXISTS, which have
    written nothing, or UPDATED with the learner as it is held now. Raises FieldsRefused. Of two who update the same
    version at the same moment, each in a transaction of its own, one is answered UPDATED and the other STALE_VERSION.
    """
    check_fields(record, today=now.date(), prohibited=prohibited)
    while True:
        held = learners.by_uln(transaction, uln)
        decision = updates.update(held, record, uln=uln, version=version, today=now.date())
        if held is None or decision.code is not ResponseCode.UPDATED:
            return decision
        (changed,) = decision.learners
        holder = learners.with_identity_of(transaction, changed)
        if holder is not None and holder.uln != uln:
            return registration.already_exists(changed, holder)
        transaction.before_write()
        if _hold(transaction, held, changed, now, author):
            return decision


def update_subset(
    transaction: Transaction,
    record: Mapping[str, str | None],
    *,
    uln: str,
    version: int,
    now: datetime,
    author: Author,
    prohibited: ProhibitedText,
) -> Decision:
    """As `update`, but that a text which is no ULN is INVALID_ULN (docs/behaviour.md, The other operations of R9)."""
    check_fields(record, today=now.date(), prohibited=prohibited)
    return invalid_uln(uln) or update(
        transaction, record, uln=uln, version=version, now=now, author=author, prohibited=prohibited
    )


def _hold(transaction: Transaction, held: Learner, changed: Learner, now: datetime, author: Author) -> bool:
    """Hold the learner as it is now, with its history; False where a rival was first, who is to be looked at again."""
    try:
        if not learners.update(transaction, held, changed):
            return False
    except AlreadyHeld:
        return False
    history.add(transaction, changed.uln, Change(Action.UPDATED, now, author, fields_changed(held, changed)))
    return True
