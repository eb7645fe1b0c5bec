"""The portal as a person sees it in a browser: by WCAG 2.2, by keyboard, with the back button and two windows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.batch_files import JO, NAMES, content
from tests.kit.browser import findings, scrolls_sideways, walk
from tests.kit.portal_client import PASSWORDS
from tests.kit.server_here import ServerHere
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.browser

GRACE = {"ULN": "4170265830", "Given name": "Grace", "Family name": "Okafor"}


def log_in(page: Page, user_name: str) -> None:
    page.goto("/portal/")
    page.get_by_label("Username").fill(user_name)
    page.get_by_label("Password").fill(PASSWORDS[user_name])
    page.get_by_role("button", name="Login").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Learner Management")


@pytest.fixture
def ada(page: Page) -> Page:
    """Somebody with all roles, logged in."""
    log_in(page, "ada.north")
    return page


@pytest.fixture
def another(browser: Browser, seen_portal: ServerHere) -> Iterator[Page]:
    """Somebody else at another browser, logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=seen_portal.url)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    log_in(page, "oliver.hart")
    yield page
    context.close()


def find_by_uln(page: Page, **fields: str) -> None:
    page.goto("/portal/learners/find")
    form = page.get_by_role("form", name="Find a learner by ULN")
    for label, value in {**GRACE, **fields}.items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name="Search").click()


def find_by_details(page: Page, *, given_name: str, family_name: str, post_code: str) -> None:
    page.goto("/portal/learners/find")
    form = page.get_by_role("form", name="Find by Personal Details")
    fill_details(form, given_name=given_name, family_name=family_name, post_code=post_code)
    form.get_by_role("button", name="Search").click()


def fill_details(form: object, *, given_name: str, family_name: str, post_code: str) -> None:
    form.get_by_label("Given name", exact=False).first.fill(given_name)  # type: ignore[attr-defined]
    form.get_by_label("Family name", exact=False).first.fill(family_name)  # type: ignore[attr-defined]
    birth = form.get_by_role("group", name="Date of birth")  # type: ignore[attr-defined]
    for label, value in (("Day", "14"), ("Month", "March"), ("Year", "2005")):
        birth.get_by_label(label).select_option(value)
    form.get_by_label("Gender").select_option("Female")  # type: ignore[attr-defined]
    form.get_by_label("Postcode").fill(post_code)  # type: ignore[attr-defined]


def register(page: Page, family_name: str) -> str:
    """Register a learner whom nobody resembles; the ULN."""
    page.goto("/portal/learners/register")
    fill_details(page, given_name="Wilhelmina", family_name=family_name, post_code="ZZ99 9ZZ")
    page.get_by_label("Verification Type").select_option("Passport")
    page.get_by_role("group", name="Privacy Notice").get_by_label("Yes").check()
    page.get_by_role("button", name="Register learner").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("^(Register learner warning|Learner registered)$"))
    if heading.inner_text() == "Register learner warning":
        page.get_by_role("button", name="Register learner").click()
    expect(heading).to_have_text("Learner registered")
    return page.locator(".uln.big").inner_text()


def good(page: Page) -> None:
    """Every page has to be good for everybody."""
    assert findings(page) == [], page.url
    assert not scrolls_sideways(page), page.url


def test_every_page_about_learners_can_be_used_by_everybody(ada: Page) -> None:
    good(ada)
    ada.goto("/portal/")
    good(ada)
    ada.goto("/portal/learners/find")
    good(ada)
    ada.get_by_role("form", name="Find by Personal Details").get_by_role("button").click()
    expect(ada.get_by_role("alert")).to_be_visible()
    good(ada)
    find_by_details(ada, given_name="Grace", family_name="Okafer", post_code="CV1 2WT")
    good(ada)
    find_by_details(ada, given_name="Nobody", family_name="Whatsoever", post_code="CV1 2WT")
    good(ada)
    find_by_uln(ada)
    good(ada)
    ada.get_by_role("link", name="Edit Details").click()
    good(ada)
    ada.goto("/portal/learners/4170265830/record")
    good(ada)
    ada.get_by_role("link", name=re.compile("Mathematics")).click()
    good(ada)
    ada.goto("/portal/learners/verify")
    good(ada)
    ada.get_by_label("ULN").fill("4170265830")
    ada.get_by_label("Given name").fill("Grace")
    ada.get_by_label("Family name").fill("Okafer")
    ada.get_by_role("button", name="Verify").click()
    good(ada)
    ada.goto("/portal/learners/register")
    good(ada)
    register(ada, "Axelrod")
    good(ada)


def test_every_page_about_problems_and_the_report_can_be_used_by_everybody(ada: Page) -> None:
    find_by_uln(ada)
    ada.get_by_role("link", name="Report a ULN Problem").click()
    good(ada)
    ada.get_by_role("button", name="Next").click()
    expect(ada.get_by_role("alert")).to_be_visible()
    good(ada)
    ada.goto("/portal/learners/4170265830/report-uln-problem/duplicate")
    ada.get_by_role("button", name="Finish").click()
    expect(ada.get_by_role("alert")).to_be_visible()
    good(ada)
    ada.goto("/portal/learners/4170265830/record/report-problem/grade")
    good(ada)
    ada.locator("input[name=event]").first.check()
    ada.get_by_role("button", name="Next").click()
    good(ada)
    ada.get_by_label("Proposed Grade").fill("A different grade")
    ada.get_by_role("button", name="Next").click()
    good(ada)
    ada.get_by_label("Name", exact=False).first.fill("Ada North")
    ada.get_by_label("Email address").fill("ada@example.org")
    ada.get_by_label("Telephone number").fill("01234 567890")
    ada.get_by_role("button", name="Finish").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Enquiry")
    good(ada)
    ada.goto("/portal/learners/4170265830/enquiries")
    good(ada)
    ada.goto("/portal/learners/4170265830/record/report")
    good(ada)
    with ada.expect_download() as report:
        ada.get_by_role("button", name="View my report").click()
    assert report.value.suggested_filename == "learning-record-4170265830.pdf"
    ada.goto("/portal/uln-changes")
    good(ada)


def test_the_warnings_can_be_used_by_everybody(ada: Page) -> None:
    ada.goto("/portal/learners/register")
    fill_details(ada, given_name="Lucy", family_name="Okafor", post_code="LS1 4AP")
    ada.get_by_label("Verification Type").select_option("Passport")
    ada.get_by_role("group", name="Privacy Notice").get_by_label("Yes").check()
    ada.get_by_role("button", name="Register learner").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Register learner warning")
    good(ada)
    ada.go_back()
    ada.goto("/portal/learners/register")
    fill_details(ada, given_name="Grace", family_name="Okafor", post_code="LS1 4AP")
    ada.get_by_label("Verification Type").select_option("Passport")
    ada.get_by_role("group", name="Privacy Notice").get_by_label("Yes").check()
    ada.get_by_role("button", name="Register learner").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Register Learner not allowed")
    good(ada)


def test_every_page_about_batches_can_be_used_by_everybody(ada: Page) -> None:
    ada.goto("/portal/batches/upload")
    good(ada)
    ada.get_by_role("button", name="Check file").click()
    good(ada)
    raw = content({**JO, "GivenName": ""}, {**JO, "DateOfBirth": "14/03/2005"})
    ada.get_by_label("Batch file").set_input_files({"name": NAMES["CSV"], "mimeType": "text/csv", "buffer": raw})
    ada.get_by_role("group", name="Submission type").get_by_label("Full").check()
    ada.get_by_role("button", name="Check file").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Check the batch file")
    good(ada)
    ada.get_by_role("button", name="Submit").click()
    expect(ada.get_by_text("0 of 2 records are done.")).to_be_visible()
    good(ada)
    for path in ("/portal/batches", "/portal/exceptions"):
        ada.goto(path)
        good(ada)


@pytest.mark.parametrize("path", ["learners/find", "learners/register", "batches/upload", "exceptions"])
def test_the_keyboard_reaches_everything(ada: Page, path: str) -> None:
    ada.goto(f"/portal/{path}")
    assert walk(ada)[0] == "Skip to the content"


def test_a_learner_is_found_by_keyboard_alone(ada: Page) -> None:
    ada.goto("/portal/learners/find")
    ada.get_by_role("form", name="Find a learner by ULN").get_by_label("ULN").focus()
    for text in GRACE.values():
        ada.keyboard.type(text)
        ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", level=1)).to_have_text("View Learner Profile")


def test_the_back_button_shows_the_results_again(ada: Page) -> None:
    find_by_details(ada, given_name="Grace", family_name="Okafer", post_code="CV1 2WT")
    expect(ada.get_by_role("heading", level=1)).to_have_text("Find Learner Results")
    ada.get_by_role("link", name=re.compile("View profile.*4170265830")).click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("View Learner Profile")
    ada.go_back()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Find Learner Results")
    expect(ada.get_by_role("cell", name="Okafor", exact=True)).to_be_visible()
    ada.go_back()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Find a learner")


def test_the_back_button_after_a_registration_registers_nobody(ada: Page) -> None:
    uln = register(ada, "Backwards")
    ada.go_back()
    ada.go_forward()
    assert ada.locator(".uln.big").inner_text() == uln


def test_a_double_click_registers_one_learner(ada: Page) -> None:
    ada.goto("/portal/learners/register")
    fill_details(ada, given_name="Amara", family_name="Okafor", post_code="LS1 4AP")
    ada.get_by_label("Verification Type").select_option("Passport")
    ada.get_by_role("group", name="Privacy Notice").get_by_label("Yes").check()
    ada.get_by_role("button", name="Register learner").dblclick()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Register learner warning")
    ada.get_by_role("button", name="Register learner").dblclick()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Learner registered")


def test_two_browsers_that_edit_one_learner_both_see_both_sides(ada: Page, another: Page) -> None:
    uln = register(ada, "Zimmermann")
    find_by_uln(another, ULN=uln, **{"Given name": "Wilhelmina", "Family name": "Zimmermann"})
    for page in (ada, another):
        page.goto(f"/portal/learners/{uln}/edit")
    ada.get_by_label("Town").fill("York")
    ada.get_by_role("button", name="Save changes").click()
    expect(ada.get_by_text("The changes were saved.")).to_be_visible()
    another.get_by_label("Town").fill("Leeds")
    another.get_by_role("button", name="Save changes").click()
    expect(another.get_by_role("heading", level=1)).to_have_text("Somebody else has changed this learner")
    expect(another.get_by_role("row", name="Town – York Leeds")).to_be_visible()
    expect(another.get_by_text("Updated by ada.north of TEST0001")).to_be_visible()
    good(another)
    another.get_by_role("button", name="Save changes").click()
    expect(another.get_by_text("The changes were saved.")).to_be_visible()


def test_the_link_copies_the_uln_where_a_script_runs(ada: Page) -> None:
    find_by_uln(ada)
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.get_by_role("button", name="Copy the ULN").click()
    expect(ada.get_by_text("Copied.")).to_be_visible()
    assert ada.evaluate("navigator.clipboard.readText()") == "4170265830"


def test_everything_works_without_scripts(browser: Browser, seen_portal: ServerHere) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}, base_url=seen_portal.url
    )
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    log_in(page, "oliver.hart")
    find_by_uln(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("View Learner Profile")
    expect(page.get_by_role("button", name="Copy the ULN")).to_have_count(0)
    context.close()


def test_nothing_is_asked_of_another_host(ada: Page, seen_portal: ServerHere) -> None:
    asked: list[str] = []
    ada.on("request", lambda request: asked.append(request.url))
    find_by_uln(ada)
    assert asked
    assert all(url.startswith(seen_portal.url) for url in asked)
