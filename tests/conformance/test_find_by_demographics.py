"""LearnerByDemographics as a zeep client sees it: nobody, one, two, ten and more than ten learners."""

from __future__ import annotations

from typing import Any

import pytest
from zeep.exceptions import Fault

FOUND = {
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "Gender": "2",
    "LastKnownPostCode": "LS1 4AP",
}
NOBODY = {**FOUND, "DateOfBirth": "1951-07-09", "LastKnownPostCode": "CV1 2WT"}
TWINS = {
    "GivenName": "Lottie",
    "FamilyName": "Thornbury",
    "DateOfBirth": "2004-06-17",
    "Gender": "2",
    "LastKnownPostCode": "YO31 8RN",
}
TEN = {
    "GivenName": "Daniel",
    "FamilyName": "Ashworth",
    "DateOfBirth": "2001-01-01",
    "Gender": "1",
    "LastKnownPostCode": "SK1 3XE",
}
TWELVE = {**TEN, "GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01", "Gender": "2"}
LINKED = {
    "GivenName": "Priya",
    "FamilyName": "Iyer",
    "DateOfBirth": "2002-02-28",
    "Gender": "2",
    "LastKnownPostCode": "LE2 7LB",
}
OPTIONAL = ("PreviousFamilyName", "SchoolAtAge16", "PlaceOfBirth", "EmailAddress")


def find(client: Any, **fields: str | None) -> Any:
    return client.service.learnerByDemographics(**{"FindType": "FUL", **client.who(), **FOUND, **fields})


def details_of(client: Any, **fields: str | None) -> tuple[str | None, str | None]:
    with pytest.raises(Fault) as raised:
        find(client, **fields)
    (exception,) = raised.value.detail
    return exception.findtext("ErrorCode"), exception.findtext("FurtherDetails")


def test_an_exact_match_is_one_learner_and_the_echo(learner_service: Any) -> None:
    answer = find(learner_service)
    assert answer.ResponseCode == "WSRC0004"
    assert {name: answer[name] for name in FOUND} == FOUND
    assert all(answer[name] is None for name in OPTIONAL)
    (learner,) = answer.Learner
    assert (learner.ULN, learner.MasterSubstituted) == ("4170265830", None)


@pytest.mark.parametrize(
    ("asked", "code", "count"),
    [
        (NOBODY, "WSRC0001", 0),
        ({"LastKnownPostCode": "CV1 2WT"}, "WSRC0003", 1),
        (TWINS, "WSRC0003", 2),
        (TEN, "WSRC0003", 10),
        (TWELVE, "WSRC0002", 0),
    ],
    ids=["nobody", "one", "two", "ten", "too many"],
)
def test_possible_matches(learner_service: Any, asked: dict[str, str], code: str, count: int) -> None:
    answer = find(learner_service, **asked)
    assert answer.ResponseCode == code
    assert len(answer.Learner) == len({learner.ULN for learner in answer.Learner}) == count
    assert all(learner.DateOfBirth == answer.DateOfBirth for learner in answer.Learner)


def test_what_was_asked_comes_back_where_it_had_a_value(learner_service: Any) -> None:
    answer = find(learner_service, PreviousFamilyName="Bello", PlaceOfBirth="", EmailAddress="grace@example.org")
    assert (answer.PreviousFamilyName, answer.EmailAddress) == ("Bello", "grace@example.org")
    assert (answer.SchoolAtAge16, answer.PlaceOfBirth) == (None, None)


def test_a_linked_learner_is_answered_with_its_master(learner_service: Any) -> None:
    answer = find(learner_service, **LINKED)
    assert answer.ResponseCode == "WSRC0022"
    (master,) = answer.Learner
    assert (master.ULN, master.MasterSubstituted) == ("9140837261", "Y")
    assert master.LinkedULNs.ULN == ["2865174033", "3496281501"]


def test_chk_tells_the_code_and_no_learner(learner_service: Any) -> None:
    for asked, code in ((FOUND, "WSRC0004"), (TEN, "WSRC0003"), (LINKED, "WSRC0022")):
        answer = find(learner_service, FindType="CHK", **asked)
        assert (answer.ResponseCode, answer.Learner) == (code, [])


def test_a_day_that_never_was_is_refused(learner_service: Any) -> None:
    details = "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."
    assert details_of(learner_service, DateOfBirth="1900-02-29") == ("WSEC0001", details)


def test_prohibited_text_is_refused(learner_service: Any) -> None:
    details = "Value 'Bogus' of element 'FamilyName' contains prohibited text."
    assert details_of(learner_service, FamilyName="Bogus") == ("WSEC0001", details)
