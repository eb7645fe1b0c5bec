"""View the access history of a learner."""

from __future__ import annotations

from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.access_history import AccessHistoryDecision
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.store import access_history, learners


def view_access_history(
    work: UnitOfWork, *, uln: str, given_name: str, family_name: str, page: int
) -> AccessHistoryDecision:
    """A page of the access history of the learner with this ULN, if the names are that learner's. Pages start at 1.

    Answers EXACT_MATCH with the page, INVALID_ULN, or COULD_NOT_BE_VERIFIED (docs/behaviour.md, The other operations of
    R9). Viewing the history adds no entry to it.
    """
    decision = identify(ToVerify(given_name, family_name), uln, learners.by_uln(work.transaction, uln))
    if decision.code is not ResponseCode.EXACT_MATCH:
        return AccessHistoryDecision(decision.code, reasons=decision.reasons)
    found = access_history.page(work.transaction, uln, page)
    return AccessHistoryDecision(decision.code, decision.learners, decision.reasons, page=found)
