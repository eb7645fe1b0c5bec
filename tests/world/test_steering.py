"""The clock and the policy of a world: how they are set, read, and seen by another process that has the world open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from lrs_soap.clock import LONDON, ClockMode, RealClock
from lrs_soap.errors import InvalidRecord, InvalidSetting, StoreUnavailable
from lrs_soap.operations.work import Policy
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import OF_A_WORLD, Settings
from lrs_soap.store.store import Store
from lrs_soap.world import World
from lrs_soap.world.steering import ClockNow, advance_clock, patch_policy, read_clock, read_policy, set_clock
from tests.kit.databases import on_sqlite

MOMENT = datetime(2025, 7, 1, 12, tzinfo=LONDON)


@pytest.fixture
def world(store: Store, database_url: str) -> Iterator[World]:
    with World.open(Settings(database_url=database_url, batch_delay=7), prepare=False) as opened:
        yield opened


@pytest.fixture
def other(world: World) -> Iterator[World]:
    """The same world, as another process has it open."""
    assert world.settings is not None
    with World.open(world.settings, prepare=False) as opened:
        yield opened


def looked(world: World) -> World:
    """The world as a request finds it."""
    world.look()
    world.end_look()
    return world


def is_now(moment: datetime, expected: datetime) -> bool:
    return timedelta(0) <= moment - expected < timedelta(seconds=60)


def test_a_clock_stands_where_it_is_set_and_others_see_it(world: World, other: World) -> None:
    assert looked(other).clock_mode is ClockMode.REAL
    assert set_clock(world, MOMENT) == ClockNow(MOMENT, ClockMode.STILL)
    assert (looked(other).clock.now(), other.clock_mode) == (MOMENT, ClockMode.STILL)
    assert read_clock(other) == read_clock(world)


def test_a_moment_without_a_zone_is_london_s(world: World) -> None:
    assert set_clock(world, datetime(2025, 7, 1, 12)).now == MOMENT
    assert set_clock(world, datetime(2025, 7, 1, 11, tzinfo=timezone.utc)).now == MOMENT
    assert set_clock(world, datetime(1930, 1, 2, 3, 4, 5)).now == datetime(1930, 1, 2, 3, 4, 5, tzinfo=LONDON)


def test_a_clock_that_runs_goes_on(world: World, other: World) -> None:
    assert set_clock(world, MOMENT, ClockMode.RUNNING).mode is ClockMode.RUNNING
    assert is_now(looked(other).clock.now(), MOMENT)
    # Once it runs, another moment does not stop it.
    later = set_clock(world, MOMENT.replace(year=2031))
    assert later.mode is ClockMode.RUNNING
    assert is_now(later.now, MOMENT.replace(year=2031))


@pytest.mark.parametrize("mode", [ClockMode.STILL, ClockMode.RUNNING])
def test_without_a_moment_it_goes_on_from_what_it_shows(world: World, mode: ClockMode) -> None:
    set_clock(world, MOMENT)
    assert is_now(set_clock(world, mode=mode).now, MOMENT)
    set_clock(world, mode=ClockMode.REAL)
    assert is_now(set_clock(world, mode=mode).now, RealClock().now() - timedelta(seconds=5))


def test_it_advances_by_real_time_and_back(world: World) -> None:
    set_clock(world, datetime(2025, 3, 29, 12))
    # Across the beginning of summer time.
    assert advance_clock(world, timedelta(days=1)) == ClockNow(
        datetime(2025, 3, 30, 13, tzinfo=LONDON), ClockMode.STILL
    )
    assert advance_clock(world, -timedelta(days=1)).now == datetime(2025, 3, 29, 12, tzinfo=LONDON)


def test_a_real_clock_that_is_advanced_runs_ahead(world: World) -> None:
    for days in (45, 90):
        moved = advance_clock(world, timedelta(days=45))
        assert moved.mode is ClockMode.RUNNING
        assert is_now(moved.now, (RealClock().now().astimezone(timezone.utc) + timedelta(days=days, seconds=-30)))
    real = set_clock(world, mode=ClockMode.REAL)
    assert real.mode is ClockMode.REAL
    assert is_now(real.now, RealClock().now() - timedelta(seconds=30))


def test_a_clock_that_stands_by_the_settings_is_moved_and_stands(store: Store, database_url: str) -> None:
    with World.open(Settings(database_url=database_url, clock=MOMENT), prepare=False) as world:
        assert read_clock(world) == ClockNow(MOMENT, ClockMode.STILL)
        assert advance_clock(world, timedelta(hours=1)) == ClockNow(MOMENT.replace(hour=13), ClockMode.STILL)


@on_sqlite
@pytest.mark.parametrize("moment", [datetime.min, datetime(1899, 12, 31), datetime(9900, 1, 2), datetime.max])
def test_a_moment_from_which_nothing_can_be_reckoned_is_refused(world: World, moment: datetime) -> None:
    set_clock(world, MOMENT)
    for zone in (None, timezone(timedelta(hours=-12)), timezone(timedelta(hours=12))):
        for mode in (ClockMode.STILL, ClockMode.RUNNING):
            with pytest.raises(InvalidRecord, match="in the years 1900 to 9899"):
                set_clock(world, moment.replace(tzinfo=zone), mode)
    assert read_clock(world) == ClockNow(MOMENT, ClockMode.STILL)


@on_sqlite
@pytest.mark.parametrize("by", [timedelta.max, timedelta.min, timedelta(days=365 * 7900), -timedelta(days=365 * 200)])
def test_nor_can_it_be_moved_there(world: World, by: timedelta) -> None:
    with pytest.raises(InvalidRecord, match="in the years 1900 to 9899"):
        advance_clock(world, by)
    assert read_clock(world).mode is ClockMode.REAL


def test_a_real_clock_has_no_moment(world: World) -> None:
    with pytest.raises(InvalidRecord, match="machine's time"):
        set_clock(world, MOMENT, ClockMode.REAL)


CHANGES: dict[str, Any] = {
    "service_hours": ["Mon-Fri 07:00-22:00", "Sat 08:00-12:00"],
    "maintenance": ["2025-12-24T18:00/2025-12-27T06:00"],
    "maintenance_answer": "fault",
    "find_before_register": True,
    "find_before_register_maximum": 60,
    "find_before_register_minimum": 5,
    "strict": False,
    "batch_validation": "record",
    "batch_delay": 3,
    "return_codes": ["RC002=RC003"],
    "scenario_header": True,
    "world_header": True,
    "certificate_subjects": ["CN=vendor,O=A vendor", "CN=other"],
    "desk_hours": "Every day, 9 to 5",
    "announcement": "Closed on Friday.",
    "known_users_only": True,
    "password_reset": "mail",
    "suspend_after": 3,
    "portal_idle_timeout": 60,
}


def test_every_setting_of_a_world_can_be_changed_and_others_see_it(world: World, other: World) -> None:
    assert list(read_policy(world)) == list(OF_A_WORLD) == list(CHANGES)
    assert read_policy(world)["batch_delay"] == 7
    assert patch_policy(world, CHANGES) == CHANGES == read_policy(other)
    policy = looked(other).policy
    assert isinstance(policy, Policy)
    assert (policy.strict, policy.records_apart, policy.maintenance_page, policy.batch_delay) == (False, True, False, 3)
    assert [str(each) for each in policy.hours.hours] == CHANGES["service_hours"]
    assert [str(each) for each in policy.return_codes] == CHANGES["return_codes"]
    assert policy.scenario_header
    assert policy.world_header
    assert policy.certificate_subjects == ("CN=vendor,O=A vendor", "CN=other")
    assert (policy.desk_hours, policy.announcement) == ("Every day, 9 to 5", "Closed on Friday.")
    assert (policy.known_users_only, policy.password_by_mail) == (True, True)
    assert (policy.suspend_after, policy.idle_seconds) == (3, 60)
    assert policy.search_age is not None
    assert policy.search_age.minimum == timedelta(seconds=5)


def test_a_change_that_is_taken_back_is_what_the_settings_say(world: World, other: World) -> None:
    before = read_policy(world)
    patch_policy(world, CHANGES)
    assert patch_policy(world, {"batch_delay": None})["batch_delay"] == 7
    assert patch_policy(world, dict.fromkeys(CHANGES)) == before
    assert looked(other).policy.batch_delay == 7


def test_the_least_age_of_a_search_does_not_hold_while_the_clock_stands_still(world: World) -> None:
    patch_policy(world, {"find_before_register": True})
    for mode, seconds in ((ClockMode.STILL, 0), (ClockMode.RUNNING, 2), (ClockMode.REAL, 2)):
        set_clock(world, mode=mode)
        age = looked(world).policy.search_age
        assert age is not None
        assert age.minimum == timedelta(seconds=seconds)


def test_text_is_taken_as_from_the_environment(world: World) -> None:
    changed = patch_policy(world, {"strict": "false", "batch_delay": "12", "service_hours": "Mon-Fri 07:00-22:00"})
    assert (changed["strict"], changed["batch_delay"]) == (False, 12)
    assert changed["service_hours"] == ["Mon-Fri 07:00-22:00"]


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_dely": 1}, "did you mean batch_delay"),
        ({"port": 1}, "'port' is not a setting of a world"),
        ({"port": None}, "'port' is not a setting of a world"),
        ({"batch_delay": True}, "batch_delay has to be a whole number"),
        ({"batch_delay": 1.5}, "batch_delay has to be a whole number"),
        ({"batch_delay": -1}, "batch_delay has to be a whole number"),
        ({"strict": 1}, "strict has to be true or false"),
        ({"strict": "perhaps"}, "strict has to be true or false"),
        ({"service_hours": ["Mon 22:00-07:00"]}, "service_hours has to be days and times"),
        ({"service_hours": {"Mon": 1}}, "service_hours has to be days and times"),
        ({"maintenance_answer": "silence"}, "maintenance_answer has to be 'page' or 'fault'"),
    ],
)
def test_what_is_no_setting_of_a_world_is_refused_and_nothing_is_changed(
    world: World, changes: dict[str, Any], words: str
) -> None:
    before = read_policy(world)
    with pytest.raises(InvalidSetting, match=words):
        patch_policy(world, {"find_before_register": True, **changes})
    assert read_policy(world) == before


def test_a_unit_that_writes_goes_by_a_change_that_is_a_moment_old(world: World, other: World) -> None:
    set_clock(world, MOMENT)
    with other.writing(OPERATOR) as work:
        assert work.now == MOMENT
    patch_policy(world, {"batch_delay": 9})
    with other.writing(OPERATOR) as work:
        assert work.policy.batch_delay == 9


def test_a_look_sees_that_another_generation_has_begun(world: World, other: World) -> None:
    with world.store.writing() as transaction:
        transaction.cursor.execute("UPDATE steering SET version = 5, generation = 5")
    assert looked(other).generation == 5


def test_what_a_look_has_begun_ends_with_it(world: World) -> None:
    """On PostgreSQL, the transaction is that of the next reading, and of no later one."""
    world.look()
    world.end_look()
    set_clock(world, MOMENT)
    with world.reading(OPERATOR) as work:
        assert work.now == MOMENT
        work.transaction.cursor.execute("SELECT count(*) FROM clock_settings")
        assert work.transaction.cursor.fetchall() == [(1,)]


def test_the_reading_after_a_look_reads_what_was_there_then(world: World, other: World) -> None:
    world.look()
    patch_policy(other, {"batch_delay": 1})
    with world.reading(OPERATOR, has_looked=True) as work:
        assert work.policy.batch_delay == 7
    world.end_look()
    assert looked(world).policy.batch_delay == 1


@on_sqlite
def test_a_database_that_cannot_be_asked_is_unavailable(database_kind: str, tmp_path: Any) -> None:
    with World.open(Settings(database_url=f"sqlite:///{tmp_path}/none/lrs.db"), prepare=False) as world:
        with pytest.raises(StoreUnavailable):
            world.look()
        world.end_look()


def test_what_a_request_leaves_is_read_by_the_next_ones_until_it_is_ended(world: World, other: World) -> None:
    ends: list[Callable[[], None]] = []
    world.look()
    world.end_look(ends.append)
    patch_policy(other, {"batch_delay": 1})
    for _ in range(2):
        world.look()
        with world.reading(OPERATOR, has_looked=True) as work:
            assert work.policy.batch_delay == 7
        world.end_look(ends.append)
    (end,) = ends
    end()
    assert looked(world).policy.batch_delay == 1


def test_what_is_older_than_what_the_world_knows_is_left_to_nobody(world: World, other: World) -> None:
    ends: list[Callable[[], None]] = []
    world.look()
    world.end_look(ends.append)
    patch_policy(other, {"batch_delay": 1})
    with world.reading(OPERATOR) as work:
        assert work.policy.batch_delay == 1
    world.look()
    with world.reading(OPERATOR, has_looked=True) as work:
        assert work.policy.batch_delay == 1
        work.transaction.cursor.execute("SELECT value FROM policy_changes WHERE name = 'batch_delay'")
        assert work.transaction.cursor.fetchall() == [("1",)]
    world.end_look(ends.append)
    ends[0]()
