from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.access.hours import Maintenance, OpenTime, ServiceHours
from lrs_soap.rules.values.rule import Rule


def at(text: str) -> datetime:
    """A moment as London's clocks show it, or in UTC with Z."""
    zone = timezone.utc if text.endswith("Z") else LONDON
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=zone).astimezone(LONDON)


def is_open(hours: str, moment: str, maintenance: str = "") -> bool:
    open_times = tuple(OpenTime.parse(each) for each in hours.split(",") if each)
    windows = tuple(Maintenance.parse(each) for each in maintenance.split(",") if each)
    return ServiceHours(open_times, windows).closed_because(at(moment)) is None


def test_without_hours_it_is_always_open() -> None:
    assert ServiceHours().is_always_open
    assert is_open("", "2025-03-09T03:00")


# 10 March 2025 is a Monday.
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-03-10T06:59:59", False),
        ("2025-03-10T07:00", True),
        ("2025-03-10T21:59:59", True),
        ("2025-03-10T22:00", False),
        ("2025-03-14T12:00", True),
        ("2025-03-15T12:00", False),
        ("2025-03-15T08:00", True),
        ("2025-03-16T09:00", False),
    ],
)
def test_hours_of_the_week(moment: str, expected: bool) -> None:
    assert is_open("Mon-Fri 07:00-22:00,Sat 08:00-12:00", moment) is expected


@pytest.mark.parametrize(
    ("moment", "expected"), [("2025-03-14T23:59", False), ("2025-03-15T00:00", True), ("2025-03-17T23:59:59", True)]
)
def test_days_go_on_over_sunday_and_a_day_ends_at_24(moment: str, expected: bool) -> None:
    assert is_open("Sat-Mon 00:00-24:00", moment) is expected


def test_hours_are_london_s_in_summer_too() -> None:
    assert is_open("Mon 07:00-22:00", "2025-07-14T06:30Z")
    assert not is_open("Mon 07:00-22:00", "2025-07-14T21:30Z")
    assert not is_open("Mon 07:00-22:00", "2025-01-13T06:30Z")
    assert is_open("Mon 07:00-22:00", "2025-01-13T21:30Z")


def test_on_the_days_on_which_clocks_change_the_clock_on_the_wall_counts() -> None:
    # Forward at 01:00Z: from 00:59 to 02:00.
    assert not is_open("Sun 01:30-03:00", "2025-03-30T00:59:59Z")
    assert is_open("Sun 01:30-03:00", "2025-03-30T01:00Z")
    # Back at 01:00Z: 01:30 comes twice.
    assert is_open("Sun 01:30-01:45", "2025-10-26T00:30Z")
    assert not is_open("Sun 01:30-01:45", "2025-10-26T01:00Z")
    assert is_open("Sun 01:30-01:45", "2025-10-26T01:30Z")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-12-24T17:59:59", True),
        ("2025-12-24T18:00", False),
        ("2025-12-27T05:59:59", False),
        ("2025-12-27T06:00", True),
    ],
)
def test_a_window_closes_whatever_the_hours(moment: str, expected: bool) -> None:
    assert is_open("Mon-Sun 00:00-24:00", moment, "2025-12-24T18:00/2025-12-27T06:00") is expected
    assert is_open("", moment, "2020-01-01T00:00/2020-01-02T00:00,2025-12-24 18:00/2025-12-27 06:00") is expected


def test_a_window_is_london_s_unless_it_names_a_zone() -> None:
    assert not is_open("", "2025-07-01T11:00Z", "2025-07-01T12:00/2025-07-01T13:00")
    assert is_open("", "2025-07-01T12:00Z", "2025-07-01T12:00/2025-07-01T13:00")
    for window in ("2025-07-01T12:00Z/2025-07-01T13:00Z", "2025-07-01T14:00+02:00/2025-07-01T15:00+02:00"):
        assert is_open("", "2025-07-01T11:59:59Z", window)
        assert not is_open("", "2025-07-01T12:00Z", window)
        assert is_open("", "2025-07-01T13:00Z", window)


@pytest.mark.parametrize(
    ("window", "first", "after"),
    [
        # Clocks show 01:30 twice: from the first to the second.
        ("2025-10-26T01:30/2025-10-26T03:00", "2025-10-26T00:30Z", "2025-10-26T03:00Z"),
        ("2025-10-26T00:30/2025-10-26T01:30", "2025-10-25T23:30Z", "2025-10-26T01:30Z"),
        # They never show 01:30.
        ("2025-03-30T01:30/2025-03-30T03:00", "2025-03-30T00:30Z", "2025-03-30T02:00Z"),
        ("2025-03-30T00:00/2025-03-30T01:30", "2025-03-30T00:00Z", "2025-03-30T01:30Z"),
    ],
)
def test_a_window_is_the_longer_one_that_it_can_mean_when_clocks_change(window: str, first: str, after: str) -> None:
    second = timedelta(seconds=1)
    window_ = Maintenance.parse(window)
    assert [
        window_.covers(moment.astimezone(LONDON))
        for moment in (
            at(first).astimezone(timezone.utc) - second,
            at(first),
            at(after).astimezone(timezone.utc) - second,
            at(after),
        )
    ] == [False, True, True, False]


def test_the_reason_says_why_it_is_closed() -> None:
    hours = ServiceHours(
        (OpenTime.parse("Mon 07:00-22:00"),), (Maintenance.parse("2025-03-10T12:00/2025-03-10T13:00"),)
    )
    window, night = hours.closed_because(at("2025-03-10T12:30")), hours.closed_because(at("2025-03-10T23:00"))
    assert window is not None
    assert night is not None
    assert (window.rule, window.held) == (Rule.MAINTENANCE, ("2025-03-10T12:00/2025-03-10T13:00",))
    assert (night.rule, night.held) == (Rule.SERVICE_HOURS, ("Mon 07:00-22:00",))
    assert night.sent == ("2025-03-10T23:00:00+00:00",)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mon-Fri 07:00-22:00", "Mon-Fri 07:00-22:00"),
        (" mon - FRI  07:00 - 22:00 ", "Mon-Fri 07:00-22:00"),
        ("Sun 00:00-24:00", "Sun 00:00-24:00"),
        ("Sat-Sat 08:00-09:00", "Sat 08:00-09:00"),
    ],
)
def test_open_times_are_written_as_they_are_read(text: str, written: str) -> None:
    assert str(OpenTime.parse(text)) == written
    assert OpenTime.parse(written) == OpenTime.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon",
        "07:00-22:00",
        "Monday 07:00-22:00",
        "Mon-Fri 7:00-22:00",
        "Mon 07:00-24:01",
        "Mon 07:60-22:00",
        "Mon 07:00-07:00",
        "Mon 22:00-07:00",
        "Mon-Wed-Fri 07:00-22:00",
        "Mon 07:00-22:00 Tue",
        "Mon ٠٧:00-22:00",
    ],
)
def test_a_text_that_is_not_an_open_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        OpenTime.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "2025-12-24T18:00",
        "2025-12-24/2025-12-27",
        "2025-12-24T18:00/2025-12-24T18:00",
        "2025-12-27T06:00/2025-12-24T18:00",
        "2025-12-24T18:00Z/2025-12-27T06:00",
        "2025-02-29T18:00/2025-12-27T06:00",
        "2025-12-24T18:00/2025-12-27T06:00/2025-12-28T06:00",
        "20251224T1800/20251227T0600",
    ],
)
def test_a_text_that_is_not_a_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Maintenance.parse(text)


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Maintenance.parse("2025-12-24T18:00/2025-12-27T06:00").covers(datetime(2025, 12, 25))
