"""A person at the portal without a browser: follows links, fills in forms, and sees headings and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from lxml import html

PASSWORDS = {
    "susan.price": "SuperUser-01",
    "batul.khan": "BatchUser-02",
    "oliver.hart": "OnlineUser-03",
    "violet.moss": "ViewOnly-04",
    "leah.reid": "LearnerRecord-05",
    "vera.doyle": "VldProvider-06",
    "ada.north": "AllRoles-07",
    "simon.lock": "Suspended-08",
    "edith.stone": "Expired-09",
    "noah.frost": "OneTime-10",
    "tara.field": "ViewOnly-11",
    "hugo.shaw": "SuperUser-12",
    "bruno.west": "SuperUser-13",
}
"""The passwords of the users of the starting data, as docs/starting-data.md has them."""


class PortalWorld:
    """A world of a server, which tests steer by the control interface."""

    def __init__(self, server: str, name: str) -> None:
        self.server = server
        self.name = name

    def person(self) -> PortalClient:
        """Somebody who has just opened the portal of the world."""
        return PortalClient(self.server, self.name)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control interface for something of the server."""
        answer = requests.request(method, f"{self.server}/_lrs{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def steer(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control interface for something of the world."""
        return self.control(method, f"/worlds/{self.name}{path}", body)

    def refusal(self, method: str, path: str, body: Any = None) -> str:
        """What the control interface says against something that is asked of the world."""
        address = f"{self.server}/_lrs/worlds/{self.name}{path}"
        answer = requests.request(method, address, json=body, timeout=60)
        assert not answer.ok
        return str(answer.json()["error"]["message"])


class PortalClient:
    """One window, in which somebody looks at a page."""

    def __init__(self, server: str, world: str = "main", *, path: str | None = None) -> None:
        """`path` is that of the first page of something else than the portal of the world."""
        if path is None:
            path = "/portal/" if world == "main" else f"/w/{world}/portal/"
        self.portal = f"{server}{path}"
        self.session = requests.Session()
        self.answer: requests.Response | None = None

    def open(self, path: str) -> PortalClient:
        """Open a page by its path below the portal's, or by its address."""
        return self._show(self.session.get(urljoin(self.portal, path), timeout=60))

    def send(self, button: str, **fields: str | list[str] | None) -> PortalClient:
        """Fill in the form of the page that has this button, and press it. None empties a field, or unticks a box."""
        form = self.form(button)
        values: dict[str, str | list[str]] = {}
        for control in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
            if control.get("type") == "file":
                continue
            value = control.value if control.tag != "input" or control.get("type") not in _TICKED else None
            if control.tag == "input" and control.get("type") in _TICKED:
                if control.get("checked") is None:
                    continue
                earlier = values.get(control.name, [])
                value = [*([earlier] if isinstance(earlier, str) else earlier), control.get("value", "on")]
            values[control.name] = value or ""
        for name, field in fields.items():
            if field is None:
                values.pop(name, None)
            else:
                values[name] = field
        pressed = self._button(form, button)
        if pressed.get("name"):
            values[pressed.get("name")] = pressed.get("value")
        action = urljoin(self.shown.url, form.get("action") or "")
        if (form.get("method") or "get").lower() == "get":
            return self._show(self.session.get(action, params=values, timeout=60))
        origin = {"Origin": "/".join(self.portal.split("/")[:3])}
        return self._show(self.session.post(action, data=values, headers=origin, timeout=60))

    def log_in(self, user_name: str, password: str | None = None) -> PortalClient:
        """Log in with a password, or with that of the starting data, and accept the agreement."""
        self.open("login").send("Login", user_name=user_name, password=password or PASSWORDS[user_name])
        return self.send("Accept")

    @property
    def shown(self) -> requests.Response:
        """The page that is shown."""
        assert self.answer is not None
        return self.answer

    @property
    def page(self) -> html.HtmlElement:
        return html.fromstring(self.shown.text)

    @property
    def heading(self) -> str:
        """The heading of the page."""
        return _text(self.page.xpath("//h1")[0])

    @property
    def text(self) -> str:
        """What can be read in the middle of the page."""
        return _text(self.page.xpath("//main")[0])

    @property
    def path(self) -> str:
        """The path of the page below the portal's own, with its query."""
        return self.shown.url.removeprefix(self.portal)

    @property
    def menu(self) -> list[str]:
        """The texts of the menu."""
        return [_text(link) for link in self.page.xpath("//nav//a")]

    @property
    def links(self) -> Mapping[str, str]:
        """The addresses of all links by their texts."""
        return {_text(link): urljoin(self.shown.url, link.get("href")) for link in self.page.xpath("//a[@href]")}

    def follow(self, text: str) -> PortalClient:
        """Follow the link with this text."""
        return self.open(self.links[text])

    def value(self, name: str) -> str | None:
        """What a field of the page holds."""
        value: str | None = self.page.xpath("//*[@name=$name]", name=name)[0].value
        return value

    def form(self, button: str) -> html.HtmlElement:
        """The form that has a button with this text."""
        for form in self.page.forms:
            if any(_text(each) == button for each in form.xpath(".//button")):
                return form
        raise AssertionError(f"no button {button!r} in: {self.text[:1500]}")

    def _button(self, form: html.HtmlElement, text: str) -> html.HtmlElement:
        return next(each for each in form.xpath(".//button") if _text(each) == text)

    def _show(self, answer: requests.Response) -> PortalClient:
        assert answer.status_code < 500, answer.text
        self.answer = answer
        return self


_TICKED = ("checkbox", "radio")


def _text(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
