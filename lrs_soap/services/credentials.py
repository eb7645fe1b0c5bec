"""The credentials in LearnerServiceR9's messages, under the names that LearnerService's have."""

from __future__ import annotations

from dataclasses import dataclass, field

from lrs_soap.rules.values.organisation import canonical, is_ukprn
from lrs_soap.wsdl.messages.qcf_common import InvokingOrganisation
from lrs_soap.wsdl.messages.qcf_interface import InvokingOrganisationR10


@dataclass(slots=True)
class Credentials:
    """The organisation's codes and password, and the user's name; a code that was not sent is None."""

    UKPRN: str | None
    OrganisationRef: str | None
    OrgPassword: str = field(repr=False)
    UserName: str


def credentials_of(organisation: InvokingOrganisation | InvokingOrganisationR10 | None) -> Credentials:
    """The credentials of an invoking organisation of either kind; without one, no credentials.

    A blank code counts as not sent. The reference may hold the UKPRN: some clients have one field for both.
    """
    if organisation is None:
        return Credentials(None, None, "", "")
    ukprn = blank_to_none(organisation.Ukprn)
    if isinstance(organisation, InvokingOrganisationR10):
        reference = blank_to_none(organisation.OrganisationRef)
    else:
        reference = blank_to_none(organisation.Reference)
    if reference is not None and is_ukprn(reference):
        if ukprn is None:
            ukprn, reference = reference, None
        elif canonical(ukprn) == canonical(reference):
            reference = None
    return Credentials(ukprn, reference, organisation.Password or "", organisation.Username or "")


def blank_to_none(text: str | None) -> str | None:
    """The text as it was sent, or None if it is missing, empty or white space."""
    return text if text and not text.isspace() else None
