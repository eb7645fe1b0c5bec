"""Register a learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations import searches
from lrs_soap.operations.field_checks import check_registration
from lrs_soap.rules.learners import registration
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.change import Action, Author, Change
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import history, learners, ulns
from lrs_soap.store.store import Transaction


def register(
    transaction: Transaction,
    record: Mapping[str, str | None],
    *,
    now: datetime,
    author: Author,
    prohibited: ProhibitedText,
    search_age: SearchAge | None = None,
) -> Decision:
    """Register the learner of `record`, which has the contract's fields as they were sent.

    `now` is the moment on the service's clock, which gives the day too. Answers REGISTERED with the learner, or
    ALREADY_EXISTS, which has written nothing, where another learner that is not deleted has the same five identity
    keys. Raises FieldsRefused. A rival may register the same learner at the same moment, in another transaction: one
    of the two is answered REGISTERED, the other ALREADY_EXISTS. With `search_age`, who has not searched for the
    learner before is answered ALREADY_EXISTS as well (`operations.searches`).
    """
    check_registration(record, today=now.date(), prohibited=prohibited)
    return register_valid(transaction, record, now=now, author=author, search_age=search_age)


def register_valid(
    transaction: Transaction,
    record: Mapping[str, str | None],
    *,
    now: datetime,
    author: Author,
    search_age: SearchAge | None = None,
    is_looked_for: bool = False,
) -> Decision:
    """Register as `register` does a learner of whom it is known that no field rule is broken.

    `is_looked_for` says that the caller has looked for the five identity keys just now, and found nobody.
    """
    learner = registration.new_learner(record, today=now.date())
    if search_age is not None:
        refused = searches.refusal(transaction, learner, now=now, author=author, age=search_age)
        if refused is not None:
            return refused
    holder = None if is_looked_for else learners.with_identity_of(transaction, learner)
    while holder is None:
        transaction.before_write()
        try:
            return registration.registered(_hold(transaction, learner, Change(Action.REGISTERED, now, author)))
        except AlreadyHeld:
            # A rival was first with the five keys, or has loaded the very ULN: look again, and take another ULN.
            holder = learners.with_identity_of(transaction, learner)
    return registration.already_exists(learner, holder)


def _hold(transaction: Transaction, learner: Learner, change: Change) -> Learner:
    """Insert the learner under a new ULN, and the first entry of its history."""
    numbered = replace(learner, uln=ulns.issue(transaction))
    learners.insert(transaction, numbered)
    history.add(transaction, numbered.uln, change)
    return numbered
