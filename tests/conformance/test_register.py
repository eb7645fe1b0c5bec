"""RegisterLearner as a zeep client sees it. It leaves learners behind, whose names no other test asks for."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from zeep.exceptions import Fault

from lrs_soap.rules.values.uln import is_valid

# Everything that a registration may say, but for what it has to.
OPTIONAL = {
    "Title": "Mx",
    "MiddleOtherName": "Łucja",
    "PreferredGivenName": "Con",
    "PreviousFamilyName": "O'Before",
    "FamilyNameAtAge16": "D’Until",
    "SchoolAtAge16": "A & B Academy",
    "LastKnownAddressLine1": "1 High Street",
    "LastKnownAddressLine2": "Leith",
    "LastKnownAddressTown": "Edinburgh",
    "LastKnownAddressCountyOrCity": "Midlothian",
    "DateOfAddressCapture": "2024-08-19",
    "PlaceOfBirth": "Reykjavík",
    "EmailAddress": "con@example.org",
    "Nationality": "ISL",
    "ScottishCandidateNumber": "057654321",
    "OtherVerificationDescription": "Residence permit",
    "Notes": "Said <what> is so.",
}
VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"


@pytest.fixture
def learner() -> dict[str, str]:
    """A learner that nobody has registered before, whatever endpoint this runs against."""
    return {
        "GivenName": "Conformance",
        "FamilyName": "".join(random.choices(string.ascii_lowercase, k=30)),
        "LastKnownPostCode": "zz999zz",
        "DateOfBirth": "2004-02-29",
        "Gender": "9",
        "VerificationType": "2",
        "AbilityToShare": "1",
    }


def register(client: Any, learner: dict[str, str]) -> Any:
    return client.service.registerSingleLearner(**client.who(), Learner=learner)


def details_of(client: Any, learner: dict[str, str]) -> str:
    with pytest.raises(Fault) as raised:
        register(client, learner)
    assert raised.value.message == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"
    (exception,) = raised.value.detail
    fault = {child.tag: child.text or "" for child in exception}
    assert (fault["ErrorCode"], fault["ErrorActor"]) == ("WSEC0001", VALIDATOR)
    return fault["FurtherDetails"]


def test_a_new_learner_gets_a_uln_and_is_found_by_it(learner_service: Any, learner: dict[str, str]) -> None:
    answer = register(learner_service, {**learner, "Notes": "a note"})
    assert answer.ResponseCode == "WSRC0005"
    assert is_valid(answer.ULN)

    names = {"GivenName": learner["GivenName"], "FamilyName": learner["FamilyName"]}
    found = learner_service.service.learnerByULN(FindType="FUL", **learner_service.who(), ULN=answer.ULN, **names)
    (held,) = found.Learner
    assert (held.VersionNumber, held.LearnerStatus, held.LastKnownPostCode) == (1, "1", "ZZ99 9ZZ")
    assert held.CreatedDate == held.LastUpdatedDate
    assert (held.Notes, held.MasterSubstituted) == ("a note", None)


def test_the_same_learner_again_gets_none(learner_service: Any, learner: dict[str, str]) -> None:
    register(learner_service, learner)
    again = register(learner_service, {**learner, "FamilyName": learner["FamilyName"].upper(), "Title": "Ms"})
    assert (again.ResponseCode, again.ULN) == ("WSRC0021", None)


@pytest.mark.parametrize(
    "held",
    [
        ("grace", "OKAFOR", "2005-03-14", "2", "ls14ap"),
        ("Priya", "Iyer", "2002-02-28", "2", "LE2 7LB"),
    ],
    ids=["in another spelling", "linked"],
)
def test_who_is_held_already_gets_none(learner_service: Any, learner: dict[str, str], held: tuple[str, ...]) -> None:
    mandatory = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
    answer = register(learner_service, {**learner, **dict(zip(mandatory, held, strict=True))})
    assert (answer.ResponseCode, answer.ULN) == ("WSRC0021", None)


def test_every_field_that_is_sent_is_held(learner_service: Any, learner: dict[str, str]) -> None:
    sent = {**OPTIONAL, **learner, "LastKnownPostCode": "EH6 7QT"}
    answer = register(learner_service, sent)
    names = {"GivenName": learner["GivenName"], "FamilyName": learner["FamilyName"]}
    found = learner_service.service.learnerByULN(FindType="FUL", **learner_service.who(), ULN=answer.ULN, **names)
    assert {name: found.Learner[0][name] for name in sent} == sent


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("DateOfBirth", "1900-02-29", "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."),
        (
            "DateOfBirth",
            "1850-01-01",
            "Value '1850-01-01' of element 'DateOfBirth' is outside the permitted age range.",
        ),
        ("AbilityToShare", "2", "Value '2' of element 'AbilityToShare' is no longer accepted."),
        (
            "VerificationType",
            "999",
            "Element 'OtherVerificationDescription' is required when VerificationType is 999.",
        ),
        (
            "OtherVerificationDescription",
            "ILR",
            "Value 'ILR' of element 'OtherVerificationDescription' is not an accepted description.",
        ),
        (
            "Gender",
            "3",
            "cvc-pattern-valid: Value '3' is not facet-valid with respect to pattern '0|1|2|9' for type 'MIAPGender'.",
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_said(
    learner_service: Any, learner: dict[str, str], field: str, value: str, details: str
) -> None:
    assert details_of(learner_service, {**learner, field: value}) == details
