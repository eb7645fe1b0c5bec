"""The console as a person sees it in a browser: by WCAG 2.2, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest
from playwright.sync_api import Browser, Page, expect

from lrs_soap.operations.look_up_learners import everything_known
from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.values.change import Author
from tests.kit.browser import findings, scrolls_sideways, walk
from tests.kit.databases import SQLITE, new_database
from tests.kit.person import CONSOLE
from tests.kit.portal_client import PortalWorld
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_demographics, find_by_uln, post, send
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.browser

GRACE, PRIYA = "4170265830", "9140837261"
LONG = "<b>Ŵŷn</b> نوعم " + "x" * 300

SEEN = "/w/seen/LearnerService.svc"

STEERING = (
    *("learners", f"learners?uln={GRACE}", f"learners/{GRACE}", f"learners/{PRIYA}", f"learners/{GRACE}/delete"),
    *(
        "organisations",
        "organisations/TEST0001",
        "organisations/LONGNAME",
        "challenges",
        "jobs",
        "mail",
        "scenarios",
        "clock",
    ),
    *("policy", "policy/strict", "policy/announcement", "policy/certificate_subjects", "snapshots", "worlds"),
    *(f"challenges/{GRACE}-{number}" for number in range(1, 4)),
    *("delete-world/seen", "worlds/seen/learners", "worlds/nowhere/", "exchanges/forget"),
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server that a browser looks at, in whose world `main` there is something on every page."""
    folder = tmp_path_factory.mktemp("seen-console")
    with new_database(SQLITE, folder) as url, ServerHere(folder, database_url=url) as running:
        main = PortalWorld(running.url, "main")
        main.control("POST", "/worlds", {"name": "seen"})
        main.steer("POST", "/scenarios", {"name": "slow", "when": {"family_name": LONG}})
        main.steer("PUT", "/snapshots/one")
        main.steer("PUT", "/clock", {"set": "2025-03-10T12:00"})
        main.steer("PATCH", "/policy", {"announcement": LONG})
        organisation = {"organisation_ref": "LONGNM", "name": LONG, "password": "AnotherPassword1"}
        main.steer("PUT", "/organisations/LONGNAME", organisation)
        _raise_challenges(running)
        _ask(running)
        yield running


def _ask(server: ServerHere) -> None:
    """Have an exchange of each kind in the journal of the world `seen`."""
    for call in (
        find_by_demographics(FamilyName="Okafer"),
        find_by_uln(FamilyName=escape(LONG[:35]), UserName=escape(LONG[:35])),
        find_by_uln(UserName="U" * 70_000),
        "",
    ):
        post(server.url, envelope(call) if call else "<no", path=SEEN)
    wide = {"Content-Type": "text/xml; charset=utf-16"}
    send(server.url, "POST", SEEN, envelope(find_by_uln()).encode("utf-16"), wide)
    post(server.url, envelope(find_by_uln()), path=SEEN)


def _raise_challenges(server: ServerHere) -> None:
    """Have a challenge of each kind of form on Grace, of which one is resolved."""
    contact = {"contact_name": LONG[:50], "contact_email": "w@college.example", "contact_telephone": "01234 567890"}
    with server.world.writing(Author("TEST0001", "ada.north")) as work:
        events = [each.id for each in everything_known(work, GRACE).events if each.source == "AO" and each.grade]
        for problem, sent in (
            (Problem.OTHER, {"comments": LONG}),
            (Problem.GRADE, {"event_ids": (events[0],), "proposed": {"grade": "Merit"}}),
            (Problem.DISPUTED, {"event_ids": (events[1],)}),
        ):
            raise_challenge(work, GRACE, ChallengeSent(problem, **contact, **sent))
    main = PortalWorld(server.url, "main")
    main.steer("POST", f"/challenges/{GRACE}-2/resolve", {"text": LONG})


@pytest.fixture
def page(browser: Browser, seen: ServerHere) -> Iterator[Page]:
    """A window at the console of `main`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=f"{seen.url}{CONSOLE}")
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


def test_every_page_that_steers_can_be_used_by_everybody(page: Page) -> None:
    for path in STEERING:
        page.goto(path)
        assert findings(page) == [], path
        assert not scrolls_sideways(page), path


def test_a_form_with_mistakes_can_be_used_by_everybody(page: Page) -> None:
    page.goto("clock")
    page.get_by_label("Advance by").fill("soon")
    page.get_by_role("button", name="Advance", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("has to be a number of seconds")
    assert page.title().startswith("Error: ")
    assert findings(page) == []
    # The reason leads to its field.
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Advance by")).to_be_focused()


@pytest.mark.parametrize("path", ["worlds", "scenarios", "snapshots", "clock", "policy/strict", f"learners/{GRACE}"])
def test_the_keyboard_reaches_everything(page: Page, path: str) -> None:
    page.goto(path)
    assert walk(page)[0] == "Skip to the content"


def test_a_world_is_made_and_deleted_without_scripts(browser: Browser, seen: ServerHere) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=f"{seen.url}{CONSOLE}")
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto("worlds")
    page.get_by_label("Name").fill("by-hand")
    page.get_by_role("button", name="Make").click()
    expect(page.get_by_role("status")).to_have_text("The world by-hand is made.")
    # To load the page again makes nothing again.
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_role("link", name="Delete by-hand").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("The world by-hand is deleted.")
    context.close()


def good(page: Page) -> None:
    """Every page has to be good for everybody."""
    assert findings(page) == [], page.url
    assert not scrolls_sideways(page), page.url


def test_the_journal_can_be_used_by_everybody(page: Page) -> None:
    page.goto("worlds/seen/exchanges")
    good(page)
    rows = page.locator("tbody tr").count()
    assert rows >= 6
    for number in range(rows):
        page.goto("worlds/seen/exchanges")
        page.locator("tbody th a").nth(number).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Exchange")
        good(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status").first).to_contain_text("was sent again")
    good(page)
    page.goto("worlds/seen/exchanges?uln=x&after=y")
    expect(page.get_by_role("alert")).to_be_visible()
    good(page)
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("ULN")).to_be_focused()


def test_the_keyboard_reaches_every_part_of_the_journal(page: Page) -> None:
    page.goto("worlds/seen/exchanges")
    assert walk(page)[0] == "Skip to the content"
    page.locator("tbody th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Exchange")
    assert walk(page)[-3:] == ["Send again", "Copy it", "Copy it"]


def test_new_exchanges_come_by_themselves(page: Page, seen: ServerHere) -> None:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("worlds/seen/exchanges?operation=learnerByULN")
    before = page.locator("tbody tr").count()
    post(seen.url, envelope(find_by_demographics(UserName="another operation")), path=SEEN)
    post(seen.url, envelope(find_by_uln(UserName="<i>first</i>".replace("<", "&lt;"))), path=SEEN)
    expect(page.get_by_role("cell", name="<i>first</i>")).to_be_visible()
    post(seen.url, envelope(find_by_uln(UserName="second")), path=SEEN)
    expect(page.locator("tbody tr").first).to_contain_text("second")
    # Each once, and only those that fit.
    expect(page.locator("tbody tr")).to_have_count(before + 2)
    good(page)
    assert wrong == []


def test_nothing_is_asked_for_while_nobody_looks(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/rows" in request.url else None)
    page.clock.install()
    page.goto("worlds/seen/exchanges")
    with page.expect_response("**/exchanges/rows*"):
        page.clock.run_for(1000)
    for stop, go_on in (
        (lambda: _hide(page, True), lambda: _hide(page, False)),
        (lambda: page.get_by_label("Show new ones").uncheck(), lambda: page.get_by_label("Show new ones").check()),
    ):
        stop()
        page.clock.run_for(1000)
        already = len(asked)
        page.clock.run_for(60_000)
        assert len(asked) == already
        with page.expect_response("**/exchanges/rows*"):
            go_on()


def _hide(page: Page, is_hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        is_hidden,
    )


def test_a_list_that_cannot_be_kept_up_to_date_says_so(page: Page, seen: ServerHere) -> None:
    main = PortalWorld(seen.url, "main")
    main.control("POST", "/worlds", {"name": "leaving"})
    page.goto("worlds/leaving/exchanges")
    expect(page.get_by_text("Nothing that fits has been asked yet.")).to_be_visible()
    main.control("DELETE", "/worlds/leaving")
    expect(page.get_by_role("status")).to_have_text("The list cannot be kept up to date any more. Load the page again.")
    good(page)


def test_a_program_is_copied(page: Page) -> None:
    page.goto("worlds/seen/exchanges?code=WSRC0003")
    page.locator("tbody th a").first.click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy it").first.click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#curl").inner_text()


def test_a_request_is_looked_for_and_sent_again_without_scripts(browser: Browser, seen: ServerHere) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=f"{seen.url}{CONSOLE}")
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto("worlds/seen/exchanges")
    page.get_by_label("Code").fill("WSRC0003")
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator("tbody th a").first.click()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status").first).to_contain_text("was sent again")
    expect(page.get_by_role("button", name="Copy it")).to_have_count(0)
    context.close()
