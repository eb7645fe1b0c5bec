"""Organisations by the control interface."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.control_client import control
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post

NEW = {"organisation_ref": "new001", "name": "A New College", "password": "ANewCollegePass1", "roles": ["online"]}


def code(url: str, ukprn: str, password: str) -> str:
    answer = post(url, envelope(find_by_uln(UKPRN=ukprn, OrgPassword=password)))
    return answer.text("ResponseCode") if answer.status == 200 else answer.text("ErrorCode")


def test_the_starting_organisations_are_listed(steered: ServerHere) -> None:
    answer = control(steered.url, "GET", "/organisations")
    suspended = {each["ukprn"]: each["suspended"] for each in answer.value}

    assert answer.status == 200
    assert [suspended[f"TEST000{number}"] for number in range(1, 5)] == [False, False, True, False]


def test_an_organisation_is_added_and_may_ask_at_once_and_is_changed(steered: ServerHere) -> None:
    url, password = steered.url, str(NEW["password"])
    added = control(url, "PUT", "/organisations/10009001", NEW)

    assert added.status == 201
    assert added.value == {
        "ukprn": "10009001",
        "organisation_ref": "NEW001",
        "name": "A New College",
        "suspended": False,
        "permissions_disabled": False,
        "roles": ["LRB Online User"],
    }
    assert code(url, "10009001", password) == "WSRC0004"

    again = control(url, "PUT", "/organisations/10009001", {**NEW, "password": "AnotherPassword2"})
    assert (again.status, again.value) == (200, added.value)
    assert code(url, "10009001", password) == "WSEC0005"
    assert code(url, "10009001", "AnotherPassword2") == "WSRC0004"

    for change, expected in [
        ({"roles": []}, "WSEC0006"),
        ({"roles": ["LRB View Only User"]}, "WSRC0004"),
        ({"permissions_disabled": True}, "WSEC0006"),
        ({"permissions_disabled": False, "suspended": True}, "WSEC0003"),
        ({"suspended": False}, "WSRC0004"),
    ]:
        assert control(url, "PUT", "/organisations/10009001", change).status == 200
        assert code(url, "10009001", "AnotherPassword2") == expected


@pytest.mark.parametrize(
    ("ukprn", "body", "status", "message"),
    [
        ("10009002", {}, 400, "organisation_ref: a new organisation needs it."),
        ("10009002", {**NEW, "password": None}, 400, "password: a new organisation needs it."),
        ("10009002", {**NEW, "password": "short"}, 400, "OrgPassword: has to be exactly 16"),
        ("10009002", {**NEW, "organisation_ref": "TST001"}, 409, "The organisation with the UKPRN TEST0001 has"),
        ("10009002", {**NEW, "organisation_ref": "x"}, 400, "OrganisationRef: "),
        ("1000", NEW, 400, "UKPRN: "),
        ("10009002", {**NEW, "name": "two\nlines"}, 400, "NAME: "),
        ("10009002", {**NEW, "roles": ["king"]}, 400, "roles: 'king' is not a role."),
        ("TEST0001", {"name": "Another Name"}, 409, "name: it is 'Compatibility Test College', and stays so."),
        ("TEST0001", {"organisation_ref": "TST009"}, 409, "organisation_ref: it is 'TST001', and stays so."),
        ("TEST0001", {"password": "short"}, 400, "OrgPassword: "),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    steered: ServerHere, ukprn: str, body: dict[str, Any], status: int, message: str
) -> None:
    before = control(steered.url, "GET", "/organisations").value
    answer = control(steered.url, "PUT", f"/organisations/{ukprn}", body)

    assert answer.status == status
    assert answer.message.startswith(message)
    assert control(steered.url, "GET", "/organisations").value == before


def test_no_password_is_in_the_log(steered: ServerHere) -> None:
    control(steered.url, "PUT", "/organisations/10009003", {**NEW, "password": "NobodyMaySeeThis"})

    assert "put organisation" in steered.logged_until("put organisation")
    assert "NobodyMaySeeThis" not in steered.logged()
