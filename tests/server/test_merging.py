"""`lrs-soap merge`, `unmerge` and `delete` beside a running server: what it answers from the next request on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import pytest
from typer.testing import CliRunner

from lrs_soap.cli.app import app
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import (
    Answer,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    retrieve,
    update,
    verify,
)

GRACE, PRIYA, PRIYA_IYER, PRIA, ROWAN, MARGARET = (
    *("4170265830", "9140837261", "2865174033", "3496281501", "5629103473", "8294601755"),
)


@pytest.fixture
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    folder = tmp_path_factory.mktemp("merging")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@pytest.fixture
def elsewhere(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in a process of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with new_database(database_kind, folder) as url, RunningServer(folder, database_url=url) as running:
        yield running


Server: TypeAlias = RunningServer | ServerHere


def lrs_soap(server: Server, *arguments: str, status: int = 0) -> str:
    """What a command says on standard output, or, where it fails as expected, on standard error."""
    done = CliRunner().invoke(app, arguments, env={"LRS_DATABASE_URL": server.database_url})
    assert done.exit_code == status, done.output
    return done.stderr if status else done.stdout


def ask(server: Server, body: str) -> Answer:
    return post(server.url, envelope(body))


def found(server: Server, body: str) -> tuple[str | None, str | None, list[str]]:
    """The code of a find, whom it found, and whom that has linked."""
    answer = ask(server, body)
    ulns = answer.root.xpath("//Learner/ULN/text()")
    linked = answer.root.xpath("//*[local-name()='LinkedULNs']/ULN/text()")
    return answer.text("ResponseCode"), next(iter(ulns), None), list(linked)


def test_a_merger_counts_from_the_next_request_until_it_is_taken_back(elsewhere: RunningServer) -> None:
    by_uln, by_demographics = find_by_uln(), find_by_demographics()
    assert found(elsewhere, by_uln) == found(elsewhere, by_demographics) == ("WSRC0004", GRACE, [])

    assert lrs_soap(elsewhere, "merge", MARGARET, GRACE) == f"{GRACE} is now linked to {MARGARET}.\n"
    assert found(elsewhere, by_uln) == found(elsewhere, by_demographics) == ("WSRC0022", MARGARET, [GRACE])
    assert ask(elsewhere, by_uln).text("MasterSubstituted") == "Y"
    assert ask(elsewhere, verify()).text("ResponseCode") == "WSVRC002"
    assert ask(elsewhere, retrieve(GRACE)).text("MasterULN") == MARGARET
    assert ask(elsewhere, update(Title="Dr")).text("ResponseCode") == "WSRC0019"
    same = {"GivenName": "Grace", "FamilyName": "Okafor", "DateOfBirth": "2005-03-14", "LastKnownPostCode": "LS1 4AP"}
    assert ask(elsewhere, register(**same)).text("ResponseCode") == "WSRC0021"

    assert lrs_soap(elsewhere, "unmerge", GRACE) == f"{GRACE} is no longer linked to {MARGARET}.\n"
    assert found(elsewhere, by_uln) == found(elsewhere, by_demographics) == ("WSRC0004", GRACE, [])
    assert ask(elsewhere, verify()).text("ResponseCode") == "WSVRC001"
    # No version has changed on the way.
    assert ask(elsewhere, update(Title="Dr")).text("ResponseCode") == "WSRC0006"


def test_a_master_takes_its_linked_ones_along_and_back(own: ServerHere) -> None:
    priya = find_by_uln(ULN=PRIYA_IYER, GivenName="Priya", FamilyName="Iyer")
    before = ask(own, priya).body
    assert lrs_soap(own, "merge", GRACE, PRIYA) == (
        f"{PRIYA} is now linked to {GRACE}, and with it {PRIYA_IYER}, {PRIA}.\n"
    )
    assert found(own, priya) == ("WSRC0022", GRACE, [PRIYA_IYER, PRIA, PRIYA])
    # Into a linked one is into its master.
    assert lrs_soap(own, "merge", PRIYA, ROWAN) == f"{ROWAN} is now linked to {GRACE}.\n"
    assert lrs_soap(own, "unmerge", PRIYA) == (
        f"{PRIYA} is no longer linked to {GRACE}, and with it {PRIYA_IYER}, {PRIA}.\n"
    )
    assert ask(own, priya).body == before
    assert found(own, find_by_uln()) == ("WSRC0004", GRACE, [ROWAN])


def test_who_is_deleted_is_found_by_nobody_and_may_be_registered_anew(own: ServerHere) -> None:
    assert lrs_soap(own, "delete", GRACE) == f"{GRACE} is deleted.\n"
    assert found(own, find_by_uln()) == found(own, find_by_demographics()) == ("WSRC0001", None, [])
    assert ask(own, verify()).text("ResponseCode") == "WSVRC006"
    assert ask(own, retrieve(GRACE)).text("ResponseCode") == "WSRC0001"
    assert ask(own, update(Title="Dr")).text("ResponseCode") == "WSRC0019"
    same = {"GivenName": "Grace", "FamilyName": "Okafor", "DateOfBirth": "2005-03-14", "LastKnownPostCode": "LS1 4AP"}
    assert ask(own, register(**same)).text("ResponseCode") == "WSRC0005"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("merge", GRACE, GRACE), f"The learner with the ULN {GRACE} cannot be merged into itself."),
        (
            ("merge", PRIYA, PRIYA_IYER),
            f"The learner with the ULN {PRIYA_IYER} is linked to {PRIYA} already; unmerge it to link it to another.",
        ),
        (
            ("merge", PRIYA_IYER, PRIYA),
            f"The learner with the ULN {PRIYA} is the master of {PRIYA_IYER}, and cannot be linked to it.",
        ),
        (("merge", "4739516283", GRACE), "The learner with the ULN 4739516283 is deleted."),
        (("merge", "1000000019", GRACE), "There is no learner with the ULN 1000000019."),
        (
            ("merge", GRACE, "4170265831"),
            "'4170265831' is not a ULN: that is ten digits, the last of them a check digit.",
        ),
        (("unmerge", GRACE), f"The learner with the ULN {GRACE} is not linked to another."),
        (
            ("delete", PRIYA),
            f"The learner with the ULN {PRIYA} is the master of {PRIYA_IYER}, {PRIA}, and cannot be deleted.",
        ),
        (("delete", "4739516283"), "The learner with the ULN 4739516283 is deleted."),
        (("delete", "x\n\x1b[2J"), "'x\\n\\x1b[2J' is not a ULN: that is ten digits, the last of them a check digit."),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(server: Server, command: tuple[str, ...], told: str) -> None:
    assert lrs_soap(server, *command, status=1) == f"Error: {told}\n"
