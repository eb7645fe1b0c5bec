"""Who asks, as LearnerServiceR9's messages say it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lrs_soap.rules.values.organisation import canonical, is_ukprn
from lrs_soap.wsdl.messages.qcf_common import InvokingOrganisation
from lrs_soap.wsdl.messages.qcf_interface import InvokingOrganisationR10


@dataclass(slots=True)
class WhoAsks:
    """Who asks, in the words of LearnerService's requests."""

    UKPRN: str | None
    OrganisationRef: str | None
    OrgPassword: str = field(repr=False)
    UserName: str


def who_asks(organisation: InvokingOrganisation | InvokingOrganisationR10 | None) -> WhoAsks:
    """Who an invoking organisation, of either kind, says that it is; one that is not there says nothing.

    What is blank was not given. Where clients have only one of the codes to send, the reference may hold the UKPRN.
    """
    if organisation is None:
        return WhoAsks(None, None, "", "")
    ukprn = given(organisation.Ukprn)
    if isinstance(organisation, InvokingOrganisationR10):
        reference = given(organisation.OrganisationRef)
    else:
        reference = given(organisation.Reference)
    if reference is not None and is_ukprn(reference):
        if ukprn is None:
            ukprn, reference = reference, None
        elif canonical(ukprn) == canonical(reference):
            reference = None
    return WhoAsks(ukprn, reference, organisation.Password or "", organisation.Username or "")


def given(text: str | None) -> str | None:
    """A code as it was sent; None for one that is blank."""
    return text if text and not text.isspace() else None
