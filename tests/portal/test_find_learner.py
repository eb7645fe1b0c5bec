"""Find a learner on the portal: the user guide's 4.2.1 and 4.2.3, by its own words."""

from __future__ import annotations

from datetime import datetime

import pytest

from lrs_soap.clock import ClockMode
from lrs_soap.world.steering import set_clock
from tests.kit.person import Person
from tests.kit.portal_learners import GRACE_BY_DETAILS, find_by_details, find_by_uln
from tests.kit.server_here import ServerHere


def test_an_exact_match_by_uln_goes_straight_to_the_profile(online: Person) -> None:
    find_by_uln(online)
    assert online.heading == "View Learner Profile"
    assert online.address == "learners/4170265830"


def test_a_uln_in_groups_of_digits_is_the_same(online: Person) -> None:
    assert find_by_uln(online, ULN=" 4170 265 830 ").heading == "View Learner Profile"


def test_names_that_are_not_the_learners_find_nobody(online: Person) -> None:
    find_by_uln(online, **{"Given name": "Rowan", "Family name": "Thackeray"})
    assert online.heading == "Find Learner Results"
    assert "No learner was found." in online.text


def test_a_uln_alone_opens_nothing(online: Person) -> None:
    assert online.open("learners/4170265830").status == 404
    assert online.open("learners/4170265830/edit").status == 404


def test_a_search_by_details_has_the_guides_fields(online: Person) -> None:
    online.open("learners/find")
    assert online.heading == "Find a learner"
    assert online.field("Gender") == "Not known"
    for label in ("Preferred Given Name", "Middle Names", "Email Address", "Unique Pupil Number (UPN)"):
        assert label in online.text
    assert "Universal Candidate Identifier (UCI)" in online.text


def test_what_is_mandatory_is_said_at_each_field(online: Person) -> None:
    find_by_details(online, {})
    assert online.status == 422
    assert "There is a problem" in online.text
    assert online.text.count("This is mandatory.") == 6
    assert "Choose a day, a month and a year." in online.text


def test_results_have_an_address_that_shows_them_again(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Postcode": "LU1 1AA"})
    assert online.heading == "Find Learner Results"
    rows = online.rows("Learners found")
    assert [row[:3] for row in rows] == [["4170265830", "Grace", "Okafor"]]
    address = online.address
    online.follow("View profile")
    assert online.heading == "View Learner Profile"
    online.open(address)
    assert online.rows("Learners found") == rows


def test_the_details_can_be_amended_and_searched_again(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Family name": "Nobody", "Given name": "Zebedee"})
    assert "No learner was found." in online.text
    assert online.field("Family name") == "Nobody"
    online.press("Search again", {"Family name": "Okafor", "Given name": "Grace"})
    assert [row[0] for row in online.rows("Learners found")] == ["4170265830"]


def test_too_many_matches_are_told_in_the_guides_words(online: Person) -> None:
    details = {"Given name": "Olivia", "Family name": "Hughes", "Date of birth": "1 January 2000"}
    find_by_details(online, {**details, "Gender": "Female", "Postcode": "SK1 3XE"})
    assert "Your search returns more than the maximum number of Learners permitted" in online.text
    assert not online.page.xpath("//table")


def test_there_are_ten_results_at_most(online: Person) -> None:
    details = {"Given name": "Daniel", "Family name": "Ashworth", "Date of birth": "1 January 2001"}
    find_by_details(online, {**details, "Gender": "Male", "Postcode": "SK1 3XE"})
    rows = online.rows("Learners found")
    assert len(rows) == 10
    assert all(row[-1].startswith("View profile") for row in rows)


def test_a_search_that_the_rules_refuse_by_now_is_told(portal: ServerHere, online: Person) -> None:
    find_by_details(online, GRACE_BY_DETAILS)
    address = online.address
    set_clock(portal.world, datetime(2004, 1, 1, 12))
    try:
        online.open(address)
        assert online.status == 409
        assert online.heading == "Not possible now"
    finally:
        set_clock(portal.world, mode=ClockMode.REAL)


def test_a_search_is_its_own_visits(portal: ServerHere, online: Person, view_only: Person) -> None:
    find_by_details(online, GRACE_BY_DETAILS)
    assert view_only.open(online.address).status == 404


def test_who_only_views_is_not_offered_to_register(view_only: Person) -> None:
    find_by_details(view_only, GRACE_BY_DETAILS)
    assert "Register this learner" not in view_only.buttons
    assert view_only.open("learners/register").status == 403


def test_a_upn_is_for_learners_under_16(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Unique Pupil Number (UPN)": "A123456789012"})
    assert online.status == 422
    assert "UPN" in online.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "O'Brien & Söhne", '" onload="x', "{{ 7 * 7 }}", "李"])
def test_a_hostile_name_is_shown_as_it_was_typed(online: Person, name: str) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Family name": name})
    assert online.status == 200
    assert online.field("Family name") == name
    assert "<script>alert" not in online.answer.text


@pytest.mark.parametrize("name", ["a\x0bb", "x" * 36])
def test_a_name_that_no_message_could_carry_is_refused_at_its_field(online: Person, name: str) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Family name": "x"})
    method, address, values = online.filled_in("Search again", {})
    values = [(field, name if field == "family_name" else value) for field, value in values]
    online.post(method, address, values)
    assert online.status == 422
    assert "There is a problem" in online.text
