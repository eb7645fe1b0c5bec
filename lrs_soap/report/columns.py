"""The eight columns in which people see a learning event, on the portal and in the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values import dates


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and what of an event it shows and sorts by."""

    heading: str
    text: Callable[[LearningEvent], str]
    key: Callable[[LearningEvent], Any]


def short_day(text: str | None) -> str:
    """A day, `YYYY-MM-DD`, as `1 Jun 2009`, for a table; any other text as it is."""
    found = dates.parse(text) if text else None
    return (text or "") if found is None else f"{found.day} {found.strftime('%b')} {found.year}"


def _of(field: str) -> Column:
    heading = field.title()
    return Column(
        heading, lambda event: getattr(event, field) or "", lambda event: (getattr(event, field) or "").casefold()
    )


def _date(heading: str, field: str) -> Column:
    return Column(heading, lambda event: short_day(getattr(event, field)), lambda event: getattr(event, field) or "")


COLUMNS: Mapping[str, Column] = {
    "subject": _of("subject"),
    "level": _of("level"),
    "grade": _of("grade"),
    "credit": Column("Credit", lambda event: str(event.credits), lambda event: event.credits),
    "source": _of("source"),
    "start": _date("Start Date", "participation_start_date"),
    "end": _date("End Date", "participation_end_date"),
    "award": _date("Award Date", "achievement_award_date"),
}
"""The columns, by their names in addresses."""
