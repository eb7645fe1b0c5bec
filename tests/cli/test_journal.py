"""Each command that writes is an exchange, which the log has at level debug."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_exceptions import NEW, NO_POSTCODE, batch
from tests.kit.batch_files import JO, NAMES, content

if TYPE_CHECKING:
    from conftest import Run
    from typer.testing import Result

pytestmark = pytest.mark.usefixtures("database")

GRACE, LINKED, MASTER = "4170265830", "2865174033", "9140837261"
PASSWORD = "ANewPassword0016"


@pytest.fixture
def commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lrs-soap` at noon on 10 March 2025, with a log at level debug."""
    monkeypatch.setenv("LRS_CLOCK", "2025-03-10T12:00:00")
    monkeypatch.setenv("LRS_LOG_LEVEL", "debug")
    monkeypatch.setenv("LRS_LOG_FORMAT", "json")
    return run


def exchanges(result: Result) -> list[dict[str, Any]]:
    """The lines of the log that a command has written."""
    return [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("merge", MASTER, GRACE), "merge"),
        (("unmerge", LINKED), "unmerge"),
        (("delete", GRACE), "delete"),
        (("org", "suspend", "TEST0001"), "org suspend"),
        (("org", "resume", "TEST0001"), "org resume"),
        (("org", "disable", "TEST0001"), "org disable"),
        (("org", "enable", "TEST0001"), "org enable"),
        (("org", "roles", "TEST0001", "--set", "online"), "org roles"),
        (("org", "roles", "TEST0001", "--remove", "online"), "org roles"),
        (("org", "password", "TEST0001", "--generate"), "org password"),
        (("org", "add", "10001234", "ABC123", "A College", "--generate"), "org add"),
        (("load", "--synthetic", "3"), "load"),
    ],
)
def test_a_command_that_writes_is_an_exchange(commands: Run, arguments: tuple[str, ...], name: str) -> None:
    result = commands(*arguments)

    assert result.exit_code == 0, result.output
    (line,) = exchanges(result)
    assert (line["origin"], line["operation"], line["user"]) == ("command", name, "operator")
    assert line["level"] == "debug"
    assert "organisation" not in line
    assert "findings" not in line


@pytest.mark.parametrize(
    ("arguments", "code", "reasons"),
    [
        (("merge", MASTER, GRACE), "merged", ["merging: linked to the master"]),
        (
            ("merge", GRACE, MASTER),
            "merged",
            ["merging: linked to the master", *["merging: one that was linked to it goes with it"] * 2],
        ),
        (("unmerge", LINKED), "unmerged", ["merging: no longer linked to the master"]),
        (("delete", GRACE), "deleted", ["deletion: deleted"]),
        (("merge", GRACE, LINKED), "linked already", ["merging: not allowed"]),
        (("delete", MASTER), "has linked learners", ["deletion: not allowed"]),
        (("delete", "4170265831"), "not a ULN", ["check digit: wrong"]),
    ],
)
def test_what_is_decided_about_linked_learners_is_told_with_its_reasons(
    commands: Run, arguments: tuple[str, ...], code: str, reasons: list[str]
) -> None:
    (line,) = exchanges(commands(*arguments))

    assert (line["code"], line["reasons"]) == (code, reasons)


def test_a_command_says_nothing_of_it_at_another_level(commands: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRS_LOG_LEVEL", "info")

    assert exchanges(commands("merge", MASTER, GRACE)) == []


def test_what_a_command_refuses_is_a_finding(commands: Run) -> None:
    (line,) = exchanges(commands("merge", GRACE, LINKED))

    assert line["findings"] == [
        f"The learner with the ULN {LINKED} is linked to {MASTER} already; unmerge it to link it to another."
    ]
    assert "exception" not in line


def test_a_command_that_is_given_up_is_one_too(commands: Run) -> None:
    (line,) = exchanges(commands("org", "password", "TEST0001"))

    assert line["operation"] == "org password"
    assert "There is no terminal to ask for the password" in line["findings"][0]


def test_a_password_that_is_given_is_in_no_line(commands: Run) -> None:
    result = commands("org", "password", "TEST0001", "--password-stdin", given=f"{PASSWORD}\n".encode())

    assert len(exchanges(result)) == 1
    assert PASSWORD not in result.output


def test_a_load_counts_what_it_left_out(commands: Run) -> None:
    (line,) = exchanges(commands("load", "-", given=b'{"GivenName": "Jo"}\n{}\n'))

    assert line["findings"] == ["2 lines not loaded"]


def test_resolving_an_exception_has_its_code_and_reasons(commands: Run) -> None:
    batch({**NEW, **NO_POSTCODE})

    result = commands("exceptions", "resolve", "1", "--register", "LastKnownPostCode=LS1 4AP")

    (line,) = exchanges(result)
    assert (line["operation"], line["code"]) == ("exceptions resolve", "RC001")
    assert line["reasons"] == ["identity keys: free"]


def test_withdrawing_one_has_neither(commands: Run) -> None:
    batch({**NEW, **NO_POSTCODE})

    (line,) = exchanges(commands("exceptions", "withdraw", "1"))

    assert line["operation"] == "exceptions withdraw"
    assert "code" not in line


def test_submitting_a_batch_is_its_organisation_s(commands: Run, folder: Path) -> None:
    (folder / NAMES["CSV"]).write_bytes(content(JO))

    result = commands("batch", "submit", NAMES["CSV"], "--organisation", "test0001", "--user", "A Tester")

    (line,) = exchanges(result)
    assert (line["operation"], line["job"]) == ("batch submit", int(result.stdout))
    assert (line["organisation"], line["user"]) == ("TEST0001", "A Tester")
