"""What a report says: texts alone, so that another process can make the PDF."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from lrs_soap.report.columns import COLUMNS
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner

MOST_EVENTS = 2_000
"""How many events a report can have."""

_UNDATED = "Without a date"


@dataclass(frozen=True, slots=True)
class Row:
    """A qualification: the texts of COLUMNS, and the year under which the outline has it."""

    year: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportContents:
    """For whom the report is, about whom, the moment of the world's clock at which it is printed, and its rows."""

    organisation: str
    learner: str
    uln: str
    printed: datetime
    rows: tuple[Row, ...]


def contents_of(
    learner: Learner, events: Iterable[LearningEvent], *, organisation: str, printed: datetime
) -> ReportContents:
    """The report of these events of a learner, in the order of their dates; those without a date come last."""
    return ReportContents(
        organisation,
        f"{learner.given_name} {learner.family_name}",
        learner.uln,
        printed,
        tuple(_row(event) for event in in_date_order(events)),
    )


def in_date_order(events: Iterable[LearningEvent]) -> list[LearningEvent]:
    """Events by the date of the award, else of the end, else of the start; those without a date come last."""
    return sorted(events, key=lambda event: (event.date is None, event.date or "", event.id))


def written(contents: ReportContents) -> bytes:
    """The contents as JSON."""
    return json.dumps({**asdict(contents), "printed": contents.printed.isoformat()}).encode()


def read(content: bytes) -> ReportContents:
    """What `written` has written."""
    value = json.loads(content)
    rows = tuple(Row(row["year"], tuple(row["cells"])) for row in value["rows"])
    return ReportContents(**{**value, "printed": datetime.fromisoformat(value["printed"]), "rows": rows})


def _row(event: LearningEvent) -> Row:
    year = event.date[:4] if event.date else _UNDATED
    return Row(year, tuple(column.text(event) for column in COLUMNS.values()))
