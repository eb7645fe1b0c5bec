"""Who may ask LearnerServiceR9, and what it refuses before it looks for anybody, as a zeep client sees it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.r9_calls import REQUESTS, ask, fault_of, refused

VIEW_ONLY = {"Ukprn": "TEST0002", "Password": "ViewOnlyPass0002"}
WITHOUT_RECORDS = {"Ukprn": "TEST0004", "Password": "WithoutPlrPass04"}
OF_RECORDS = ("GetLearnerLearningEvents", "ViewAudit")
TO_VIEW = ("LearnerByUln", "GetOrganisation")

EVERY_OPERATION = pytest.mark.parametrize("operation", REQUESTS)


def reference_in(operation: str) -> str:
    return "OrganisationRef" if operation == "GetLearnerLearningEvents" else "Reference"


@EVERY_OPERATION
@pytest.mark.parametrize(
    ("ukprn", "reference"),
    [("TEST0001", "TST001"), (None, "TST001"), (None, "TEST0001"), ("TEST0001", "TEST0001")],
    ids=["both", "reference", "UKPRN for the reference", "UKPRN for both"],
)
def test_an_organisation_is_named_by_either_code_or_by_both(
    r9: Any, operation: str, ukprn: str | None, reference: str
) -> None:
    who = {"Ukprn": ukprn, reference_in(operation): reference}
    assert ask(r9, operation, who=who) == ask(r9, operation)


@EVERY_OPERATION
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"Ukprn": None}, "WSEC0001"),
        ({"Ukprn": "NOBODY99"}, "WSEC0003"),
        ({"Ukprn": "TEST0003", "Password": "SuspendedPass003"}, "WSEC0003"),
        ({"Password": "NotThePassword16"}, "WSEC0005"),
        ({"Password": None}, "WSEC0005"),
    ],
    ids=["not named", "UKPRN", "suspended", "password", "no password"],
)
def test_who_is_not_known_is_refused(r9: Any, operation: str, who: dict[str, str | None], code: str) -> None:
    assert refused(r9, operation, who=who) == code


@EVERY_OPERATION
def test_two_codes_that_disagree_are_refused(r9: Any, operation: str) -> None:
    assert refused(r9, operation, who={reference_in(operation): "TST002"}) == "WSEC0003"


@EVERY_OPERATION
def test_without_an_invoking_organisation_nobody_asks(r9: Any, operation: str) -> None:
    assert refused(r9, operation, invokingOrganisation=None) == "WSEC0001"


@pytest.mark.parametrize(
    ("who", "operation"),
    [
        *((VIEW_ONLY, operation) for operation in REQUESTS if operation not in TO_VIEW),
        *((WITHOUT_RECORDS, operation) for operation in OF_RECORDS),
    ],
)
def test_who_may_not_is_refused(r9: Any, who: dict[str, str | None], operation: str) -> None:
    assert refused(r9, operation, who=who) == "WSEC0006"


@pytest.mark.parametrize(
    ("who", "operation"),
    [
        *((VIEW_ONLY, operation) for operation in TO_VIEW),
        *((WITHOUT_RECORDS, operation) for operation in REQUESTS if operation not in OF_RECORDS),
    ],
)
def test_who_may_is_answered(r9: Any, who: dict[str, str | None], operation: str) -> None:
    assert ask(r9, operation, who=who) == ask(r9, operation)


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        *((operation, "language", value) for operation in REQUESTS for value in ("FRA", "", None)),
        *((operation, "userType", "ADM") for operation in REQUESTS if operation != "GetOrganisation"),
        ("GetOrganisation", "userType", "Unknown"),
        *((operation, "vendorId", 0) for operation in REQUESTS if operation != "GetLearnerLearningEvents"),
        ("GetLearnerLearningEvents", "vendorID", 0),
        ("GetLearnerLearningEvents", "vendorID", -1),
        ("GetLearnerLearningEvents", "getType", "full"),
        ("LearnerByUln", "findType", "FULL"),
        ("ViewAudit", "page", 0),
        ("GetLearnerLearningEvents", "givenName", None),
        ("LearnerByUln", "familyName", " "),
        ("ViewAudit", "learnerGivenName", ""),
    ],
)
def test_a_value_that_is_foreign_or_blank_is_refused(r9: Any, operation: str, field: str, value: Any) -> None:
    assert refused(r9, operation, **{field: value}) == "WSEC0001"


@EVERY_OPERATION
def test_a_value_is_looked_at_before_who_asks(r9: Any, operation: str) -> None:
    assert refused(r9, operation, who={"Ukprn": "NOBODY99"}, language="FRA") == "WSEC0001"


@EVERY_OPERATION
def test_a_number_that_is_none_is_not_deserialized(r9: Any, operation: str) -> None:
    vendor = "vendorID" if operation == "GetLearnerLearningEvents" else "vendorId"
    fault = fault_of(r9, operation, who={"Ukprn": "NOBODY99"}, **{vendor: "seven"})
    assert (fault.code, fault.detail) == ("a:DeserializationFailed", None)


@EVERY_OPERATION
def test_an_action_that_does_not_fit_is_not_supported(r9: Any, operation: str) -> None:
    with r9.settings(extra_http_headers={"SOAPAction": '"http://tempuri.org/ILearnerServiceR9/Elsewhere"'}):
        fault = fault_of(r9, operation, who={"Ukprn": "NOBODY99"})
    assert (fault.code, fault.detail) == ("a:ActionNotSupported", None)
