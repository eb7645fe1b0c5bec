"""Fields of the console's forms: texts without white space around them, and what an empty one means."""

from __future__ import annotations

import re
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,20}(\.[0-9]{1,20})?\s*", re.ASCII)

REQUIRED = InputRequired("Enter a value.")


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class TextField(StringField):
    """A text on one line."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        more["render_kw"] = {"autocomplete": "off", "spellcheck": "false"} | more.get("render_kw", {})
        super().__init__(label, validators, filters=[_stripped], **more)


class LinesField(TextAreaField):
    """A text of several lines."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        more["render_kw"] = {"autocomplete": "off", "spellcheck": "false"} | more.get("render_kw", {})
        super().__init__(label, validators, filters=[_stripped], **more)


def number_or_text(text: str) -> int | float | str:
    """A number as it is written, or the text, which is refused with a reason where a number is needed."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)
