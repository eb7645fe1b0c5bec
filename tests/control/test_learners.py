"""Learners by the control interface: looked up, loaded, merged, unmerged and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lrs_soap.loading import event_record, learner_record
from lrs_soap.rules.values import uln as ulns
from tests.kit.control_client import ControlAnswer, control
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.kit.waiting import until

Ask = Callable[..., ControlAnswer]

OWN_ULN = "1000000035"


@pytest.fixture
def ask(steered: ServerHere) -> Ask:
    return lambda method, path, value=None: control(steered.url, method, path, value)


def learner(given_name: str, **changed: Any) -> dict[str, Any]:
    """A learner whom no other test loads."""
    return {
        "GivenName": given_name,
        "FamilyName": "Quillfeather",
        "DateOfBirth": "2003-02-01",
        "Gender": "2",
        "LastKnownPostCode": "TR1 2PQ",
        **changed,
    }


def loaded(ask: Ask, *people: dict[str, Any]) -> list[str]:
    answer = ask("POST", "/learners", list(people))
    assert answer.status == 201
    return [str(each) for each in answer.value["ulns"]]


def names(answer: ControlAnswer) -> list[str]:
    assert answer.status == 200
    return [each["GivenName"] for each in answer.value]


def test_a_learner_that_is_loaded_is_found_by_the_next_request(steered: ServerHere, ask: Ask) -> None:
    answer = ask("POST", "/learners", learner("Isolde"))

    (uln,) = answer.value["ulns"]
    assert answer.status == 201
    assert ulns.is_valid(uln)
    found = post(steered.url, envelope(find_by_uln(ULN=uln, GivenName="Isolde", FamilyName="Quillfeather")))
    assert found.text("ResponseCode") == "WSRC0004"


def test_ulns_come_in_the_order_in_which_learners_were_sent(ask: Ask) -> None:
    first, second = loaded(ask, learner("Aurelia"), learner("Benedicta", ULN=OWN_ULN))
    (linked,) = loaded(ask, learner("Cordelia", MasterULN=second))

    assert second == OWN_ULN
    assert ask("GET", f"/learners/{first}").value["GivenName"] == "Aurelia"
    assert ask("GET", f"/learners/{second}").value["LinkedULNs"] == [linked]
    assert ask("GET", f"/learners/{linked}").value["MasterULN"] == second


def test_events_are_loaded_with_their_learner_and_shown(ask: Ask) -> None:
    event = {
        "Source": "ILR",
        "Subject": "Bookbinding",
        "SubjectCode": "60012345",
        "AchievementAwardDate": "2024-06-30",
        "AchievementProviderUkprn": "10001234",
        "Credits": 3,
    }
    (uln,) = loaded(ask, learner("Drusilla", LearningEvents=[event]))

    (shown,) = ask("GET", f"/learners/{uln}").value["LearningEvents"]
    assert {name: shown[name] for name in event} == event
    assert set(shown) == {*event_record.FIELDS, "ID"}


# What is changed in a learner, the status, and the beginning of the message.
WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"GivenName": None}, 400, "GivenName: missing"),
    ({"DateOfBirth": "2003-02-30"}, 400, ""),
    ({"Gender": "7"}, 400, "Gender: "),
    ({"Gender": 2}, 400, ""),
    ({"Surname": "Quillfeather"}, 400, ""),
    ({"VersionNumber": True}, 400, ""),
    ({"LinkedULNs": ["4170265830"]}, 400, ""),
    ({"ULN": "4170265831"}, 400, "ULN: '4170265831' is not ten digits"),
    ({"MasterULN": "1000000027"}, 400, "MasterULN: "),
    ({"FamilyName": "Quill\0feather"}, 400, "FamilyName: "),
    ({"LearningEvents": [{"Subject": "Bookbinding"}]}, 400, "LearningEvents: event 1: "),
    ({"LearningEvents": [{"Credits": True}]}, 400, ""),
    ({"ULN": "4170265830"}, 409, "ULN: a learner with the ULN 4170265830 is held already"),
]


@pytest.mark.parametrize(("changed", "status", "message"), WRONG)
def test_what_cannot_be_loaded_is_refused(ask: Ask, changed: dict[str, Any], status: int, message: str) -> None:
    answer = ask("POST", "/learners", learner("Euphemia", **changed))

    assert answer.status == status
    assert answer.message.startswith(message)
    assert names(ask("GET", "/learners?given_name=Euphemia")) == []


def test_all_of_several_are_loaded_or_none(ask: Ask) -> None:
    answer = ask("POST", "/learners", [learner("Frideswide"), learner("Gwladys", Gender="7")])

    assert (answer.status, answer.message[:18]) == (400, "learner 2: Gender:")
    assert names(ask("GET", "/learners?given_name=Frideswide")) == []
    assert ask("POST", "/learners", []).status == 400


def test_the_same_learner_twice_is_a_conflict(ask: Ask) -> None:
    (uln,) = loaded(ask, learner("Hildegard"))
    again = ask("POST", "/learners", learner("hildegard"))

    assert (again.status, again.value["error"]["code"]) == (409, "conflict")
    assert uln in again.message


def test_learners_are_listed_by_their_details_the_last_first(ask: Ask) -> None:
    loaded(ask, *(learner("Ottilie", DateOfBirth=f"200{year}-05-06") for year in range(3)))
    (uln,) = loaded(ask, learner("Ottilie", FamilyName="Plimsoll"))

    def dates(query: str) -> list[str]:
        return [each["DateOfBirth"] for each in ask("GET", f"/learners?{query}").value]

    assert dates("given_name=OTTILIE&family_name=quillfeather") == ["2002-05-06", "2001-05-06", "2000-05-06"]
    assert dates("given_name=Ottilie&limit=2") == ["2003-02-01", "2002-05-06"]
    assert dates("given_name=Ottilie&date_of_birth=2001-05-06") == ["2001-05-06"]
    assert dates(f"uln={uln}") == ["2003-02-01"]
    assert dates(f"uln={uln}&family_name=Quillfeather") == []
    assert dates("date_of_birth=1066-10-14") == []


def test_each_learner_of_a_list_is_shown_as_by_itself(ask: Ask) -> None:
    listed = ask("GET", "/learners?limit=300").value

    linked = [each for each in listed if each["LinkedULNs"]]
    assert linked
    for each in (*linked, *listed[:20]):
        known = ask("GET", f"/learners/{each['ULN']}").value
        assert {name: known[name] for name in each} == each


def test_a_list_has_the_fields_that_can_be_loaded(ask: Ask) -> None:
    (only,) = ask("GET", "/learners?limit=1").value

    assert set(only) == {*learner_record.FIELDS, "LinkedULNs"}


def test_a_learner_is_merged_unmerged_and_deleted(ask: Ask) -> None:
    master, linked = loaded(ask, learner("Philippa"), learner("Philomena"))

    merged = ask("POST", f"/learners/{linked}/merge", {"master": master})
    assert (merged.status, merged.value["MasterULN"]) == (200, master)
    assert ask("GET", f"/learners/{master}").value["LinkedULNs"] == [linked]
    assert ask("POST", f"/learners/{linked}/merge", {"master": master}).status == 409
    assert ask("POST", f"/learners/{master}/delete").status == 409
    unmerged = ask("POST", f"/learners/{linked}/unmerge", {})
    assert (unmerged.status, unmerged.value["MasterULN"]) == (200, None)
    assert ask("POST", f"/learners/{linked}/unmerge").status == 409
    deleted = ask("POST", f"/learners/{linked}/delete")
    assert (deleted.status, deleted.value["ULN"]) == (200, linked)
    assert ask("POST", f"/learners/{linked}/delete").status == 409

    history = ask("GET", f"/learners/{linked}").value["History"]
    assert [each["action"] for each in history] == ["merged", "unmerged", "deleted"]
    assert {each["user"] for each in history} == {"operator"}
    assert history[0]["fields"] == {"master_uln": [None, master]}
    # Whoever looks sees deleted learners too.
    assert names(ask("GET", f"/learners?uln={linked}")) == ["Philomena"]


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("1000000027/merge", {"master": "4170265830"}, 404),
        ("4170265830/merge", {"master": "1000000027"}, 404),
        ("4170265830/merge", {"master": "nobody"}, 400),
        ("4170265830/merge", {"master": "4170265830"}, 409),
        ("1000000027/unmerge", None, 404),
        ("1000000027/delete", None, 404),
    ],
)
def test_learners_who_are_not_there_are_not_changed(ask: Ask, path: str, value: Any, status: int) -> None:
    assert ulns.is_valid("1000000027")
    assert ask("POST", f"/learners/{path}", value).status == status


def test_what_is_done_is_in_the_log(steered: ServerHere, ask: Ask) -> None:
    (uln,) = loaded(ask, learner("Rosamund"))
    deletions = steered.logged().count("code=deleted")
    ask("POST", f"/learners/{uln}/delete")

    until(lambda: steered.logged().count("code=deleted") > deletions)
    line = [each for each in steered.logged().splitlines() if "code=deleted" in each][-1]
    assert "origin=control operation=delete user=operator" in line
