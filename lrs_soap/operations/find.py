"""Find a learner."""

from __future__ import annotations

from lrs_soap.rules.decision import Decision
from lrs_soap.rules.finding import find_by_uln
from lrs_soap.rules.matching import NamesAsked
from lrs_soap.store import learners
from lrs_soap.store.store import Transaction


def by_uln(transaction: Transaction, *, uln: str, given_name: str, family_name: str) -> Decision:
    """Who has this ULN, if the names are that learner's (learners.md, Find by ULN); the values are as they were sent.

    Answers NO_MATCH, EXACT_MATCH or POSSIBLE_MATCHES with the learner; where it is linked, MASTER_SUBSTITUTED or
    POSSIBLE_MATCHES with its master.
    """
    learner = learners.by_uln(transaction, uln)
    master = None
    if learner is not None and learner.master_uln is not None:
        master = learners.by_uln(transaction, learner.master_uln)
    return find_by_uln(NamesAsked(given_name, family_name), uln, learner, master)
