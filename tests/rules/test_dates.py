"""Dates: only days that exist, in the contract's form, and ages at birthdays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.values import dates

YEARS_1850_TO_2100 = st.dates(date(1850, 1, 1), date(2100, 12, 31))


@given(st.dates())
def test_every_day_is_read_back(day: date) -> None:
    assert dates.parse(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19950628",
        "1995-W26-3",
        "1995-179",
        "1995-6-28",
        "28-06-1995",
        "28/06/1995",
        " 1995-06-28",
        "1995-06-28\n",
        "1995-06-28T00:00:00",
        "+995-06-28",
        "1995-06-2８",
        "١٩٩٥-٠٦-٢٨",
    ],
)
def test_another_form_is_not_a_date(text: str) -> None:
    assert dates.parse(text) is None


@pytest.mark.parametrize("text", ["1900-02-29", "1800-02-29", "2023-02-29", "2024-04-31", "2024-13-01", "0000-01-01"])
def test_a_day_that_does_not_exist_is_not_a_date(text: str) -> None:
    assert dates.parse(text) is None


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    day = dates.parse(text)
    assert day is None or day.isoformat() == text


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2010-06-28", "2023-06-27", 12),
        ("2010-06-28", "2023-06-28", 13),
        ("2010-06-28", "2010-06-28", 0),
        ("2010-12-31", "2011-01-01", 0),
        ("2010-06-28", "2010-06-27", -1),
        ("2008-02-29", "2021-02-28", 12),
        ("2008-02-29", "2021-03-01", 13),
        ("2008-02-29", "2024-02-28", 15),
        ("2008-02-29", "2024-02-29", 16),
    ],
)
def test_a_year_is_complete_on_the_birthday(birth: str, day: str, age: int) -> None:
    assert dates.age_on(date.fromisoformat(birth), date.fromisoformat(day)) == age


@given(YEARS_1850_TO_2100, YEARS_1850_TO_2100)
def test_an_age_grows_by_one_on_one_day_of_the_year(birth: date, day: date) -> None:
    step = dates.age_on(birth, day + timedelta(days=1)) - dates.age_on(birth, day)
    assert step in (0, 1)
    assert dates.age_on(birth, day.replace(month=12, day=31)) == day.year - birth.year
