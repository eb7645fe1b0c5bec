"""Users of the portal by the control interface, and programs that ask on their behalf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.control_client import control
from tests.kit.portal_client import PortalClient, PortalWorld
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, register

NEW: dict[str, Any] = {
    "given_name": "Jo",
    "family_name": "Lee",
    "email": "jo.lee@college.example",
    "roles": ["online"],
    "password": "A-New-Password1",
}
PATH = "/organisations/TEST0001/users"


@pytest.fixture
def world(steered: ServerHere) -> Iterator[PortalWorld]:
    """A world for this test alone."""
    made = PortalWorld(steered.url, "users")
    made.control("POST", "/worlds", {"name": made.name})
    yield made
    made.control("DELETE", f"/worlds/{made.name}")


def test_a_user_is_added_and_logs_in_and_is_changed(world: PortalWorld) -> None:
    added = control(world.server, "PUT", f"/worlds/users{PATH}/Jo.Lee", NEW)
    assert added.status == 201
    assert added.value == {
        "name": "Jo.Lee",
        "ukprn": "TEST0001",
        "given_name": "Jo",
        "family_name": "Lee",
        "email": "jo.lee@college.example",
        "verification": "By the operator",
        "title": "",
        "landline": "",
        "mobile": "",
        "reference": "",
        "roles": ["LRB Online User"],
        "suspended": False,
        "permissions_disabled": False,
        "one_time": False,
        "secret_question": None,
    }
    jo = world.person().log_in("jo.lee", "A-New-Password1")
    assert jo.heading == "Secret question"
    answer = {"secret_question": "What is your favourite book?", "secret_answer": "Emma"}
    changed = control(world.server, "PUT", f"/worlds/users{PATH}/jo.lee", {"title": "Dr", **answer})
    assert (changed.status, changed.value["title"]) == (200, "Dr")
    assert jo.open("").heading == "Welcome"
    world.steer("PUT", f"{PATH}/jo.lee", {"suspended": True})
    assert jo.open("").heading == "Login"
    world.steer("PUT", f"{PATH}/jo.lee", {"suspended": False})
    assert jo.log_in("jo.lee", "A-New-Password1").heading == "Learner Management"
    world.steer("PUT", f"{PATH}/jo.lee", {"permissions_disabled": True})
    assert jo.open("learners/").menu == ["My Account"]
    world.steer("PUT", f"{PATH}/jo.lee", {"password": "One-Time-Pass1", "one_time": True})
    jo.open("login").send("Login", user_name="jo.lee", password="One-Time-Pass1")
    assert jo.heading == "Change your password"


def test_a_deleted_user_is_out_and_stays_so(world: PortalWorld) -> None:
    oliver = world.person().log_in("oliver.hart")
    world.steer("DELETE", f"{PATH}/oliver.hart")
    assert oliver.open("").heading == "Login"
    assert control(world.server, "DELETE", f"/worlds/users{PATH}/oliver.hart").status == 404
    assert control(world.server, "PUT", f"/worlds/users{PATH}/oliver.hart", NEW).status == 409


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("/organisations/NOBODY01/users/jo", {}, 404),
        (f"{PATH}/jo", {"given_name": None}, 400),
        (f"{PATH}/jo", {"password": None}, 400),
        (f"{PATH}/jo", {"password": "short"}, 400),
        (f"{PATH}/jo", {"email": "nowhere"}, 400),
        (f"{PATH}/jo", {"roles": ["chief"]}, 400),
        (f"{PATH}/jo", {"roles": []}, 400),
        (f"{PATH}/jo", {"given_name": "Guest"}, 400),
        (f"{PATH}/jo", {"secret_question": "What is your favourite book?"}, 400),
        (f"{PATH}/jo", {"secret_question": "Why?", "secret_answer": "x"}, 400),
        (f"{PATH}/jo", {"age": 7}, 400),
        (f"{PATH}/jo%20lee", {}, 400),
        (f"{PATH}/tara.field", {}, 409),
        ("/organisations/TEST0002/users/jo", {"roles": ["online"]}, 400),
    ],
)
def test_what_is_wrong_is_refused_and_no_secret_is_shown(
    steered: ServerHere, path: str, change: dict[str, Any], status: int
) -> None:
    refused = control(steered.url, "PUT", path, {**NEW, **change})
    assert refused.status == status
    assert "A-New-Password1" not in str(refused.value)
    assert "A-New-Password1" not in steered.logged()


def test_with_known_users_only_programs_ask_for_active_users_within_their_roles(world: PortalWorld) -> None:
    def asked(request: str) -> str:
        return code(post(world.server, envelope(request), path="/w/users/LearnerService.svc"))

    def find(user_name: str) -> str:
        return asked(find_by_uln(UserName=user_name))

    assert find("anybody") == "WSRC0004"
    world.steer("PATCH", "/policy", {"known_users_only": True})
    for name in ("oliver.hart", "Oliver.Hart", "violet.moss", "ada.north"):
        assert find(name) == "WSRC0004", name
    for name in ("anybody", "leah.reid", "simon.lock", "tara.field", "batul.khan", "susan.price", "vera.doyle"):
        assert find(name) == "WSEC0006", name
    assert asked(register(who={"UserName": "violet.moss"})) == "WSEC0006"
    world.steer("PUT", f"{PATH}/oliver.hart", {"permissions_disabled": True})
    assert find("oliver.hart") == "WSEC0006"
    (refused, *_) = world.steer("GET", "/exchanges?user=simon.lock")
    assert [reason["rule"] for reason in refused["reasons"]] == ["known user"]


def code(answer: Any) -> str:
    return str(answer.text("ResponseCode") if answer.status == 200 else answer.text("ErrorCode"))


def test_mail_is_listed_and_forgotten(world: PortalWorld) -> None:
    assert world.steer("GET", "/mail") == []
    world.steer("PATCH", "/policy", {"password_reset": "mail"})
    for name in ("oliver.hart", "violet.moss"):
        PortalClient(world.server, "users").open("forgotten-password").send("Next", email=f"{name}@test0001.example")
    listed = world.steer("GET", "/mail")
    assert [each["to"] for each in listed] == ["violet.moss@test0001.example", "oliver.hart@test0001.example"]
    assert listed[0]["subject"] == "Choose a new password"
    assert f"{world.server}/w/users/portal/new-password/" in listed[0]["body"]
    assert len(world.steer("GET", "/mail?limit=1")) == 1
    world.steer("DELETE", "/mail")
    assert world.steer("GET", "/mail") == []
