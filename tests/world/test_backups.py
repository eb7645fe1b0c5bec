"""Backups of a world in a SQLite file: what they keep, what is refused, and what a full disk leaves."""

from __future__ import annotations

import resource
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

import lrs_soap
from lrs_soap.clock import LONDON, ClockMode
from lrs_soap.errors import NotPossible, StoreUnavailable
from lrs_soap.operations.register import register
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.settings import Settings
from lrs_soap.store import backup_file, key_version, learners
from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.store import Store
from lrs_soap.store.versions import TODAYS
from lrs_soap.world import World, Worlds, scenarios
from lrs_soap.world.images import back_up, reset, restore_backup
from lrs_soap.world.steering import patch_policy, read_clock, read_policy, set_clock
from tests.kit.earlier_databases import NADIA, make_earlier_database
from tests.kit.work import AUTHOR

MOMENT = datetime(2025, 7, 1, 12, tzinfo=LONDON)
SOMEBODY = {
    "GivenName": "Jolyon",
    "FamilyName": "Featherstone",
    "DateOfBirth": "2006-11-21",
    "Gender": "1",
    "LastKnownPostCode": "LS2 9JT",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
WORD = b"Okafor"


@pytest.fixture(scope="module")
def file_of_a_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "lrs.db"
    World.open(settings_of(path)).close()
    return path


@pytest.fixture
def path(file_of_a_world: Path, tmp_path: Path) -> Path:
    """The file of a world with the starting data, in a folder of its own."""
    folder = tmp_path / "database"
    folder.mkdir()
    return Path(shutil.copy(file_of_a_world, folder))


@pytest.fixture
def world(path: Path) -> Iterator[World]:
    with World.open(settings_of(path)) as opened:
        yield opened


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Path:
    """A backup of the world as it begins."""
    back_up(world, tmp_path / "a.backup")
    return tmp_path / "a.backup"


def settings_of(path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{path}")


def restored(world: World, backup: Path) -> Stamp:
    with backup.open("rb") as source:
        return restore_backup(world, source, backup.name)


def count(world: World) -> int:
    with world.reading(OPERATOR) as work:
        return learners.count(work.transaction)


def register_somebody(world: World) -> None:
    with world.writing(AUTHOR) as work:
        assert register(work, SentLearner.of(SOMEBODY)).code is ResponseCode.REGISTERED


def sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)


def files(path: Path) -> set[str]:
    """What is in the folder of a database that is open, or of a backup."""
    return {each.name for each in path.parent.iterdir()} - {f"{path.name}-wal", f"{path.name}-shm"}


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """While the block runs, no file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_backup_brings_back_all_of_a_world(world: World, tmp_path: Path) -> None:
    set_clock(world, MOMENT)
    patch_policy(world, {"batch_delay": 9})
    scenarios.add(world, Scenario(name="slow"))
    held = count(world)
    made = back_up(world, tmp_path / "a.backup")
    register_somebody(world)
    scenarios.clear(world)
    set_clock(world, mode=ClockMode.REAL)
    patch_policy(world, {"batch_delay": None})
    assert world.settings is not None
    with World.open(world.settings, prepare=False) as other:
        assert other.policy.batch_delay == 0
        for _ in range(2):
            assert restored(world, tmp_path / "a.backup") == made
            # Another process goes by it at once.
            assert (count(other), read_clock(other).now, read_policy(other)["batch_delay"]) == (held, MOMENT, 9)
            assert [each.scenario.name for each in other.scenarios] == ["slow"]
            reset(world)
            assert read_policy(other)["batch_delay"] == 0


def test_it_is_one_file_for_its_owner_that_tells_what_it_is(world: World, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    target = tmp_path / "backups" / "a.backup"
    target.write_text("an older one")
    target.chmod(0o644)
    stamp = back_up(world, target)
    assert (stamp.world, stamp.lrs_soap, stamp.versions) == ("main", lrs_soap.__version__, TODAYS)
    assert datetime.fromisoformat(stamp.made).tzinfo is not None
    assert target.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT world, schema FROM lrs_soap_backup").fetchall() == [("main", TODAYS.schema)]
    assert files(target) == {"a.backup"}


def test_the_restored_database_is_an_ordinary_one(world: World, backup: Path, path: Path) -> None:
    restored(world, backup)
    assert files(path) == {"lrs.db"}
    with closing(sqlite3.connect(path)) as database:
        assert [database.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")] == [
            (0,),
            (0,),
        ]
        assert not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'lrs_soap_backup'").fetchall()
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def _text(backup: Path) -> None:
    backup.write_text("This is no backup.\n" * 200)


def _of_another_program(backup: Path) -> None:
    backup.unlink()
    sql(backup, "CREATE TABLE learners (uln)")


def _a_word_changed(backup: Path) -> None:
    whole = backup.read_bytes()
    assert WORD in whole
    backup.write_bytes(whole.replace(WORD, WORD[::-1], 1))


def _cut_to(size: Callable[[int], int]) -> Callable[[Path], None]:
    def cut(backup: Path) -> None:
        whole = backup.read_bytes()
        backup.write_bytes(whole[: size(len(whole))])

    return cut


NO_BACKUP = {
    "empty": _cut_to(lambda size: 0),
    "text": _text,
    "of another program": _of_another_program,
    "encrypted": lambda backup: backup.write_bytes(secrets.token_bytes(100_000)),
    "cut in its header": _cut_to(lambda size: 70),
}
DAMAGED = {
    "cut after its header": _cut_to(lambda size: 100),
    "cut in the middle": _cut_to(lambda size: size // 2),
    "cut between pages": _cut_to(lambda size: size - 4096),
    "without its last byte": _cut_to(lambda size: size - 1),
    "with more behind it": lambda backup: backup.write_bytes(backup.read_bytes() + b"\0"),
    "with another word in it": _a_word_changed,
    "with another time": lambda backup: sql(backup, "UPDATE lrs_soap_backup SET made = '2020-01-01'"),
}


@pytest.mark.parametrize("kind", [*NO_BACKUP, *DAMAGED])
def test_what_is_no_whole_backup_changes_nothing(world: World, backup: Path, path: Path, kind: str) -> None:
    {**NO_BACKUP, **DAMAGED}[kind](backup)
    generation, before = world.generation, path.read_bytes()
    told = "a.backup is no backup" if kind in NO_BACKUP else "The backup a.backup is damaged"
    with pytest.raises(NotPossible, match=told):
        restored(world, backup)
    world.look()
    world.end_look()
    assert (world.generation, path.read_bytes(), files(path)) == (generation, before, {"lrs.db"})


def test_a_file_that_only_looks_like_a_backup_changes_nothing(world: World, path: Path, tmp_path: Path) -> None:
    false = tmp_path / "false.backup"
    sql(false, "CREATE TABLE learners (uln)")
    with false.open("rb+") as file:
        backup_file._seal(file.fileno())
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="no such table"):
        restored(world, false)
    with false.open("rb") as source, pytest.raises(StoreUnavailable, match="no such table"):
        backup_file.read(source, false.name)
    assert (path.read_bytes(), files(path)) == (before, {"lrs.db"})


@pytest.mark.parametrize(
    "statement",
    ["UPDATE alembic_version SET version_num = '9999'", "UPDATE stored_keys SET key_version = 999"],
)
def test_a_backup_of_a_newer_version_changes_nothing(world: World, path: Path, tmp_path: Path, statement: str) -> None:
    newer = Path(shutil.copy(path, tmp_path / "newer.db"))
    sql(newer, statement)
    with World.open(settings_of(newer), prepare=False) as other:
        back_up(other, tmp_path / "newer.backup")
    before = path.read_bytes()
    with pytest.raises(NotPossible, match=r"made by a newer lrs-soap: version .*9+.* Install that version"):
        restored(world, tmp_path / "newer.backup")
    assert (path.read_bytes(), files(path)) == (before, {"lrs.db"})


@pytest.mark.parametrize("revision", ["0001", "0016"])
def test_a_backup_of_an_older_version_is_brought_up_to_date(world: World, tmp_path: Path, revision: str) -> None:
    older = tmp_path / "older.db"
    make_earlier_database(f"sqlite:///{older}", revision)
    with World.open(settings_of(older), prepare=False) as other:
        stamp = back_up(other, tmp_path / "older.backup")
    assert (stamp.schema, stamp.keys) == (revision, 0)
    # To make it has not brought the database itself up to date.
    with closing(Store(f"sqlite:///{older}")) as store:
        held = store.versions()
        assert held is not None
        assert held.schema == revision
    restored(world, tmp_path / "older.backup")
    with world.reading(OPERATOR) as work:
        assert learners.by_uln(work.transaction, NADIA) is not None
        assert learners.count(work.transaction) == 4
        assert key_version.is_current(work.transaction)


def test_it_takes_the_place_of_a_database_of_any_version(world: World, backup: Path, path: Path) -> None:
    sql(path, "UPDATE alembic_version SET version_num = '9999'")
    restored(world, backup)
    assert world.store.versions() == TODAYS


def test_a_lost_database_comes_back_without_what_its_log_had(backup: Path, path: Path) -> None:
    # What a killed process leaves beside a file.
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM learners")
        database.commit()
        log = path.with_name("lrs.db-wal").read_bytes()
    path.unlink()
    path.with_name("lrs.db-wal").write_bytes(log)
    with World.open(settings_of(path), prepare=False) as world:
        restored(world, backup)
        assert count(world) > 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_backup_that_does_not_fit_leaves_the_one_before(world: World, backup: Path) -> None:
    before, there = backup.read_bytes(), files(backup)
    with disk_of(100_000), pytest.raises(StoreUnavailable, match=r"The backup .*a\.backup cannot be written: "):
        back_up(world, backup)
    assert (backup.read_bytes(), files(backup)) == (before, there)


# The copy does not fit, or it does and the world's own file cannot take it.
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_restore_that_does_not_fit_leaves_the_register(world: World, backup: Path, path: Path, share: float) -> None:
    register_somebody(world)
    held, generation = count(world), world.generation
    with disk_of(int(backup.stat().st_size * share)), pytest.raises(StoreUnavailable, match=r"cannot|not be copied"):
        restored(world, backup)
    assert count(world) == held
    assert (world.generation, files(path)) == (generation, {"lrs.db"})
    restored(world, backup)
    assert count(world) == held - 1


def test_a_damaged_database_makes_no_backup(world: World, path: Path, backup: Path) -> None:
    world.store.close()
    whole = bytearray(path.read_bytes())
    # Pages in the middle, behind those of the schema.
    for page in range(20, 60):
        whole[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(whole)
    before = backup.read_bytes()
    with World.open(settings_of(path), prepare=False) as damaged:
        with pytest.raises(StoreUnavailable, match=r"damaged|malformed"):
            back_up(damaged, backup)
        assert backup.read_bytes() == before
        restored(damaged, backup)
        assert count(damaged) > 0


def test_a_backup_of_another_world_claims_no_certificates(path: Path, tmp_path: Path) -> None:
    subject = "CN=mis.example.org"
    with Worlds.open(settings_of(path)) as worlds:
        worlds.create("team-a")
        patch_policy(worlds.main, {"certificate_subjects": [subject], "batch_delay": 9})
        back_up(worlds.main, tmp_path / "main.backup")
        team = worlds["team-a"]
        restored(team, tmp_path / "main.backup")
        policy = read_policy(team)
        assert (policy["batch_delay"], policy["certificate_subjects"]) == (9, [])
        assert worlds.claimed_by(subject) is None
        restored(worlds.main, tmp_path / "main.backup")
        assert read_policy(worlds.main)["certificate_subjects"] == [subject]
