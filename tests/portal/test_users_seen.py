"""Login and User Management as a person sees them: by mouse and keyboard in Debian's Chromium, held to WCAG 2.2."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lrs_soap.rules.access.secret_questions import QUESTIONS
from tests.kit.browser import findings, scrolls_sideways, walk
from tests.kit.portal_client import PASSWORDS, PortalWorld
from tests.kit.server_here import ServerHere

pytestmark = pytest.mark.browser

NEW = "Another-Password1"


@pytest.fixture
def seen_world(seen_portal: ServerHere) -> object:
    """A world with the starting data for this test alone."""
    world = PortalWorld(seen_portal.url, "seen-users")
    world.control("POST", "/worlds", {"name": world.name})
    yield world
    world.control("DELETE", f"/worlds/{world.name}")


@pytest.fixture
def at(page: Page, seen_world: PortalWorld) -> Callable[[str], None]:
    """Opens a page of the world's portal by its path."""

    def go(path: str) -> None:
        page.goto(f"/w/{seen_world.name}/portal/{path}")

    return go


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def log_in(page: Page, user_name: str, *, accept: bool = True) -> None:
    page.get_by_label("Username").fill(user_name)
    page.get_by_label("Password").fill(PASSWORDS[user_name])
    page.get_by_role("button", name="Login").click()
    if accept:
        page.get_by_role("button", name="Accept").click()


def fine(page: Page) -> None:
    """Hold the page to WCAG, to its width, and to the keyboard."""
    assert findings(page) == []
    assert not scrolls_sideways(page)
    walk(page)


def test_the_first_login_by_keyboard_alone(page: Page, at: Callable[[str], None]) -> None:
    at("")
    assert heading(page) == "Login"
    page.get_by_label("Username").focus()
    page.keyboard.type("noah.frost")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS["noah.frost"])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Change your password")
    fine(page)
    page.get_by_label("One-time password").focus()
    for typed in (PASSWORDS["noah.frost"], NEW, NEW):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("User Agreement")
    fine(page)
    page.get_by_role("button", name="Accept").press("Enter")
    expect(page.locator("h1")).to_have_text("Secret question")
    fine(page)
    page.get_by_label("Secret question").select_option(QUESTIONS[6])
    page.get_by_label("Answer", exact=False).first.fill("Emma")
    page.get_by_label("Answer again").fill("Emma")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("h1")).to_have_text("Welcome")


@pytest.mark.parametrize("path", ["login", "forgotten-password", "new-password/x", "verify-email/x"])
def test_pages_before_the_login_can_be_used_by_everybody(page: Page, at: Callable[[str], None], path: str) -> None:
    at(path)
    fine(page)


_PAGES = [
    "",
    "learners/",
    "users/",
    "users/results?roles=all",
    "users/results?user_name=nobody",
    "users/named/oliver.hart",
    "users/named/oliver.hart/update",
    "users/named/oliver.hart/delete",
    "users/named/oliver.hart/reset",
    "users/named/oliver.hart/identity",
    "users/activity",
    "account/",
    "account/password",
    "account/question",
    "learners/find",
]


def test_pages_of_super_users_can_be_used_by_everybody(page: Page, at: Callable[[str], None]) -> None:
    at("login")
    log_in(page, "susan.price")
    for path in _PAGES:
        at(path)
        fine(page)


def test_wrong_fields_are_told_where_they_are(page: Page, at: Callable[[str], None]) -> None:
    at("login")
    page.get_by_role("button", name="Login").click()
    fine(page)
    assert page.title().startswith("Error: ")
    assert page.get_by_label("Username").get_attribute("aria-invalid") == "true"
    page.get_by_role("link", name="Username: This is mandatory.").click()
    assert page.evaluate("document.activeElement.id") == "user_name"


def test_chapter_3_step_by_step(page: Page, at: Callable[[str], None]) -> None:
    at("login")
    log_in(page, "susan.price")
    page.get_by_role("link", name="User Management").click()
    assert heading(page) == "Find User"
    page.get_by_label("Given Name").fill("Jo")
    page.get_by_label("Family Name").fill("Lee")
    page.get_by_label("LRB Super User").check()
    page.get_by_role("button", name="Find User").click()
    expect(page.get_by_text("no users match the selected criteria")).to_be_visible()
    page.get_by_role("link", name="Create User").click()
    page.get_by_label("LRB Super User").check()
    page.get_by_label("E-mail address").fill("jo.lee@college.example")
    page.get_by_label("Verification Provided").fill("Staff ID 77")
    fine(page)
    page.get_by_role("button", name="Create User").click()
    fine(page)
    assert page.locator("code").inner_text()
    page.get_by_role("link", name="OK").click()
    assert heading(page) == "View User"
    # The back button shows no password again, and no form that was sent.
    page.go_back()
    expect(page.locator("code")).to_have_count(0)
    page.get_by_role("link", name="User Management").click()
    page.get_by_label("Username").fill("violet.moss")
    page.get_by_label("Status").select_option("Active")
    page.get_by_role("button", name="Find User").click()
    page.get_by_label("Choose violet.moss").check()
    page.get_by_role("button", name="Update User").click()
    page.get_by_label("Telephone (mobile)").fill("07700 900123")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("07700 900123")).to_be_visible()
    page.get_by_label("Status").select_option("Suspended")
    page.get_by_role("button", name="Change status").click()
    page.get_by_label("Status").select_option("Active")
    page.get_by_role("button", name="Change status").click()
    page.get_by_role("link", name="Verify Identity").click()
    page.get_by_label("Answer").fill("whitby")
    page.get_by_role("button", name="Update").click()
    fine(page)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The answer is correct.")).to_be_visible()
    page.get_by_role("link", name="Ok").click()
    page.get_by_role("link", name="Reset Password").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("code")).to_be_visible()
    page.get_by_role("link", name="OK").click()
    page.get_by_role("link", name="Delete User").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The account of the user violet.moss is closed.")).to_be_visible()


def test_a_double_click_creates_one_user(page: Page, at: Callable[[str], None]) -> None:
    at("login")
    log_in(page, "susan.price")
    at("users/results?user_name=nobody")
    page.get_by_role("link", name="Create User").click()
    page.get_by_label("Given Name").fill("Jo")
    page.get_by_label("Family Name").fill("Lee")
    page.get_by_label("LRB Super User").check()
    page.get_by_label("E-mail address").fill("jo.lee@college.example")
    page.get_by_label("Verification Provided").fill("Staff ID 77")
    # To one click or the other, or both.
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("button", name="Create User").dblclick()
    page.wait_for_load_state("networkidle")
    at("users/results?given_name=Jo&family_name=Lee")
    assert page.locator("tbody tr").count() == 1


def test_a_form_comes_back_after_the_cookie_was_lost(page: Page, at: Callable[[str], None]) -> None:
    at("login")
    log_in(page, "susan.price")
    at("users/named/oliver.hart/update")
    page.get_by_label("Family Name").fill("Harte")
    page.get_by_label("LRB Batch User").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="OK").click()
    log_in(page, "susan.price")
    assert heading(page) == "Update User"
    expect(page.get_by_label("Family Name")).to_have_value("Harte")
    expect(page.get_by_label("LRB Batch User")).to_be_checked()
    page.get_by_role("button", name="OK").click()
    assert heading(page) == "View User"
