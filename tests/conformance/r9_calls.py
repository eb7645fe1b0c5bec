"""Calls of LearnerServiceR9 by zeep: a request of each operation, but for what a test says."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from zeep.exceptions import Fault

from tests.kit.running_server import PASSWORD, UKPRN

GRACE = {"uln": "4170265830", "givenName": "Grace", "familyName": "Okafor"}
DESCRIPTIONS = {
    "WSEC0001": "Invalid request, The request was badly formed - this may include missing mandatory parameters, or "
    "invalid data types.",
    "WSEC0003": "Unknown organisation, The request contains an Organisation code which is either not recognised by the "
    "web service, or not authorised to access the web service functions.",
    "WSEC0005": "Incorrect password, The Organisation Password is not correct.",
    "WSEC0006": "Insufficient access, The Requesting Organisation is not allowed to access the web service.",
    "WSEC0136": "Supplied ULN is invalid",
    "WSEC0208": "Learner could not be verified",
}

_WHO = {"Ukprn": UKPRN, "Password": PASSWORD, "Username": "Conformance"}
_COMMON = {"invokingOrganisation": _WHO, "userType": "ORG", "language": "ENG"}
REQUESTS: dict[str, dict[str, Any]] = {
    "LearnerByUln": {**_COMMON, "vendorId": 1, **GRACE, "findType": "FUL"},
    "GetLearnerLearningEvents": {**_COMMON, "vendorID": 1, **GRACE, "getType": "FULL"},
    "UpdateLearnerSubsetFields": {
        **_COMMON,
        "vendorId": 1,
        "uln": GRACE["uln"],
        "versionNumber": 1,
        "abilityToShare": "NotProvided",
    },
    "ViewAudit": {
        **_COMMON,
        "vendorId": 1,
        "learnerUln": GRACE["uln"],
        "learnerGivenName": GRACE["givenName"],
        "learnerFamilyName": GRACE["familyName"],
        "page": 1,
    },
    "GetOrganisation": {**_COMMON, "vendorId": 1, "ukPrn": UKPRN},
}


def ask(client: Any, operation: str, *, who: dict[str, str | None] | None = None, **fields: Any) -> Any:
    """What zeep hands out of the answer, which is its result; `who` and `fields` are what the request has otherwise."""
    asker = {name: value for name, value in {**_WHO, **(who or {})}.items() if value is not None}
    return client.service[operation](**{**REQUESTS[operation], "invokingOrganisation": asker, **fields})


def refused(client: Any, operation: str, *, who: dict[str, str | None] | None = None, **fields: Any) -> str:
    """The code of the DomainFault that comes in place of an answer."""
    fault = fault_of(client, operation, who=who, **fields)
    assert fault.code == "s:Client"
    assert fault.message == "The creator of this fault did not specify a Reason."
    (exception,) = fault.detail
    code, detail = (child.text for child in exception)
    assert base64.b64decode(detail).decode() == DESCRIPTIONS[code]
    return str(code)


def fault_of(client: Any, operation: str, *, who: dict[str, str | None] | None = None, **fields: Any) -> Fault:
    """The fault that comes in place of an answer."""
    with pytest.raises(Fault) as raised:
        ask(client, operation, who=who, **fields)
    return raised.value
