"""Whose a ULN is: what find, update, verify, retrieve and merging look at first."""

from __future__ import annotations

from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner


def whose(uln: str, learner: Learner | None) -> Learner | Reason:
    """The learner, linked or not, that a ULN stands for, or why it stands for nobody.

    `learner` is who holds the ULN, deleted or not, None if nobody.
    """
    if not ulns.is_valid(uln):
        return _wrong_check_digit(uln)
    if learner is None:
        return Reason("held", "unknown", ("uln",), (uln,))
    if learner.is_deleted:
        return Reason("held", "deleted", ("uln",), (uln,))
    return learner


def invalid_uln(uln: str) -> Decision | None:
    """What R9 answers to a text that is no ULN, whoever it is about: INVALID_ULN; None where it is one."""
    if ulns.is_valid(uln):
        return None
    return Decision(ResponseCode.INVALID_ULN, reasons=(_wrong_check_digit(uln),))


def _wrong_check_digit(uln: str) -> Reason:
    return Reason("check digit", "wrong", ("uln",), (uln,))
