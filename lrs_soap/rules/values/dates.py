"""Dates as the contract writes them, and ages."""

from __future__ import annotations

from datetime import date

_LENGTH = len("YYYY-MM-DD")
_LAST_HYPHEN = 7


def parse(text: str) -> date | None:
    """The day that `text` names as `YYYY-MM-DD`; None for any other form, and for a day that does not exist."""
    # date.fromisoformat also reads week dates, and from Python 3.11 on other forms.
    if len(text) != _LENGTH or text[_LAST_HYPHEN] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def age_on(birth: date, day: date) -> int:
    """The age in whole years, on `day`, of a person born on `birth`; negative before that.

    In years without a 29 February, people born on that day have their birthday on 1 March.
    """
    before_birthday = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - before_birthday
