"""GetOrganisation's answer."""

from __future__ import annotations

from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.organisation import Organisation
from lrs_soap.wsdl.messages import model


def organisation_message(code: ResponseCode, organisation: Organisation | None) -> model.GetOrganisationResponse:
    """The code and, if there is an organisation, its name, codes and status."""
    if organisation is None:
        return model.GetOrganisationResponse(ResponseCode=code.value)
    return model.GetOrganisationResponse(
        ResponseCode=code.value,
        DisplayName=organisation.name,
        OrgRef=organisation.organisation_ref,
        Status="Suspended" if organisation.suspended else "Active",
        Ukprn=organisation.ukprn,
    )
