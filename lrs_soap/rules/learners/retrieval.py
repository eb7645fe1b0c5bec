"""Retrieve: the learner of a ULN, without a check of names."""

from __future__ import annotations

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule


def retrieve(uln: str, learner: Learner | None, master: Learner | None) -> Decision:
    """What to answer to `uln`, one of those that were asked for.

    `learner` is the learner with this ULN, deleted or not, or None; `master` is the master of a linked learner. Raises
    ValueError for a linked learner without its master.

    | the ULN | answer |
    |---|---|
    | check digit wrong, unknown, deleted | NO_MATCH |
    | held | EXACT_MATCH with the learner |
    | linked | MASTER_SUBSTITUTED with the master |
    """
    held = holder_of(uln, learner)
    if isinstance(held, NoHolder):
        return Decision(ResponseCode.NO_MATCH, reasons=(held.reason(uln),))
    if not held.is_linked:
        return Decision(ResponseCode.EXACT_MATCH, (held,), (Reason(Rule.ULN_HOLDER, Outcome.FOUND, ("uln",), (uln,)),))
    if master is None:
        raise ValueError(f"the learner with ULN {uln} is linked: its master, {held.master_uln}, is needed")
    linked = Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (uln,), (master.uln,))
    return Decision(ResponseCode.MASTER_SUBSTITUTED, (master,), (linked,))
