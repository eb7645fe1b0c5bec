"""A browser that a person would use: Debian's Chromium by Playwright, and what axe and a keyboard find of a page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.kit.waiting import PATIENCE

CHROMIUM = Path("/usr/bin/chromium")
WHY_NOT = f"there is no {CHROMIUM}: apt install chromium"

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_MOST_STEPS = 200
# The narrowest window for which WCAG 2.2 asks.
_TELEPHONE: ViewportSize = {"width": 320, "height": 800}
_IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser. Playwright brings none of its own here; as root, Chromium runs without its sandbox only."""
    expect.set_options(timeout=PATIENCE * 1000)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def findings(page: Page) -> list[str]:
    """What axe finds wrong with a page by WCAG 2.0 to 2.2, levels A and AA, in words."""
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}}).response
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}" for each in answer["violations"] for node in each["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether a page is wider than the window, or than that of a telephone."""
    window = page.viewport_size
    assert window is not None
    page.set_viewport_size(_TELEPHONE)
    on_telephone = page.evaluate(_IS_WIDER)
    page.set_viewport_size(window)
    return bool(on_telephone or page.evaluate(_IS_WIDER))


def walk(page: Page) -> list[str]:
    """What the Tab key leads to, from the top of a page to its end, each as its name or its text.

    Raises AssertionError for something that can be used and is not reached, or shows no focus.
    """
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.evaluate("document.body.setAttribute('tabindex', '-1'); document.body.focus()")
    reached: list[str] = []
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUSED)
        if here is None or (reached and here["place"] == 0):
            break
        assert here["shown"], f"nobody sees that {here['name']!r} has the focus"
        reached.append(here["name"])
    missed = page.evaluate(_MISSED)
    assert not missed, f"the keyboard does not reach {missed}"
    return reached


_FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body || here === document.documentElement) return null;
  here.dataset.walked = "yes";
  const style = getComputedStyle(here);
  const name = here.labels?.length ? here.labels[0].textContent : here.textContent || here.getAttribute("aria-label");
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")];
  return {name: (name || here.name || "").trim().replace(/\\s+/g, " "), shown, place: all.indexOf(here)};
}"""

# Of radios that belong together, the Tab key reaches one, and the arrows the others.
_MISSED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")]
  .filter(each => !each.dataset.walked && each.offsetParent !== null && !each.disabled && each.type !== "radio")
  .map(each => each.outerHTML.slice(0, 120))"""
