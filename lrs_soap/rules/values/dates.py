"""Dates as the contract writes them, and ages."""

from __future__ import annotations

import re
from datetime import date

_SHAPE = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")


def parse(text: str) -> date | None:
    """The day that `text` names as `YYYY-MM-DD`; None for any other shape and for a day that no calendar has."""
    # date.fromisoformat takes week dates as well, and from Python 3.11 on other shapes.
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    try:
        return date(*map(int, shape.groups()))
    except ValueError:
        return None


def age_on(birth: date, day: date) -> int:
    """The age in whole years on `day` of a person born on `birth`; negative before it.

    Who was born on 29 February has the birthday on 1 March in years without that day.
    """
    before_birthday = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - before_birthday
