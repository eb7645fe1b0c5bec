"""The field of forms for a day, in three lists."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from lrs_soap.portal.asking import asked

_PARTS = ("day", "month", "year")
_OLDEST_YEARS = 125


@dataclass(frozen=True, slots=True)
class PartList:
    """One of the three lists of a day."""

    id: str
    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...]


class DayField(Field):
    """A day, chosen from lists of days, months and years. Its data are `YYYY-MM-DD`, or empty where none is chosen."""

    def __init__(self, label: str, validators: list[Any] | None = None, **more: Any) -> None:
        super().__init__(label, validators, **more)
        self._chosen = ("", "", "")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        names = [f"{self.name}-{part}" for part in _PARTS]
        if formdata is not None and any(name in formdata for name in names):
            day, month, year = (str(formdata.get(name, "")).strip()[:4] for name in names)
            self.data = f"{year}-{month}-{day}" if day or month or year else ""
        year, _, rest = (self.data or "").partition("-")
        month, _, day = rest.partition("-")
        self._chosen = (day, month, year)

    def pre_validate(self, form: Any) -> None:
        if self.data and not all(self._chosen):
            raise ValidationError("Choose a day, a month and a year.")

    def lists(self) -> Iterator[PartList]:
        """The three lists. The first has the field's own id, so that a link to the field leads there."""
        newest = asked().world.clock.today().year
        choices = (
            [(f"{number:02}", str(number)) for number in range(1, 32)],
            [(f"{number:02}", calendar.month_name[number]) for number in range(1, 13)],
            [(str(year), str(year)) for year in range(newest, newest - _OLDEST_YEARS, -1)],
        )
        for part, chosen, known in zip(_PARTS, self._chosen, choices, strict=True):
            # What was held, or sent, is there even if nobody would choose it.
            more = [] if not chosen or chosen in dict(known) else [(chosen, chosen)]
            yield PartList(
                self.id if part == "day" else f"{self.id}-{part}",
                f"{self.name}-{part}",
                part.title(),
                chosen,
                (("", part.title()), *known, *more),
            )
