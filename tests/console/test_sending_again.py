"""Sending a request again: as its organisation would, but for the password."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.kit.control_client import control
from tests.kit.every_operation import OPERATIONS, ask
from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalWorld
from tests.kit.running_server import PASSWORD
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register, send


def asked(world: PortalWorld, call: str | bytes) -> Answer:
    return post(f"{world.server}", call, path=f"/w/{world.name}/LearnerService.svc")


def page_of(world: PortalWorld, answer: Answer) -> Person:
    person = Person(world.server, path=f"{CONSOLE}worlds/{world.name}/")
    person.open(f"exchanges/{answer.headers['lrs-exchange']}")
    assert person.status == 200
    return person


def sent_again(world: PortalWorld, answer: Answer) -> dict[str, Any]:
    """What the journal says of a request that was sent again."""
    person = page_of(world, answer).press("Send again")
    assert person.status == 200, person.text
    known: dict[str, Any] = world.steer("GET", f"/exchanges/{person.path.removeprefix('exchanges/')}")
    return known


def test_it_is_an_exchange_that_says_where_it_comes_from(watched: ServerHere, own_world: PortalWorld) -> None:
    answer = asked(own_world, envelope(find_by_uln()))
    known = sent_again(own_world, answer)

    assert (known["code"], known["organisation"], known["user"]) == ("WSRC0004", "TEST0001", "A Tester")
    assert known["caller"] == "127.0.0.1"
    assert known["answer"]["body"].encode() == answer.body
    first, *_ = known["reasons"]
    assert (first["rule"], first["held"]) == ("sent again", [answer.headers["lrs-exchange"]])
    assert "origin=console" in next(
        line for line in watched.logged_until(known["id"]).splitlines() if known["id"] in line
    )
    # Neither has the password.
    assert PASSWORD not in str(known)
    person = Person(own_world.server, path=f"{CONSOLE}worlds/{own_world.name}/")
    person.open("exchanges")
    assert [row[1] for row in person.rows()] == ["learnerByULN sent again", "learnerByULN"]


def test_a_wrong_password_is_no_reason(own_world: PortalWorld) -> None:
    answer = asked(own_world, envelope(find_by_uln(OrgPassword="NotTheRightOne77")))
    assert answer.text("ErrorCode") == "WSEC0005"

    assert sent_again(own_world, answer)["code"] == "WSRC0004"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"suspended": True}, "WSEC0003"),
        ({"permissions_disabled": True}, "WSEC0006"),
        ({"roles": ["Learner Record"]}, "WSEC0006"),
    ],
)
def test_what_the_organisation_may_not_do_the_console_may_not_do_for_it(
    own_world: PortalWorld, change: dict[str, Any], code: str
) -> None:
    answer = asked(own_world, envelope(find_by_uln()))
    own_world.steer("PUT", "/organisations/TEST0001", change)

    assert sent_again(own_world, answer)["code"] == code


def test_an_organisation_that_there_is_not_stays_one(own_world: PortalWorld) -> None:
    answer = asked(own_world, envelope(find_by_uln(UKPRN="NOBODY00")))
    known = sent_again(own_world, answer)

    assert (known["code"], known["organisation"], known["claimed_organisation"]) == ("WSEC0003", None, "NOBODY00")


def test_hours_maintenance_and_known_users_hold_for_it(own_world: PortalWorld) -> None:
    answer = asked(own_world, envelope(find_by_uln()))
    own_world.steer("PATCH", "/policy", {"known_users_only": True})
    assert sent_again(own_world, answer)["code"] == "WSEC0006"
    own_world.steer("PATCH", "/policy", {"maintenance": "2000-01-01T00:00/2100-01-01T00:00"})
    assert sent_again(own_world, answer)["status"] == 405
    own_world.steer("PATCH", "/policy", {"maintenance_answer": "fault"})
    assert sent_again(own_world, answer)["code"] == "WSEC0004"


def test_what_it_writes_is_written(own_world: PortalWorld) -> None:
    answer = asked(own_world, envelope(register(who={"OrgPassword": "NotTheRightOne77"}, FamilyName="Twice")))
    assert answer.text("ErrorCode") == "WSEC0005"
    first = sent_again(own_world, answer)
    second = sent_again(own_world, answer)

    assert [first["code"], second["code"]] == ["WSRC0005", "WSRC0021"]
    (learner,) = own_world.steer("GET", "/learners?family_name=Twice")
    (entry,) = own_world.steer("GET", f"/learners/{learner['ULN']}")["History"]
    assert (entry["organisation"], entry["user"]) == ("TEST0001", "A Tester")


@pytest.mark.parametrize(
    "do",
    [
        {"fault": "WSEC0999"},
        {"http": 503},
        {"delay": 30},
        {"drop": "before"},
        {"drop": "after", "how": "reset"},
        {"drip": 1},
    ],
)
def test_a_scenario_that_fits_steps_in_and_keeps_nobody_waiting(own_world: PortalWorld, do: dict[str, Any]) -> None:
    answer = asked(own_world, envelope(find_by_uln()))
    own_world.steer("POST", "/scenarios", {"name": "odd", "when": {"operation": "learnerByULN"}, "times": 2, "do": do})
    known = sent_again(own_world, answer)

    assert known["scenario"] == "odd"
    assert [each["rule"] for each in known["reasons"]][:2] == ["sent again", "scenario"]
    (scenario,) = own_world.steer("GET", "/scenarios")
    assert (scenario["fitted"], scenario["hit"]) == (1, 1)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_of_main_is_decided_as_it_was(watched: ServerHere, developer: Person, name: str) -> None:
    exchange = ask(watched.url, name).headers["lrs-exchange"]
    developer.open(f"exchanges/{exchange}").press("Send again")

    assert developer.status == 200
    facts = developer.facts()
    assert (facts["Operation"], facts["HTTP status"]) == (name, "200")
    assert facts["Code"].startswith(control(watched.url, "GET", f"/exchanges/{exchange}").value["code"])


UTF_16 = envelope(find_by_uln(UserName="Zoë")).encode("utf-16")
UNREAD = "It could not be read, and only its first line was kept."


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("<x>", UNREAD),
        (b"\xff\xfe\x00", UNREAD),
        (envelope(find_by_uln(UserName="U" * 70_000)), "It was long, and only its first 65,536 bytes were kept."),
        (envelope(find_by_uln(UserName=PASSWORD)), "What its password is stands elsewhere in it, too"),
        (envelope(find_by_uln(UserName="***")), "What its password is stands elsewhere in it, too"),
    ],
)
def test_what_is_not_known_as_a_whole_is_not_sent_again(own_world: PortalWorld, call: str | bytes, why: str) -> None:
    person = page_of(own_world, asked(own_world, call))

    assert f"This request cannot be sent again. {why}" in person.text
    assert "Send again" not in person.buttons
    # Nor by whoever asks for it all the same.
    own_world.steer("DELETE", "/exchanges")
    shown = page_of(own_world, asked(own_world, envelope(find_by_uln())))
    _, address, values = shown.filled_in("Send again", {})
    bad = asked(own_world, call).headers["lrs-exchange"]
    shown.post("post", f"{address.rpartition('/exchanges/')[0]}/exchanges/{bad}/send", values)
    assert shown.status == 409
    assert why in shown.text
    assert len(own_world.steer("GET", "/exchanges")) == 2


def test_a_request_in_utf_16_is_sent_again(own_world: PortalWorld) -> None:
    xml = {"Content-Type": "text/xml; charset=utf-16"}
    answer = send(own_world.server, "POST", f"/w/{own_world.name}/LearnerService.svc", UTF_16, xml)
    assert answer.text("ResponseCode") == "WSRC0004"
    known = sent_again(own_world, answer)

    assert (known["code"], known["user"]) == ("WSRC0004", "Zoë")


def test_a_request_that_was_pruned_or_whose_world_is_gone_is_a_page(
    watched: ServerHere, own_world: PortalWorld
) -> None:
    shown = page_of(own_world, asked(own_world, envelope(find_by_uln())))
    pressed = shown.filled_in("Send again", {})
    own_world.steer("DELETE", "/exchanges")
    shown.post(*pressed)
    assert (shown.status, shown.heading) == (404, "Not found")
    control(watched.url, "POST", "/worlds", {"name": "short"})
    short = PortalWorld(watched.url, "short")
    shown = page_of(short, asked(short, envelope(find_by_uln())))
    pressed = shown.filled_in("Send again", {})
    control(watched.url, "DELETE", "/worlds/short")
    shown.post(*pressed)
    assert (shown.status, shown.heading) == (404, "Not found")
    assert escape("There is no world 'short'") in shown.text
