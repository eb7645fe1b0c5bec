"""What is typed into the forms of the console."""

from __future__ import annotations

import re

from wtforms.validators import InputRequired, NumberRange

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,20}(\.[0-9]{1,20})?\s*", re.ASCII)

REQUIRED = InputRequired("Enter a value.")
"""A field that cannot be empty."""

SEED = NumberRange(-(2**63), 2**63 - 1, "Enter a whole number of at most 19 digits.")
"""A seed."""


def number_or_text(text: str) -> int | float | str:
    """A number as it is written, or the text, which is refused with a reason where a number is needed."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)
