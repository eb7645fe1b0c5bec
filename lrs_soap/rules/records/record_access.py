"""R9: whether a ULN and a person's details open that learner's record."""

from __future__ import annotations

from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.learners.verification import ToVerify, verify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner

_EQUAL = (ResponseCode.VERIFIED, ResponseCode.VERIFIED_LINKED)


def identify(asked: ToVerify, uln: str, learner: Learner | None) -> Decision:
    """What to answer to `uln` and the details in `asked`: verified as by VerifyLearner, but similar is not enough.

    `learner` is who holds the ULN, deleted or not, None if nobody. A linked learner's own details are compared, and it
    is answered with, not its master.

    | the ULN | names, and date of birth and gender where sent | answer |
    |---|---|---|
    | check digit wrong | | INVALID_ULN |
    | unknown, deleted | | COULD_NOT_BE_VERIFIED |
    | held | not equal, if similar | COULD_NOT_BE_VERIFIED |
    | held | equal | EXACT_MATCH with the learner |
    """
    invalid = invalid_uln(uln)
    if invalid is not None:
        return invalid
    verification = verify(asked, uln, learner)
    if verification.code in _EQUAL:
        return Decision(ResponseCode.EXACT_MATCH, verification.learners, verification.reasons)
    return Decision(ResponseCode.COULD_NOT_BE_VERIFIED, reasons=verification.reasons)
