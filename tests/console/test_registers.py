"""The pages of learners, organisations, jobs and mail, which show and do what the control interface does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lrs_soap.store import jobs
from tests.kit.batch_requests import new_learner, submit_batch
from tests.kit.person import CONSOLE, Person
from tests.kit.portal_client import PortalClient, PortalWorld
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import post

GRACE, PRIYA, DANIEL = "4170265830", "9140837261", "5629103473"

HOSTILE = "<script>alert(1)</script> \"'&amp; Ŵŷn نوعם " + "x" * 200


def test_learners_are_found_as_the_control_interface_finds_them(own_world: PortalWorld, own: Person) -> None:
    own.open("learners")
    assert [row[0] for row in own.rows("Learners")] == [each["ULN"] for each in own_world.steer("GET", "/learners")]
    for label, query, value in (
        ("ULN", "uln", GRACE),
        ("Family name", "family_name", "OKAFOR"),
        ("Date of birth", "date_of_birth", "2005-03-14"),
    ):
        own.open("learners")
        own.press("Search", {label: value})
        found = own_world.steer("GET", f"/learners?{query}={value}")
        assert found
        assert [row[0] for row in own.rows("Learners")] == [each["ULN"] for each in found]
        # The address has what was asked for, so that it can be kept.
        assert f"{query}={value}" in own.path
        assert own.field(label) == value
    own.press("Search", {"Given name": HOSTILE})
    assert own.field("Given name") == HOSTILE
    assert "There is no such learner." in own.text


def test_a_learner_is_shown_with_events_and_history(own_world: PortalWorld, own: Person) -> None:
    own_world.steer("POST", f"/learners/{GRACE}/merge", {"master": DANIEL})
    known = own_world.steer("GET", f"/learners/{GRACE}")
    own.open("learners")
    own.press("Search", {"ULN": GRACE})
    own.follow(GRACE)
    assert own.heading == f"{known['GivenName']} {known['FamilyName']}, {GRACE}"
    facts = own.facts()
    assert {name: facts.get(name, "") for name in ("DateOfBirth", "LastKnownPostCode", "VersionNumber")} == {
        name: str(known[name]) for name in ("DateOfBirth", "LastKnownPostCode", "VersionNumber")
    }
    assert facts["Linked to the master"] == DANIEL
    assert [row[:3] for row in own.rows("Learning events")] == [
        [str(each["ID"]), each["Source"], each["Subject"]] for each in known["LearningEvents"]
    ]
    assert [row[1:4] for row in own.rows("Changes")][-1:] == [["merged", "", "operator"]]
    own.follow(DANIEL)
    assert own.facts()["Linked ULNs"] == GRACE
    own.follow("Requests with this ULN")
    assert (own.heading, own.path) == ("Journal", f"exchanges?uln={DANIEL}")


def test_a_learner_is_merged_unmerged_and_deleted_after_a_question(own_world: PortalWorld, own: Person) -> None:
    own.open(f"learners/{GRACE}")
    own.press("Merge", {"Master, whose ULN the person keeps": f" {DANIEL[:5]} {DANIEL[5:]}"})
    assert DANIEL in own.text
    assert own_world.steer("GET", f"/learners/{DANIEL}")["LinkedULNs"] == []
    own.press("Merge")
    assert f"{GRACE} is linked to {DANIEL}." in own.text
    assert own_world.steer("GET", f"/learners/{DANIEL}")["LinkedULNs"] == [GRACE]
    own.follow("Unmerge")
    own.press("Unmerge")
    assert own_world.steer("GET", f"/learners/{DANIEL}")["LinkedULNs"] == []
    own.follow("Delete")
    own.press("Delete")
    assert (own.status, own.address) == (200, f"learners/{GRACE}")
    assert "This learner is deleted." in own.text
    here = own_world.steer("GET", f"/learners/{GRACE}")
    assert [each["action"] for each in here["History"]] == ["merged", "unmerged", "deleted"]
    own_world.steer("POST", "/reset")
    own_world.steer("POST", f"/learners/{GRACE}/delete")
    there = own_world.steer("GET", f"/learners/{GRACE}")
    assert (here["LearnerStatus"], here["VersionNumber"]) == (there["LearnerStatus"], there["VersionNumber"])


@pytest.mark.parametrize(
    ("what", "uln", "master", "status"),
    [
        ("merge", GRACE, GRACE, 409),
        ("merge", GRACE, "1000000000", 404),
        ("merge", GRACE, "12345", 400),
        ("merge", GRACE, "<b>nobody</b>", 400),
        ("unmerge", GRACE, "", 409),
        ("delete", PRIYA, "", 409),
    ],
)
def test_what_cannot_be_done_with_a_learner_is_explained(
    own_world: PortalWorld, own: Person, what: str, uln: str, master: str, status: int
) -> None:
    own.open(f"learners/{uln}/{what}?master={master}")
    own.press(what.title())
    body: Any = {"master": master} if what == "merge" else {}
    assert own.status == status
    assert own_world.refusal("POST", f"/learners/{uln}/{what}", body) in own.text
    assert own_world.steer("GET", f"/learners/{uln}")["History"] == []


def test_a_learner_who_is_not_there_is_not_found(own_world: PortalWorld, own: Person) -> None:
    for path in ("learners/1000000000", "learners/1000000000/delete", "learners/%3Cb%3E"):
        own.open(path)
        assert (own.status, own.heading) == (404, "Not found")
        uln = own.path.split("/")[1].replace("%3C", "<").replace("%3E", ">")
        assert own_world.refusal("GET", f"/learners/{uln}") in own.text
    own.open(f"learners/{GRACE}/promote")
    assert own.status == 404


def test_an_organisation_is_shown_suspended_and_disabled(own_world: PortalWorld, own: Person) -> None:
    own.open("organisations")
    held = own_world.steer("GET", "/organisations")
    assert [row[:3] for row in own.rows("Organisations")] == [
        [each["ukprn"], each["organisation_ref"], each["name"]] for each in held
    ]
    own.follow("TEST0001")
    assert "ada.north" in {row[0] for row in own.rows("Users")}
    for button, name, value in (
        ("Suspend", "suspended", True),
        ("Resume", "suspended", False),
        ("Disable permissions", "permissions_disabled", True),
        ("Enable permissions", "permissions_disabled", False),
    ):
        own.press(button)
        assert own.status == 200
        (now,) = (each for each in own_world.steer("GET", "/organisations") if each["ukprn"] == "TEST0001")
        assert now[name] is value
        assert now["roles"] == held[0]["roles"]
    own.press("Change roles", {"LRB Batch User": "no", "LRB Super User": "no"})
    (now,) = (each for each in own_world.steer("GET", "/organisations") if each["ukprn"] == "TEST0001")
    assert now["roles"] == [role for role in held[0]["roles"] if role not in ("LRB Batch User", "LRB Super User")]
    own.open("organisations/NOWHERE1")
    assert (own.status, own.heading) == (404, "Not found")
    assert "There is no organisation with the UKPRN 'NOWHERE1'" in own.text


def test_the_permissions_of_a_user_are_disabled_and_enabled(own_world: PortalWorld, own: Person) -> None:
    own.open("organisations/TEST0001")
    own.press("Disable ada.north")
    assert (own.status, "The user ada.north has the permissions disabled." in own.text) == (200, True)
    assert own_world.person().log_in("ada.north").open("learners/find").shown.status_code == 403
    own.press("Enable ada.north")
    assert own_world.person().log_in("ada.north").open("learners/find").shown.status_code == 200
    # Another organisation's is none of this one.
    own.press("Disable ada.north")
    own.open("organisations/TEST0001")
    method, address, values = own.filled_in("Enable ada.north", {})
    own.post(method, address.replace("TEST0001", "TEST0002"), values)
    assert own.status == 404
    own.open("organisations/TEST0001")
    assert "Enable ada.north" in {each.get("aria-label") for each in own.page.iter("button")}


def test_a_job_is_run_at_once_and_failed(watched: ServerHere, own_world: PortalWorld, own: Person) -> None:
    own.open("jobs")
    assert "No job was submitted in this world." in own.text
    own_world.steer("PATCH", "/policy", {"batch_delay": 3600})
    path = f"/w/{own_world.name}/LearnerService.svc"
    first, second = (
        post(watched.url, submit_batch([new_learner(number)]), path=path).text("JobID") for number in (1, 2)
    )
    own.open("jobs")
    assert [row[:6] for row in own.rows("Batch jobs")] == [
        [str(each["job_id"]), each["kind"], "TEST0001", own.rows("Batch jobs")[0][3], each["status"], "0 of 1"]
        for each in own_world.steer("GET", "/jobs")
    ]
    own.press(f"Run job {first}")
    assert f"A worker takes the job {first} as soon as it can." in own.text
    with watched.worlds[own_world.name].store.writing() as transaction:
        due = jobs.next_due(transaction, ())
    assert due is not None
    assert due.job.id == int(first or 0)
    own.press(f"Fail job {second}")
    assert f"The job {second} has failed." in own.text
    assert own_world.steer("GET", f"/jobs/{second}")["status"] == "Failed"
    own.post("POST", f"{own.portal}jobs/{second}/fail", own.filled_in("Fail", {})[2])
    assert own.status == 409
    assert own_world.refusal("POST", f"/jobs/{second}/fail") in own.text
    own.post("POST", f"{own.portal}jobs/{10**30}/run", own.filled_in("Run", {})[2])
    assert own.status == 404
    assert f"There is no job {10**30}." in own.text


def test_mail_is_read_and_deleted(own_world: PortalWorld, own: Person) -> None:
    own.open("mail")
    assert "There is no mail." in own.text
    own_world.steer("PATCH", "/policy", {"password_reset": "mail"})
    user = PortalClient(own_world.server, own_world.name)
    user.open("forgotten-password").send("Next", email="ada.north@test0001.example")
    (sent,) = own_world.steer("GET", "/mail")
    own.open("mail")
    ((_, to, subject, text),) = own.rows("mailed")
    assert (to, subject, text) == (sent["to"], sent["subject"], " ".join(sent["body"].split()))
    # The link in it can be followed.
    (address,) = (address for link, address in own.links.items() if link.startswith("http"))
    assert urlsplit(address).path.startswith(f"/w/{own_world.name}/portal/")
    own.press("Delete all mail")
    assert "All mail is deleted." in own.text
    assert own_world.steer("GET", "/mail") == []


def test_every_change_is_a_line_of_the_log(watched: ServerHere, own_world: PortalWorld, own: Person) -> None:
    own.open(f"learners/{GRACE}/delete")
    own.press("Delete")
    watched.logged_until(f"origin=console world={own_world.name} operation=delete")


@pytest.fixture(scope="module")
def hostile(watched: ServerHere) -> Iterator[Person]:
    """Somebody who looks at a world in which everything has a name that breaks a careless page."""
    own_world = PortalWorld(watched.url, "hostile")
    own_world.control("POST", "/worlds", {"name": own_world.name})
    organisation = {"organisation_ref": "HOSTIL", "name": HOSTILE, "password": "AnotherPassword1"}
    own_world.steer("PUT", "/organisations/HOSTILE1", {**organisation, "roles": ["LRB Online User"]})
    user = {"given_name": "<b>Ŵ</b>", "family_name": HOSTILE[:100], "email": "w@college.example"}
    user |= {"verification": HOSTILE[:100], "password": "AnotherPassword-1"}
    own_world.steer("PUT", "/organisations/HOSTILE1/users/<i>ŵ", {**user, "roles": ["LRB Online User"]})
    when, do = {"family_name": HOSTILE, "user": "\u202e<i>"}, {"http": 503, "body": HOSTILE}
    own_world.steer("POST", "/scenarios", {"name": "hostile", "when": when, "do": do})
    own_world.steer("PATCH", "/policy", {"announcement": HOSTILE})
    event = {"Source": "ILR", "Subject": HOSTILE[:60], "SubjectCode": "50098123"}
    event |= {"AchievementProviderUkprn": "10001234", "AchievementProviderName": "<i>Coleg</i>", "Status": "F"}
    learner = {"ULN": "5013926741", "GivenName": "Siân'><b>", "FamilyName": '"Ŵŷn' * 5, "DateOfBirth": "2001-02-03"}
    learner |= {"Gender": "2", "LastKnownPostCode": "LS1 4AP", "LearningEvents": [event]}
    own_world.steer("POST", "/learners", learner)
    job = submit_batch([new_learner(1)], who={"UserName": "<script>alert(1)</script>"})
    assert post(watched.url, job, path=f"/w/{own_world.name}/LearnerService.svc").status == 200
    yield Person(watched.url, path=f"{CONSOLE}worlds/{own_world.name}/")
    own_world.control("DELETE", f"/worlds/{own_world.name}")


@pytest.mark.parametrize(
    "path",
    [
        "learners",
        "learners/5013926741",
        "learners/5013926741/delete",
        "organisations",
        "organisations/HOSTILE1",
        "jobs",
        "mail",
        "scenarios",
        "policy",
        "snapshots",
    ],
)
def test_hostile_names_are_shown_as_they_are(hostile: Person, path: str) -> None:
    hostile.open(path)
    assert hostile.status == 200
    assert "<script>alert" not in hostile.answer_text
    if path.startswith("organisations"):
        assert " ".join(HOSTILE.split()) in hostile.text


def test_nothing_is_changed_without_a_form_of_the_console(own_world: PortalWorld, own: Person) -> None:
    before = own_world.steer("GET", "/organisations"), own_world.steer("GET", "/policy")
    for path in (
        *("clock/set", "reset", "snapshots/restore", "scenarios/remove", "scenarios/switch-on", "mail/delete"),
        *(f"learners/{GRACE}/delete", "policy/strict", "jobs/1/run", "organisations/TEST0001/suspend", "worlds"),
    ):
        values = [("value", "false"), ("name", "forged"), ("scenario", "slow")]
        own.post("GET", f"{own.portal}{path}", values)
        assert own.status in (200, 405), path
        own.post("POST", f"{own.portal}{path}", values)
        assert own.status == 400, path
        assert "This form was not sent by a page of this console" in own.text
    assert own_world.steer("GET", "/scenarios") == []
    assert (own_world.steer("GET", "/organisations"), own_world.steer("GET", "/policy")) == before
    assert own_world.steer("GET", f"/learners/{GRACE}")["History"] == []


def test_of_many_events_and_changes_a_page_has_some(own_world: PortalWorld, own: Person) -> None:
    event = {"Source": "ILR", "SubjectCode": "50098123", "AchievementProviderUkprn": "10001234"}
    learner = {"ULN": "5013926741", "GivenName": "Olwen", "FamilyName": "Prys", "DateOfBirth": "2001-02-03"}
    learner |= {"Gender": "2", "LastKnownPostCode": "LS1 4AP"}
    events = [{**event, "Subject": f"Subject {number}"} for number in range(501)]
    own_world.steer("POST", "/learners", {**learner, "LearningEvents": events})
    own.open("learners/5013926741")
    assert [row[2] for row in own.rows("Learning events")] == [f"Subject {number}" for number in range(500)]
    assert "These are the first 500 of 501 events." in own.text
    assert "changes." not in own.text
