"""A valid request of each of the fifteen operations, from any organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from tests.kit.running_server import PASSWORD, UKPRN
from tests.kit.soap_messages import LEARNER_SERVICE as LEARNER_PATH
from tests.kit.soap_messages import LEARNER_SERVICE_R9 as R9_PATH
from tests.kit.soap_messages import Answer, envelope, post


@dataclass(frozen=True)
class Who:
    """The organisation that a request names; a code that is None is not sent."""

    ukprn: str | None = UKPRN
    password: str = PASSWORD
    reference: str | None = None


TEST = Who()

_NAMES = "<FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName>"
_LEARNER = (
    "<GivenName>Grace</GivenName><FamilyName>Okafor</FamilyName><LastKnownPostCode>LS1 4AP</LastKnownPostCode>"
    "<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender><VerificationType>1</VerificationType>"
    "<AbilityToShare>1</AbilityToShare>"
)
_RECORD = "<Learner><GivenName>Grace</GivenName><FamilyName>Okafor</FamilyName></Learner>"
_TO_VERIFY = f"<ULN>4170265830</ULN>{_NAMES}"


def _learner_service(content: str, who: Who, *, find: bool = False) -> str:
    codes = "".join(
        f"<{name}>{code}</{name}>"
        for name, code in (("OrganisationRef", who.reference), ("UKPRN", who.ukprn))
        if code is not None
    )
    asks = f"{codes}<OrgPassword>{who.password}</OrgPassword><UserName>A Tester</UserName>"
    return f"<FindType>FUL</FindType>{asks}{content}" if find else asks + content


def _r9(content: str, who: Who, *, vendor: str = "vendorId", r10: bool = False) -> str:
    reference = "OrganisationRef" if r10 else "Reference"
    namespace = namespaces.INTERFACE if r10 else namespaces.COMMON
    members = "".join(
        f"<c:{name}>{value}</c:{name}>"
        for name, value in (("Password", who.password), ("Ukprn", who.ukprn), (reference, who.reference))
        if value is not None
    )
    return (
        f'<invokingOrganisation xmlns:c="{namespace}">{members}</invokingOrganisation>'
        f"<userType>ORG</userType><{vendor}>7</{vendor}><language>ENG</language>{content}"
    )


Content = Callable[[Who], str]

LEARNER: Mapping[str, Content] = {
    "learnerByULN": partial(_learner_service, f"<ULN>4170265830</ULN>{_NAMES}", find=True),
    "learnerByDemographics": partial(
        _learner_service,
        f"{_NAMES}<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender>"
        "<LastKnownPostCode>LS1 4AP</LastKnownPostCode>",
        find=True,
    ),
    "registerSingleLearner": partial(_learner_service, f"<Learner>{_LEARNER}</Learner>"),
    "updateSingleLearner": partial(
        _learner_service, f"<Learner>{_LEARNER}<ULN>4170265830</ULN><VersionNumber>1</VersionNumber></Learner>"
    ),
    "submitBatchRegistration": partial(
        _learner_service, f"<JobType>FUL</JobType><LearnerRecordCount>1</LearnerRecordCount>{_RECORD}"
    ),
    "getBatchRegistrationOutput": partial(_learner_service, "<JobID>1</JobID>"),
    "submitVerifyBatch": partial(
        _learner_service, f"<LearnerRecordCount>1</LearnerRecordCount><Learner>{_TO_VERIFY}</Learner>"
    ),
    "getVerifyBatchOutput": partial(_learner_service, "<JobID>1</JobID>"),
    "retrieveULNs": partial(_learner_service, "<ULNsToRetrieve><ULN>4170265830</ULN></ULNsToRetrieve>"),
    "verifyLearner": partial(_learner_service, f"<LearnerToVerify>{_TO_VERIFY}</LearnerToVerify>"),
}
R9: Mapping[str, Content] = {
    "LearnerByUln": partial(
        _r9,
        "<uln>4170265830</uln><givenName>Grace</givenName><familyName>Okafor</familyName><findType>FUL</findType>",
    ),
    "GetLearnerLearningEvents": partial(
        _r9,
        "<uln>4170265830</uln><givenName>Grace</givenName><familyName>Okafor</familyName><getType>FULL</getType>",
        vendor="vendorID",
        r10=True,
    ),
    "UpdateLearnerSubsetFields": partial(_r9, "<uln>4170265830</uln><versionNumber>1</versionNumber>"),
    "ViewAudit": partial(
        _r9,
        "<learnerUln>4170265830</learnerUln><learnerGivenName>Grace</learnerGivenName>"
        "<learnerFamilyName>Okafor</learnerFamilyName><page>1</page>",
    ),
    "GetOrganisation": partial(_r9, "<ukPrn>TEST0001</ukPrn>"),
}
OPERATIONS: Mapping[str, Content] = {**LEARNER, **R9}
"""The content of a valid request of each operation, by the operation's name on the wire."""

DECLARED = {each.name: each for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9) for each in port.operations}
"""The declaration of each operation."""


def ask(url: str, name: str, who: Who = TEST, *, change: Callable[[str], str] = str) -> Answer:
    """Call an operation; `change` alters the content of its message."""
    return ask_with(url, name, change(OPERATIONS[name](who)))


def ask_with(url: str, name: str, content: str) -> Answer:
    """Call an operation with any content in its message."""
    operation = DECLARED[name]
    tag = etree.QName(operation.request_tag)
    if name in LEARNER:
        body, path = f'<m:{tag.localname} xmlns:m="{tag.namespace}">{content}</m:{tag.localname}>', LEARNER_PATH
    else:
        body, path = f'<{tag.localname} xmlns="{tag.namespace}">{content}</{tag.localname}>', R9_PATH
    return post(url, envelope(body), path=path, headers={"SOAPAction": f'"{operation.soap_action}"'})


def code_of(answer: Answer) -> str | None:
    """Return the code of an answer or fault, or the faultcode of a fault without one."""
    return answer.text("ErrorCode") or answer.text("ResponseCode") or answer.text("faultcode")
