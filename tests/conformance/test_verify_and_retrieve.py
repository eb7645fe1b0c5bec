"""VerifyLearner and RetrieveULNs as a zeep client sees them."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

GRACE, ROWAN, PRIYA, PRIYA_IYER = "4170265830", "5629103473", "9140837261", "2865174033"
TOBIAS = "4739516283"


def verify(client: Any, uln: str, family_name: str, given_name: str, **more: str | None) -> Any:
    # From the live service's WSDL zeep asks for date of birth and gender, be it nil.
    asked = {
        "ULN": uln,
        "FamilyName": family_name,
        "GivenName": given_name,
        "DateOfBirth": None,
        "Gender": None,
        **more,
    }
    # zeep returns the answer's only field itself.
    return client.service.verifyLearner(**client.who(), LearnerToVerify=asked)


GRACES = (GRACE, "Okafor", "Grace", "2005-03-14", "2")
PRIYAS = (PRIYA_IYER, "Iyer", "Priya", "2002-02-28", "2")
OWN = {"WSVRC001": GRACES, "WSVRC002": PRIYAS, "WSVRC003": GRACES, "WSVRC004": PRIYAS}
"""What the record has, which is told with these codes."""


@pytest.mark.parametrize(
    ("asked", "code", "flags"),
    [
        ((GRACE, "Okafor", "Grace"), "WSVRC001", []),
        ((PRIYA_IYER, "Iyer", "Priya"), "WSVRC002", []),
        ((GRACE, "Okafer", "Grace"), "WSVRC003", ["VRF4", "VRF5"]),
        ((PRIYA_IYER, "Iyer", "Pria"), "WSVRC004", ["VRF1", "VRF2"]),
        ((GRACE, "Okafor", "Hannah"), "WSVRC005", ["VRF1", "VRF2"]),
        ((TOBIAS, "Fenwick", "Tobias"), "WSVRC006", []),
    ],
)
def test_every_code(learner_service: Any, asked: tuple[str, str, str], code: str, flags: list[str]) -> None:
    verified = verify(learner_service, *asked)
    assert (verified.ResponseCode, verified.FailureFlag) == (code, flags)
    assert (verified.SearchedULN, verified.SearchedFamilyName, verified.SearchedGivenName) == asked
    own = tuple(verified[name] for name in ("ULN", "FamilyName", "GivenName", "DateOfBirth", "Gender"))
    assert own == OWN.get(code, (None,) * 5)


def test_date_and_gender_are_compared_where_they_are_sent(learner_service: Any) -> None:
    verified = verify(learner_service, GRACE, "Okafor", "Grace", DateOfBirth="2005-03-15", Gender="1")
    assert (verified.ResponseCode, verified.FailureFlag) == ("WSVRC005", ["VRF7", "VRF8"])
    assert (verified.SearchedDateOfBirth, verified.SearchedGender) == ("2005-03-15", "1")


def test_what_is_nil_or_empty_is_not_compared(learner_service: Any) -> None:
    verified = verify(learner_service, GRACE, "Okafor", "Grace", DateOfBirth=None, Gender="")
    assert (verified.ResponseCode, verified.SearchedDateOfBirth, verified.SearchedGender) == ("WSVRC001", None, None)


def test_names_are_compared_with_the_previous_family_name_where_one_is_held(learner_service: Any) -> None:
    other = {"DateOfBirth": "2000-01-01", "Gender": "2"}
    verified = verify(learner_service, ROWAN, "Hughes", "Olivia", **other)
    assert (verified.ResponseCode, verified.FailureFlag) == ("WSVRC005", [f"VRF{flag}" for flag in range(1, 9)])
    verified = verify(learner_service, ROWAN, "Whitlock", "Thackeray", **other)
    assert verified.FailureFlag == ["VRF1", "VRF3", "VRF4", "VRF5", "VRF7", "VRF8"]


def test_swapped_names_are_similar(learner_service: Any) -> None:
    verified = verify(learner_service, GRACE, "Grace", "Okafor")
    assert (verified.ResponseCode, verified.FailureFlag) == ("WSVRC003", ["VRF1", "VRF5"])


def test_an_impossible_date_is_refused(learner_service: Any) -> None:
    with pytest.raises(Fault) as raised:
        verify(learner_service, GRACE, "Okafor", "Grace", DateOfBirth="1900-02-29")
    (exception,) = raised.value.detail
    assert exception.findtext("{*}FurtherDetails") == (
        "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."
    )


def retrieve(client: Any, *ulns: str) -> list[Any]:
    return list(client.service.retrieveULNs(**client.who(), ULNsToRetrieve={"ULN": list(ulns)}))


def test_one_uln_is_answered_alone(learner_service: Any) -> None:
    (found,) = retrieve(learner_service, ROWAN)
    assert (found.ULN, found.ResponseCode, found.MasterULN) == (ROWAN, "WSRC0004", None)
    assert (found.FamilyName, found.GivenName) == ("Thackeray", "Rowan")
    assert (found.DateOfBirth, found.Gender) == ("2004-11-02", "1")


def test_a_wrong_check_digit_is_nobodys(learner_service: Any) -> None:
    (unknown,) = retrieve(learner_service, "4170265831")
    assert (unknown.ULN, unknown.ResponseCode, unknown.FamilyName) == ("4170265831", "WSRC0001", None)


def test_each_uln_is_answered_in_its_place(learner_service: Any) -> None:
    found, deleted, linked, again = retrieve(learner_service, GRACE, TOBIAS, PRIYA_IYER, GRACE)
    assert (found.ULN, found.ResponseCode, found.FamilyName, found.MasterULN) == (GRACE, "WSRC0004", "Okafor", None)
    assert (deleted.ULN, deleted.ResponseCode, deleted.FamilyName) == (TOBIAS, "WSRC0001", None)
    assert (linked.ULN, linked.ResponseCode, linked.MasterULN) == (PRIYA_IYER, "WSRC0022", PRIYA)
    assert (linked.FamilyName, linked.DateOfBirth, linked.Gender) == ("Raman", "2002-02-28", "2")
    assert again == found


def test_200_are_the_most(learner_service: Any) -> None:
    assert [each.ULN for each in retrieve(learner_service, *[GRACE] * 200)] == [GRACE] * 200
    with pytest.raises(Fault) as raised:
        retrieve(learner_service, *[GRACE] * 201)
    assert "maximum of '200' times" in raised.value.detail[0].findtext("{*}FurtherDetails")
