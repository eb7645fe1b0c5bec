"""Who has a ULN: what find, update, verify, retrieve and merge look at first."""

from __future__ import annotations

from enum import Enum

from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.rule import Outcome, Rule


class NoHolder(Enum):
    """Why a ULN stands for nobody, each with the rule and what it found."""

    NOT_A_ULN = Rule.CHECK_DIGIT, Outcome.WRONG
    UNKNOWN = Rule.ULN_HOLDER, Outcome.UNKNOWN
    DELETED = Rule.ULN_HOLDER, Outcome.DELETED

    def reason(self, uln: str) -> Reason:
        """The reason for a decision about `uln`."""
        rule, outcome = self.value
        return Reason(rule, outcome, ("uln",), (uln,))


def holder_of(uln: str, learner: Learner | None) -> Learner | NoHolder:
    """The learner, linked or not, that a ULN stands for, or why it stands for nobody.

    `learner` is the learner with this ULN, deleted or not, or None.
    """
    # The register takes in none but valid ULNs, so one that it has need not be weighed again.
    if learner is None or learner.uln != uln:
        return NoHolder.UNKNOWN if ulns.is_valid(uln) else NoHolder.NOT_A_ULN
    if learner.learner_status == DELETED:
        return NoHolder.DELETED
    return learner


def invalid_uln(uln: str) -> Decision | None:
    """INVALID_ULN, which R9 answers when `uln` is not a ULN; None when it is one."""
    if ulns.is_valid(uln):
        return None
    return Decision(ResponseCode.INVALID_ULN, reasons=(NoHolder.NOT_A_ULN.reason(uln),))
