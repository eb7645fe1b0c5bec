"""`lrs-soap user` beside a running server: what it changes there counts at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from lrs_soap.cli.app import app
from tests.kit.portal_client import PortalClient
from tests.kit.printed_tables import rows
from tests.kit.server_here import ServerHere


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("users")) as server:
        yield server


def user(server: ServerHere, *arguments: str, status: int = 0) -> tuple[str, str]:
    """What `lrs-soap user` says on standard output, and on standard error."""
    environment = {"LRS_DATABASE_URL": server.database_url}
    done = CliRunner().invoke(app, ["user", *arguments], env=environment, prog_name="lrs-soap")
    assert done.exit_code == status, done.output
    return done.stdout, done.stderr


def test_an_operator_makes_a_super_user_who_logs_in(running: ServerHere) -> None:
    password, said = user(running, "add", "test0002", "Jo", "Lee", "jo.lee@college.example", status=1)
    assert "The organisation does not have these roles: LRB Super User." in said
    password, said = user(running, "add", "test0001", "Jo", "Lee", "jo.lee@college.example")
    assert "jo.lee" in said
    assert password.strip() not in said
    jo = PortalClient(running.url).open("login").send("Login", user_name="jo.lee", password=password.strip())
    assert jo.heading == "Change your password"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "NOBODY01", "Jo", "Lee", "jo@college.example"), "There is no organisation with the UKPRN"),
        (("add", "TEST0001", "Guest", "Lee", "jo@college.example"), "An account is for one person."),
        (("add", "TEST0001", "Jo", "Lee", "nowhere"), "an e-mail address"),
        (("disable", "no.body"), "There is no user 'no.body'."),
        (("list", "NOBODY01"), "There is no organisation with the UKPRN"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(running: ServerHere, arguments: tuple[str, ...], said: str) -> None:
    assert said in user(running, *arguments, status=1)[1]


def test_a_user_who_is_disabled_sees_no_page_until_enabled(running: ServerHere) -> None:
    person = PortalClient(running.url).log_in("oliver.hart")
    assert "disabled" in user(running, "disable", "oliver.hart")[0]
    assert person.open("users/").menu == ["My Account"]
    assert state_and_roles(running, "oliver.hart") == ("disabled", "LRB Online User")
    assert "active" in user(running, "enable", "oliver.hart")[0]
    assert "Learner Management" in person.open("").text or person.heading == "Welcome"
    assert state_and_roles(running, "oliver.hart")[0] == "active"


def state_and_roles(server: ServerHere, name: str) -> tuple[str, str]:
    listed = json.loads(user(server, "list", "--json")[0])
    found = next(each for each in listed if each["UserName"] == name)
    return found["State"], ", ".join(found["Roles"])


def test_users_are_listed_by_organisation(running: ServerHere) -> None:
    listed = rows(user(running, "list", "TEST0002")[0])
    assert listed[1:] == [["tara.field", "TEST0002", "active", "view", "Tara Field"]]
    everybody = rows(user(running, "list")[0])
    assert everybody[0] == ["UserName", "UKPRN", "State", "Roles", "Name"]
    assert ["simon.lock", "TEST0001", "suspended", "online", "Simon Lock"] in everybody
