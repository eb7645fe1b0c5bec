"""Steer a world while it serves: set its clock, change its policy. Every process sees it at its next request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from lrs_soap.clock import LONDON, ClockMode, RealClock
from lrs_soap.errors import InvalidRecord
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.store import steering
from lrs_soap.store.steering import ClockSetting

FIRST_YEAR, LAST_YEAR = 1900, 9899
"""Between these a clock can be set, so that every moment exists that is reckoned from it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def set_clock(work: UnitOfWork, moment: datetime | None = None, mode: ClockMode | None = None) -> None:
    """Set the clock to a moment, in London's time unless it is aware; without one, to the moment that it shows.

    It stands still there or runs from there. Without a `mode` it runs only if it was set to run before. REAL makes it
    the machine's clock. Raises InvalidRecord for a moment out of the years 1900 to 9899, or one with REAL.
    """
    if mode is ClockMode.REAL:
        if moment is not None:
            raise InvalidRecord("shows the machine's time and no other moment", "a real clock")
        steering.set_clock(work.transaction, ClockSetting(ClockMode.REAL, 0))
        return
    if mode is None:
        held = steering.clock(work.transaction)
        mode = ClockMode.RUNNING if held is not None and held.mode is ClockMode.RUNNING else ClockMode.STILL
    seconds = _seconds(work.now if moment is None else moment)
    if mode is ClockMode.RUNNING:
        seconds -= _seconds(RealClock().now())
    steering.set_clock(work.transaction, ClockSetting(mode, seconds))


def advance_clock(work: UnitOfWork, by: timedelta, *, is_still: bool) -> None:
    """Move the clock by a length of real time, forward or back; a real one runs afterwards.

    `is_still` is whether it stands still now, as it may by the settings. Raises InvalidRecord where it would leave the
    years 1900 to 9899.
    """
    try:
        moved = _seconds(work.now.astimezone(timezone.utc) + by)
    except OverflowError:
        raise _out_of_range() from None
    if is_still:
        setting = ClockSetting(ClockMode.STILL, moved)
    else:
        held = steering.clock(work.transaction)
        ahead = held.seconds if held is not None and held.mode is ClockMode.RUNNING else 0
        setting = ClockSetting(ClockMode.RUNNING, ahead + by // timedelta(seconds=1))
    steering.set_clock(work.transaction, setting)


def change_policy(work: UnitOfWork, changes: Mapping[str, str | None]) -> None:
    """Change settings of the policy, each to a valid value in JSON; None takes a change back."""
    steering.change_policy(work.transaction, changes)


def _seconds(moment: datetime) -> int:
    try:
        aware = (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(LONDON)
        year = aware.year
    except OverflowError:
        raise _out_of_range() from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range()
    return int((aware - _EPOCH) // timedelta(seconds=1))


def _out_of_range() -> InvalidRecord:
    return InvalidRecord(f"has to be set to a moment in the years {FIRST_YEAR} to {LAST_YEAR}", "the clock")
