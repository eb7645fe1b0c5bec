"""UpdateLearnerSubsetFields as a zeep client sees it, with a learner that it has registered itself."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from tests.conformance.r9_calls import ask, refused

OPERATION = "UpdateLearnerSubsetFields"


@pytest.fixture
def learner(learner_service: Any) -> dict[str, str]:
    """A learner that was registered just now, whose notice is not seen, as R9 asks for it."""
    family_name = "".join(random.choices(string.ascii_lowercase, k=30))
    names = {"GivenName": "Conformance", "FamilyName": family_name}
    fields = {"LastKnownPostCode": "ZZ99 9ZZ", "DateOfBirth": "2004-02-29", "Gender": "9", "VerificationType": "2"}
    answer = learner_service.service.registerSingleLearner(
        **learner_service.who(), Learner={**names, **fields, "AbilityToShare": "0", "EmailAddress": "a@example.org"}
    )
    assert answer.ResponseCode == "WSRC0005"
    return {"uln": answer.ULN, "givenName": names["GivenName"], "familyName": names["FamilyName"]}


def code(client: Any, learner: dict[str, str], version: int, **fields: str | None) -> str:
    # zeep returns the answer's only field itself.
    return str(ask(client, OPERATION, uln=learner["uln"], versionNumber=version, **fields))


def held(client: Any, learner: dict[str, str]) -> Any:
    return ask(client, "LearnerByUln", **learner).Learner


def test_an_update_counts_once(r9: Any, learner: dict[str, str]) -> None:
    assert code(r9, learner, 1) == "WSRC0020"
    assert code(r9, learner, 1, telephoneNumber="0113 496 0000", preferredGivenName="Connie") == "WSRC0006"
    assert code(r9, learner, 1, telephoneNumber="0113 496 0001") == "WSRC0013"
    assert code(r9, learner, 3, telephoneNumber="0113 496 0001") == "WSRC0013"
    found = held(r9, learner)
    assert (found.VersionNumber, found.TelephoneNumber, found.PreferredGivenName) == (2, "0113 496 0000", "Connie")


def test_what_is_not_sent_stays_and_what_is_empty_is_cleared(r9: Any, learner: dict[str, str]) -> None:
    assert code(r9, learner, 1, schoolAtAge16="St Bride's", preferredGivenName=None) == "WSRC0006"
    assert code(r9, learner, 2, emailAddress="") == "WSRC0006"
    found = held(r9, learner)
    assert (found.SchoolAtAge16, found.EmailAddress, found.VersionNumber) == ("St Bride's", None, 3)


def test_a_privacy_notice_is_seen_once_and_for_all(r9: Any, learner: dict[str, str]) -> None:
    assert code(r9, learner, 1, abilityToShare="FPNNotSeen") == "WSRC0020"
    assert code(r9, learner, 1, abilityToShare="FPNSeenShareData") == "WSRC0006"
    assert code(r9, learner, 2, abilityToShare="FPNNotSeen") == "WSRC0014"
    assert held(r9, learner).AbilityToShare == 1


@pytest.mark.parametrize(
    ("uln", "expected"),
    [("4739516283", "WSRC0019"), ("2865174033", "WSRC0019"), ("4170265831", "WSEC0136"), ("", "WSEC0136")],
    ids=["deleted", "linked", "wrong", "empty"],
)
def test_who_is_not_there_to_be_updated(r9: Any, uln: str, expected: str) -> None:
    assert code(r9, {"uln": uln}, 1, telephoneNumber="0113 496 0000") == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [("emailAddress", "nowhere"), ("preferredGivenName", "x" * 36), ("schoolAtAge16", "Bogus School")],
)
def test_a_value_that_cannot_be_held_is_refused(r9: Any, learner: dict[str, str], field: str, value: str) -> None:
    assert refused(r9, OPERATION, uln=learner["uln"], **{field: value}) == "WSEC0001"
    assert held(r9, learner).VersionNumber == 1
