"""`lrs-soap migrate`: what it finds, says and does, with worlds and snapshots, and what it leaves alone."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from sqlalchemy import text

from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import Settings
from lrs_soap.store import key_version, learners
from lrs_soap.store.backup_file import unpack
from lrs_soap.store.catalogue import Catalogue
from lrs_soap.store.store import Store
from lrs_soap.store.versions import TODAYS
from lrs_soap.world import Worlds
from lrs_soap.world.images import restore
from tests.kit.databases import new_database, on_sqlite
from tests.kit.earlier_databases import NADIA, make_earlier_database, make_keys_old
from tests.kit.printed_tables import rows
from tests.kit.waiting import PATIENCE

if TYPE_CHECKING:
    from conftest import Run

Migrate: TypeAlias = Callable[..., str]

OLD = "0016"
FIRST_RELEASE = Path(__file__).parents[1] / "server" / "first_release.sql"
# Three commands at once are slow on a machine with other work.
_PATIENCE = 5 * PATIENCE


@pytest.fixture
def url(database_kind: str, folder: Path) -> Iterator[str]:
    """A database of each kind, of an older version, with a world of that version and one of today's."""
    with new_database(database_kind, folder) as url:
        make_earlier_database(url, OLD)
        make_world(url, "team-a", lambda place: make_earlier_database(place, OLD))
        make_world(url, "team-b", lambda place: Store.open(place).close())
        yield url


@pytest.fixture
def migrate(run: Run, url: str) -> Migrate:
    """Runs `lrs-soap migrate`: its output, or what it says on standard error where it fails as expected."""

    def migrate(*arguments: str, status: int = 0) -> str:
        done = run("migrate", *arguments, "--database", url)
        assert done.exit_code == status, done.output
        return done.stdout or done.stderr

    return migrate


def make_world(url: str, name: str, make: Callable[[str], None]) -> None:
    """Make a world, with a database that `make` makes at its URL."""
    with closing(Catalogue(url)) as catalogue:
        entry = catalogue.reserve(name, ttl=None, now=0, may_have_jobs=False)
        place = catalogue.url_of(entry.number)
        schema = re.search(r"public_world_\d+", place)
        if schema is not None:
            with closing(Store(url)) as store, store.writing() as transaction:
                transaction.execute(text(f"CREATE SCHEMA {schema[0]}"))
        make(place)
        catalogue.show(entry)


def url_of(url: str, world: str) -> str:
    with closing(Catalogue(url)) as catalogue:
        entry = catalogue.entry(world)
        assert entry is not None
        return catalogue.url_of(entry.number)


def versions_of(url: str) -> tuple[object, ...]:
    with closing(Store(url)) as store:
        return store.versions() or ()


def set_schema(url: str, version: str) -> None:
    with closing(Store(url)) as store, store.writing() as transaction:
        transaction.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))


def test_all_worlds_are_brought_up_to_date(migrate: Migrate, url: str) -> None:
    table = rows(migrate("--check", status=1))
    assert [row[:3] for row in table] == [
        ["World", "Schema", "Keys"],
        ["main", OLD, "0"],
        ["team-a", OLD, "0"],
        ["team-b", *map(str, TODAYS)],
    ]
    assert [each["due"] for each in json.loads(migrate("--check", "--json", status=1))] == [True, True, False]
    assert versions_of(url) == (OLD, 0)

    told = migrate().splitlines()
    assert [line.partition(": ")[0] for line in told] == ["main", "team-a", "All is up to date"]
    assert f"from schema {OLD}, keys 0 to {TODAYS.schema}, {TODAYS.keys}." in told[0]
    with Worlds.open(Settings(database_url=url), prepare=False) as worlds:
        for name in ("main", "team-a"):
            with worlds[name].reading(OPERATOR) as work:
                assert learners.by_uln(work.transaction, NADIA) is not None
                assert key_version.is_current(work.transaction)

    assert {row[-1] for row in rows(migrate("--check"))[1:]} == {"up to date"}
    assert migrate() == f"All is up to date: schema {TODAYS.schema}, keys {TODAYS.keys}.\n"
    assert json.loads(migrate("--json")) == []


@on_sqlite
def test_the_backups_of_a_world_go_with_it(migrate: Migrate, url: str, folder: Path) -> None:
    migrate()
    copies = [f"lrs.backup-{OLD}.db", f"lrs.world-1.backup-{OLD}.db"]
    assert sorted(each.name for each in folder.glob("*.backup-*")) == copies
    with Worlds.open(Settings(database_url=url), prepare=False) as worlds:
        worlds.delete("team-a")
    assert [each.name for each in folder.glob("*.backup-*")] == copies[:1]


def test_on_sqlite_backups_of_before_are_kept(run: Run, folder: Path, database: Path) -> None:
    database.unlink()
    make_earlier_database(f"sqlite:///{database}", OLD)
    told = run("migrate").stdout
    copy = folder / f"lrs.backup-{OLD}.db"
    assert f"A backup of before is kept: {copy}" in told
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (run("backup", "restore", str(copy)).exit_code, versions_of(f"sqlite:///{database}")) == (0, TODAYS)
    # What is there is no newer than it says.
    assert json.loads(run("backup", "show", str(copy), "--json").stdout)["schema"] == OLD


def test_without_room_for_a_backup_nothing_is_changed_until_none_is_wanted(run: Run, folder: Path) -> None:
    url = f"sqlite:///{folder}/lrs.db"
    make_earlier_database(url, OLD)
    (folder / f"lrs.backup-{OLD}.db").mkdir()
    refused = run("migrate")
    assert refused.exit_code == 1
    assert "cannot be written" in refused.stderr
    assert "`lrs-soap migrate --no-copy` migrates without a backup." in refused.stderr
    assert versions_of(url) == (OLD, 0)
    assert json.loads(run("migrate", "--no-copy", "--json").stdout) == [
        {"world": "main", "snapshot": None, "schema": OLD, "keys": 0, "copy": None}
    ]
    assert versions_of(url) == TODAYS


def test_snapshots_in_files_are_brought_up_to_date(run: Run, folder: Path, database: Path) -> None:
    snapshot = folder / "lrs.snapshot-friday.db"
    make_earlier_database(f"sqlite:///{snapshot}", OLD)
    (folder / "lrs.snapshot-broken.db").write_text("no snapshot")
    assert ["main, snapshot friday", OLD, "0"] in [row[:3] for row in rows(run("migrate", "--check").stdout)]
    assert run("migrate").stdout.startswith("main, snapshot friday: from schema ")
    assert run("migrate", "--check").exit_code == 0
    assert {each.name for each in folder.iterdir() if "friday" in each.name} == {snapshot.name}
    with Worlds.open(Settings(database_url=f"sqlite:///{database}")) as worlds:
        restore(worlds.main, "friday")
        with worlds.main.reading(OPERATOR) as work:
            assert learners.by_uln(work.transaction, NADIA) is not None


def test_old_keys_alone_are_something_to_do(run: Run, database: Path) -> None:
    url = f"sqlite:///{database}"
    with closing(Store(url)) as store, store.writing() as transaction:
        make_keys_old(transaction)
    assert run("migrate", "--check").exit_code == 1
    done = run("migrate")
    assert done.stdout.startswith(f"main: from schema {TODAYS.schema}, keys 0 to ")
    assert versions_of(url) == TODAYS


@pytest.mark.parametrize("world", ["main", "team-a"])
def test_a_database_of_a_newer_version_is_an_error_and_stops_all(migrate: Migrate, url: str, world: str) -> None:
    place = url if world == "main" else url_of(url, world)
    set_schema(place, "9999")
    for more in ((), ("--check",)):
        told = migrate(*more, status=1)
        assert "was last used by a newer lrs-soap: its schema is version 9999" in told
        assert "Install that version or a newer one." in told
    assert versions_of(place)[0] == "9999"
    assert versions_of(url)[0] in (OLD, "9999")


# Ends by a kill before the statement with this number, or in good order if there are fewer.
MIGRATE = """
import os, signal, sys
from sqlalchemy import Engine, event
from lrs_soap.cli.app import main
left = int(sys.argv.pop(1))

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

main()
"""


def started(url: str, statement: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", MIGRATE, str(statement), "migrate", "--database", url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.slow
@pytest.mark.parametrize("statement", [10, 40])
def test_a_migration_that_is_killed_is_gone_on_with(migrate: Migrate, url: str, statement: int) -> None:
    killed = started(url, statement)
    killed.communicate(timeout=_PATIENCE)
    assert killed.returncode == -signal.SIGKILL
    assert migrate("--check", status=1)
    migrate()
    assert migrate("--check")
    assert versions_of(url) == versions_of(url_of(url, "team-a")) == TODAYS


@pytest.mark.slow
def test_two_migrations_at_once_both_come_to_their_end(migrate: Migrate, url: str, tmp_path: Path) -> None:
    several = [started(url) for _ in range(3)]
    told = [each.communicate(timeout=_PATIENCE)[0].decode() for each in several]
    assert [each.returncode for each in several] == [0, 0, 0], told
    assert versions_of(url) == versions_of(url_of(url, "team-a")) == TODAYS
    for copy in tmp_path.glob("*.backup-*"):
        with copy.open("rb") as source:
            assert unpack(source, copy.name, tmp_path / "copy.db").schema == OLD
        (tmp_path / "copy.db").unlink()


@on_sqlite
def test_a_check_changes_no_byte_of_the_first_release(run: Run, folder: Path, database_kind: str) -> None:
    file = folder / "lrs.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript(FIRST_RELEASE.read_text("utf-8"))
    before = file.read_bytes()
    assert run("migrate", "--check").exit_code == 1
    assert file.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["lrs.db"]
