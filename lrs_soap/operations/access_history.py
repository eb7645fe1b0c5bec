"""Keep the access history of learners, and let it be viewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.access_history import Access, Action, Viewing
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.store import access_history, learners
from lrs_soap.store.store import Transaction


def note(transaction: Transaction, ulns: Iterable[str], *, action: Action, now: datetime, author: Author) -> None:
    """Write one entry to the access history of each learner with one of these ULNs, who are held.

    `now` is the moment on the service's clock. An entry stays with its ULN, whoever is merged (docs/behaviour.md,
    The other operations of R9).
    """
    for uln in ulns:
        access_history.add(transaction, uln, Access(now, action, author))


def view(transaction: Transaction, *, uln: str, given_name: str, family_name: str, page: int) -> Viewing:
    """A page, the first being 1, of the access history of the learner with this ULN, if the names are that learner's.

    Answers EXACT_MATCH with the page, INVALID_ULN, or COULD_NOT_BE_VERIFIED (docs/behaviour.md, The other operations of
    R9). That it was viewed is no entry in it.
    """
    decision = identify(ToVerify(given_name, family_name), uln, learners.by_uln(transaction, uln))
    if decision.code is not ResponseCode.EXACT_MATCH:
        return Viewing(decision.code, reasons=decision.reasons)
    return Viewing(decision.code, decision.learners, decision.reasons, page=access_history.page(transaction, uln, page))
