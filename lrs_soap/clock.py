"""The service's time, which is passed in: whole seconds, as clocks in London show them."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def midnight(day: date) -> datetime:
    """The moment, aware, at which a day begins in London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


class Clock(Protocol):
    """Where the time comes from. Nothing in lrs-soap asks the machine for it in any other way."""

    def now(self) -> datetime:
        """The moment, aware, in Europe/London, without a fraction of a second."""
        ...

    def today(self) -> date:
        """The day in Europe/London."""
        ...


class RealClock:
    """The machine's clock. Threads may share it."""

    def __init__(self) -> None:
        # To ask for London's offset takes longer than most look-ups, so each second has its moment made once.
        self._last = (0, datetime.fromtimestamp(0, LONDON))

    def now(self) -> datetime:
        second = int(time.time())
        last, moment = self._last
        if second != last:
            moment = datetime.fromtimestamp(second, LONDON)
            self._last = (second, moment)
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


def clock_at(moment: datetime | None) -> Clock:
    """The machine's clock, or one that stands at `moment`, where a setting gives one."""
    return RealClock() if moment is None else SettableClock(moment)
