"""Answers that an operation can give and that find or change nothing, for whoever answers instead of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lrs_soap.operations.get_learning_events import RecordAnswer
from lrs_soap.rules.batches.jobs import JobState
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.records.learning_record import RecordDecision
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.services.learner_messages import (
    demographics_answered,
    demographics_asked,
    retrieved_message,
    verified_message,
)
from lrs_soap.services.learning_event_messages import record_message
from lrs_soap.services.organisation_messages import organisation_message
from lrs_soap.wsdl.declarations import Message
from lrs_soap.wsdl.messages import batchmsg, findmsg, model, regmsg, reportmsg, tempuri, vldmsg
from lrs_soap.wsdl.port import Operation

_STATES: Mapping[ResponseCode, JobState] = {
    ResponseCode.BATCH_INCOMPLETE: JobState.IN_PROGRESS,
    ResponseCode.BATCH_FAILED: JobState.FAILED,
    ResponseCode.VERIFY_BATCH_INCOMPLETE: JobState.IN_PROGRESS,
    ResponseCode.VERIFY_BATCH_FAILED: JobState.FAILED,
}


def answer_instead(operation: Operation, request: Message, code: ResponseCode) -> Message:
    """The answer of an operation to a valid request, with this code and what such an answer repeats of the request.

    Raises KeyError for an operation that answers nothing but successes and faults.
    """
    return _ANSWERS[operation.name](request, code)


def _learner_by_uln(request: findmsg.LearnerByULNRqst, code: ResponseCode) -> Message:
    return findmsg.FindLearnerResp(
        ResponseCode=code.value, ULN=request.ULN, FamilyName=request.FamilyName, GivenName=request.GivenName
    )


def _learner_by_demographics(request: findmsg.LearnerByDemographicsRqst, code: ResponseCode) -> Message:
    return demographics_answered(demographics_asked(request), Decision(code), learners=False)


def _batch_output(request: batchmsg.BatchOutputRqst, code: ResponseCode) -> Message:
    return batchmsg.BatchOutputResp(ResponseCode=code.value, JobStatus=_status(code))


def _verify_batch_output(request: vldmsg.VerifyBatchOutputRqst, code: ResponseCode) -> Message:
    return vldmsg.VerifyBatchOutputResp(ResponseCode=code.value, JobStatus=_status(code))


def _status(code: ResponseCode) -> str | None:
    state = _STATES.get(code)
    return None if state is None else state.shown


def _retrieved(request: reportmsg.RetrieveULNsRqst, code: ResponseCode) -> Message:
    retrieved = tuple(retrieved_message(uln, Decision(code)) for uln in request.ULNsToRetrieve.ULN)
    return reportmsg.RetrieveULNsResp(RetrievedULNs=reportmsg.ArrayOfMIAPRetrievedULN(VerifiedULN=retrieved))


def _verified(request: reportmsg.VerifyLearnerRqst, code: ResponseCode) -> Message:
    return reportmsg.VerifyLearnerResp(VerifiedLearner=verified_message(request.LearnerToVerify, Verification(code)))


def _learner_by_uln_r9(request: tempuri.LearnerByUln, code: ResponseCode) -> Message:
    found = model.LearnerByUlnResponse(
        ResponseCode=code.value, FamilyName=request.familyName, GivenName=request.givenName, Uln=request.uln
    )
    return tempuri.LearnerByUlnResponse(LearnerByUlnResult=found)


def _learning_events(request: tempuri.GetLearnerLearningEvents, code: ResponseCode) -> Message:
    record = record_message(request, RecordAnswer(RecordDecision(code)), kept=None)
    return tempuri.GetLearnerLearningEventsResponse(GetLearnerLearningEventsResult=record)


def _organisation(request: tempuri.GetOrganisation, code: ResponseCode) -> Message:
    return tempuri.GetOrganisationResponse(GetOrganisationResult=organisation_message(code, None))


_ANSWERS: Mapping[str, Callable[[Any, ResponseCode], Message]] = {
    "learnerByULN": _learner_by_uln,
    "learnerByDemographics": _learner_by_demographics,
    "registerSingleLearner": lambda request, code: regmsg.RegisterSingleLearnerResp(ResponseCode=code.value),
    "updateSingleLearner": lambda request, code: regmsg.UpdateLearnerResp(ResponseCode=code.value),
    "submitBatchRegistration": lambda request, code: batchmsg.BatchRegistrationResp(ResponseCode=code.value, JobID=0),
    "getBatchRegistrationOutput": _batch_output,
    "submitVerifyBatch": lambda request, code: vldmsg.VerifyBatchResp(ResponseCode=code.value, JobID=0),
    "getVerifyBatchOutput": _verify_batch_output,
    "retrieveULNs": _retrieved,
    "verifyLearner": _verified,
    "LearnerByUln": _learner_by_uln_r9,
    "GetLearnerLearningEvents": _learning_events,
    "UpdateLearnerSubsetFields": lambda request, code: tempuri.UpdateLearnerSubsetFieldsResponse(
        UpdateLearnerSubsetFieldsResult=code.value
    ),
    "GetOrganisation": _organisation,
}
