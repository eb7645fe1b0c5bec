"""Write the messages of all fifteen operations from their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.answers.elements import Element, text_element
from bench.answers.request import Request

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value]"
Values: TypeAlias = Mapping[str, Value]
"""The values of a message by field name: texts, records of fields, and lists for repeated elements."""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LEARNER_SERVICE, R9 = "/LearnerService.svc", "/LearnerServiceR9.svc"
CONTENT_TYPE = ("Content-Type", "text/xml; charset=utf-8")

_NAMES = "FamilyName GivenName"
_COMMON = "userType vendorId language"
_WHO = "OrganisationRef UKPRN OrgPassword UserName"
_DETAILS = (
    "Title GivenName MiddleOtherName FamilyName PreferredGivenName PreviousFamilyName FamilyNameAtAge16 SchoolAtAge16 "
    "LastKnownAddressLine1 LastKnownAddressLine2 LastKnownAddressTown LastKnownAddressCountyOrCity LastKnownPostCode "
    "DateOfAddressCapture DateOfBirth PlaceOfBirth Gender EmailAddress Nationality ScottishCandidateNumber "
    "VerificationType OtherVerificationDescription AbilityToShare Notes ULN VersionNumber"
)
_BATCH_DETAILS = (
    "ULN MISIdentifier Title GivenName PreferredGivenName MiddleOtherName FamilyName PreviousFamilyName "
    "FamilyNameAtAge16 SchoolAtAge16 LastKnownAddressLine1 LastKnownAddressLine2 LastKnownAddressTown "
    "LastKnownAddressCountyOrCity LastKnownPostCode DateOfAddressCapture DateOfBirth PlaceOfBirth EmailAddress Gender "
    "Nationality ScottishCandidateNumber AbilityToShare VerificationType OtherVerificationDescription Notes"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its message's element, namespace and fields in order, and those of the record in it."""

    name: str
    element: str
    namespace: str
    fields: tuple[str, ...]
    record: tuple[str, ...] = ()
    action: str = ""

    @property
    def is_r9(self) -> bool:
        return self.namespace == "http://tempuri.org/"

    @property
    def path(self) -> str:
        return R9 if self.is_r9 else LEARNER_SERVICE


def _learner_service(
    name: str, element: str, namespace: str, fields: str, record: str = "", *, action: str = ""
) -> Operation:
    own = f"FindType {_WHO} {fields}" if namespace == "findmsg" else f"{_WHO} {fields}"
    whole = f"http://api.lrs.miap.gov.uk/{namespace}"
    return Operation(name, element, whole, tuple(own.split()), tuple(record.split()), action)


def _r9(name: str, fields: str) -> Operation:
    action = f"http://tempuri.org/ILearnerServiceR9/{name}"
    return Operation(name, name, "http://tempuri.org/", tuple(fields.split()), action=action)


OPERATIONS: Mapping[str, Operation] = {
    each.name: each
    for each in (
        _learner_service("LearnerByULN", "FindLearnerByULN", "findmsg", f"ULN {_NAMES}"),
        _learner_service(
            "LearnerByDemographics",
            "FindLearnerByDemographics",
            "findmsg",
            f"{_NAMES} DateOfBirth Gender LastKnownPostCode PreviousFamilyName SchoolAtAge16 PlaceOfBirth EmailAddress",
        ),
        _learner_service("RegisterLearner", "RegisterLearner", "regmsg", "Learner", _DETAILS),
        _learner_service("UpdateLearner", "UpdateLearner", "regmsg", "Learner", _DETAILS),
        _learner_service(
            "SubmitBatch", "SubmitBatch", "batchmsg", "JobType LearnerRecordCount Learner", _BATCH_DETAILS
        ),
        _learner_service("GetSubmitBatchOutput", "GetSubmitBatchOutput", "batchmsg", "JobID"),
        _learner_service(
            "SubmitVerifyBatch",
            "SubmitVerifyBatch",
            "vldmsg",
            "LearnerRecordCount OrgEmail Learner",
            f"MISIdentifier ULN {_NAMES} DateOfBirth Gender",
        ),
        _learner_service("GetVerifyBatchOutput", "GetVerifyBatchOutput", "vldmsg", "JobID"),
        _learner_service("RetrieveULNs", "RetrieveULNs", "reportmsg", "ULNsToRetrieve", "ULN"),
        _learner_service(
            "VerifyLearner",
            "VerifyLearner",
            "reportmsg",
            "LearnerToVerify",
            f"ULN {_NAMES} DateOfBirth Gender",
            action="http://tempuri.org/LearnerPortType/verifyLearner",
        ),
        _r9("LearnerByUln", f"{_COMMON} uln givenName familyName findType"),
        _r9(
            "GetLearnerLearningEvents",
            "userType vendorID language uln givenName familyName dateOfBirth gender getType",
        ),
        _r9(
            "UpdateLearnerSubsetFields",
            f"{_COMMON} uln versionNumber emailAddress telephoneNumber abilityToShare schoolAtAge16 preferredGivenName",
        ),
        _r9("ViewAudit", f"{_COMMON} learnerUln learnerGivenName learnerFamilyName page"),
        _r9("GetOrganisation", f"{_COMMON} ukPrn orgRef"),
    )
}
"""The operations by the names that people use."""


@dataclass(frozen=True, slots=True)
class Who:
    """The organisation that a request names. A field that is None is not sent."""

    ukprn: str | None = "TEST0001"
    password: str | None = "CompatSitePass01"
    reference: str | None = None
    user: str | None = "bench"


TEST_COLLEGE = Who()


def message(name: str, values: Values, who: Who = TEST_COLLEGE) -> Element:
    """The body's child of a request, its fields in the contract's order. A field without a value is left out."""
    operation = OPERATIONS[name]
    if operation.is_r9:
        given: Values = {"userType": "ORG", "vendorId": "1", "vendorID": "1", "language": "ENG", **values}
        root = Element(operation.element, [_invoking_organisation(operation, who)], {"xmlns": operation.namespace})
    else:
        asks = {
            "OrganisationRef": who.reference,
            "UKPRN": who.ukprn,
            "OrgPassword": who.password,
            "UserName": who.user,
        }
        given = {"FindType": "FUL", **{field: code for field, code in asks.items() if code is not None}, **values}
        root = Element(f"m:{operation.element}", [], {"xmlns:m": operation.namespace})
    for field in operation.fields:
        if field in given:
            root.pieces += _elements(field, given[field], operation.record)
    return root


def envelope(body: str, *, header: str = "", namespace: str = SOAP) -> str:
    """A SOAP envelope around the text of a body's content."""
    return (
        f'<soapenv:Envelope xmlns:soapenv="{namespace}" xmlns:xsi="{XSI}">{header}'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )


def call(name: str, values: Values, label: str, who: Who = TEST_COLLEGE, *, keep: str | None = None) -> Request:
    """A call of an operation as a client sends it."""
    return posted(name, envelope(str(message(name, values, who))), label, keep=keep)


def posted(
    name: str, text: str | bytes, label: str, *, content_type: str = CONTENT_TYPE[1], keep: str | None = None
) -> Request:
    """A POST of anything to the port of an operation, with the SOAPAction of that operation."""
    operation = OPERATIONS[name]
    return Request(
        f"{name}: {label}",
        text.encode() if isinstance(text, str) else text,
        target=operation.path,
        header=(("Content-Type", content_type), ("SOAPAction", f'"{operation.action}"')),
        keep=keep,
        issues=name in ("RegisterLearner", "GetSubmitBatchOutput"),
    )


def _elements(name: str, value: Value, record: Sequence[str]) -> Iterator[Element]:
    if isinstance(value, str):
        yield text_element(name, value)
    elif isinstance(value, Mapping):
        children = (_elements(field, value[field], ()) for field in record if field in value)
        yield Element(name, [child for group in children for child in group])
    else:
        for each in value:
            yield from _elements(name, each, record)


def _invoking_organisation(operation: Operation, who: Who) -> Element:
    is_r10 = operation.name == "GetLearnerLearningEvents"
    namespace = "Amor.Qcf.Service.Interface" if is_r10 else "Amor.Qcf.Common"
    members = {
        "OrganisationRef" if is_r10 else "Reference": who.reference,
        "Password": who.password,
        "Ukprn": who.ukprn,
        "Username": who.user,
    }
    return Element(
        "invokingOrganisation",
        [text_element(f"c:{name}", value) for name, value in sorted(members.items()) if value is not None],
        {"xmlns:c": f"http://schemas.datacontract.org/2004/07/{namespace}"},
    )
