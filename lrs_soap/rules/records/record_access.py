"""R9: whether a ULN and a person's details give access to that learner's record."""

from __future__ import annotations

from lrs_soap.rules.learners.uln_lookup import invalid_uln
from lrs_soap.rules.learners.verification import ToVerify, verify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner

_EQUAL = (ResponseCode.VERIFIED, ResponseCode.VERIFIED_LINKED)


def identify(asked: ToVerify, uln: str, learner: Learner | None) -> Decision:
    """What to answer to `uln` and the details in `asked`: as VerifyLearner, but similar names are not enough.

    `learner` is the learner with this ULN, deleted or not, or None. A linked learner's own details are compared, and
    the answer has that learner, not its master.

    | the ULN | names; date of birth and gender, if sent | answer |
    |---|---|---|
    | check digit wrong | | INVALID_ULN |
    | unknown, deleted | | COULD_NOT_BE_VERIFIED |
    | held | not equal, perhaps similar | COULD_NOT_BE_VERIFIED |
    | held | equal | EXACT_MATCH with the learner |
    """
    invalid = invalid_uln(uln)
    if invalid is not None:
        return invalid
    verification = verify(asked, uln, learner)
    if verification.code in _EQUAL:
        return Decision(ResponseCode.EXACT_MATCH, verification.learners, verification.reasons)
    return Decision(ResponseCode.COULD_NOT_BE_VERIFIED, reasons=verification.reasons)
