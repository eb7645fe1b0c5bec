"""VerifyLearner and RetrieveULNs as a zeep client sees them."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

GRACE, PRIYA, PRIYA_IYER, TOBIAS = "4170265830", "9140837261", "2865174033", "4739516283"


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
    own = asked[0] if code not in ("WSVRC005", "WSVRC006") else None
    assert verified["ULN"] == own


def test_date_and_gender_are_compared_where_they_are_sent(learner_service: Any) -> None:
    verified = verify(learner_service, GRACE, "Okafor", "Grace", DateOfBirth="2005-03-15", Gender="1")
    assert (verified.ResponseCode, verified.FailureFlag) == ("WSVRC005", ["VRF7", "VRF8"])
    assert (verified.SearchedDateOfBirth, verified.SearchedGender) == ("2005-03-15", "1")


def test_an_impossible_date_is_refused(learner_service: Any) -> None:
    with pytest.raises(Fault) as raised:
        verify(learner_service, GRACE, "Okafor", "Grace", DateOfBirth="1900-02-29")
    (exception,) = raised.value.detail
    assert exception.findtext("{*}FurtherDetails") == (
        "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."
    )


def retrieve(client: Any, *ulns: str) -> list[Any]:
    return list(client.service.retrieveULNs(**client.who(), ULNsToRetrieve={"ULN": list(ulns)}))


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
