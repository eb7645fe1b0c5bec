"""When the service is open: its service hours and its maintenance windows.

Both are in the service's own time, London time, as a clock on the wall shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo

from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.rule import Outcome, Rule

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_A_DAY = f"({'|'.join(_DAYS)})"
_OPEN_TIME = re.compile(rf"{_A_DAY}(?: ?- ?{_A_DAY})? +(\d\d):(\d\d) ?- ?(\d\d):(\d\d)", re.IGNORECASE | re.ASCII)
_MIDNIGHT = 24 * 60

# Narrower than `fromisoformat`, which accepts more with each version of Python.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Days of the week, Monday being 0, and the minutes of the day between which the service is open on each of them.

    If the last day is before the first, the days go on over Sunday. The service is open at the minute `opens`, and
    closed at the minute `closes`.
    """

    first_day: int
    last_day: int
    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> OpenTime:
        """Read `Mon-Fri 07:00-22:00` or `Sat 08:00-24:00`. Raises ValueError."""
        found = _OPEN_TIME.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not days and times: {text!r}")
        first, last = found[1], found[2] or found[1]
        opens, closes = _minute(found[3], found[4]), _minute(found[5], found[6])
        if opens >= closes:
            raise ValueError(f"closes before it opens: {text!r}")
        return cls(_DAYS.index(first.title()), _DAYS.index(last.title()), opens, closes)

    def __str__(self) -> str:
        days = _DAYS[self.first_day]
        if self.last_day != self.first_day:
            days = f"{days}-{_DAYS[self.last_day]}"
        return f"{days} {_clock(self.opens)}-{_clock(self.closes)}"

    def covers(self, moment: datetime) -> bool:
        """Whether the service is open at `moment`, as far as this entry says."""
        day = moment.weekday()
        if self.first_day <= self.last_day:
            is_day = self.first_day <= day <= self.last_day
        else:
            is_day = day >= self.first_day or day <= self.last_day
        return is_day and self.opens <= moment.hour * 60 + moment.minute < self.closes


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window from one moment up to another. Moments without a zone are in the service's own time.

    When clocks change, a time that they show twice, or skip, gives the longer of the two windows that it can mean.
    """

    starts: datetime
    ends: datetime

    @classmethod
    def parse(cls, text: str) -> Maintenance:
        """Read `2025-12-24T18:00/2025-12-27T06:00`; both moments have a zone, or neither has. Raises ValueError."""
        starts, slash, ends = text.partition("/")
        if not slash:
            raise ValueError(f"not two moments: {text!r}")
        window = cls(_moment(starts), _moment(ends))
        if (window.starts.tzinfo is None) is not (window.ends.tzinfo is None):
            raise ValueError(f"one moment with a zone, one without: {text!r}")
        if window.starts >= window.ends:
            raise ValueError(f"ends before it starts: {text!r}")
        return window

    def __str__(self) -> str:
        return "/".join(
            each.isoformat(timespec="seconds" if each.second else "minutes") for each in (self.starts, self.ends)
        )

    def covers(self, moment: datetime) -> bool:
        """Whether the window includes `moment`, which must have the service's own zone."""
        zone = moment.tzinfo
        if zone is None:
            raise ValueError("a moment without a zone")
        starts, ends = min(_readings(self.starts, zone)), max(_readings(self.ends, zone))
        return starts <= moment.astimezone(timezone.utc) < ends

    def is_over(self, moment: datetime) -> bool:
        """Whether the window has ended at `moment`, which must have the service's own zone."""
        zone = moment.tzinfo
        if zone is None:
            raise ValueError("a moment without a zone")
        return max(_readings(self.ends, zone)) <= moment.astimezone(timezone.utc)


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When the service is open: within one of `hours`, or always if there are none, and outside every window."""

    hours: tuple[OpenTime, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()

    @property
    def is_always_open(self) -> bool:
        return not self.hours and not self.maintenance

    def closed_because(self, moment: datetime) -> Reason | None:
        """Why the service is closed at `moment`, which must have the service's own zone; None if it is open."""
        window = self.maintenance_at(moment)
        if window is not None:
            return window
        if self.hours and not any(each.covers(moment) for each in self.hours):
            asked, held = (moment.isoformat(),), tuple(map(str, self.hours))
            return Reason(Rule.SERVICE_HOURS, Outcome.CLOSED, sent=asked, held=held)
        return None

    def maintenance_at(self, moment: datetime) -> Reason | None:
        """The maintenance window that includes `moment`, which must have the service's own zone; None if none does."""
        for window in self.maintenance:
            if window.covers(moment):
                return Reason(Rule.MAINTENANCE, Outcome.CLOSED, sent=(moment.isoformat(),), held=(str(window),))
        return None


def _minute(hour: str, minute: str) -> int:
    number = int(hour) * 60 + int(minute)
    if int(minute) > 59 or number > _MIDNIGHT:
        raise ValueError(f"no time of day: {hour}:{minute}")
    return number


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _moment(text: str) -> datetime:
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a date and time: {text!r}")
    zone = (found[3] or "").upper().replace("Z", "+00:00")
    return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")


def _readings(moment: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The two moments in UTC that a time can mean when clocks change; at other times they are equal."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return tuple(aware.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1))
