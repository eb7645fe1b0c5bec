"""The service's clock: London's time, whole seconds, summer and winter."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from lrs_soap.clock import LONDON, RealClock, SettableClock

UTC = timezone.utc


def test_a_naive_moment_is_london_s() -> None:
    assert SettableClock(datetime(2025, 7, 14, 15, 23, 47)).now() == datetime(2025, 7, 14, 14, 23, 47, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "hour", "day"),
    [
        (datetime(2025, 1, 14, 23, 30, tzinfo=UTC), 23, date(2025, 1, 14)),
        (datetime(2025, 7, 14, 23, 30, tzinfo=UTC), 0, date(2025, 7, 15)),
        (datetime(2025, 7, 14, 23, 30, tzinfo=timezone(timedelta(hours=9))), 15, date(2025, 7, 14)),
    ],
    ids=["winter", "summer, past midnight", "Tokyo"],
)
def test_time_and_day_are_as_clocks_in_london_show_them(moment: datetime, hour: int, day: date) -> None:
    clock = SettableClock(moment)

    assert clock.now().hour == hour
    assert clock.now().tzinfo is LONDON
    assert clock.today() == day


def test_there_is_no_fraction_of_a_second() -> None:
    assert SettableClock(datetime(2025, 1, 14, 15, 23, 47, 999_999)).now().microsecond == 0
    assert RealClock().now().microsecond == 0


def test_a_settable_clock_stands_still_until_it_is_told_to_move() -> None:
    clock = SettableClock(datetime(2025, 1, 14, 15, 0))
    assert clock.now() == clock.now()

    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2025, 1, 14, 15, 5, tzinfo=LONDON)

    clock.set(datetime(2024, 2, 29))
    assert clock.today() == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (datetime(2025, 3, 30, 0, 30), "02:30+01:00"),
        (datetime(2025, 10, 26, 0, 30), "01:30+01:00"),
    ],
    ids=["the hour that is left out", "the hour that comes twice"],
)
def test_an_hour_is_an_hour_when_clocks_change(before: datetime, after: str) -> None:
    clock = SettableClock(before)

    clock.advance(timedelta(hours=1))
    assert clock.now().isoformat().endswith(f"T{after[:5]}:00{after[5:]}")

    clock.advance(timedelta(hours=1))
    assert clock.now().utcoffset() == timedelta(hours=1 if before.month == 3 else 0)


def test_the_real_clock_is_the_machine_s() -> None:
    clock = RealClock()

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == datetime.now(LONDON).date()
