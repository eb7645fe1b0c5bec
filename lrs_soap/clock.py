"""The service's time, which is passed in: whole seconds, as clocks in London show them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def midnight(day: date) -> datetime:
    """The moment, aware, at which a day begins in London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


machine_seconds = time.time
"""What the machine's own clock shows, in seconds since 1970: for the journal, which no other clock moves."""


class Clock(Protocol):
    """Where the time comes from. Nothing in lrs-soap asks the machine for it in any other way."""

    def now(self) -> datetime:
        """The moment, aware, in Europe/London, without a fraction of a second."""
        ...

    def today(self) -> date:
        """The day in Europe/London."""
        ...


class ClockMode(str, Enum):
    """How a clock that can be steered goes."""

    REAL = "real"
    """As the machine's clock."""
    STILL = "still"
    """It stands still."""
    RUNNING = "running"
    """It runs, ahead of the machine's clock or behind it."""


class RealClock:
    """The machine's clock, or one that is always so many seconds ahead of it. Threads may share it."""

    def __init__(self, *, ahead: int = 0) -> None:
        self.ahead = ahead
        # To ask for London's offset takes longer than most look-ups, so each second has its moment made once.
        self._last = (0.0, 0.0, datetime.fromtimestamp(0, LONDON))

    def now(self) -> datetime:
        seconds = machine_seconds()
        begin, end, moment = self._last
        if not begin <= seconds < end:
            second = int(seconds)
            moment = datetime.fromtimestamp(second + self.ahead, LONDON)
            self._last = (float(second), second + 1.0, moment)
        return moment

    def today(self) -> date:
        return self.now().date()


class SettableClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, moment: datetime) -> None:
        """`moment` is aware, or naive and then taken as London's."""
        self.set(moment)

    def set(self, moment: datetime) -> None:
        """Stand at `moment` from now on."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        self._moment = aware.astimezone(LONDON).replace(microsecond=0)

    def advance(self, by: timedelta) -> None:
        """Move on by a length of real time, across changes to and from summer time."""
        self.set(self._moment.astimezone(ZoneInfo("UTC")) + by)

    def now(self) -> datetime:
        return self._moment

    def today(self) -> date:
        return self._moment.date()


class SteeredClock:
    """A clock that goes as another one, which can be replaced at any time. Threads may share it."""

    now: Callable[[], datetime]
    today: Callable[[], date]

    def __init__(self, clock: Clock) -> None:
        self.follow(clock)

    def follow(self, clock: Clock) -> None:
        """Go as this clock from now on."""
        self.now, self.today = clock.now, clock.today
        self.is_real = isinstance(clock, RealClock) and clock.ahead == 0
        """Whether it shows the machine's time."""


def clock_at(moment: datetime | None) -> Clock:
    """The machine's clock, or one that stands at `moment`, where a setting gives one."""
    return RealClock() if moment is None else SettableClock(moment)
