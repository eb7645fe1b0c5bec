"""The pages on which worlds are made, deleted, put back and kept."""

from __future__ import annotations

import re
from functools import partial

import pytest

from lrs_soap.console.application import ConsoleApplication
from tests.kit.control_client import control
from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalWorld
from tests.kit.server_here import ServerHere
from tests.kit.wsgi_client import ask_wsgi

GRACE = "4170265830"


def learners(world: PortalWorld) -> set[str]:
    return {each["ULN"] for each in world.steer("GET", "/learners?limit=1000")}


def test_a_world_is_made_like_the_control_interface_makes_it(watched: ServerHere, developer: Person) -> None:
    developer.open("worlds")
    developer.press("Make", {"Name": "made-here", "Seed": "7", "Seconds without a request": "3600"})
    assert (developer.heading, developer.path) == ("Worlds", "worlds")
    assert "The world made-here is made." in developer.text
    control(watched.url, "POST", "/worlds", {"name": "made-there", "seed": 7})
    try:
        developer.open("worlds")
        rows = {row[0]: row[1:] for row in developer.rows("Worlds")}
        listed = {each["name"]: each for each in control(watched.url, "GET", "/worlds").value}
        assert rows["made-here"][:4] == [
            *(listed["made-here"][name] for name in ("learner_service", "learner_service_r9", "portal")),
            "after 3600 s without a request",
        ]
        assert rows["main"][3:] == ["never", ""]
        assert rows.keys() == listed.keys()
        person = {"GivenName": "Jo", "FamilyName": "Lee", "DateOfBirth": "2001-05-17", "Gender": "2"}
        person["LastKnownPostCode"] = "ZZ99 9ZZ"
        here, there = (
            control(watched.url, "POST", f"/worlds/{name}/learners", person).value
            for name in ("made-here", "made-there")
        )
        assert here == there
        # The page of the world knows that it is that world's.
        developer.follow("made-here")
        assert (developer.path, developer.status) == ("worlds/made-here/", 200)
        assert "World: made-here" in developer.answer_text.replace("<strong>", "")
    finally:
        for name in ("made-here", "made-there"):
            control(watched.url, "DELETE", f"/worlds/{name}")


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("main", 409, "There is a world 'main' already."),
        ("start", 409, "'start' is the starting data. Give the world another name."),
        ("Ada's <b>world</b>", 400, "has to be 1 to 40 small letters, digits and hyphens"),
        ("", 400, "Enter a value."),
    ],
)
def test_a_world_that_cannot_be_made_is_explained(
    watched: ServerHere, developer: Person, name: str, status: int, said: str
) -> None:
    before = control(watched.url, "GET", "/worlds").value
    developer.open("worlds")
    developer.press("Make", {"Name": name})
    assert (developer.status, developer.heading) == (status, "Worlds")
    assert said in developer.text
    assert developer.field("Name") == name
    if name:
        # In the words of the control interface.
        assert said in control(watched.url, "POST", "/worlds", {"name": name}).message
    assert control(watched.url, "GET", "/worlds").value == before


def test_a_world_is_deleted_after_a_question(watched: ServerHere, developer: Person) -> None:
    control(watched.url, "POST", "/worlds", {"name": "to-go"})
    elsewhere = Person(watched.url, path=f"{CONSOLE}worlds/to-go/")
    elsewhere.open("clock")
    developer.open("worlds").follow("Delete")
    # Nothing is done before the answer.
    assert developer.heading == "Delete the world to-go"
    assert control(watched.url, "GET", "/worlds/to-go/clock").status == 200
    developer.press("Delete")
    assert "The world to-go is deleted." in developer.text
    assert control(watched.url, "GET", "/worlds/to-go/clock").status == 404
    # Whoever looks at it meanwhile is told, and so is whoever changes it.
    elsewhere.press("Set", {"Set to": "2025-01-14T12:00"})
    assert (elsewhere.status, elsewhere.heading) == (404, "Not found")
    assert "There is no world 'to-go'." in elsewhere.text


def test_main_and_a_world_that_is_not_there_are_not_deleted(developer: Person) -> None:
    developer.open("delete-world/main")
    developer.press("Delete")
    assert developer.status == 409
    assert "The world 'main' cannot be deleted." in developer.text
    developer.open("delete-world/nowhere")
    assert (developer.status, developer.heading) == (404, "Not found")
    assert "There is no world 'nowhere'." in developer.text


def test_a_snapshot_is_taken_restored_and_deleted(own_world: PortalWorld, own: Person) -> None:
    own.open("snapshots")
    own.press("Take", {"Name": "before"})
    assert "The snapshot before is taken." in own.text
    assert own_world.steer("GET", "/snapshots") == [{"name": "before"}]
    own_world.steer("POST", f"/learners/{GRACE}/delete")
    own.press("Restore", among="Restore")
    assert "The world is back at the snapshot before." in own.text
    assert own_world.steer("GET", f"/learners/{GRACE}")["LearnerStatus"] == "1"
    # Of this world alone can it be taken, and a world like it can be made of main's alone.
    assert "before" not in Person(own_world.server, path=CONSOLE).open("worlds").text
    own.open("snapshots")
    own.press("Delete")
    assert "The snapshot before is deleted." in own.text
    assert own_world.steer("GET", "/snapshots") == []


def test_a_snapshot_that_cannot_be_is_explained(own_world: PortalWorld, own: Person) -> None:
    own.open("snapshots")
    own.press("Take", {"Name": "start"})
    assert own.status == 409
    assert "'start' is the starting data. Give the snapshot another name." in own.text
    own.press("Take", {"Name": "<script>"})
    assert own.status == 400
    assert "has to be 1 to 40 small letters, digits and hyphens, not '<script>'" in own.text
    # Two windows, in one of which it is deleted.
    own.press("Take", {"Name": "one"})
    own_world.steer("DELETE", "/snapshots/one")
    own.press("Restore")
    assert own.status == 404
    assert "There is no snapshot 'one'." in own.text


def test_a_reset_with_a_seed_is_that_of_the_control_interface(own_world: PortalWorld, own: Person) -> None:
    person = {"GivenName": "Jo", "FamilyName": "Lee", "DateOfBirth": "2001-05-17", "Gender": "2"}
    person["LastKnownPostCode"] = "ZZ99 9ZZ"
    before = learners(own_world)
    own.open("snapshots")
    own.press("Reset", {"Seed": "11"})
    assert re.search("back at its starting data.*seed 11", own.text)
    here = own_world.steer("POST", "/learners", person)
    own_world.steer("POST", "/reset", {"seed": 11})
    assert own_world.steer("POST", "/learners", person) == here
    own.press("Reset", {"Seed": ""})
    assert learners(own_world) == before
    own.press("Reset", {"Seed": "many"})
    assert (own.status, own.field("Seed")) == (400, "many")


@pytest.mark.parametrize("path", ["/learners", "/clock", "/jobs"])
def test_a_world_that_is_deleted_while_it_is_asked_is_not_found(watched: ServerHere, path: str) -> None:
    control(watched.url, "POST", "/worlds", {"name": "going"})
    world = watched.worlds.at("going")
    world.end_look()
    console = ConsoleApplication(watched.worlds, lambda *_: (), secret=b"any", send_again=lambda *_, **__: None)
    ask = partial(
        console.answer, world=world, name="going", base="", root="/c", has_token=False, tried=lambda is_right: None
    )
    asked = {"SCRIPT_NAME": "/c/worlds/going", "REMOTE_ADDR": "127.0.0.1"}
    assert ask_wsgi(ask, "GET", path, **asked).status == 200
    control(watched.url, "DELETE", "/worlds/going")
    answer = ask_wsgi(ask, "GET", path, **asked)
    assert answer.status == 404
    assert b"There is no world &#39;going&#39;." in answer.body
