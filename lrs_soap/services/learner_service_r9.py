"""LearnerServiceR9.svc: the Personal Learning Record, a find by ULN, an update of a few fields, organisations."""

from __future__ import annotations

from lrs_soap.errors import Refused
from lrs_soap.operations.find_by_uln import find_by_valid_uln
from lrs_soap.operations.get_learning_events import RecordAnswer, get_learning_events, judge_record
from lrs_soap.operations.get_organisation import find_organisation
from lrs_soap.operations.update_subset import update_subset
from lrs_soap.operations.view_audit import view_access_history
from lrs_soap.rules.access.roles import ANY_BUT_SUPER_USER
from lrs_soap.rules.records.learning_record import RecordDecision
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.organisation import Role
from lrs_soap.services.access_messages import page_message
from lrs_soap.services.call import Call
from lrs_soap.services.credentials import blank_to_none, credentials_of
from lrs_soap.services.learner_messages_r9 import found_message, sent_learner
from lrs_soap.services.learning_event_messages import record_asked, record_message
from lrs_soap.services.organisation_messages import organisation_message
from lrs_soap.wsdl import facets
from lrs_soap.wsdl.messages import model, qcf_faults, tempuri
from lrs_soap.wsdl.port import ServiceDeclaration
from lrs_soap.wsdl.value_checks import (
    AT_LEAST_1,
    LANGUAGE,
    LEFT_TO_THE_OPERATION,
    NAME,
    USER_TYPE,
    not_sent_or_within,
    one_of,
)

# The findType that asks for the learner, too; the other is CHK.
FULL = "FUL"

_service = ServiceDeclaration("ILearnerServiceR9")


@_service.operation(
    "LearnerByUln",
    roles={Role.ONLINE_USER, Role.VIEW_ONLY_USER},
    checks={
        "userType": USER_TYPE,
        "vendorId": AT_LEAST_1,
        "language": LANGUAGE,
        "uln": LEFT_TO_THE_OPERATION,
        "givenName": NAME,
        "familyName": NAME,
        "findType": one_of("FUL", "CHK"),
    },
)
def learner_by_uln(call: Call, request: tempuri.LearnerByUln) -> tempuri.LearnerByUlnResponse:
    """Find a learner by ULN and names."""
    with call.reading(credentials_of(request.invokingOrganisation)) as work:
        decision = find_by_valid_uln(
            work, uln=request.uln or "", given_name=request.givenName, family_name=request.familyName
        )
    call.decided(decision)
    found = model.LearnerByUlnResponse(
        ResponseCode=decision.code.value,
        FamilyName=request.familyName,
        GivenName=request.givenName,
        Learner=found_message(decision) if request.findType == FULL else None,
        Uln=request.uln,
    )
    return tempuri.LearnerByUlnResponse(LearnerByUlnResult=found)


@_service.operation(
    "GetLearnerLearningEvents",
    roles={Role.LEARNER_RECORD},
    checks={
        "userType": USER_TYPE,
        "vendorID": AT_LEAST_1,
        "language": LANGUAGE,
        "uln": LEFT_TO_THE_OPERATION,
        "givenName": NAME,
        "familyName": NAME,
        "dateOfBirth": LEFT_TO_THE_OPERATION,
        "gender": LEFT_TO_THE_OPERATION,
        "getType": one_of("FULL", "BRIEF"),
    },
)
def get_learner_learning_events(
    call: Call, request: tempuri.GetLearnerLearningEvents
) -> tempuri.GetLearnerLearningEventsResponse:
    """Return a learner's Personal Learning Record, in full or in brief."""
    asked = record_asked(request)
    judged: RecordDecision | None = call.kept
    if judged is None:
        with call.reading(credentials_of(request.invokingOrganisation)) as work:
            judged = call.kept = judge_record(work, asked)
    record, kept = RecordAnswer(judged), None
    if judged.ulns:
        # In a transaction that writes; others wait for such, so there is none where nobody was found. It does not wait
        # for the disk: what a sudden end of the machine can take is the last entries of access histories.
        with call.writing_too(durable=False) as writing:
            kept = call.record_texts.of(call.generation, asked)
            record = get_learning_events(writing, asked, judged=judged, known=kept.versions)
    call.decided(record.decision)
    return tempuri.GetLearnerLearningEventsResponse(
        GetLearnerLearningEventsResult=record_message(request, record, kept)
    )


@_service.operation(
    "UpdateLearnerSubsetFields",
    roles={Role.ONLINE_USER},
    checks={
        "userType": USER_TYPE,
        "vendorId": AT_LEAST_1,
        "language": LANGUAGE,
        "uln": LEFT_TO_THE_OPERATION,
        "versionNumber": LEFT_TO_THE_OPERATION,
        "emailAddress": not_sent_or_within(facets.EMAIL),
        "telephoneNumber": not_sent_or_within(facets.TELEPHONE_NUMBER),
        "schoolAtAge16": not_sent_or_within(facets.SCHOOL_NAME),
        "preferredGivenName": not_sent_or_within(facets.NAME),
    },
)
def update_learner_subset_fields(
    call: Call, request: tempuri.UpdateLearnerSubsetFields
) -> tempuri.UpdateLearnerSubsetFieldsResponse:
    """Update the few fields that learners may change themselves."""
    with call.writing(credentials_of(request.invokingOrganisation)) as work:
        decision = update_subset(work, sent_learner(request), uln=request.uln or "", version=request.versionNumber or 0)
    call.decided(decision)
    return tempuri.UpdateLearnerSubsetFieldsResponse(UpdateLearnerSubsetFieldsResult=decision.code.value)


@_service.operation(
    "ViewAudit",
    roles={Role.LEARNER_RECORD},
    checks={
        "userType": USER_TYPE,
        "vendorId": AT_LEAST_1,
        "language": LANGUAGE,
        "learnerUln": LEFT_TO_THE_OPERATION,
        "learnerGivenName": NAME,
        "learnerFamilyName": NAME,
        "page": AT_LEAST_1,
    },
)
def view_audit(call: Call, request: tempuri.ViewAudit) -> tempuri.ViewAuditResponse:
    """Return a page of the access history of a learner's record."""
    with call.reading(credentials_of(request.invokingOrganisation)) as work:
        viewing = view_access_history(
            work,
            uln=request.learnerUln or "",
            given_name=request.learnerGivenName,
            family_name=request.learnerFamilyName,
            page=request.page,
        )
    call.decided(viewing)
    if viewing.page is None:
        raise Refused(viewing.code.value, viewing.code.text)
    return tempuri.ViewAuditResponse(ViewAuditResult=page_message(viewing.page))


@_service.operation(
    "GetOrganisation",
    roles=ANY_BUT_SUPER_USER,
    checks={
        "userType": USER_TYPE,
        "vendorId": AT_LEAST_1,
        "language": LANGUAGE,
        "ukPrn": LEFT_TO_THE_OPERATION,
        "orgRef": LEFT_TO_THE_OPERATION,
    },
)
def get_organisation(call: Call, request: tempuri.GetOrganisation) -> tempuri.GetOrganisationResponse:
    """Return an organisation's name and status."""
    with call.reading(credentials_of(request.invokingOrganisation)) as work:
        organisation = find_organisation(
            work, ukprn=blank_to_none(request.ukPrn), organisation_ref=blank_to_none(request.orgRef)
        )
    decision = Decision(ResponseCode.NO_MATCH if organisation is None else ResponseCode.EXACT_MATCH)
    call.decided(decision)
    return tempuri.GetOrganisationResponse(GetOrganisationResult=organisation_message(decision.code, organisation))


LEARNER_SERVICE_R9 = _service.port(
    name="LearnerServiceR9Proxy", path="/LearnerServiceR9.svc", fault=qcf_faults.DomainFault
)
