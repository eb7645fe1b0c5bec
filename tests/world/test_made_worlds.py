"""Worlds that are made beside `main`: their list, their names, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from lrs_soap.clock import RealClock
from lrs_soap.errors import AlreadyHeld, InvalidRecord, NotHeld, NotPossible
from lrs_soap.operations.authenticate import authenticate
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import Settings
from lrs_soap.store import learners, migrations
from lrs_soap.store.catalogue import Catalogue
from lrs_soap.store.tables import metadata
from lrs_soap.world import World, WorldFacts, Worlds
from lrs_soap.world.images import reset, restore, snapshots, take_snapshot
from lrs_soap.world.steering import patch_policy
from tests.kit.counted_hasher import CountedHasher
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.running_server import PASSWORD, UKPRN
from tests.kit.waiting import PATIENCE, until
from tests.kit.work import AUTHOR


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url)


@pytest.fixture
def worlds(settings: Settings) -> Iterator[Worlds]:
    with Worlds.open(settings) as opened:
        yield opened


def count(world: World) -> int:
    with world.reading(OPERATOR) as work:
        return learners.count(work.transaction)


def names(worlds: Worlds) -> list[str]:
    return [facts.name for facts in worlds.listed()]


def test_worlds_are_listed_with_main_first(worlds: Worlds) -> None:
    assert worlds.listed() == [WorldFacts("main", None)]
    worlds.create("b")
    worlds.create("a-1", ttl=600)
    assert worlds.listed() == [WorldFacts("main", None), WorldFacts("a-1", 600), WorldFacts("b", None)]
    assert list(worlds) == ["main", "a-1", "b"]
    assert (len(worlds), "b" in worlds, "c" in worlds, worlds.get("c")) == (3, True, False, None)


def test_a_reset_or_restored_main_keeps_its_worlds(worlds: Worlds) -> None:
    take_snapshot(worlds.main, "before")
    worlds.create("a")
    reset(worlds.main)
    restore(worlds.main, "before")
    assert names(worlds) == ["main", "a"]
    assert count(worlds["a"]) == count(worlds.main)


def test_a_world_has_snapshots_of_its_own_which_go_with_it(worlds: Worlds, tmp_path: Path) -> None:
    world = worlds[worlds.create("a").name]
    take_snapshot(worlds.main, "kept")
    take_snapshot(world, "kept")
    patch_policy(world, {"batch_delay": 5})
    take_snapshot(world, "later")
    restore(world, "kept")
    assert world.policy.batch_delay == 0
    restore(world, "later")
    assert (snapshots(world), snapshots(worlds.main)) == (["kept", "later"], ["kept"])
    with world.writing(AUTHOR) as work:
        assert work.policy.batch_delay == 5
    worlds.delete("a")
    again = worlds[worlds.create("a").name]
    assert (snapshots(again), again.policy.batch_delay) == ([], 0)
    worlds.delete("a")
    assert [each.name for each in tmp_path.iterdir() if ".world-" in each.name] == []


@on_sqlite
@pytest.mark.parametrize("name", ["", "A", "a_b", "a" * 41, "../x", "a b", "a\n"])
def test_what_is_no_name(worlds: Worlds, name: str) -> None:
    with pytest.raises(InvalidRecord, match="1 to 40 small letters"):
        worlds.create(name)
    with pytest.raises(NotHeld):
        worlds.delete(name)
    assert worlds.get(name) is None


def test_what_is_taken_or_not_there(worlds: Worlds) -> None:
    worlds.create("a")
    for name in ("a", "main"):
        with pytest.raises(AlreadyHeld, match=f"world '{name}' already"):
            worlds.create(name)
    with pytest.raises(NotPossible, match="starting data"):
        worlds.create("start")
    with pytest.raises(NotPossible, match="cannot be deleted"):
        worlds.delete("main")
    with pytest.raises(NotHeld, match="no world 'b'"):
        worlds.delete("b")
    for like in ("never", "../x"):
        with pytest.raises(NotHeld, match="no snapshot"):
            worlds.create("b", like=like)
    with pytest.raises(InvalidRecord, match="at least 1 second"):
        worlds.create("b", ttl=0)
    # What could not be made has left nothing, and its name is free.
    assert names(worlds) == ["main", "a"]
    worlds.create("b")


def test_worlds_are_there_after_a_restart_and_brought_up_to_date(settings: Settings) -> None:
    with Worlds.open(settings) as worlds:
        worlds.create("a")
        with worlds["a"].store.writing() as transaction:
            migrations.downgrade(transaction.connection, "0016")
    with Worlds.open(settings) as worlds:
        assert names(worlds) == ["main", "a"]
        patch_policy(worlds["a"], {"batch_delay": 5})
        assert worlds["a"].policy.batch_delay == 5


def test_the_one_unused_for_longest_is_closed_and_opened_again(database_url: str) -> None:
    with Worlds.open(Settings(database_url=database_url, max_open_worlds=2)) as worlds:
        for name in ("a", "b", "c"):
            worlds.create(name)
        first = worlds["a"]
        assert worlds["a"] is first
        assert (worlds["b"].name, worlds["c"].name) == ("b", "c")
        # Who still works in the one that was closed can end that.
        with first.writing(AUTHOR) as work:
            assert work.transaction is not None
        assert worlds["a"] is not first
        assert count(worlds["a"]) == count(first)


def test_a_password_that_was_right_in_one_world_is_known_in_another_with_the_same_hash(worlds: Worlds) -> None:
    counted = CountedHasher.of(worlds.main.passwords)
    for name in ("a", "b"):
        worlds.create(name)
        with worlds[name].reading(OPERATOR) as work:
            for _ in range(2):
                authenticate(work, worlds[name].passwords, ukprn=UKPRN, organisation_ref=None, password=PASSWORD)
    assert len(counted.verified) == 1


@on_postgresql
def test_one_that_is_deleted_waits_for_who_reads_in_it_and_who_reads_for_nobody(worlds: Worlds) -> None:
    world = worlds[worlds.create("read").name]

    def is_waiting() -> bool:
        with worlds.main.reading(OPERATOR) as work:
            work.transaction.cursor.execute(
                "SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = relation WHERE relname = 'steering'"
                " AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return bool(work.transaction.cursor.fetchall())

    with ThreadPoolExecutor(1) as pool:
        with world.reading(OPERATOR) as work:
            deleted = pool.submit(worlds.delete, "read")
            until(is_waiting)
            # Every other table, whichever a request or a worker needs next.
            for table in metadata.sorted_tables:
                work.transaction.cursor.execute(f"SELECT 1 FROM {table.name} LIMIT 1")
        deleted.result(PATIENCE)
    assert names(worlds) == ["main"]


@on_sqlite
def test_what_a_machine_that_stopped_has_left_is_not_in_the_way(settings: Settings, tmp_path: Path) -> None:
    # A deletion that ended in the middle: the world is in the list, and its file is not there.
    with Worlds.open(settings) as worlds:
        worlds.create("half-deleted")
        (place,) = tmp_path.glob("lrs.world-*.db")
        number = int(place.stem.rpartition("-")[2])
    for left in tmp_path.glob("lrs.world-*"):
        left.unlink()
    # And what is at the place that comes next.
    (tmp_path / f"lrs.world-{number + 1}.db").write_bytes(b"no database")
    with Worlds.open(settings) as worlds:
        assert names(worlds) == ["main"]
        worlds.create("half-deleted")
        assert count(worlds["half-deleted"]) == count(worlds.main)


def test_one_that_was_never_made_to_its_end_does_not_keep_its_name(settings: Settings, worlds: Worlds) -> None:
    with closing(Catalogue(settings.database_url)) as catalogue:
        now = int(RealClock().now().timestamp())
        catalogue.reserve("recent", ttl=None, now=now, may_have_jobs=False)
        catalogue.reserve("long-ago", ttl=None, now=now - 4000, may_have_jobs=False)
    assert names(worlds) == ["main"]
    worlds.create("long-ago")
    with pytest.raises(AlreadyHeld):
        worlds.create("recent")
