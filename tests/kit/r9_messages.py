"""Requests of LearnerServiceR9 as bytes, with the fields that a test chooses."""

from __future__ import annotations

from collections.abc import Mapping

from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import qcf_interface
from tests.kit.every_operation import TEST, Who, ask_with
from tests.kit.soap_messages import Answer

NIL = "nil"
"""The value of a field to send as nil."""

_OPERATIONS = {each.name: each for each in LEARNER_SERVICE_R9.operations}

_GRACE = {"uln": "4170265830", "givenName": "Grace", "familyName": "Okafor"}
_VALID: Mapping[str, Mapping[str, str]] = {
    "LearnerByUln": {**_GRACE, "findType": "FUL"},
    "GetLearnerLearningEvents": {**_GRACE, "getType": "FULL"},
    "UpdateLearnerSubsetFields": {"uln": _GRACE["uln"], "versionNumber": "1", "abilityToShare": "NotProvided"},
    "ViewAudit": {
        "learnerUln": _GRACE["uln"],
        "learnerGivenName": _GRACE["givenName"],
        "learnerFamilyName": _GRACE["familyName"],
        "page": "1",
    },
    "GetOrganisation": {"ukPrn": "TEST0001"},
}
_COMMON = {"userType": "ORG", "vendorId": "7", "vendorID": "7", "language": "ENG"}


def content_of(name: str, who: Who = TEST, *, user: str = "A Tester", **fields: str | None) -> str:
    """Return the content of a valid message, changed by `fields`; a field that is None is left out."""
    operation = _OPERATIONS[name]
    order = [field.name for field in fields_of(operation.request)]
    assert fields.keys() <= set(order)
    values: dict[str, str | None] = {**_COMMON, **_VALID[name], **fields}
    given = ((field, value) for field in order if (value := values.get(field)) is not None)
    is_r10 = fields_of(operation.request)[0].message is qcf_interface.InvokingOrganisationR10
    return _organisation(who, user, is_r10=is_r10) + "".join(_element(field, value) for field, value in given)


def ask(url: str, name: str, who: Who = TEST, *, user: str = "A Tester", **fields: str | None) -> Answer:
    """Call an operation with a valid message, changed by `fields`; a field that is None is left out."""
    return ask_with(url, name, content_of(name, who, user=user, **fields))


def _organisation(who: Who, user: str, *, is_r10: bool) -> str:
    namespace = namespaces.INTERFACE if is_r10 else namespaces.COMMON
    members = {
        "OrganisationRef" if is_r10 else "Reference": who.reference,
        "Password": who.password,
        "Ukprn": who.ukprn,
        "Username": user,
    }
    inner = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in members.items() if value is not None)
    return f'<invokingOrganisation xmlns:c="{namespace}">{inner}</invokingOrganisation>'


def _element(name: str, value: str) -> str:
    if value == NIL:
        return f'<{name} xmlns:i="{namespaces.XSI}" i:nil="true"/>'
    return f"<{name}>{value}</{name}>"
