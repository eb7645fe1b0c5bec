"""What every page of the portal has, whoever looks at it: its addresses, its headers, its errors."""

from __future__ import annotations

import re

import pytest
import requests

from tests.kit.server_here import ServerHere
from tests.kit.waiting import PATIENCE

_PLAIN = ["/portal/terms", "/portal/prohibited-text"]


def get(server: ServerHere, path: str, **more: object) -> requests.Response:
    return requests.get(f"{server.url}{path}", timeout=PATIENCE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", _PLAIN)
def test_a_page_says_that_it_is_a_stand_in(portal: ServerHere, path: str) -> None:
    page = get(portal, path)
    assert page.status_code == 200
    assert "This is a stand-in for tests. It is not the Learning Records Service" in page.text
    assert "Terms &amp; Conditions" in page.text.partition("<footer")[2]


@pytest.mark.parametrize("path", [*_PLAIN, "/portal/nothing", "/portal/assets/style.css"])
def test_a_browser_loads_nothing_from_elsewhere(portal: ServerHere, path: str) -> None:
    page = get(portal, path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "style=" not in page.text
    assert "<script>" not in page.text


def test_pages_are_not_kept_and_their_files_are(portal: ServerHere) -> None:
    page = get(portal, "/portal/terms")
    assert page.headers["Cache-Control"] == "no-store"
    (style,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', page.text)
    sheet = get(portal, style)
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["Cache-Control"]


def test_the_style_sheet_is_short(portal: ServerHere) -> None:
    assert len(get(portal, "/portal/assets/style.css").text.splitlines()) <= 250


@pytest.mark.parametrize(
    ("path", "status"), [("/portal/nothing", 404), ("/portal/assets/none.css", 404), ("/w/no-world/portal/", 404)]
)
def test_what_is_not_there_is_not_found(portal: ServerHere, path: str, status: int) -> None:
    assert get(portal, path).status_code == status


def test_another_method_is_not_allowed(portal: ServerHere) -> None:
    refused = requests.post(f"{portal.url}/portal/terms", timeout=PATIENCE)
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert "<h1>Not possible here</h1>" in refused.text


def test_what_is_too_large_is_told_on_a_page(portal: ServerHere) -> None:
    refused = requests.post(f"{portal.url}/portal/terms", data=b"x" * (8 * 1024 * 1024 + 1), timeout=PATIENCE)
    assert refused.status_code == 413
    assert "<h1>Too large</h1>" in refused.text
    assert "8388608 bytes at most" in refused.text


@pytest.mark.parametrize("path", ["/portal/terms", "/PORTAL/terms"])
def test_addresses_are_those_of_the_portal_in_whatever_case_it_is_asked(portal: ServerHere, path: str) -> None:
    assert 'href="/portal/terms"' in get(portal, path).text


def test_each_world_has_its_own_pages(portal: ServerHere) -> None:
    created = requests.post(f"{portal.url}/_lrs/worlds", json={"name": "team-p"}, timeout=PATIENCE)
    assert created.json()["portal"] == f"{portal.url}/w/team-p/portal/"
    page = get(portal, "/W/Team-P/portal/terms")
    assert 'href="/w/team-p/portal/terms"' in page.text
    assert 'href="/portal/' not in page.text
    listed = get(portal, "/_lrs/worlds").json()
    assert {each["name"]: each["portal"] for each in listed}["main"] == f"{portal.url}/portal/"
    requests.delete(f"{portal.url}/_lrs/worlds/team-p", timeout=PATIENCE)
    assert get(portal, "/w/team-p/portal/terms").status_code == 404


def test_the_front_page_leads_to_the_portal(portal: ServerHere) -> None:
    assert '<a href="/portal/">' in get(portal, "/").text


def test_a_failure_is_a_page_with_the_reference_of_the_log(portal: ServerHere, monkeypatch: pytest.MonkeyPatch) -> None:
    get(portal, "/portal/terms")

    def broken() -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("lrs_soap.portal.support.asked", broken)
    failed = get(portal, "/portal/prohibited-text")
    assert failed.status_code == 500
    (reference,) = re.findall(r"under ([0-9a-f]{16})\.", failed.text)
    assert "broken on purpose" in portal.logged_until(reference)
    assert "broken on purpose" not in failed.text


def test_the_list_of_prohibited_text_can_be_looked_at(portal: ServerHere) -> None:
    page = get(portal, "/portal/prohibited-text")
    assert "<li>prisoner</li>" in page.text
    assert "<h2>Postcodes</h2>" in page.text
