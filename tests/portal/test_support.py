"""What the operator announces on the portal (the user guide's 7), and what a person meets who looks around there."""

from __future__ import annotations

import re

import pytest

from lrs_soap.operations.users import activities
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.world.steering import patch_policy
from tests.kit.person import Person
from tests.kit.portal_learners import VERIFIED, find_by_details, find_by_uln, new_person
from tests.kit.server_here import ServerHere


@pytest.fixture
def visitor(portal: ServerHere) -> Person:
    """Somebody who has not logged in."""
    return Person(portal.url)


def test_the_service_desks_hours_are_on_the_login_page_and_the_home_page(visitor: Person, online: Person) -> None:
    hours = "Monday to Friday, 8:00 am to 6:00 pm, excluding bank holidays"
    assert hours in visitor.open("login").text
    assert hours in online.open("").text


def test_the_operator_announces_outages(portal: ServerHere, visitor: Person, online: Person) -> None:
    announced = {
        "desk_hours": "Every day but Tuesday",
        "announcement": "Closed <b>on Friday</b>.",
        "maintenance": ["2999-12-24T18:00/2999-12-27T06:00", "2001-01-01T00:00/2001-01-02T00:00"],
    }
    patch_policy(portal.world, announced)
    try:
        for text in (visitor.open("login").text, online.open("").text):
            assert "Every day but Tuesday" in text
            assert "Closed <b>on Friday</b>." in text
            assert "24 December 2999, 18:00 to 27 December 2999, 06:00" in text
            assert "2001" not in text
    finally:
        patch_policy(portal.world, dict.fromkeys(announced))
    assert "Announcements" not in visitor.open("login").text


def test_the_list_of_prohibited_text_is_linked_on_every_page(visitor: Person) -> None:
    visitor.open("login").follow("Prohibited text")
    assert "prisoner" in visitor.text


def test_the_welcome_page_finds_by_uln_too(online: Person) -> None:
    online.open("")
    assert online.heading == "Welcome"
    online.press("Search", {"ULN": "4170265830", "Given name": "Grace", "Family name": "Okafor"})
    assert online.heading == "View Learner Profile"


def test_who_may_not_find_is_offered_no_search(portal: ServerHere) -> None:
    batul = Person(portal.url)
    batul.log_in("batul.khan")
    assert "Search" not in batul.open("").buttons
    assert batul.open("learners/find").status == 403
    assert not {"Find a learner", "Register a learner"} & set(batul.menu)
    assert {"Upload a batch file", "Batch jobs", "Exceptions"} <= set(batul.menu)


def test_what_is_looked_at_is_among_the_organisations_activities(portal: ServerHere, online: Person) -> None:
    find_by_uln(online)
    with portal.world.reading(OPERATOR) as work:
        today = work.today
        found = activities(work, "TEST0001", first=today, last=today, user_name="oliver.hart")
    assert any(each.subject == "4170265830" for each in found)


def test_what_is_changed_is_among_the_organisations_activities(portal: ServerHere, online: Person) -> None:
    online.open("learners/register").press("Register learner", {**new_person("Noteworthy"), **VERIFIED})
    uln = re.findall(r"[0-9]{10}", online.text)[0]
    online.follow("View learner profile").follow("Edit Details").press("Save changes", {"Town": "York"})
    with portal.world.reading(OPERATOR) as work:
        found = activities(work, "TEST0001", first=work.today, last=work.today, user_name="oliver.hart")
    done = {each.what for each in found if each.subject == uln}
    assert {"registered the learner", "updated the learner"} <= done


def test_a_registration_whose_session_was_lost_comes_back_after_the_login(online: Person) -> None:
    online.open("learners/register")
    sent = online.filled_in("Register learner", {**new_person("Comesback"), **VERIFIED})
    online.session.cookies.clear()
    online.post(*sent)
    assert online.heading == "Login"
    online.send("Login", user_name="oliver.hart", password="OnlineUser-03")
    online.send("Accept")
    assert online.heading == "Register a learner"
    assert online.field("Family name") == "Comesback"
    assert online.field("Verification Type") == "Passport"
    online.press("Register learner")
    assert online.heading == "Learner registered"


def test_an_update_whose_session_was_lost_comes_back_after_the_login(online: Person) -> None:
    find_by_uln(online)
    sent = online.follow("Edit Details").filled_in("Save changes", {"Town": "Lost and found"})
    address = online.address
    online.session.cookies.clear()
    online.post(*sent)
    online.send("Login", user_name="oliver.hart", password="OnlineUser-03").send("Accept")
    # Whom the user has found before is still known.
    assert (online.address, online.field("Town")) == (address, "Lost and found")
    # To nobody else.
    online.session.cookies.clear()
    online.post(*sent)
    online.send("Login", user_name="ada.north", password="AllRoles-07").send("Accept")
    assert online.heading == "Learner Management"
    assert online.open(address).shown.status_code == 404


def test_a_search_whose_session_was_lost_comes_back_after_the_login(online: Person) -> None:
    online.open("learners/find")
    sent = online.filled_in("Search", new_person("Searchback"), among="Find by Personal Details")
    online.session.cookies.clear()
    online.post(*sent)
    online.send("Login", user_name="oliver.hart", password="OnlineUser-03").send("Accept")
    assert online.heading == "Find a learner"
    assert "Searchback" in online.answer_text


def test_each_world_has_its_own_learners_and_sessions(portal: ServerHere, online: Person) -> None:
    portal.worlds.create("team-own")
    try:
        other = Person(portal.url, "team-own")
        other.session.cookies = online.session.cookies
        assert other.open("learners/find").heading == "Login"
        other.log_in("oliver.hart")
        find_by_details(other, new_person("Ownworld"))
        assert other.shown.url.startswith(f"{portal.url}/w/team-own/portal/")
        # The other world's session is as it was.
        assert online.open("learners/find").heading == "Find a learner"
    finally:
        portal.worlds.delete("team-own")
