"""LearnerByUln as a zeep client sees it: every response code, and the learner in R9's own fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.conformance.r9_calls import GRACE, ask

ROWAN = {"uln": "5629103473", "givenName": "Rowan", "familyName": "Thackeray"}
MASTER = {"uln": "9140837261", "givenName": "Priya", "familyName": "Raman"}
LINKED = {"uln": "2865174033", "givenName": "Priya", "familyName": "Iyer"}
DELETED = {"uln": "4739516283", "givenName": "Tobias", "familyName": "Fenwick"}


def find(client: Any, learner: dict[str, str] = GRACE, **fields: str) -> Any:
    return ask(client, "LearnerByUln", **learner, **fields)


@pytest.mark.parametrize("find_type", ["FUL", "CHK"])
@pytest.mark.parametrize(
    ("asked", "code", "found"),
    [
        (GRACE, "WSRC0004", GRACE["uln"]),
        ({**GRACE, "familyName": "Okafer"}, "WSRC0003", GRACE["uln"]),
        ({**GRACE, "givenName": "Okafor", "familyName": "Grace"}, "WSRC0003", GRACE["uln"]),
        (MASTER, "WSRC0004", MASTER["uln"]),
        (LINKED, "WSRC0022", MASTER["uln"]),
        ({**ROWAN, "uln": GRACE["uln"]}, "WSRC0001", None),
        (DELETED, "WSRC0001", None),
        ({**GRACE, "uln": "4170265831"}, "WSEC0136", None),
        ({**GRACE, "uln": "417026583"}, "WSEC0136", None),
    ],
)
def test_each_answer(r9: Any, asked: dict[str, str], code: str, found: str | None, find_type: str) -> None:
    answer = find(r9, asked, findType=find_type)
    assert answer.ResponseCode == code
    assert (answer.Uln, answer.GivenName, answer.FamilyName) == tuple(asked.values())
    if find_type == "FUL" and found is not None:
        assert answer.Learner.Uln == found
    else:
        assert answer.Learner is None


def test_every_field_that_is_held_comes_back(r9: Any) -> None:
    learner = find(r9, ROWAN).Learner
    assert (learner.DateOfBirth, learner.Gender) == (datetime(2004, 11, 2), 1)
    assert (learner.PreviousFamilyName, learner.LastKnownPostCode) == ("Whitlock", "YO21 3PR")
    assert (learner.VerificationType, learner.OtherVerificationDescription) == (999, "Armed forces identity card")
    assert (learner.AbilityToShare, learner.RecordStatus, learner.VersionNumber) == (1, 1, 4)


def test_what_nobody_holds_is_nil_or_nothing(r9: Any) -> None:
    learner = find(r9).Learner
    assert (learner.DateOfDeath, learner.NationalInsuranceNumber, learner.UniquePupilNumber) == (None, None, None)
    assert (learner.Deceased, learner.TierLevel, learner.ManualUpdate) == (0, 0, False)


@pytest.mark.parametrize("asked", [MASTER, LINKED])
def test_a_master_lists_those_that_are_linked(r9: Any, asked: dict[str, str]) -> None:
    learner = find(r9, asked).Learner
    assert sorted(learner.LinkedUlns.string) == [LINKED["uln"], "3496281501"]
    assert learner.MasterUln is None


def test_who_is_not_linked_has_an_empty_list(r9: Any) -> None:
    find(r9)
    (linked,) = r9.heard().iter("{*}LinkedUlns")
    assert (len(linked), dict(linked.attrib)) == (0, {})
