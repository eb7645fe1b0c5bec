"""What each operation can answer that is no success, and each fault that is its own."""

from __future__ import annotations

from collections.abc import Mapping

from lrs_soap.rules.values.codes import FaultCode, ResponseCode

RESPONSE_CODES: Mapping[str, frozenset[ResponseCode]] = {
    "learnerByULN": frozenset({ResponseCode.NO_MATCH, ResponseCode.POSSIBLE_MATCHES}),
    "learnerByDemographics": frozenset(
        {ResponseCode.NO_MATCH, ResponseCode.TOO_MANY_MATCHES, ResponseCode.POSSIBLE_MATCHES}
    ),
    "registerSingleLearner": frozenset({ResponseCode.ALREADY_EXISTS}),
    "updateSingleLearner": frozenset(
        {
            ResponseCode.STALE_VERSION,
            ResponseCode.INVALID_SHARING_CHANGE,
            ResponseCode.NOT_FOUND_FOR_UPDATE,
            ResponseCode.NO_CHANGES,
            ResponseCode.ALREADY_EXISTS,
        }
    ),
    "submitBatchRegistration": frozenset({ResponseCode.RECORD_COUNT_INCORRECT}),
    "getBatchRegistrationOutput": frozenset(
        {ResponseCode.BATCH_INCOMPLETE, ResponseCode.BATCH_FAILED, ResponseCode.UNKNOWN_JOB}
    ),
    "submitVerifyBatch": frozenset({ResponseCode.VERIFY_RECORD_COUNT_INCORRECT}),
    "getVerifyBatchOutput": frozenset(
        {ResponseCode.VERIFY_BATCH_INCOMPLETE, ResponseCode.VERIFY_BATCH_FAILED, ResponseCode.UNKNOWN_JOB}
    ),
    "retrieveULNs": frozenset({ResponseCode.NO_MATCH}),
    "verifyLearner": frozenset({ResponseCode.NOT_VERIFIED, ResponseCode.ULN_NOT_FOUND}),
    "LearnerByUln": frozenset({ResponseCode.NO_MATCH, ResponseCode.POSSIBLE_MATCHES, ResponseCode.INVALID_ULN}),
    "GetLearnerLearningEvents": frozenset(
        {ResponseCode.INVALID_ULN, ResponseCode.NOT_SHARED, ResponseCode.COULD_NOT_BE_VERIFIED}
    ),
    "UpdateLearnerSubsetFields": frozenset(
        {
            ResponseCode.STALE_VERSION,
            ResponseCode.INVALID_SHARING_CHANGE,
            ResponseCode.NOT_FOUND_FOR_UPDATE,
            ResponseCode.NO_CHANGES,
            ResponseCode.INVALID_ULN,
        }
    ),
    "ViewAudit": frozenset(),
    "GetOrganisation": frozenset({ResponseCode.NO_MATCH}),
}
"""By the operation's name on the wire, in the order of the WSDLs."""

FAULTS: Mapping[str, frozenset[ResponseCode]] = {
    "ViewAudit": frozenset({ResponseCode.INVALID_ULN, ResponseCode.COULD_NOT_BE_VERIFIED}),
}
"""The faults that are not every operation's; those are all of FaultCode."""

SUBMITTING = frozenset({"submitBatchRegistration", "submitVerifyBatch"})
"""The operations that make a job."""


def named(operation: str) -> list[str]:
    """The operations of this name, in any case: LearnerService and R9 may each have one."""
    return [each for each in RESPONSE_CODES if each.lower() == operation.lower()]


def fault_named(code: str) -> FaultCode | ResponseCode | None:
    """The code of a fault; None if no operation has a fault with this code."""
    known: list[FaultCode | ResponseCode] = [*FaultCode, *(each for codes in FAULTS.values() for each in codes)]
    return next((each for each in known if each.value == code), None)


def response_named(code: str) -> ResponseCode | None:
    """The response code of this name; None if there is none."""
    return next((each for each in ResponseCode if each.value == code), None)
