"""Register a learner on the portal: the user guide's 4.2.2 and 4.2.4, by its own words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lrs_soap.rules.learners.identifiers import upn_check_letter
from lrs_soap.world.steering import patch_policy
from tests.kit.person import Person
from tests.kit.portal_learners import GRACE_BY_DETAILS, VERIFIED, find_by_details, new_person, registered
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.kit.waiting import until

WARNING = (
    "Please confirm by selecting Register learner that the learner you are about to register is not included in the "
    "list of learners found by the search. If there is any doubt you should select Cancel and review the learners on "
    "the list. LRS actively checks and takes appropriate follow up action where learners have multiple ULNs created. "
    "Creating a potential duplicate ULN for this learner may result in additional work for Awarding Organisations and "
    "other organisations that rely on the ULN you are assigning to this learner."
)
NOT_ALLOWED = (
    "The data you have entered will create a Learner with key information identical to one already registered – this "
    "is not allowed. This may be because you are attempting to register a Learner that already has a ULN or you have a "
    "genuinely identical Learner. If the data you have entered is correct and the Learner should be registered, please "
    "call the Help Desk for further assistance"
)


def test_who_was_not_found_is_registered_from_the_results(portal: ServerHere, online: Person) -> None:
    find_by_details(online, new_person("Quillfeather"))
    assert "No learner was found." in online.text
    online.press("Register this learner")
    assert online.heading == "Register a learner"
    assert online.field("Family name") == "Quillfeather"
    assert online.field("Postcode") == "ZZ99 9ZZ"
    online.press("Register learner", VERIFIED)
    assert online.heading == "Learner registered"
    (uln,) = (each.text_content() for each in online.page.xpath("//p[@class='uln big']"))
    assert online.links["View learner profile"].endswith(f"/learners/{uln}")
    # A program finds the learner under the ULN at once.
    answer = post(portal.url, envelope(find_by_uln(ULN=uln, GivenName="Wilhelmina", FamilyName="Quillfeather")))
    assert answer.text("ResponseCode") == "WSRC0004"
    assert answer.text("VerificationType") == "2"
    online.follow("View learner profile")
    assert online.heading == "View Learner Profile"


def test_the_link_that_copies_needs_a_script_and_is_hidden_without_one(online: Person) -> None:
    uln = registered(online, "Copperplate")
    (link,) = online.page.xpath("//button[@data-copies]")
    assert link.get("data-copies") == uln
    assert link.get("hidden") is not None


def test_what_is_mandatory_is_said(online: Person) -> None:
    online.open("learners/register").press("Register learner", {})
    assert online.status == 422
    for label in ("Given name", "Family name", "Date of birth", "Postcode", "Verification Type", "Privacy Notice"):
        assert any(link.startswith(f"{label}: ") for link in online.links), label


def test_verification_types_have_the_words_of_appendix_d(online: Person) -> None:
    online.open("learners/register")
    (options,) = online.page.xpath("//select[@name='verification_type']")
    assert [each.text_content().strip() for each in options.iter("option")][1:] == [
        "None Provided",
        "Relationship with School",
        "Passport",
        "Driving Licence",
        "ID Card or Other Form of National Identification",
        "National Insurance Card",
        "Certificate of Entitlement to Funding",
        "Bank/Credit/Debit Card",
        "Other",
    ]


@pytest.mark.parametrize("description", ["", "ILR", "Other ID", "LRS", "By school/college/learning provider"])
def test_other_verification_needs_a_description_that_is_accepted(online: Person, description: str) -> None:
    fields = {**new_person("Undescribed"), **VERIFIED, "Verification Type": "Other"}
    fields["Other Verification Description"] = description
    online.open("learners/register").press("Register learner", fields)
    assert online.status == 422
    assert any(link.startswith("Other Verification Description: ") for link in online.links)


@pytest.mark.parametrize(
    ("label", "value", "told"),
    [
        ("Family name", "Prisoner", "prohibited text"),
        ("Date of birth", "29 February 2007", "no such day"),
        ("Date of birth", "1 January 1905", "13 to 110 years"),
        ("Postcode", "nonsense", "postcode"),
        ("Email Address", "nobody at all", "e-mail"),
        ("Given name", "x" * 36, "longer than 35 characters"),
        ("Unique Pupil Number (UPN)", "B123456789012", "UPN"),
        ("Universal Candidate Identifier (UCI)", "12", "UCI"),
    ],
)
def test_a_wrong_value_is_told_at_its_field(online: Person, label: str, value: str, told: str) -> None:
    fields = {**new_person("Wrongly"), **VERIFIED, label: value}
    online.open("learners/register").press("Register learner", fields)
    assert online.status == 422
    (link,) = (each for each in online.links if each.startswith(f"{label}: "))
    assert told in link
    assert online.page.xpath("//*[@aria-invalid='true']")


def test_possible_matches_are_warned_of_first(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Given name": "Amara", "Date of birth": "14 February 1999"})
    assert [row[0] for row in online.rows("Learners found")] == ["4170265830"]
    results = online.address
    online.press("Register this learner").press("Register learner", VERIFIED)
    assert online.heading == "Register learner warning"
    assert WARNING in online.text
    online.follow("Cancel")
    assert online.address == results
    online.press("Register this learner").press("Register learner", VERIFIED)
    online.press("Register learner")
    assert online.heading == "Learner registered"


def test_matches_are_warned_of_without_a_search_too(online: Person) -> None:
    fields = {**GRACE_BY_DETAILS, **VERIFIED, "Given name": "Ngozi", "Date of birth": "15 February 1999"}
    online.open("learners/register").press("Register learner", fields)
    assert online.heading == "Register learner warning"
    online.follow("Cancel")
    assert online.heading == "Find Learner Results"
    assert "4170265830" in [row[0] for row in online.rows("Learners found")]


def test_an_identical_learner_is_not_allowed_and_nobody_is_named(online: Person) -> None:
    online.open("learners/register").press("Register learner", {**GRACE_BY_DETAILS, **VERIFIED})
    assert online.heading == "Register Learner not allowed"
    assert NOT_ALLOWED in online.text
    assert "4170265830" not in online.text
    # One that is linked is not visible at all.
    priya = {
        "Given name": "Priya",
        "Family name": "Iyer",
        "Date of birth": "28 February 2002",
        "Gender": "Female",
        "Postcode": "LE2 7LB",
    }
    online.open("learners/register").press("Register learner", {**priya, **VERIFIED})
    assert NOT_ALLOWED in online.text
    assert "2865174033" not in online.answer_text
    online.follow("Change what you entered")
    assert online.field("Family name") == "Iyer"


def test_a_second_click_registers_nobody_else(online: Person) -> None:
    find_by_details(online, {**GRACE_BY_DETAILS, "Given name": "Chidi", "Date of birth": "14 January 1999"})
    online.press("Register this learner").press("Register learner", VERIFIED)
    assert online.heading == "Register learner warning"
    _, address, values = online.filled_in("Register learner", {})

    def click(_: int) -> tuple[str, str]:
        answer = online.session.post(address, data=values, headers={"Origin": online.portal.split("/portal")[0]})
        return answer.url.partition("?")[0], answer.text.partition("uln big")[2][:40]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert first == second
    assert first[0].endswith("/done")


def test_a_upn_is_kept_of_who_is_under_16_and_shown_nowhere(online: Person) -> None:
    upn = f"{upn_check_letter('801234567890')}801234567890"
    born = "9 October 2013"
    uln = registered(online, "Underage", **{"Date of birth": born, "Unique Pupil Number (UPN)": upn})
    online.open(f"learners/{uln}")
    assert upn not in online.answer_text
    assert "UPN" not in online.text
    online.follow("Edit Details")
    assert "UPN" not in online.text
    find_by_details(online, {**new_person("Nobodyelse"), "Date of birth": born, "Unique Pupil Number (UPN)": upn})
    assert uln in [row[0] for row in online.rows("Learners found")]


def test_where_a_search_has_to_come_first_the_portals_counts(portal: ServerHere, online: Person) -> None:
    patch_policy(portal.world, {"find_before_register": True})
    try:
        assert registered(online, "Searchedfor")
    finally:
        patch_policy(portal.world, {"find_before_register": None})


def test_the_journal_has_what_was_asked_and_by_whom(portal: ServerHere, online: Person) -> None:
    def lines() -> list[str]:
        return [each for each in portal.logged().splitlines() if "operation=registerSingleLearner" in each]

    before = len(lines())
    registered(online, "Journalled")
    until(lambda: len(lines()) > before)
    line = lines()[-1]
    for fact in ("origin=portal", "user=oliver.hart", "organisation=TEST0001", "code=WSRC0005"):
        assert fact in line
    assert "Journalled" not in line
