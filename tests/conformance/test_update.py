"""UpdateLearner as a zeep client sees it, with a learner that it has registered itself."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from zeep.exceptions import Fault

PLAIN = {"LastKnownPostCode": "ZZ99 9ZZ", "DateOfBirth": "2004-02-29", "Gender": "9", "GivenName": "Conformance"}


@pytest.fixture
def learner(learner_service: Any) -> dict[str, Any]:
    """A learner that was registered just now, as an update names it."""
    family_name = "".join(random.choices(string.ascii_lowercase, k=30))
    fields = {**PLAIN, "FamilyName": family_name, "VerificationType": "2", "AbilityToShare": "0", "Title": "Ms"}
    answer = learner_service.service.registerSingleLearner(**learner_service.who(), Learner=fields)
    assert answer.ResponseCode == "WSRC0005"
    return {**fields, "ULN": answer.ULN, "VersionNumber": 1}


def code(client: Any, learner: dict[str, Any], **changed: Any) -> str:
    # zeep returns the answer's only field itself.
    return str(client.service.updateSingleLearner(**client.who(), Learner={**learner, **changed}))


def held(client: Any, learner: dict[str, Any]) -> Any:
    names = {name: learner[name] for name in ("ULN", "GivenName", "FamilyName")}
    (found,) = client.service.learnerByULN(FindType="FUL", **client.who(), **names).Learner
    return found


def test_an_update_counts_once(learner_service: Any, learner: dict[str, Any]) -> None:
    assert code(learner_service, learner) == "WSRC0020"
    assert code(learner_service, learner, Title="", Notes="a note") == "WSRC0006"
    assert code(learner_service, learner, Title="Dr") == "WSRC0013"
    assert code(learner_service, learner, Title="Dr", VersionNumber=3) == "WSRC0013"
    found = held(learner_service, learner)
    assert (found.VersionNumber, found.Title, found.Notes) == (2, None, "a note")


def test_what_is_not_sent_stays_and_what_is_empty_is_cleared(learner_service: Any, learner: dict[str, Any]) -> None:
    assert code(learner_service, learner, Notes="a note", PlaceOfBirth="Leeds") == "WSRC0006"
    sent = {name: value for name, value in learner.items() if name != "Title"}
    assert code(learner_service, sent, VersionNumber=2, Notes="") == "WSRC0006"
    found = held(learner_service, learner)
    assert (found.Title, found.Notes, found.PlaceOfBirth, found.VersionNumber) == ("Ms", None, "Leeds", 3)


def test_a_privacy_notice_is_seen_once_and_for_all(learner_service: Any, learner: dict[str, Any]) -> None:
    assert code(learner_service, learner, AbilityToShare="2") == "WSRC0014"
    assert code(learner_service, learner, AbilityToShare="1") == "WSRC0006"
    assert code(learner_service, learner, VersionNumber=2) == "WSRC0014"


def test_another_learners_details_are_taken(learner_service: Any, learner: dict[str, Any]) -> None:
    other = {**learner, "FamilyName": f"{learner['FamilyName'][1:]}"}
    fields = {name: value for name, value in other.items() if name not in ("ULN", "VersionNumber")}
    registered = learner_service.service.registerSingleLearner(**learner_service.who(), Learner=fields)
    changed = {"ULN": registered.ULN, "FamilyName": learner["FamilyName"].upper()}
    assert code(learner_service, other, **changed) == "WSRC0021"


@pytest.mark.parametrize("uln", ["4739516283", "2865174033", "4170265831"], ids=["deleted", "linked", "wrong"])
def test_who_is_not_there_to_be_updated(learner_service: Any, learner: dict[str, Any], uln: str) -> None:
    assert code(learner_service, learner, ULN=uln) == "WSRC0019"


def fault_of(client: Any, learner: dict[str, Any], **changed: Any) -> tuple[str | None, str | None]:
    with pytest.raises(Fault) as raised:
        code(client, learner, **changed)
    (exception,) = raised.value.detail
    return exception.findtext("{*}ErrorCode"), exception.findtext("{*}FurtherDetails")


@pytest.mark.parametrize("field", ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"])
def test_what_is_mandatory_cannot_be_cleared(learner_service: Any, learner: dict[str, Any], field: str) -> None:
    assert fault_of(learner_service, learner, **{field: ""})[0] == "WSEC0001"


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("DateOfBirth", "1900-02-29", "Value '1900-02-29' of element 'DateOfBirth' is not a valid date."),
        ("Notes", "A bogus note", "Value 'A bogus note' of element 'Notes' contains prohibited text."),
        (
            "VerificationType",
            "999",
            "Element 'OtherVerificationDescription' is required when VerificationType is 999.",
        ),
    ],
)
def test_what_is_wrong_with_a_field_is_said_before_anything_else(
    learner_service: Any, learner: dict[str, Any], field: str, value: str, details: str
) -> None:
    changed = {field: value, "VersionNumber": 7}
    assert fault_of(learner_service, learner, **changed) == ("WSEC0001", details)
