"""`lrs-soap backup`: what the commands do while a server runs, and what they print and refuse."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.store.tables import SCHEMA_VERSION
from tests.kit.databases import new_database, on_postgresql
from tests.kit.printed_tables import fields
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, register

if TYPE_CHECKING:
    from conftest import Run


# In the starting data.
LEARNERS = len((files("lrs_soap.sample.data") / "learners.jsonl").read_text("utf-8").splitlines())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("served")) as server:
        yield server


def code(server: ServerHere, body: str, world: str = "") -> str | None:
    return post(server.url, envelope(body), path=f"{world}/LearnerService.svc").text("ResponseCode")


@contextmanager
def closing_descriptor(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_a_running_server_goes_by_what_is_restored(run: Run, server: ServerHere, folder: Path) -> None:
    served = ("--database", server.database_url)
    made = run("backup", "make", "a.backup", *served)
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout == f"a.backup is a backup of the world main, with {LEARNERS} learners.\n"
    assert [code(server, register()) for _ in range(2)] == ["WSRC0005", "WSRC0021"]

    shown = fields(run("backup", "show", "a.backup").stdout)
    assert (shown["World"], shown["Schema"]) == ("main", SCHEMA_VERSION)
    done = run("backup", "restore", "a.backup", *served)
    assert done.exit_code == 0
    assert done.stdout == f"The world main is as it was at {shown['Made']}, with {LEARNERS} learners.\n"
    assert done.stderr == f"Written to {server.world.store.location}\n"
    assert [code(server, register()) for _ in range(2)] == ["WSRC0005", "WSRC0021"]
    assert [each.name for each in folder.iterdir()] == ["a.backup"]


def test_another_world_is_named(run: Run, server: ServerHere) -> None:
    served = ("--database", server.database_url, "--world", "team-a")
    assert "no world 'team-a'" in run("backup", "make", "a.backup", *served).stderr
    server.worlds.create("team-a")
    assert run("backup", "make", "a.backup", *served).exit_code == 0
    assert code(server, register(), "/w/team-a") == "WSRC0005"
    assert run("backup", "restore", "a.backup", *served).stdout.startswith("The world team-a is as it was at ")
    assert code(server, register(), "/w/team-a") == "WSRC0005"
    assert code(server, find_by_uln()) == "WSRC0004"
    main = run("backup", "make", "main.backup", "--json", *served[:2])
    assert json.loads(main.stdout)["world"] == "main"
    told = run("backup", "restore", "main.backup", *served).stdout
    assert told.startswith("The world team-a is as the world main was at ")


@pytest.mark.usefixtures("database")
def test_a_file_that_is_there_is_replaced_only_by_force(run: Run, folder: Path) -> None:
    backup = folder / "a.backup"
    backup.write_text("kept")
    refused = run("backup", "make", "a.backup")
    assert refused.exit_code == 2
    assert "'a.backup' already exists. Name another file, or replace it with --force." in refused.stderr
    assert backup.read_text() == "kept"
    made = json.loads(run("backup", "make", "a.backup", "--force", "--json").stdout)
    assert json.loads(run("backup", "show", "a.backup", "--json").stdout) == made
    assert (made["world"], made["schema"]) == ("main", SCHEMA_VERSION)
    assert datetime.fromisoformat(made["made"]).tzinfo is not None
    assert "is not a file" in run("backup", "make", ".", "--force").stderr
    assert "is the database itself" in run("backup", "make", "lrs.db", "--force").stderr
    (folder / "other.db").write_bytes((folder / "lrs.db").read_bytes())
    assert "is a database, or a part of one" in run("backup", "make", "other.db", "--force").stderr
    missing = run("backup", "make", "no/folder/a.backup")
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: The backup no/folder/a.backup cannot be written: No such file or directory.\n",
    )


@pytest.mark.usefixtures("database")
def test_what_is_written_beside_the_database_is_not_replaced(run: Run, folder: Path) -> None:
    with closing(sqlite3.connect("lrs.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("COMMIT")
        before = (folder / "lrs.db-wal").read_bytes()
        assert "is a database, or a part of one" in run("backup", "make", "lrs.db-wal", "--force").stderr
        assert (folder / "lrs.db-wal").read_bytes() == before


@pytest.mark.usefixtures("database")
def test_a_backup_is_written_where_a_link_leads(run: Run, folder: Path) -> None:
    (folder / "newest").symlink_to("a.backup")
    assert run("backup", "make", "newest").exit_code == 0
    assert "already exists" in run("backup", "make", "newest").stderr
    assert run("backup", "make", "newest", "--force").exit_code == 0
    assert (folder / "newest").is_symlink()
    assert run("backup", "show", "a.backup").exit_code == 0


@pytest.mark.usefixtures("database")
def test_what_a_killed_command_has_left_is_removed_by_the_next(run: Run, folder: Path) -> None:
    left, used = (folder / f"a.backup.unfinished-{each}" for each in ("00000000", "11111111"))
    beside = folder / "lrs.db.unfinished-22222222"
    for each in (left, used, beside):
        each.mkdir()
        (each / "half").touch()
    with closing_descriptor(os.open(used, os.O_RDONLY)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run("backup", "make", "a.backup").exit_code == 0
        # Somebody else is at work there.
        assert (left.exists(), used.exists(), beside.exists()) == (False, True, True)
    assert run("backup", "restore", "a.backup").exit_code == 0
    assert not beside.exists()


@pytest.mark.usefixtures("database")
def test_it_goes_through_a_pipe(run: Run, folder: Path) -> None:
    # Bytes, which the runner in this process would take for text.
    made = subprocess.run(
        [sys.executable, "-m", "lrs_soap", "backup", "make", "-"], cwd=folder, capture_output=True, check=True
    )
    assert made.stderr == b""
    done = run("backup", "restore", "-", given=made.stdout)
    assert (done.exit_code, done.stdout.split(" at ")[0]) == (0, "The world main is as it was")
    cut = run("backup", "show", "-", given=made.stdout[:-1])
    assert cut.exit_code == 1
    assert cut.stderr.startswith("Error: The backup (standard input) is damaged")


def test_a_lost_database_is_made_of_its_backup(run: Run, database: Path, folder: Path) -> None:
    run("backup", "make", "a.backup")
    for each in folder.glob("lrs.db*"):
        each.unlink()
    assert "--create" in run("backup", "restore", "a.backup").stderr
    assert not database.exists()
    assert run("backup", "restore", "a.backup", "--create").exit_code == 0
    assert run("org", "show", "TEST0001").exit_code == 0


@pytest.mark.usefixtures("database")
def test_the_database_of_another_program_is_left_alone(run: Run) -> None:
    run("backup", "make", "a.backup")
    with closing(sqlite3.connect("other.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE letters (text)")
        for more in ((), ("--create",)):
            done = run("backup", "restore", "a.backup", *more, "--database", "sqlite:///other.db")
            assert done.exit_code == 2
            assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("letters",)]
    assert "is no database of lrs-soap. Move it away" in done.stderr


def test_what_is_no_backup_is_refused(run: Run, database: Path) -> None:
    before = database.read_bytes()
    done = run("backup", "restore", "-", given=b"nothing of the kind")
    assert (done.exit_code, done.stderr) == (1, "Error: (standard input) is no backup that lrs-soap has made.\n")
    assert "'nowhere' cannot be read" in run("backup", "restore", "nowhere").stderr
    assert database.read_bytes() == before


@on_postgresql
def test_postgresql_is_backed_up_by_its_own_programs(run: Run, database_kind: str, tmp_path: Path) -> None:
    with new_database(database_kind, tmp_path) as url:
        assert run("load", "--create", "--synthetic", "1", "--database", url).exit_code == 0
        (tmp_path / "a.backup").touch()
        told = [run("backup", *command, "--database", url) for command in (("make", "b"), ("restore", "a.backup"))]
        assert [each.exit_code for each in told] == [1, 1]
        assert "pg_dump --format=custom --file='b' 'postgresql://tester@" in told[0].stderr
        assert "pg_restore" in told[1].stderr
        assert "secret" not in told[0].stderr + told[1].stderr
