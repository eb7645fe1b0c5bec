"""Fields of forms: texts without white space around them, and boxes."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class TextField(StringField):
    """A text on one line."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, filters=[_stripped], **more)


class NotesField(TextAreaField):
    """A text of several lines."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, filters=[_stripped], **more)


class UlnField(StringField):
    """A ULN, whose digits may be in groups."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, filters=[lambda value: "".join(value.split()) if value else value], **more)


class BoxesField(SelectMultipleField):
    """A box for each choice."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
