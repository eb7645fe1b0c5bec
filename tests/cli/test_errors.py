"""What goes wrong is told in a sentence on standard error, with an exit status and without a trace."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.cli.app import COMMANDS as LISTED
from lrs_soap.server import serving
from lrs_soap.settings import Settings
from tests.kit.databases import new_database

if TYPE_CHECKING:
    from conftest import Run
    from typer.testing import Result


def lrs_soap(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m lrs_soap` in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LRS_")}
    return subprocess.run(
        [sys.executable, "-m", "lrs_soap", *arguments],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def sentence(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The error, which is all that was told."""
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    told = done.stderr.splitlines()[-1]
    assert told.startswith("Error: ")
    return told


def refusal(result: Result, status: int) -> str:
    """The error that a command in this process told, which is all that it told."""
    assert (result.exit_code, result.stdout) == (status, "")
    told: str = result.stderr.splitlines()[-1]
    assert told.startswith("Error: ")
    return told


@pytest.fixture
def run_until_it_serves(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run`, where no server begins to serve: it would do so for ever."""
    monkeypatch.delattr(serving, "Processes")
    return run


@pytest.mark.parametrize(
    "database",
    ["lrs.db", "mysql://localhost/lrs", "sqlite://lrs.db", "sqlite:///:memory:", "sqlite://"],
)
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("load", "learners.csv")])
def test_what_is_no_database_is_wrong_use(
    run_until_it_serves: Run, folder: Path, command: tuple[str, ...], database: str
) -> None:
    (folder / "learners.csv").touch()
    assert "sqlite:///" in refusal(run_until_it_serves(*command, "--database", database), 2)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("load", "learners.csv", "--create")])
def test_a_database_that_cannot_be_opened(run_until_it_serves: Run, folder: Path, command: tuple[str, ...]) -> None:
    (folder / "learners.csv").touch()
    told = refusal(run_until_it_serves(*command, "--database", "sqlite:///no/such/folder/lrs.db"), 1)
    assert "its folder must exist" in told
    (folder / "lrs.db").write_text("not a database " * 100)
    assert "is not a SQLite database" in refusal(run_until_it_serves(*command), 1)


def test_a_database_server_that_is_not_there_keeps_the_password(tmp_path: Path) -> None:
    url = "postgresql://lrs:secret@127.0.0.1:1/lrs"
    told = sentence(lrs_soap(tmp_path, "serve", "--port", "0", LRS_DATABASE_URL=url), 1)
    assert "The database postgresql://lrs:***@127.0.0.1:1/lrs cannot be used" in told
    assert "secret" not in told


def test_without_the_driver_of_postgresql_it_says_how_to_install_it(tmp_path: Path) -> None:
    program = "import sys; sys.modules['psycopg'] = None; from lrs_soap.cli.app import main; main()"
    for command in (("serve", "--port", "0"), ("org", "list")):
        done = subprocess.run(
            [sys.executable, "-c", program, *command, "--database", "postgresql://127.0.0.1:1/lrs"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        told = sentence(done, 2)
        assert told == "Error: PostgreSQL needs its driver: pip install 'lrs-soap[postgresql]'."


def test_a_port_in_use(run_until_it_serves: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refusal(run_until_it_serves("serve", "--port", str(port)), 2)
    assert f"127.0.0.1:{port}" in told
    assert "--port" in told


def test_a_host_that_is_not_known(run_until_it_serves: Run) -> None:
    told = refusal(run_until_it_serves("serve", "--host", "nowhere.invalid", "--port", "0"), 2)
    assert "nowhere.invalid" in told
    assert "--host" in told


@pytest.mark.parametrize("file", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_read_makes_no_database(run: Run, folder: Path, file: str) -> None:
    assert f"'{file}' cannot be read" in refusal(run("load", file), 2)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("command", [("serve",), ("wsdl", "learner"), ("load", "-"), ("settings",)])
def test_a_wrong_setting(run_until_it_serves: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.setenv("LRS_PORT", "http")
    told = refusal(run_until_it_serves(*command), 2)
    assert told == "Error: The setting port has to be a whole number from 0 to 65535, not 'http' (from LRS_PORT)."


@pytest.mark.parametrize("arguments", [("--port", "http"), ("--config", "nowhere.toml"), ("--nothing",), ("surplus",)])
def test_wrong_use_of_serve(run_until_it_serves: Run, arguments: tuple[str, ...]) -> None:
    refusal(run_until_it_serves("serve", *arguments), 2)


def test_an_unknown_command(run: Run) -> None:
    assert "surf" in refusal(run("surf"), 2)


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    pipe = f"{sys.executable} -m lrs_soap wsdl learner | head -c 5"
    done = subprocess.run(pipe, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("<?xml", "")


def test_the_default_database_is_in_the_folder(tmp_path: Path) -> None:
    done = lrs_soap(tmp_path, "load", "--create", os.devnull)
    assert done.returncode == 0
    assert (tmp_path / Settings().database_url.removeprefix("sqlite:///")).is_file()


# Each command that works on a database that exists, with what it needs besides.
COMMANDS = (
    ("work",),
    ("load", os.devnull),
    ("load", "--synthetic", "5"),
    ("merge", "9140837261", "2865174033"),
    ("unmerge", "2865174033"),
    ("delete", "4170265830"),
    ("check",),
    ("backup", "make", "lrs.backup"),
    ("backup", "restore", os.devnull),
    ("migrate", "--check"),
    ("record", "4170265830"),
    ("ulns", "--since", "2025-01-01"),
    ("org", "list"),
    ("org", "add", "60000001", "SIX001", "Six", "--generate"),
    ("org", "show", "TEST0001"),
    ("org", "roles", "TEST0001", "--add", "batch"),
    ("org", "suspend", "TEST0001"),
    ("org", "resume", "TEST0001"),
    ("org", "disable", "TEST0001"),
    ("org", "enable", "TEST0001"),
    ("org", "password", "TEST0001", "--generate"),
    ("batch", "submit", "LRB_TEST0001_010920250900.CSV", "--organisation", "TEST0001"),
    ("batch", "status", "1"),
    ("batch", "output", "1"),
    ("exceptions", "list"),
    ("exceptions", "show", "1"),
    ("exceptions", "resolve", "1", "--register"),
    ("exceptions", "withdraw", "1"),
    ("exceptions", "export", "--organisation", "TEST0001"),
    ("user", "add", "TEST0001", "Ada", "Lovelace", "ada@example.org"),
    ("user", "list"),
    ("user", "disable", "ada.lovelace"),
    ("user", "enable", "ada.lovelace"),
)
WITH_CREATE = ("work", "load", "backup restore", "org add")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_in_the_wrong_folder_says_so_and_makes_no_database(
    run: Run, folder: Path, command: tuple[str, ...]
) -> None:
    (folder / "LRB_TEST0001_010920250900.CSV").touch()
    result = run(*command)
    or_create = ", use --create" if " ".join(command).startswith(WITH_CREATE) else ""
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: There is no lrs-soap database at {folder / 'lrs.db'}. "
        f"Run `lrs-soap serve` to make it{or_create}, or name another with --database.\n"
    )
    assert [path.name for path in folder.iterdir()] == ["LRB_TEST0001_010920250900.CSV"]


def test_each_command_that_needs_a_database_is_tried_without_one() -> None:
    # What lrs_soap.cli.steering has is done by a server.
    loaded = {each.name: each.load() for each in LISTED if not each.module.startswith("lrs_soap.cli.steering.")}
    named = {f"{name} {each}" for name, group in loaded.items() for each in getattr(group, "commands", ())}
    named |= {name for name, command in loaded.items() if not hasattr(command, "commands")}
    tried = {name for name in named if any(" ".join(command).startswith(name) for command in COMMANDS)}
    assert named - tried == {
        "serve",
        "health",
        "wsdl",
        "certs",
        "settings",
        "backup show",
        "batch schema",
        "batch template",
    }


def test_an_empty_database_is_none_of_ours(run: Run, database_kind: str, tmp_path: Path) -> None:
    with new_database(database_kind, tmp_path) as url:
        result = run("org", "list", "--database", url)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: There is no lrs-soap database at ")
        assert run("load", "--create", os.devnull, "--database", url).exit_code == 0
        assert run("org", "list", "--database", url).exit_code == 0


@pytest.mark.parametrize("command", [("serve", "--log-format", "json"), ("work",)])
def test_where_the_log_is_json_so_is_what_ends_the_command(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = lrs_soap(
        tmp_path,
        *command,
        "--database",
        "postgresql://nobody@127.0.0.1:1/lrs",
        LRS_LOG_FORMAT="json",
        LRS_VENDOR="x",
    )

    assert (done.returncode, done.stdout) == (1, "")
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(each["event"], each["level"]) for each in told] == [("settings", "warning"), ("error", "error")]
    assert all(each["time"] and each["message"] for each in told)
