"""The pages of the clock and of the policy, which do what the control interface does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.person import Person
from tests.kit.portal_client import PortalWorld


def test_the_clock_is_set_moved_and_let_go(own_world: PortalWorld, own: Person) -> None:
    own.open("clock")
    assert "It is the machine's clock." in own.text
    own.press("Set", {"Set to": "2025-03-10T12:00"})
    assert "The clock shows Monday 2025-03-10 12:00:00. It stands still." in own.text
    assert own.address == "clock"
    assert own_world.steer("GET", "/clock") == {"now": "2025-03-10T12:00:00+00:00", "mode": "still"}
    for advance, shown in (("90", "12:01:30"), ("PT1H", "13:01:30"), ("-3600", "12:01:30"), ("0.5", "12:01:30")):
        own.press("Advance", {"Advance by": advance})
        assert own_world.steer("GET", "/clock")["now"] == f"2025-03-10T{shown}+00:00"
    own.press("Set", {"Set to": "", "From then on": "it runs"})
    assert own_world.steer("GET", "/clock")["mode"] == "running"
    own.press("Back to the machine's clock")
    assert own_world.steer("GET", "/clock")["mode"] == "real"
    assert "Back to the machine's clock" not in own.buttons


@pytest.mark.parametrize(
    ("button", "label", "value", "sent"),
    [
        ("Set", "Set to", "tomorrow", {"set": "tomorrow"}),
        ("Set", "Set to", "1741608000", {"set": "1741608000"}),
        ("Set", "Set to", "1899-12-31T12:00", {"set": "1899-12-31T12:00"}),
        ("Advance", "Advance by", "P1Z", {"advance": "P1Z"}),
        ("Advance", "Advance by", "99999999999999999999", {"advance": 99999999999999999999}),
        ("Advance", "Advance by", "nan", {"advance": "nan"}),
    ],
)
def test_a_clock_that_cannot_be_is_explained(
    own_world: PortalWorld, own: Person, button: str, label: str, value: str, sent: dict[str, Any]
) -> None:
    own_world.steer("PUT", "/clock", {"set": "2025-03-10T12:00"})
    own.open("clock")
    own.press(button, {label: value})
    assert (own.status, own.field(label)) == (400, value)
    _, _, reason = own_world.refusal("PUT", "/clock", sent).partition(": ")
    assert reason in own.text
    assert own_world.steer("GET", "/clock")["now"] == "2025-03-10T12:00:00+00:00"


def test_each_setting_is_there_with_its_value_and_meaning(own_world: PortalWorld, own: Person) -> None:
    own.open("policy")
    rows = {row[0]: row[1:] for row in own.rows("Settings")}
    assert rows.keys() == own_world.steer("GET", "/policy").keys()
    assert rows["batch_delay"][0] == "0"
    assert rows["service_hours"][0] == "not set"
    assert rows["strict"][1].startswith("Refuse every message")


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("service_hours", "Mon-Fri 07:00-22:00, Sat 08:00-12:00", ["Mon-Fri 07:00-22:00", "Sat 08:00-12:00"]),
        ("batch_delay", "7", 7),
        ("strict", "false", False),
        ("batch_validation", "record", "record"),
        ("announcement", "Ŵythnos <b>newydd</b> مرحبا", "Ŵythnos <b>newydd</b> مرحبا"),
        ("certificate_subjects", "CN=a,O=b\nCN=c", ["CN=a,O=b", "CN=c"]),
    ],
)
def test_a_setting_is_changed_and_taken_back(
    own_world: PortalWorld, own: Person, name: str, value: str, held: Any
) -> None:
    before = own_world.steer("GET", "/policy")[name]
    own.open("policy")
    own.open(f"policy/{name}")
    assert own.heading == f"Change {name}"
    own.press("Change", {name: value})
    assert (own.address, own.status) == ("policy", 200)
    assert f"{name} is changed." in own.text
    assert own_world.steer("GET", "/policy")[name] == held
    (row,) = (row for row in own.rows("Settings") if row[0] == name)
    assert row[1].endswith("changed here")
    own.open(f"policy/{name}")
    own.press("Take the change back")
    assert f"{name} is as the server's settings say." in own.text
    assert own_world.steer("GET", "/policy")[name] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("batch_delay", "-1"), ("batch_delay", "soon"), ("service_hours", "always <i>open</i>"), ("suspend_after", "")],
)
def test_a_value_that_cannot_be_is_explained(own_world: PortalWorld, own: Person, name: str, value: str) -> None:
    before = own_world.steer("GET", "/policy")
    own.open(f"policy/{name}")
    own.press("Change", {name: value})
    assert (own.status, own.field(name)) == (400, value)
    assert own_world.refusal("PATCH", "/policy", {name: value}) in own.text
    assert own_world.steer("GET", "/policy") == before


def test_what_is_no_setting_of_a_world_has_no_page(own: Person) -> None:
    own.open("policy/port")
    assert (own.status, own.heading) == (404, "Not found")
