"""That everybody can use the pages that need no login: by WCAG 2.2, by keyboard, at 1280 wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.kit.browser import findings, scrolls_sideways, walk

pytestmark = pytest.mark.browser

_OPEN_PAGES = ["/", "/portal/terms", "/portal/prohibited-text", "/portal/nothing"]


@pytest.mark.parametrize("path", _OPEN_PAGES)
def test_axe_finds_nothing(page: Page, path: str) -> None:
    page.goto(path)
    assert findings(page) == []
    assert not scrolls_sideways(page)


def test_the_keyboard_reaches_everything_and_begins_with_the_skip_link(page: Page) -> None:
    page.goto("/portal/terms")
    assert walk(page)[0] == "Skip to the content"
    page.goto("/portal/terms")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
