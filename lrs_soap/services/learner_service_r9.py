"""LearnerServiceR9.svc: the Personal Learning Record, and what goes with it."""

from __future__ import annotations

import lrs_soap.wsdl.spyne_moves  # noqa: F401  (has to come before Spyne)
from spyne import Service

from lrs_soap.services.call import Call
from lrs_soap.services.invoking_organisation import who_asks
from lrs_soap.wsdl.messages import qcf_faults, tempuri
from lrs_soap.wsdl.port import Port, operation


def learner_by_uln(call: Call, request: tempuri.LearnerByUln) -> tempuri.LearnerByUlnResponse:
    """Find a learner by ULN and names."""
    call.not_built(who_asks(request.invokingOrganisation))


def get_learner_learning_events(
    call: Call, request: tempuri.GetLearnerLearningEvents
) -> tempuri.GetLearnerLearningEventsResponse:
    """Hand out a learner's Personal Learning Record, brief or in full."""
    call.not_built(who_asks(request.invokingOrganisation))


def update_learner_subset_fields(
    call: Call, request: tempuri.UpdateLearnerSubsetFields
) -> tempuri.UpdateLearnerSubsetFieldsResponse:
    """Update the few fields that learners may change of themselves."""
    call.not_built(who_asks(request.invokingOrganisation))


def view_audit(call: Call, request: tempuri.ViewAudit) -> tempuri.ViewAuditResponse:
    """Hand out a page of who has looked at a learner's record."""
    call.not_built(who_asks(request.invokingOrganisation))


def get_organisation(call: Call, request: tempuri.GetOrganisation) -> tempuri.GetOrganisationResponse:
    """Tell an organisation's name and status."""
    call.not_built(who_asks(request.invokingOrganisation))


class LearnerServiceR9(Service):
    __service_name__ = "ILearnerServiceR9"

    LearnerByUln = operation(tempuri.LearnerByUln, tempuri.LearnerByUlnResponse)(learner_by_uln)

    GetLearnerLearningEvents = operation(
        tempuri.GetLearnerLearningEvents,
        tempuri.GetLearnerLearningEventsResponse,
    )(get_learner_learning_events)

    UpdateLearnerSubsetFields = operation(
        tempuri.UpdateLearnerSubsetFields,
        tempuri.UpdateLearnerSubsetFieldsResponse,
    )(update_learner_subset_fields)

    ViewAudit = operation(tempuri.ViewAudit, tempuri.ViewAuditResponse)(view_audit)

    GetOrganisation = operation(tempuri.GetOrganisation, tempuri.GetOrganisationResponse)(get_organisation)


LEARNER_SERVICE_R9 = Port(
    service=LearnerServiceR9,
    name="LearnerServiceR9Proxy",
    path="/LearnerServiceR9.svc",
    fault=qcf_faults.DomainFault,
)
