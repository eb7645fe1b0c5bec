"""Register a learner."""

from __future__ import annotations

from lrs_soap.errors import AlreadyHeld
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners import find_before_register, registration
from lrs_soap.rules.learners.field_checks import check_registration
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.values.change import Action, Change
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import history, learners, searches, ulns


def register(work: UnitOfWork, sent: SentLearner) -> Decision:
    """Register the learner that was sent.

    Answers REGISTERED with the learner, or ALREADY_EXISTS, having written nothing, if another learner that is not
    deleted has the same five identity keys. If two transactions register the same learner at once, one is answered
    REGISTERED and the other ALREADY_EXISTS. If the policy requires a search first, an organisation that has not
    searched for the learner is answered ALREADY_EXISTS too (docs/behaviour.md, Find before register). Raises
    FieldsRefused.
    """
    check_registration(sent, today=work.today, prohibited=work.policy.prohibited)
    learner = registration.new_learner(sent, now=work.now)
    return _not_searched_for(work, learner) or _register(work, learner, sent)


def register_checked(work: UnitOfWork, sent: SentLearner, *, is_looked_for: bool = False) -> Decision:
    """Register a learner who is known to break no field rule, whether searched for or not.

    Answers as `register` does. `is_looked_for` says that the caller has just looked for the five identity keys and
    found nobody.
    """
    return _register(work, registration.new_learner(sent, now=work.now), sent, is_looked_for=is_looked_for)


def _not_searched_for(work: UnitOfWork, learner: Learner) -> Decision | None:
    """The answer to an organisation that has to search for the learner first; None if it may register."""
    age = work.policy.search_age
    if age is None:
        return None
    search = searches.last(work.transaction, work.author.organisation, IdentityKeys.of(learner))
    return find_before_register.refusal(search, now=work.now, age=age)


def _register(work: UnitOfWork, learner: Learner, sent: SentLearner, *, is_looked_for: bool = False) -> Decision:
    holder = None if is_looked_for else learners.by_identity(work.transaction, learner)
    while holder is None:
        work.before_write()
        try:
            return registration.registered(_insert(work, learner), sent)
        except AlreadyHeld:
            # Another transaction was first with the identity keys or the ULN: look again, and issue another ULN.
            holder = learners.by_identity(work.transaction, learner)
    return registration.already_exists(learner, holder)


def _insert(work: UnitOfWork, learner: Learner) -> Learner:
    """Insert the learner under a new ULN, and the first entry of its history."""
    numbered = learner._replace(uln=ulns.issue(work.transaction))
    learners.insert(work.transaction, numbered)
    history.add(work.transaction, numbered.uln, Change(Action.REGISTERED, work.now, work.author))
    return numbered
