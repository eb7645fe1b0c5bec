"""ViewAudit as a zeep client sees it, of learners that it has registered itself."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.conformance.r9_calls import GRACE, ask, refused

Names = dict[str, str]


@pytest.fixture
def register(learner_service: Any) -> Callable[[str], Names]:
    """Registers somebody, whom nobody has looked at, with this AbilityToShare; returns what R9 asks for them by."""

    def new_learner(ability_to_share: str) -> Names:
        names = {"GivenName": "Viewed", "FamilyName": "".join(random.choices(string.ascii_lowercase, k=30))}
        fields = {"LastKnownPostCode": "ZZ99 9ZZ", "DateOfBirth": "2004-02-29", "Gender": "9", "VerificationType": "2"}
        answer = learner_service.service.registerSingleLearner(
            **learner_service.who(), Learner={**names, **fields, "AbilityToShare": ability_to_share}
        )
        assert answer.ResponseCode == "WSRC0005"
        return {"uln": answer.ULN, "givenName": names["GivenName"], "familyName": names["FamilyName"]}

    return new_learner


def view(client: Any, learner: Names, page: int = 1) -> tuple[Any, list[Any]]:
    """A page, and its entries."""
    answer = ask(client, "ViewAudit", **as_asked(learner), page=page)
    # zeep makes None of an empty list.
    return answer, list(answer.List.PlrAccessEntryResponse) if answer.List else []


def as_asked(learner: Names) -> Names:
    return {f"learner{name[0].upper()}{name[1:]}": value for name, value in learner.items()}


def look_at(client: Any, learner: Names, user: str, **fields: str) -> str:
    answer = ask(client, "GetLearnerLearningEvents", who={"Username": user}, **learner, **fields)
    return str(answer.ResponseCode)


def test_nobody_has_looked(r9: Any, register: Callable[[str], Names]) -> None:
    page, entries = view(r9, register("1"))
    assert entries == []
    assert (page.PageCount, page.PageIndex, page.PageSize, page.TotalItems) == (0, 1, 10, 0)


def test_pages_have_ten_entries_the_newest_first_and_beyond_the_end_none(
    r9: Any, register: Callable[[str], Names]
) -> None:
    learner = register("1")
    for number in range(11):
        assert look_at(r9, learner, f"Reader {number}") == "WSRC0004"
    pages = [view(r9, learner, page) for page in (1, 2, 3)]
    assert [entry.User for _, entries in pages for entry in entries] == [f"Reader {10 - place}" for place in range(11)]
    assert [len(entries) for _, entries in pages] == [10, 1, 0]
    for index, (page, _) in enumerate(pages, 1):
        assert (page.PageCount, page.PageIndex, page.PageSize, page.TotalItems) == (2, index, 10, 11)
        assert (page.SortIndex, page.SortOrder) == (0, 0)
    (page, entries), *_ = pages
    assert {(entry.Action, entry.Organisation) for entry in entries} == {("Learning events viewed", "TEST0001")}
    moments = [entry.DateTime for entry in entries]
    assert all(isinstance(moment, datetime) and moment.microsecond == 0 for moment in moments)
    assert moments == sorted(moments, reverse=True)


def test_who_was_not_shown_the_record_is_there_and_who_did_not_know_the_names_is_not(
    r9: Any, register: Callable[[str], Names]
) -> None:
    learner = register("0")
    assert look_at(r9, learner, "Nosy") == "WSEC0206"
    assert look_at(r9, {**learner, "givenName": "Hidden"}, "Nosier") == "WSEC0208"
    assert look_at(r9, learner, "Viewed", userType="LNR") == "WSRC0004"
    _, entries = view(r9, learner)
    assert [(entry.User, entry.Action) for entry in entries] == [
        ("Viewed", "Learning events viewed"),
        ("Nosy", "Learning events not shared"),
    ]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"uln": "4170265831"}, "WSEC0136"),
        ({"uln": ""}, "WSEC0136"),
        ({"uln": "5629103473"}, "WSEC0208"),
        ({"familyName": "Okafer"}, "WSEC0208"),
        ({"uln": "4739516283", "givenName": "Tobias", "familyName": "Fenwick"}, "WSEC0208"),
    ],
    ids=["wrong", "empty", "another's", "similar names", "deleted"],
)
def test_who_cannot_be_verified_is_a_domain_fault(r9: Any, asked: Names, code: str) -> None:
    assert refused(r9, "ViewAudit", **as_asked({**GRACE, **asked})) == code
