"""User Management: chapter 3 of the user guide, by its own words."""

from __future__ import annotations

import re

import pytest

from tests.kit.portal_client import PASSWORDS, PortalClient, PortalWorld
from tests.kit.server_here import ServerHere

NOBODY = "no users match the selected criteria"
NEW = "Another-Password1"
DETAILS = {
    "given_name": "Jo",
    "family_name": "Lee",
    "roles": ["LRB Online User"],
    "email": "jo.lee@college.example",
    "verification": "Staff ID 77",
}


@pytest.fixture
def susan(own_world: PortalWorld) -> PortalClient:
    """The Super User of TEST0001, logged in."""
    return own_world.person().log_in("susan.price")


def create(susan: PortalClient, **changed: str | list[str]) -> PortalClient:
    """Find nobody, and create a user."""
    susan.follow("User Management").send("Find User", given_name="No", family_name="Such", roles="all")
    return susan.follow("Create User").send("Create User", **{**DETAILS, **changed})


def one_time_of(susan: PortalClient) -> str:
    """The one-time password on the page."""
    return str(susan.page.xpath("//code")[0].text_content())


def row_of(susan: PortalClient, user_name: str) -> str:
    """What a row of the results says."""
    rows = [" ".join(row.text_content().split()) for row in susan.page.xpath("//tbody/tr")]
    return next(row for row in rows if row.startswith(user_name))


def test_nothing_filled_in_and_all_roles_finds_everybody_with_their_roles(susan: PortalClient) -> None:
    susan.follow("User Management")
    assert susan.heading == "Find User"
    susan.send("Find User", roles="all")
    assert susan.heading == "Find User Results"
    for name in PASSWORDS:
        assert (name in susan.text) is (name not in ("tara.field", "hugo.shaw", "bruno.west"))
    assert row_of(susan, "violet.moss") == "violet.moss Violet Moss Active LRB View Only User View User"
    assert "Suspended" in row_of(susan, "simon.lock")
    assert "Create User" not in susan.links


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"user_name": "Violet.Moss"}, ["violet.moss"]),
        ({"given_name": "VIOLET", "family_name": "moss"}, ["violet.moss"]),
        ({"given_name": "Violet", "family_name": "Hart"}, []),
        ({"status": "suspended"}, ["simon.lock"]),
        ({"user_name": "simon.lock", "status": "active"}, []),
        ({"roles": ["LRB Batch User"]}, ["ada.north", "batul.khan"]),
        ({"roles": ["LRB Batch User", "LRB Super User"]}, ["ada.north", "batul.khan", "susan.price"]),
        ({"user_name": "tara.field", "roles": ["all"]}, []),
        ({"user_name": "<script>alert(1)</script>"}, []),
    ],
)
def test_users_are_found_by_name_status_and_role(
    susan: PortalClient, criteria: dict[str, str | list[str]], found: list[str]
) -> None:
    susan.follow("User Management").send("Find User", **criteria)
    names = [" ".join(row[1].text_content().split()) for row in susan.page.xpath("//tbody/tr")]
    assert names == found
    assert (NOBODY in susan.text) is not found or bool(found)
    assert ("Create User" in susan.links) is (not found)


def test_a_user_is_created_after_a_find_and_logs_in_with_the_password_that_is_shown_once(
    own_world: PortalWorld, susan: PortalClient
) -> None:
    susan.open("users/create")
    assert susan.heading == "Find User"
    susan.send("Find User", given_name="Jo", family_name="Lee", roles="LRB Super User")
    assert NOBODY in susan.text
    susan.follow("Create User")
    assert (susan.value("given_name"), susan.value("family_name")) == ("Jo", "Lee")
    susan.send("Create User", **{**DETAILS, "title": "Dr", "mobile": "07700 900123"})
    one_time = one_time_of(susan)
    assert "Username jo.lee" in susan.text
    assert susan.open("users/named/jo.lee/password").heading == "View User"
    assert one_time not in susan.shown.text
    for shown in ("Dr", "07700 900123", "Staff ID 77", "LRB Online User", "jo.lee@college.example"):
        assert shown in susan.text
    jo = own_world.person().open("login").send("Login", user_name="jo.lee", password=one_time)
    assert jo.heading == "Change your password"
    assert "created the user" in susan.follow("User Activity").text


def test_ok_leads_from_the_password_to_a_summary(susan: PortalClient) -> None:
    assert create(susan).follow("OK").heading == "View User"


def test_a_name_that_is_taken_gets_a_number_in_every_organisation(own_world: PortalWorld, susan: PortalClient) -> None:
    assert "Username jo.lee " in create(susan).text
    assert "Username jo.lee2 " in create(susan, email="another@college.example").text
    bruno = own_world.person().log_in("bruno.west")
    assert "Username jo.lee3 " in create(bruno).text


def test_a_second_click_creates_nobody(susan: PortalClient) -> None:
    susan.follow("User Management").send("Find User", user_name="nobody")
    page = susan.follow("Create User")
    form = {name: value for name, value in page.form("Create User").form_values() if name != "roles"}
    token = page.session.cookies.copy()
    first = page.send("Create User", **DETAILS)
    assert "Username jo.lee" in first.text
    page.session.cookies = token
    again = page.session.post(f"{page.portal}users/create", data={**form, **DETAILS}, timeout=60)
    assert "There is a user with these names and this e-mail address already." in again.text
    assert "jo.lee2" not in susan.open("users/results?roles=all").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"given_name": ""}, "Given Name: This is mandatory."),
        ({"family_name": " "}, "Family Name: This is mandatory."),
        ({"email": ""}, "E-mail address: This is mandatory."),
        ({"email": "college"}, "E-mail address: This has to be an e-mail address"),
        ({"verification": ""}, "Verification Provided: This is mandatory."),
        ({"roles": []}, "User Role: This is mandatory."),
        ({"given_name": "Guest"}, "An account is for one person."),
        ({"given_name": "Exams", "family_name": "Officer"}, "An account is for one person."),
    ],
)
def test_what_is_mandatory_and_what_is_no_person(
    susan: PortalClient, changed: dict[str, str | list[str]], said: str
) -> None:
    create(susan, **changed)
    assert susan.heading == "Create User"
    assert said in susan.text


def test_hostile_names_are_text(susan: PortalClient) -> None:
    name = '<script>alert("1")</script>'
    create(susan, given_name=name, verification="'; DROP TABLE users; --").follow("OK")
    assert name in susan.text
    assert "<script>alert" not in susan.shown.text


def test_a_user_gets_no_role_that_the_organisation_has_not(own_world: PortalWorld) -> None:
    bruno = own_world.person().log_in("bruno.west")
    bruno.follow("User Management").send("Find User", user_name="nobody")
    bruno.follow("Create User")
    assert "Learner Record" not in bruno.text
    bruno.send("Create User", **{**DETAILS, "roles": ["Learner Record"]})
    assert bruno.heading == "Create User"


def test_a_user_is_updated_by_radio_and_keeps_the_user_name(own_world: PortalWorld, susan: PortalClient) -> None:
    violet = own_world.person().log_in("violet.moss")
    susan.follow("User Management").send("Find User", user_name="violet.moss", status="active")
    susan.send("Update User", user="violet.moss")
    assert susan.heading == "Update User"
    assert susan.value("email") == "violet.moss@test0001.example"
    susan.send("OK", family_name="Green", roles=["LRB Batch User"], email="green@college.example")
    assert susan.heading == "View User"
    assert "Username violet.moss" in susan.text
    assert "Green" in susan.text
    # At the next click.
    assert "Violet Green" in violet.open("").shown.text
    assert violet.open("users/").heading == "Not your page"


def test_a_super_user_updates_the_own_roles(susan: PortalClient) -> None:
    susan.open("users/named/susan.price/update").send("OK", roles=["LRB Super User", "LRB Online User"])
    assert "LRB Online User, LRB Super User" in susan.text
    susan.open("users/named/susan.price/update").send("OK", roles=["LRB Online User"])
    assert susan.heading == "Not your page"


def test_update_without_a_choice_says_so(susan: PortalClient) -> None:
    susan.follow("User Management").send("Find User", roles="all").send("Update User")
    assert "Choose a user first." in susan.text


def test_a_closed_account_is_nobodys_and_its_history_is_kept(own_world: PortalWorld, susan: PortalClient) -> None:
    violet = own_world.person().log_in("violet.moss")
    susan.follow("User Management").send("Find User", given_name="Violet", family_name="Moss")
    susan.open("users/named/violet.moss").follow("Delete User")
    assert susan.follow("Cancel").heading == "View User"
    susan.follow("Delete User").send("Delete")
    assert "The account of the user violet.moss is closed." in susan.text
    assert violet.open("").heading == "Login"
    assert "is not right" in violet.open("login").send("Login", user_name="violet.moss", password="ViewOnly-04").text
    assert NOBODY in susan.send("Find User", user_name="violet.moss").text
    assert susan.open("users/named/violet.moss").shown.status_code == 404
    assert "violet.moss" in susan.open("users/activity").text
    # Nobody else gets the user name.
    assert "Username violet.moss2" in create(susan, given_name="Violet", family_name="Moss").text


def test_who_is_suspended_is_out_at_the_next_click_and_the_old_password_works_again(
    own_world: PortalWorld, susan: PortalClient
) -> None:
    violet = own_world.person().log_in("violet.moss")
    susan.open("users/named/violet.moss").send("Change status", status="suspended")
    assert "Status Suspended" in susan.text
    assert violet.open("").heading == "Login"
    susan.follow("User Management").send("Find User", status="suspended")
    susan.open("users/named/violet.moss").send("Change status", status="active")
    assert "Status Active" in susan.text
    assert violet.log_in("violet.moss").heading == "Learner Management"


def test_a_reset_shows_a_one_time_password_and_logs_the_user_out(own_world: PortalWorld, susan: PortalClient) -> None:
    violet = own_world.person().log_in("violet.moss")
    susan.open("users/named/violet.moss").follow("Reset Password")
    assert susan.follow("Cancel").heading == "View User"
    assert violet.open("").heading == "Welcome"
    susan.follow("Reset Password").send("Confirm")
    one_time = one_time_of(susan)
    assert violet.open("").heading == "Login"
    violet.open("login").send("Login", user_name="violet.moss", password=one_time)
    violet.send("Change password", old_password=one_time, new_password=NEW, new_password_again=NEW)
    assert violet.send("Accept").heading == "Learner Management"


@pytest.mark.parametrize(("answer", "said"), [("BISCUIT", "The answer is correct."), ("x", "The answer is incorrect.")])
def test_the_identity_of_a_user_is_verified(susan: PortalClient, answer: str, said: str) -> None:
    susan.follow("User Management").send("Find User", user_name="oliver.hart")
    susan.follow("View User").follow("Verify Identity")
    assert "What was the name of your first pet?" in susan.text
    susan.send("Update", answer=answer)
    assert f"The answer that you have keyed in is: {answer}" in susan.text
    susan.send("Verify")
    assert said in susan.text
    assert bool(susan.page.xpath("//*[@class='wrong-answer']")) is (answer == "x")
    assert susan.follow("Ok").heading == "View User"
    assert "verified the identity of the user" in susan.follow("User Activity").text


def test_activity_is_shown_by_user_and_day(own_world: PortalWorld, susan: PortalClient) -> None:
    own_world.person().log_in("violet.moss").open("users/")
    susan.follow("User Activity")
    assert "violet.moss was refused Find User" in susan.text
    susan.send("Show activity", user="violet.moss")
    assert "violet.moss looked at Learner Management" in susan.text
    assert "susan.price" not in re.sub("All users.*Show activity", "", susan.text)
    own_world.steer("PUT", "/clock", {"advance": "P10D"})
    susan.open("users/activity")
    assert "violet.moss was refused" not in susan.text
    day = susan.value("last")
    assert day
    susan.send("Show activity", first="2020-01-01")
    assert "violet.moss was refused Find User" in susan.text


def test_the_hints_are_those_of_the_guide(own_world: PortalWorld, susan: PortalClient) -> None:
    few, many, review = (
        "fewer than three active Super Users",
        "more than five active Super Users",
        "not reviewed for a year",
    )
    assert few not in own_world.person().log_in("oliver.hart").open("learners/").text
    susan.open("learners/")
    assert few in susan.text
    assert review in susan.text
    for number in range(2, 6):
        person = {"family_name": f"Lee{'abcdefg'[number]}", "email": f"jo{number}@college.example"}
        create(susan, **person, roles=["LRB Super User"])
        susan.open("users/")
        assert few not in susan.text
        assert (many in susan.text) is (number > 4)
    susan.send("Mark the review done")
    assert review not in susan.text
    own_world.steer("PUT", "/clock", {"advance": "P364D"})
    susan = susan_again(own_world)
    assert review not in susan.text
    own_world.steer("PUT", "/clock", {"advance": "P1D"})
    assert review in susan.open("learners/").text


def susan_again(world: PortalWorld) -> PortalClient:
    """The Super User, whose password has expired meanwhile."""
    susan = world.person().open("login")
    susan.send("Login", user_name="susan.price", password=PASSWORDS["susan.price"])
    old = PASSWORDS["susan.price"]
    return susan.send("Change password", old_password=old, new_password=NEW, new_password_again=NEW).send("Accept")


def test_by_mail_a_super_user_sends_the_mail_again_and_resets_nothing(own_world: PortalWorld) -> None:
    own_world.steer("PATCH", "/policy", {"password_reset": "mail"})
    susan = own_world.person().log_in("susan.price").open("users/named/oliver.hart")
    assert "Reset Password" not in susan.links
    assert "Verify Identity" not in susan.links
    assert susan.open("users/named/oliver.hart/reset").heading == "View User"
    susan.send("Send the verification mail again")
    (mail,) = own_world.steer("GET", "/mail")
    assert mail["to"] == "oliver.hart@test0001.example"
    create(susan, email="Oliver.Hart@test0001.example")
    assert "Another user of the organisation has this e-mail address." in susan.text


_OF_ANOTHER = ["", "/update", "/delete", "/reset", "/identity", "/password"]


@pytest.mark.parametrize("name", ["tara.field", "hugo.shaw", "no.body", "%2e%2e"])
def test_the_users_of_others_are_not_found(portal: ServerHere, name: str) -> None:
    susan = PortalClient(portal.url).log_in("susan.price")
    for path in _OF_ANOTHER:
        assert susan.open(f"users/named/{name}{path}").shown.status_code == 404
        assert "Tara" not in susan.shown.text
    token = susan.open("users/").value("csrf_token")
    for path in ("status", "delete", "reset", "update", "mail"):
        fields = {"csrf_token": token, "status": "suspended"}
        sent = susan.session.post(f"{susan.portal}users/named/{name}/{path}", data=fields, timeout=60)
        assert sent.status_code == 404
    assert PortalClient(portal.url).log_in("tara.field").heading == "Learner Management"


@pytest.mark.parametrize("name", ["batul.khan", "oliver.hart", "violet.moss", "leah.reid", "vera.doyle"])
def test_user_management_is_for_super_users(portal: ServerHere, name: str) -> None:
    person = PortalClient(portal.url).log_in(name)
    assert "User Management" not in person.menu
    for path in ("users/", "users/results?roles=all", "users/create", "users/activity", "users/named/susan.price"):
        assert person.open(path).shown.status_code == 403
        assert person.heading == "Not your page"
        assert "susan.price@" not in person.shown.text


def test_a_super_user_has_user_management_only(portal: ServerHere) -> None:
    assert PortalClient(portal.url).log_in("susan.price").menu == [
        "User Management",
        "User Activity",
        "My Account",
    ]
