"""The page of the scenarios: what is added there is what the control interface adds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.person import Person
from tests.kit.portal_client import PortalWorld
from tests.kit.soap_messages import find_by_uln, post


def definitions(world: PortalWorld) -> list[dict[str, Any]]:
    """What the world has, without the counts."""
    return [
        {name: value for name, value in each.items() if name not in ("fitted", "hit")}
        for each in world.steer("GET", "/scenarios")
    ]


def added_by_control(world: PortalWorld, scenario: dict[str, Any]) -> dict[str, Any]:
    """What the control interface makes of a scenario. It is removed again."""
    added: dict[str, Any] = world.steer("POST", "/scenarios", scenario)
    world.steer("DELETE", "/scenarios")
    return {name: value for name, value in added.items() if name not in ("fitted", "hit")}


@pytest.mark.parametrize(("button", "times"), [("On for one request", 1), ("On for all", None)])
def test_a_shipped_one_is_switched_on_and_off(own_world: PortalWorld, own: Person, button: str, times: Any) -> None:
    expected = added_by_control(own_world, {"name": "out-of-hours", "times": times})
    own.open("scenarios")
    assert {row[3] for row in own.rows("Shipped")} == {"off"}
    own.press(f"{button} out-of-hours")
    assert "Added: out-of-hours." in own.text
    assert definitions(own_world) == [expected]
    assert {row[0] for row in own.rows("Shipped") if row[3] == "on"} == {"out-of-hours"}
    own.press("Off out-of-hours")
    assert "The scenario out-of-hours is removed." in own.text
    assert definitions(own_world) == []


def test_it_shows_how_often_each_has_fitted_and_hit(own_world: PortalWorld, own: Person) -> None:
    own_world.steer("POST", "/scenarios", {"name": "unknown-exception", "times": 1})
    for _ in range(2):
        post(own_world.server, find_by_uln(), path=f"/w/{own_world.name}/LearnerService.svc")
    own.open("scenarios")
    assert own.rows("Scenarios of this world") == [
        ["unknown-exception", "any request", "0", "1", "1.0", "fault WSEC0999", "2", "1", "Remove"]
    ]


@pytest.mark.parametrize(
    ("fields", "scenario"),
    [
        ({"Fault": "WSEC0004", "Times": ""}, {"times": None, "do": {"fault": "WSEC0004"}}),
        (
            {"Operation": "learnerByULN", "Response code": "WSRC0001", "After": "2", "Times": "3"},
            {"when": {"operation": "learnerByULN"}, "after": 2, "times": 3, "do": {"response_code": "WSRC0001"}},
        ),
        (
            {"Delay": "0.5-2", "HTTP status": "503", "Body": "<b>Ŵedi cau</b>", "Content type": "text/html"},
            {"do": {"delay": [0.5, 2], "http": 503, "body": "<b>Ŵedi cau</b>", "content_type": "text/html"}},
        ),
        (
            {"User": "\u202eadmin", "Family name": "O'Brien <i>\"", "Share": "0.25", "Seed": "-7", "Delay": "3"},
            {
                "when": {"user": "\u202eadmin", "family_name": "O'Brien <i>\""},
                "share": 0.25,
                "seed": -7,
                "do": {"delay": 3},
            },
        ),
        ({"Job": "takes long", "Polls": "4"}, {"do": {"job": {"polls": 4}}}),
        ({"Job": "hangs"}, {"do": {"job": "hang"}}),
        (
            {"Drop the connection": "in the middle of the answer", "How it is dropped": "reset"},
            {"do": {"drop": "midway", "how": "reset"}},
        ),
        ({"The maintenance page": "yes"}, {"do": {"maintenance": True}}),
        (
            {"Bytes a second": "100", "Organisation": "TEST0001"},
            {"when": {"organisation": "TEST0001"}, "do": {"drip": 100}},
        ),
    ],
)
def test_one_is_put_together_in_the_form(
    own_world: PortalWorld, own: Person, fields: dict[str, str], scenario: dict[str, Any]
) -> None:
    expected = added_by_control(own_world, {"name": "mine", **scenario})
    own.open("scenarios")
    own.press("Add", {"Name": "mine", **fields}, among="Which requests")
    assert own.status == 200, own.text
    assert definitions(own_world) == [expected]


@pytest.mark.parametrize(
    ("fields", "status", "scenario"),
    [
        ({"Name": "Mine"}, 400, {"name": "Mine", "do": {"delay": 1}}),
        ({"Name": "start"}, 409, {"name": "start", "do": {"delay": 1}}),
        ({"Delay": ""}, 400, {"name": "mine"}),
        ({"Fault": "WSEC1"}, 400, {"name": "mine", "do": {"delay": 1, "fault": "WSEC1"}}),
        ({"HTTP status": "many"}, 400, {"name": "mine", "do": {"delay": 1, "http": "many"}}),
        ({"Times": "0"}, 400, {"name": "mine", "times": 0, "do": {"delay": 1}}),
        ({"Share": "2"}, 400, {"name": "mine", "share": 2, "do": {"delay": 1}}),
        ({"Response code": "WSRC0001"}, 400, {"name": "mine", "do": {"delay": 1, "response_code": "WSRC0001"}}),
    ],
)
def test_one_that_cannot_be_is_explained(
    own_world: PortalWorld, own: Person, fields: dict[str, str], status: int, scenario: dict[str, Any]
) -> None:
    own.open("scenarios")
    own.press("Add", {"Name": "mine", "Delay": "1", **fields}, among="Which requests")
    assert own.status == status
    refusal = own_world.refusal("POST", "/scenarios", scenario)
    # Beside a field stands what the control interface says behind its name.
    assert refusal in own.text or refusal.partition(": ")[2].rstrip(".") in own.text
    for label, value in fields.items():
        assert own.field(label) == value
    assert definitions(own_world) == []


PASTED = [
    {"name": "one", "do": {"fault": "WSEC0999"}, "times": None},
    {"name": "two", "when": {"family_name": "Ŵyn <b>"}, "do": {"delay": 0.5}},
]
TOML = """
# Two of them.
[[scenario]]
name = "one"
times = "all"
do = { fault = "WSEC0999" }
[[scenario]]
name = "two"
when.family_name = "Ŵyn <b>"
do.delay = 0.5
"""


@pytest.mark.parametrize("text", [json.dumps(PASTED), TOML])
def test_several_are_pasted_as_json_or_toml(own_world: PortalWorld, own: Person, text: str) -> None:
    for each in PASTED:
        own_world.steer("POST", "/scenarios", each)
    expected = definitions(own_world)
    own_world.steer("DELETE", "/scenarios")
    own.open("scenarios")
    own.press("Add what was pasted", {"Scenarios as JSON or TOML": text})
    assert "Added: one, two." in own.text
    assert definitions(own_world) == expected


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ('{"name": "a"', 400, "What was pasted is not JSON: Expecting ',' delimiter in line 1."),
        ('[{"name": "a", "do": {"delay": "1"}}]', 400, "do.delay"),
        ('{"name": "a", "do": {"delay": 1}, "why": 1}', 400, "why: Extra inputs are not permitted."),
        ("[ " * 50_000 + "]", 400, "What was pasted is not JSON."),
        ('[{"name": "slow"}, {"name": "slow"}]', 409, "There is a scenario 'slow' already."),
        ('[[scenario]]\nname = "a"\ndo = { delay = true }', 400, "What was pasted is wrong in line 3: do.delay"),
        ('[[scenario]\nname = "a"', 400, "What was pasted is not TOML: "),
        ("# nothing", 400, "What was pasted has no [[scenario]] table."),
        ("[]", 400, "What was pasted has no scenario."),
        ("", 400, "Enter a value."),
    ],
)
def test_what_cannot_be_pasted_is_explained_and_nothing_is_added(
    own_world: PortalWorld, own: Person, text: str, status: int, said: str
) -> None:
    own.open("scenarios")
    own.press("Add what was pasted", {"Scenarios as JSON or TOML": text})
    assert own.status == status
    assert said in own.text
    assert own.field("Scenarios as JSON or TOML").strip() == text
    assert definitions(own_world) == []


def test_one_is_removed_and_all_are(own_world: PortalWorld, own: Person) -> None:
    for name in ("slow", "bad-gateway", "lost-answer"):
        own_world.steer("POST", "/scenarios", {"name": name})
    own.open("scenarios")
    own.press("Remove")
    assert "The scenario slow is removed." in own.text
    assert [each["name"] for each in definitions(own_world)] == ["bad-gateway", "lost-answer"]
    own_world.steer("DELETE", "/scenarios/bad-gateway")
    own.press("Remove")
    assert own.status == 404
    assert "There is no scenario 'bad-gateway'." in own.text
    own.press("Remove all")
    assert definitions(own_world) == []
