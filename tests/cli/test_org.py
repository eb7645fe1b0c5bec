"""`lrs-soap org` beside a running server: what it changes there counts at once, and nothing secret is shown."""

from __future__ import annotations

import json
import os
import pty
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lrs_soap.cli.app import app
from lrs_soap.operations import organisations
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.organisation import SHORT_NAMES, Organisation, Role, is_password
from lrs_soap.store.store import Store
from tests.kit.every_operation import TEST, Who, ask, code_of
from tests.kit.printed_tables import rows
from tests.kit.running_server import RunningServer
from tests.kit.waiting import PATIENCE
from tests.kit.work import unit

if TYPE_CHECKING:
    from conftest import Run

FIRST, SECOND = "The first secret", "The other secret"
COLLEGE = Who("10001234", FIRST)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("organisations")) as server:
        yield server


def org(server: RunningServer, *arguments: str, given: str = "", status: int = 0) -> str:
    """What `lrs-soap org` says on standard output, or, where it fails as expected, on standard error."""
    environment = {"LRS_DATABASE_URL": server.database_url}
    done = CliRunner().invoke(app, ["org", *arguments], input=given, env=environment, prog_name="lrs-soap")
    assert done.exit_code == status, done.output
    if given.strip():
        assert given.strip() not in done.output
    return done.stderr if status else done.stdout


@pytest.fixture
def college(running: RunningServer) -> RunningServer:
    """The server, with a college that may find."""
    college = Organisation("10001234", "ABC123", "A College", roles=frozenset({Role.ONLINE_USER}))
    store = Store(running.database_url)
    try:
        with store.writing() as transaction:
            if "10001234" not in {each.ukprn for each in organisations.everyone(unit(transaction))}:
                organisations.add(unit(transaction), Passwords(), college, FIRST)
            organisations.set_password(unit(transaction), Passwords(), "10001234", FIRST)
            organisations.set_roles(unit(transaction), "10001234", college.roles)
    finally:
        store.close()
    return running


def found(server: RunningServer, who: Who = COLLEGE) -> str | None:
    return code_of(ask(server.url, "learnerByULN", who))


def test_one_that_is_added_may_ask_at_once(running: RunningServer) -> None:
    who = Who("2000abcd", FIRST, "NEW001")
    assert found(running, who) == "WSEC0003"

    told = org(
        running, "add", "2000abcd", "new001", "A New College", "--role", "LRB View Only User", "--role", "record",
        "--password-stdin", given=FIRST,
    )  # fmt: skip

    assert told.splitlines() == [
        "Field            Value",
        "UKPRN            2000ABCD",
        "OrganisationRef  NEW001",
        "Name             A New College",
        "State            active",
        "Roles            LRB View Only User, Learner Record",
    ]
    assert found(running, who) == "WSRC0004"
    assert code_of(ask(running.url, "registerSingleLearner", who)) == "WSEC0006"
    assert org(running, "show", "2000ABCD") == told


def test_without_a_role_it_may_do_nothing_and_with_all_everything(running: RunningServer) -> None:
    for ukprn, reference, flags, code in (
        ("30000001", "NONE01", (), "WSEC0006"),
        ("30000002", "ALL001", ("--all-roles",), "WSRC0004"),
    ):
        told = org(running, "add", ukprn, reference, "Another", *flags, "--password-stdin", given=FIRST)
        assert ("none: it may do nothing" in told) is (not flags)
        assert code_of(ask(running.url, "GetOrganisation", Who(ukprn, FIRST))) == code


def test_all_are_listed_with_state_and_roles(college: RunningServer) -> None:
    headings, *listed = rows(org(college, "list"))
    assert headings == ["UKPRN", "OrganisationRef", "State", "Roles", "Name"]
    assert listed == sorted(listed)
    assert ["10001234", "ABC123", "active", "online", "A College"] in listed
    (suspended,) = [each for each in listed if each[0] == "TEST0003"]
    assert (suspended[2], suspended[4]) == ("suspended", "Suspended College")


def test_programs_get_json(college: RunningServer) -> None:
    of_one = {
        "UKPRN": "10001234",
        "OrganisationRef": "ABC123",
        "Name": "A College",
        "State": "active",
        "Roles": ["LRB Online User"],
    }
    assert of_one in json.loads(org(college, "list", "--json"))
    assert json.loads(org(college, "show", "10001234", "--json")) == of_one


def test_roles_are_added_removed_and_set(college: RunningServer) -> None:
    def told(*arguments: str) -> str:
        return org(college, "roles", "10001234", *arguments).splitlines()[-1]

    assert told("--add", "record", "--add", "Learner Record") == "Roles            LRB Online User, Learner Record"
    assert code_of(ask(college.url, "GetLearnerLearningEvents", COLLEGE)) == "WSRC0004"
    assert told("--remove", "ONLINE", "--add", "batch") == "Roles            LRB Batch User, Learner Record"
    assert found(college) == "WSEC0006"
    assert told("--set", "view") == "Roles            LRB View Only User"
    assert found(college) == "WSRC0004"
    assert told("--remove", "view") == "Roles            none: it may do nothing"


def test_suspended_and_resumed(college: RunningServer) -> None:
    assert "State            suspended" in org(college, "suspend", "10001234")
    assert found(college) == "WSEC0003"
    assert "State            active" in org(college, "resume", "10001234")
    assert found(college) == "WSRC0004"


def test_permissions_are_disabled_and_enabled_and_the_roles_stay(college: RunningServer) -> None:
    assert "State            disabled\nRoles            LRB Online User" in org(college, "disable", "10001234")
    assert found(college) == "WSEC0006"
    assert "State            suspended, disabled" in org(college, "suspend", "10001234")
    assert found(college) == "WSEC0003"
    org(college, "resume", "10001234")
    assert found(college) == "WSEC0006"
    assert "State            active\nRoles            LRB Online User" in org(college, "enable", "10001234")
    assert found(college) == "WSRC0004"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nanother line"])
def test_another_password_counts_at_once_though_the_old_one_was_remembered(college: RunningServer, end: str) -> None:
    for _ in range(2):
        assert found(college) == "WSRC0004"

    assert org(college, "password", "10001234", "--password-stdin", given=SECOND + end) == "The password is changed.\n"

    assert found(college) == "WSEC0005"
    assert found(college, Who("10001234", SECOND)) == "WSRC0004"
    assert found(college, TEST) == "WSRC0004"


def test_a_password_is_made_and_told_once(college: RunningServer) -> None:
    made = org(college, "password", "10001234", "--generate").removesuffix("\n")
    assert is_password(made)
    assert made.isalnum()
    assert found(college, Who("10001234", made)) == "WSRC0004"
    assert made not in org(college, "show", "10001234") + org(college, "list")
    assert made not in college.logged()
    of_another = org(college, "add", "60000001", "SIX001", "Six", "--all-roles", "--generate").removesuffix("\n")
    assert found(college, Who("60000001", of_another)) == "WSRC0004"


# The password is asked for


def typed(server: RunningServer, *lines: str) -> tuple[str, str]:
    """`org password` on a terminal, a line typed at each question: all that it shows, and what `ps` shows of it."""
    process, terminal = pty.fork()
    if process == 0:
        arguments = [sys.executable, "-m", "lrs_soap", "org", "password", "10001234"]
        os.execve(sys.executable, arguments, {**os.environ, "LRS_DATABASE_URL": server.database_url, "TERM": "dumb"})
    shown, seen = "", ""
    for line in lines:
        shown += read_until(terminal, ": ")
        os.write(terminal, f"{line}\n".encode())
        seen += Path(f"/proc/{process}/cmdline").read_text() + Path(f"/proc/{process}/environ").read_text()
    shown += read_until(terminal, None)
    os.waitpid(process, 0)
    os.close(terminal)
    return shown, seen


def read_until(terminal: int, end: str | None) -> str:
    """What a terminal shows until a question ends so, or until it is closed."""
    shown = ""
    deadline = time.monotonic() + PATIENCE
    while end is None or not shown.endswith(end):
        assert time.monotonic() < deadline, shown
        if select.select([terminal], [], [], 1)[0]:
            try:
                block = os.read(terminal, 4096)
            except OSError:
                break
            if not block:
                break
            shown += block.decode()
    return shown


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc to look into")
def test_a_password_is_asked_for_twice_and_not_shown(college: RunningServer) -> None:
    shown, seen = typed(college, SECOND, "a slip of a hand", SECOND, SECOND)
    assert "The two entered values do not match." in shown
    assert "The password is changed." in shown
    for secret in (SECOND, "a slip of a hand"):
        assert secret not in shown + seen
    assert found(college, Who("10001234", SECOND)) == "WSRC0004"


def test_a_password_that_no_client_could_send_is_refused_and_not_shown(college: RunningServer) -> None:
    for password in ("fifteen letters", " " * 16, "with a\ttab inside"):
        told = org(college, "password", "10001234", "--password-stdin", given=password, status=1)
        assert (
            told == "Error: OrgPassword: has to be exactly 16 letters, digits, signs or spaces, and not spaces only\n"
        )
    assert found(college) == "WSRC0004"


def test_without_a_terminal_it_says_what_to_do(college: RunningServer) -> None:
    for command in (("password", "10001234"), ("add", "40000001", "FOUR01", "Four")):
        told = org(college, *command, status=2)
        assert "--password-stdin" in told
        assert "--generate" in told
    assert "40000001" not in org(college, "list")


# What cannot be


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "10001234", "OTHER1", "Other"), "There is an organisation with the UKPRN 10001234 already."),
        (
            ("add", "50000001", "abc123", "Other"),
            "The organisation with the UKPRN 10001234 has the OrganisationRef ABC123 already.",
        ),
        (("add", "1000123", "OTHER1", "Other"), "UKPRN: has to be 8 letters or digits, not '1000123'"),
        (("add", "1000-123", "OTHER1", "Other"), "UKPRN: has to be 8 letters or digits, not '1000-123'"),
        (("add", "50000001", "OTHER", "Other"), "OrganisationRef: has to be 6 letters or digits, not 'OTHER'"),
        (("add", "50000001", "OTHER1", " "), "NAME: has to be a name, on one line"),
        (("add", "50000001", "OTHER1", "Two\nlines"), "NAME: has to be a name, on one line"),
        (("password", "NOBODY01"), "There is no organisation with the UKPRN 'NOBODY01'"),
    ],
)
def test_what_cannot_be_is_told_before_a_password_is_asked_for(
    college: RunningServer, arguments: tuple[str, ...], said: str
) -> None:
    told = org(college, *arguments, status=1)
    assert told.startswith(f"Error: {said}")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    "command", [("show",), ("suspend",), ("resume",), ("disable",), ("enable",), ("roles", "--set", "view")]
)
def test_an_unknown_organisation_is_told_with_what_to_do(college: RunningServer, command: tuple[str, ...]) -> None:
    assert org(college, command[0], "NOBODY01", *command[1:], status=1) == (
        "Error: There is no organisation with the UKPRN 'NOBODY01'; `lrs-soap org list` lists them all.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("roles", "10001234"),
        ("roles", "10001234", "--set", "view", "--add", "batch"),
        ("add", "50000001", "OTHER1", "Other", "--role", "view", "--all-roles", "--generate"),
        ("add", "50000001", "OTHER1", "Other", "--generate", "--password-stdin"),
        ("password", "10001234", SECOND),
    ],
)
def test_wrong_use_changes_nothing(college: RunningServer, arguments: tuple[str, ...]) -> None:
    before = org(college, "list")
    org(college, *arguments, status=2)
    assert org(college, "list") == before
    assert found(college) == "WSRC0004"


def test_an_unknown_role_is_told_with_those_that_there_are(college: RunningServer) -> None:
    told = " ".join(org(college, "roles", "10001234", "--add", "manager", status=2).split())
    assert "'manager' is not a role" in told
    for role in Role:
        assert f"{SHORT_NAMES[role]} ({role.value})" in told


def test_a_database_that_it_makes_has_the_starting_data(run: Run) -> None:
    assert run("org", "add", "60000001", "SIX001", "Six", "--generate", "--create").exit_code == 0
    assert run("org", "list").stdout.count("TEST000") == 4


@pytest.mark.parametrize(
    "command",
    [("suspend", "TEST0001"), ("roles", "TEST0001", "--add", "batch"), ("password", "TEST0001", "--generate")],
    ids=lambda command: command[0],
)
def test_the_database_that_is_written_to_is_named(run: Run, database: Path, command: tuple[str, ...]) -> None:
    assert f"Written to {database}\n" in run("org", *command).stderr


def test_where_nothing_is_written_no_database_is_named(run: Run, database: Path) -> None:
    assert str(database) not in run("org", "suspend", "NOBODY01").stderr
    assert run("org", "list").stderr == ""
