"""A person at the portal or the console, without a browser: finds fields by their labels, tables by captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from tests.kit.portal_client import PortalClient

CONSOLE = "/_lrs/console/"
"""The path of the console of `main`."""

_Files = Mapping[str, tuple[str, bytes]]


class Person(PortalClient):
    """Somebody at a window of their own, who sees what is written there."""

    @property
    def status(self) -> int:
        return self.shown.status_code

    @property
    def answer_text(self) -> str:
        """The page as it was sent."""
        return self.shown.text

    @property
    def address(self) -> str:
        """The address of the page, below the portal's own, without its query."""
        return self.path.partition("?")[0]

    @property
    def buttons(self) -> list[str]:
        """What is written on the buttons in the middle of the page."""
        return [_text(each) for each in self.page.xpath("//main//button")]

    def follow(self, text: str) -> Person:
        """Follow the first link with this text, or with this at its beginning."""
        for link, address in self.links.items():
            if link.startswith(text):
                self.open(address)
                return self
        raise AssertionError(f"there is no link {text!r}: {list(self.links)}")

    def rows(self, caption: str = "") -> list[list[str]]:
        """The rows of the table with this in its caption, each the texts of its cells, without the headings."""
        for table in self.page.iter("table"):
            if caption in _text(table.find("caption")):
                return [[_text(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iterfind("tbody/tr")]
        raise AssertionError(f"there is no table {caption!r}: {self.text}")

    def facts(self) -> dict[str, str]:
        """The values on the page, by their labels."""
        return {_text(term): _text(term.getnext()) for term in self.page.iter("dt")}

    def press(
        self, button: str, fields: Mapping[str, str] | None = None, *, files: _Files | None = None, among: str = ""
    ) -> Person:
        """Fill in fields of a form by their labels, and press its button.

        A list or a radio is given by what is written beside it, a day as `14 March 2005`, a box as `yes` or `no`.
        `among` is something that stands in the form, where several have such a button.
        """
        self.post(*self.filled_in(button, fields or {}, among=among), files=files)
        return self

    def send_back(self, fields: Mapping[str, str | list[str]], button: str) -> Person:
        """Send the hidden fields of the form that has a button, and these, by their names."""
        form = self._form(button, "")
        hidden = [(each.name, each.value) for each in form.xpath(".//input[@type='hidden']")]
        chosen = [
            (name, value)
            for name, values in fields.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        self.post(form.method, urljoin(self.shown.url, form.action or self.shown.url), [*hidden, *chosen])
        return self

    def filled_in(
        self, button: str, fields: Mapping[str, str], *, among: str = ""
    ) -> tuple[str, str, list[tuple[str, str]]]:
        """What a browser would send: the method, the address, and the fields."""
        form = self._form(button, among)
        for label, value in fields.items():
            _fill(form, label, value)
        pressed = next(each for each in form.iter("button") if _is_named(each, button))
        values = [(name, value) for name, value in form.form_values() if value is not None]
        if pressed.get("name"):
            values.append((pressed.get("name"), pressed.get("value", "")))
        return form.method, urljoin(self.shown.url, form.action or self.shown.url), values

    def post(self, method: str, address: str, values: list[tuple[str, str]], *, files: _Files | None = None) -> None:
        """Send a form."""
        if method.upper() == "GET":
            self._show(self.session.get(address, params=values, timeout=60))
            return
        # A browser says where a form comes from.
        origin = {"Origin": "/".join(self.portal.split("/")[:3])}
        self._show(self.session.post(address, data=values, files=files, headers=origin, timeout=60))

    def field(self, label: str, *, among: str = "") -> str:
        """What a field shows: its text, or what is chosen."""
        for control in _labelled(self.page, label):
            if control.tag == "select":
                chosen = control.xpath("option[@selected]") or control.xpath("option")
                return _text(chosen[0])
            return str(control.value or "")
        raise AssertionError(f"there is no field {label!r}")

    def _form(self, button: str, among: str) -> Any:
        for form in self.page.forms:
            if among in _text(form) and any(_is_named(each, button) for each in form.iter("button")):
                return form
        raise AssertionError(f"there is no button {button!r}: {self.buttons}")


def _fill(form: Any, label: str, value: str) -> None:
    for fieldset in form.iter("fieldset"):
        if _label_is(fieldset.find("legend"), label):
            _fill_group(fieldset, label, value)
            return
    for control in _labelled(form, label):
        if control.tag == "select":
            control.value = _option(control, value)
        elif control.get("type") == "checkbox":
            control.checked = value == "yes"
        else:
            control.value = value
        return
    raise AssertionError(f"there is no field {label!r}: {_text(form)}")


def _fill_group(fieldset: Any, label: str, value: str) -> None:
    lists = list(fieldset.iter("select"))
    if lists:
        for control, part in zip(lists, value.split(" ") if value else ["", "", ""], strict=True):
            control.value = _option(control, part)
        return
    for each in fieldset.iter("label"):
        if _text(each) == value:
            control = fieldset.get_element_by_id(each.get("for"))
            for other in fieldset.iter("input"):
                if other is not control:
                    other.checked = False
            control.checked = True
            return
    raise AssertionError(f"{label!r} has no {value!r}")


def _labelled(inside: Any, label: str) -> Iterator[Any]:
    for each in inside.iter("label"):
        if _label_is(each, label):
            yield from inside.xpath(f".//*[@id='{each.get('for')}']")


def _label_is(element: Any, label: str) -> bool:
    return element is not None and _text(element).removesuffix(" *") == label


def _is_named(button: Any, text: str) -> bool:
    """Whether this is written on a button, or said by it to whoever does not see the page."""
    return _text(button).startswith(text) or str(button.get("aria-label", "")).startswith(text)


def _option(control: Any, text: str) -> str:
    for option in control.iter("option"):
        if _text(option) == text or (not text and option.get("value") == ""):
            return str(option.get("value"))
    raise AssertionError(f"the list has no {text!r}")


def _text(element: Any) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""
