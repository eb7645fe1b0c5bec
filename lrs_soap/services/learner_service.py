"""LearnerService.svc: find, register, update, verify and retrieve learners, one at a time and in batches."""

from __future__ import annotations

from lrs_soap.operations import batch_output
from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.operations.find_by_uln import find_by_uln
from lrs_soap.operations.note_search import note_search
from lrs_soap.operations.register import register
from lrs_soap.operations.retrieve import retrieve
from lrs_soap.operations.submit_batch import submit_registration_batch, submit_verification_batch
from lrs_soap.operations.update import update
from lrs_soap.operations.verify import verify
from lrs_soap.rules.batches.batch_answers import job_status, miscounted, submitted, withheld_status
from lrs_soap.rules.batches.jobs import Job, JobKind, JobState, JobType
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.organisation import Role
from lrs_soap.services.batch_messages import (
    fill_registration_output,
    fill_verification_output,
    records_to_register,
    records_to_verify,
)
from lrs_soap.services.call import Call
from lrs_soap.services.learner_messages import (
    demographics_answered,
    demographics_asked,
    retrieved_message,
    sent_learner,
    uln_answered,
    verified_message,
)
from lrs_soap.wsdl.messages import batchmsg, exceptions, findmsg, regmsg, reportmsg, vldmsg
from lrs_soap.wsdl.port import ServiceDeclaration

# The FindType that asks for the learners, too; the other is CHK.
FULL = "FUL"

_service = ServiceDeclaration("LearnerPortType")


@_service.operation(
    "learnerByULN",
    roles={Role.ONLINE_USER, Role.VIEW_ONLY_USER},
    element="FindLearnerByULN",
    answer="FindLearnerResponse",
    input_name="learnerByULNRequest",
    output_name="findLearnerByULNResponse",
    soap_action="",
)
def learner_by_uln(call: Call, request: findmsg.LearnerByULNRqst) -> findmsg.FindLearnerResp:
    """Find a learner by ULN and names."""
    with call.reading(request) as work:
        decision = find_by_uln(work, uln=request.ULN, given_name=request.GivenName, family_name=request.FamilyName)
    call.decided(decision)
    return uln_answered(request, decision, learners=request.FindType == FULL)


@_service.operation(
    "learnerByDemographics",
    roles={Role.ONLINE_USER, Role.VIEW_ONLY_USER},
    element="FindLearnerByDemographics",
    answer="FindLearnerResponse",
    input_name="learnerByDemographicsRequest",
    output_name="findLearnerByDemographicsResponse",
    soap_action="",
)
def learner_by_demographics(call: Call, request: findmsg.LearnerByDemographicsRqst) -> findmsg.FindLearnerResp:
    """Find a learner, or possible matches, by names, date of birth, gender and postcode."""
    asked = demographics_asked(request)
    decision: Decision | None = call.kept
    if decision is None:
        with call.reading(request) as work:
            decision = call.kept = find_by_demographics(work, asked)
    age = call.world.policy.search_age
    if age is not None:
        with call.writing_too() as writing:
            note_search(writing, asked, decision, age=age)
    call.decided(decision)
    return demographics_answered(asked, decision, learners=request.FindType == FULL)


@_service.operation(
    "registerSingleLearner",
    roles={Role.ONLINE_USER},
    element="RegisterLearner",
    answer="RegisterLearnerResponse",
    input_name="registerSingleLearnerRequest",
    output_name="registerSingleLearnerResponse",
    soap_action="",
)
def register_learner(call: Call, request: regmsg.RegisterSingleLearnerRqst) -> regmsg.RegisterSingleLearnerResp:
    """Register a learner who has no ULN yet."""
    with call.writing(request) as work:
        decision = register(work, sent_learner(request.Learner))
    call.decided(decision)
    return regmsg.RegisterSingleLearnerResp(
        ResponseCode=decision.code.value, ULN=next((each.uln for each in decision.learners), None)
    )


@_service.operation(
    "updateSingleLearner",
    roles={Role.ONLINE_USER},
    element="UpdateLearner",
    answer="UpdateLearnerResponse",
    input_name="updateLearnerRequest",
    output_name="updateLearnerResponse",
    soap_action="",
)
def update_learner(call: Call, request: regmsg.UpdateLearnerRqst) -> regmsg.UpdateLearnerResp:
    """Update a learner, if nobody has changed it since the version that the caller has seen."""
    sent = request.Learner
    with call.writing(request) as work:
        decision = update(work, sent_learner(sent), uln=sent.ULN, version=sent.VersionNumber)
    call.decided(decision)
    return regmsg.UpdateLearnerResp(ResponseCode=decision.code.value)


@_service.operation(
    "submitBatchRegistration",
    roles={Role.BATCH_USER},
    element="SubmitBatch",
    answer="SubmitBatchResponse",
    input_name="submitBatchRequest",
    output_name="submitBatchResponse",
    soap_action="",
)
def submit_batch(call: Call, request: batchmsg.BatchRegistrationRqst) -> batchmsg.BatchRegistrationResp:
    """Submit a batch of learners to register or to check."""
    decision = miscounted(JobKind.REGISTRATION, declared=request.LearnerRecordCount, sent=len(request.Learner))
    records = records_to_register(request.Learner, call.records) if decision is None else ()
    job_id = 0
    call.say_work()
    with call.writing(request) as work:
        if decision is None:
            job_id = submit_registration_batch(
                work, records, job_type=JobType(request.JobType), fate=call.exchange.job_fate
            )
            decision = submitted(JobKind.REGISTRATION, job_id)
    call.decided(decision)
    return batchmsg.BatchRegistrationResp(ResponseCode=decision.code.value, JobID=job_id)


@_service.operation(
    "getBatchRegistrationOutput",
    roles={Role.BATCH_USER},
    element="GetSubmitBatchOutput",
    answer="GetSubmitBatchOutputResponse",
    input_name="batchOutputRequest",
    output_name="batchOutputResponse",
    soap_action="",
)
def get_submit_batch_output(call: Call, request: batchmsg.BatchOutputRqst) -> batchmsg.BatchOutputResp:
    """Return the outcome of a batch of registrations."""
    with call.reading(request) as work:
        job = batch_output.job_of_author(work, request.JobID, kind=JobKind.REGISTRATION)
        decision = job_status(job)
        answer = batchmsg.BatchOutputResp(ResponseCode=decision.code.value)
        if job is not None:
            answer.JobStatus = job.state.shown
            if job.state is JobState.SUCCESSFUL:
                records = batch_output.records_of(work, job)
                counts = batch_output.counts_of(work, job)
                fill_registration_output(answer, job, counts, records, work.policy.return_codes)
    if (withheld := _withheld(call, job)) is not None:
        state, decision = withheld
        answer = batchmsg.BatchOutputResp(ResponseCode=decision.code.value, JobStatus=state.shown)
    call.decided(decision)
    return answer


@_service.operation(
    "submitVerifyBatch",
    roles={Role.LEARNING_PROVIDER},
    element="SubmitVerifyBatch",
    answer="SubmitVerifyBatchResponse",
    input_name="submitVerifyBatchRequest",
    output_name="submitVerifyBatchResponse",
    soap_action="",
)
def submit_verify_batch(call: Call, request: vldmsg.VerifyBatchRqst) -> vldmsg.VerifyBatchResp:
    """Submit a batch of learners to verify."""
    decision = miscounted(JobKind.VERIFICATION, declared=request.LearnerRecordCount, sent=len(request.Learner))
    # Of more than may be sent, the message has only the number.
    records = records_to_verify(request.Learner, call.records) if decision is None else ()
    job_id = 0
    call.say_work()
    with call.writing(request) as work:
        if decision is None:
            job_id = submit_verification_batch(work, records, fate=call.exchange.job_fate)
            decision = submitted(JobKind.VERIFICATION, job_id)
    call.decided(decision)
    return vldmsg.VerifyBatchResp(ResponseCode=decision.code.value, JobID=job_id)


@_service.operation(
    "getVerifyBatchOutput",
    roles={Role.LEARNING_PROVIDER},
    element="GetVerifyBatchOutput",
    answer="GetVerifyBatchOutputResponse",
    input_name="verifyBatchOutputRequest",
    output_name="verifyBatchOutputResponse",
    soap_action="",
)
def get_verify_batch_output(call: Call, request: vldmsg.VerifyBatchOutputRqst) -> vldmsg.VerifyBatchOutputResp:
    """Return the outcome of a batch of verifications."""
    with call.reading(request) as work:
        job = batch_output.job_of_author(work, request.JobID, kind=JobKind.VERIFICATION)
        decision = job_status(job)
        answer = vldmsg.VerifyBatchOutputResp(ResponseCode=decision.code.value)
        if job is not None:
            answer.JobStatus = job.state.shown
            if job.state is JobState.SUCCESSFUL:
                fill_verification_output(answer, job, batch_output.records_of(work, job))
    if (withheld := _withheld(call, job)) is not None:
        state, decision = withheld
        answer = vldmsg.VerifyBatchOutputResp(ResponseCode=decision.code.value, JobStatus=state.shown)
    call.decided(decision)
    return answer


@_service.operation(
    "retrieveULNs",
    roles={Role.ONLINE_USER, Role.VIEW_ONLY_USER},
    element="RetrieveULNs",
    answer="RetrieveULNsResponse",
    input_name="retrieveULNsRequest",
    output_name="retrieveULNsResponse",
    soap_action="",
)
def retrieve_ulns(call: Call, request: reportmsg.RetrieveULNsRqst) -> reportmsg.RetrieveULNsResp:
    """Return the learner of each of a list of ULNs."""
    ulns = request.ULNsToRetrieve.ULN
    with call.reading(request) as work:
        decisions = retrieve(work, ulns)
    call.decided_each(decisions)
    retrieved = tuple(map(retrieved_message, ulns, decisions))
    return reportmsg.RetrieveULNsResp(RetrievedULNs=reportmsg.ArrayOfMIAPRetrievedULN(VerifiedULN=retrieved))


@_service.operation(
    "verifyLearner",
    roles={Role.LEARNING_PROVIDER},
    element="VerifyLearner",
    answer="VerifyLearnerResponse",
    input_name="verifyLearnerRequest",
    output_name="verifyLearnerResponse",
)
def verify_learner(call: Call, request: reportmsg.VerifyLearnerRqst) -> reportmsg.VerifyLearnerResp:
    """Verify that a ULN belongs to a learner."""
    sent = request.LearnerToVerify
    asked = ToVerify(sent.GivenName, sent.FamilyName, sent.DateOfBirth, sent.Gender)
    with call.reading(request) as work:
        verification = verify(work, asked, uln=sent.ULN)
    call.decided(verification)
    return reportmsg.VerifyLearnerResp.with_all({"VerifiedLearner": verified_message(sent, verification)})


def _withheld(call: Call, job: Job | None) -> tuple[JobState, Decision] | None:
    """What the caller is told instead, where the output of a job is withheld this time."""
    if job is None or not job.withheld:
        return None
    with call.writing_too(durable=False) as work:
        return withheld_status(job) if batch_output.is_withheld(work, job) else None


LEARNER_SERVICE = _service.port(
    name="LearnerServiceProxy", path="/LearnerService.svc", fault=exceptions.MIAPAPIException
)
