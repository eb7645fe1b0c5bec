"""Help that somebody new understands, for every command and every setting."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.core import TyperGroup
from typer.main import get_group

import lrs_soap
from lrs_soap import settings
from lrs_soap.cli.app import COMMANDS as LISTED
from lrs_soap.cli.app import app
from tests.kit.documents import PROJECT

if TYPE_CHECKING:
    from conftest import Run

    from lrs_soap.cli.commands import LazyCommand

LOADED = {each.name: each.load() for each in LISTED}
GROUPS = {name: command.commands for name, command in LOADED.items() if isinstance(command, TyperGroup)}
# By what is typed; a group has help, and its commands the rest.
LEAVES = {name: command for name, command in LOADED.items() if name not in GROUPS} | {
    f"{group} {name}": command for group, commands in GROUPS.items() for name, command in commands.items()
}
COMMANDS = (*LEAVES, *GROUPS)


def test_the_commands_are_these() -> None:
    assert tuple(get_group(app).commands) == (
        *("serve", "work", "wsdl", "load", "merge", "unmerge", "delete", "check", "backup", "migrate"),
        *("certs", "settings"),
        *("org", "user", "batch", "exceptions", "record", "ulns"),
        *("world", "reset", "snapshot", "restore", "exchanges", "scenario", "clock", "learner", "job", "challenge"),
        "health",
    )
    assert tuple(GROUPS["backup"]) == ("make", "restore", "show")
    assert tuple(GROUPS["world"]) == ("list", "make", "delete")
    assert tuple(GROUPS["snapshot"]) == ("list", "make", "delete")
    assert tuple(GROUPS["scenario"]) == ("list", "add", "remove")
    assert tuple(GROUPS["clock"]) == ("show", "set", "advance", "real")
    assert tuple(GROUPS["learner"]) == ("find", "show", "add", "merge", "unmerge", "delete")
    assert tuple(GROUPS["job"]) == ("list", "show", "run", "fail")
    assert tuple(GROUPS["challenge"]) == ("list", "show", "resolve", "reject", "undo")
    assert tuple(GROUPS["batch"]) == ("submit", "status", "output", "schema", "template")
    assert tuple(GROUPS["exceptions"]) == ("list", "show", "resolve", "withdraw", "export")
    assert tuple(GROUPS["org"]) == (
        "add",
        "list",
        "show",
        "roles",
        "suspend",
        "resume",
        "disable",
        "enable",
        "password",
    )
    assert tuple(GROUPS["user"]) == ("add", "list", "disable", "enable")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_an_example(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert re.search(rf"^  Example:\n    (LRS_\w+=\S+ )?lrs-soap {command}\b", result.stdout, re.M)
    summary = result.stdout.split("\n\n")[1].strip()
    assert summary.endswith(".")


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_the_list_of_commands_has_the_first_sentence_of_each_ones_help(run: Run, listed: LazyCommand) -> None:
    assert LOADED[listed.name].help.partition("\n\n")[0] == listed.summary
    # Whole: what is longer is cut on a terminal of 80 columns.
    assert listed.summary in run("--help").stdout


def test_a_slip_in_a_commands_name_is_told(run: Run) -> None:
    assert "No such command 'exeptions'. Did you mean 'exceptions'?" in run("exeptions").stderr


@pytest.mark.parametrize("command", LEAVES)
def test_every_option_has_help(command: str) -> None:
    for parameter in LEAVES[command].params:
        assert getattr(parameter, "help", None), f"{command} {parameter.name}"


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_every_command_is_in_the_documents(listed: LazyCommand) -> None:
    documents = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    assert any(f"`lrs-soap {listed.name}" in path.read_text("utf-8") for path in documents)


# What these print is the same everywhere.
WITHOUT_DATABASE = ("health", "certs", "backup show", "batch schema", "batch template")
# What these do is done by a running server.
BY_A_SERVER = tuple(
    command
    for command in LEAVES
    if next(each for each in LISTED if each.name == command.split()[0]).module.startswith("lrs_soap.cli.steering.")
)


@pytest.mark.parametrize("command", [each for each in LEAVES if each not in (*WITHOUT_DATABASE, *BY_A_SERVER)])
def test_every_command_takes_database_and_config(run: Run, command: str) -> None:
    told = run(*command.split(), "--help").stdout
    assert "--database URL" in told
    assert "LRS_DATABASE_URL" in told
    assert "--config FILE" in told


@pytest.mark.parametrize("command", BY_A_SERVER)
def test_every_command_for_a_running_server_names_it_and_prints_json(run: Run, command: str) -> None:
    told = run(*command.split(), "--help").stdout
    for option in ("--server URL", "--control-token-file FILE", "--ca FILE", "--cert FILE", "--config FILE", "--json"):
        assert option in told
    assert ("--world NAME" in told) is not command.startswith("world ")


@pytest.mark.parametrize("name", settings.Settings.model_fields)
def test_serve_has_a_flag_for_every_setting(run: Run, name: str) -> None:
    told = run("serve", "--help").stdout
    assert settings.flag_of(name) in told
    assert f"[{settings.variable_of(name)}," in told.replace("\n", " ").replace("  ", "")


def test_without_a_command_there_is_help(run: Run) -> None:
    result = run()
    assert "Commands:" in result.output
    assert "Start here:" in result.output


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"lrs-soap {lrs_soap.__version__}\n"


# The list of all commands, and the command whose help has every setting.
@pytest.mark.parametrize("command", [["--help"], ["serve", "--help"]], ids=" ".join)
def test_help_loads_nothing_that_a_command_needs(command: list[str]) -> None:
    heavy = "'sqlalchemy', 'spyne', 'lxml', 'waitress', 'alembic', 'argon2', 'cryptography', 'rich.progress'"
    program = (
        "import sys\nfrom lrs_soap.cli.app import app\n"
        f"try:\n    app({command})\nfinally:\n"
        f"    assert not sys.modules.keys() & {{{heavy}}}"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
