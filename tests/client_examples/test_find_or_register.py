"""find_or_register, in two languages; tests/interop/ asks those in C# and Java."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.client_examples.programs import LANGUAGES, command, new_name, run, variables
from tests.client_examples.relay import Interference, breaking_off, losing_answers, losing_requests, relaying
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_demographics, find_by_uln, post, register

# Programs are told nothing of the database.
pytestmark = on_sqlite

FOUND = ("WSRC0004", "4170265830 Grace Okafor 2005-03-14 LS1 4AP")
TWINS = ("Thornbury", "Lottie", "2004-06-17", "2", "YO31 8RN")
LIST = [
    " 1  Maisie Thornbury, 2004-06-17, female, YO31 8RN, ULN 3645062229",
    " 2  Isla Thornbury, 2004-06-17, female, YO31 8RN, ULN 3968335782",
]
PROMPT = "Who is it? 1 to 2, n for somebody new, q to quit: "


@pytest.fixture(scope="module")
def patient(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which possible matches have to be looked at for a minute before somebody new is registered."""
    flags = ("--find-before-register", "--find-before-register-minimum", "60")
    with RunningServer(tmp_path_factory.mktemp("patient"), *flags) as running:
        yield running


@pytest.fixture(scope="module", params=LANGUAGES)
def program(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("find_or_register", request.param)


def code_of(server: RunningServer, *person: str) -> str | None:
    fields = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
    request = find_by_demographics(**dict(zip(fields, person, strict=True)))
    return post(server.url, envelope(request)).text("ResponseCode")


@pytest.mark.parametrize("details", [("4170265830",), ("2005-03-14", "2", "ls14ap")], ids=["ULN", "demographics"])
def test_who_has_a_uln_is_found(program: tuple[str, ...], server: RunningServer, details: tuple[str, ...]) -> None:
    done = run(server.url, *program, "Okafor", "Grace", *details)
    assert (done.stdout.splitlines(), done.returncode) == (list(FOUND), 0)


def test_of_who_is_linked_the_master_is_shown(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *program, "Iyer", "Priya", "2002-02-28", "2", "LE2 7LB")
    assert done.stdout.splitlines() == [
        "WSRC0022",
        "9140837261 Priya Raman 2002-02-28 LE2 7LB",
        "This is the master of the learner who was meant: use this ULN.",
    ]
    assert done.returncode == 0


def test_who_is_nobody_is_registered_and_found_by_the_next_run(program: tuple[str, ...], own: RunningServer) -> None:
    learner = (new_name(), new_name(), "2007-12-10", "2", "LS1 4AP")
    done = run(own.url, *program, *learner)
    assert done.returncode == 0
    before, code, uln = done.stdout.splitlines()
    assert (before, code) == ("WSRC0001", "WSRC0005")
    assert re.fullmatch("[1-9][0-9]{9}", uln)
    done = run(own.url, *program, *learner)
    assert done.stdout.splitlines() == ["WSRC0004", f"{uln} {learner[1]} {learner[0]} 2007-12-10 LS1 4AP"]


def test_of_possible_matches_one_is_chosen(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *program, *TWINS, said="2\n")
    code, *matches, chosen = done.stdout.splitlines()
    assert (code, matches) == ("WSRC0003", LIST)
    assert chosen == PROMPT + "3968335782 Isla Thornbury 2004-06-17 YO31 8RN"
    assert done.returncode == 0


def test_what_is_no_choice_is_asked_again(program: tuple[str, ...], server: RunningServer) -> None:
    bad = ("", "0", "3", "-1", "1.5", "two", "yes", "é", "9" * 5000)
    done = run(server.url, *program, *TWINS, said="\n".join((*bad, " 1 ", "2")))
    chosen = "3645062229 Maisie Thornbury 2004-06-17 YO31 8RN"
    assert done.stdout.splitlines()[3:] == [PROMPT * (len(bad) + 1) + chosen]
    assert done.returncode == 0


@pytest.mark.parametrize("said", ["Q\n", "", "7"], ids=["quits", "ends", "ends within a line"])
def test_who_quits_registers_nobody(program: tuple[str, ...], server: RunningServer, said: str) -> None:
    done = run(server.url, *program, *TWINS, said=said)
    assert (done.stderr, done.returncode) == ("Nobody has been registered.\n", 1)
    assert code_of(server, *TWINS) == "WSRC0003"


def test_who_is_none_of_the_possible_matches_is_registered(program: tuple[str, ...], own: RunningServer) -> None:
    learner = ("Thornbury", new_name(), "2004-06-17", "2", "YO31 8RN")
    done = run(own.url, *program, *learner, said="N\n")
    *_, asked, uln = done.stdout.splitlines()
    assert asked.endswith("quit: WSRC0005")
    assert done.returncode == 0
    found = post(own.url, envelope(find_by_uln(ULN=uln, FamilyName=learner[0], GivenName=learner[1])))
    assert found.text("ResponseCode") == "WSRC0004"


def test_with_too_many_matches_more_is_to_be_asked(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *program, "Hughes", "Olivia", "2000-01-01", "2", "SK1 3XE", said="n\n")
    assert (done.stdout, done.returncode) == ("WSRC0002\n", 1)
    assert done.stderr.startswith("More than ten learners may be meant. Ask for")


def test_who_is_registered_meanwhile_by_somebody_else_is_found(program: tuple[str, ...], own: RunningServer) -> None:
    learner = ("Thornbury", new_name(), "2004-06-17", "2", "YO31 8RN")
    command = (*program, *learner)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, env=variables(own.url)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        shown = ""
        while not shown.endswith("q to quit: "):
            shown += process.stdout.read(1) or pytest.fail(f"It has not asked: {shown}")
        rival = register(
            FamilyName=learner[0], GivenName=learner[1], DateOfBirth=learner[2], LastKnownPostCode=learner[4]
        )
        uln = post(own.url, envelope(rival)).text("ULN")
        said, _ = process.communicate("n\n", timeout=60)
    assert said.splitlines() == ["WSRC0004", f"{uln} {learner[1]} Thornbury 2004-06-17 YO31 8RN"]
    assert process.returncode == 0


def test_who_is_refused_and_not_there_is_told(program: tuple[str, ...], patient: RunningServer) -> None:
    done = run(patient.url, *program, *TWINS, said="n\n")
    assert done.stdout.splitlines()[3:] == [PROMPT + "WSRC0021"]
    assert done.stderr == "The service has not registered this learner. Try again in a while.\n"
    assert done.returncode == 1


def test_why_a_learner_is_refused_is_shown(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(server.url, *program, "Lovelace", "Ada", "2007-12-10", "3", "LS1 4AP")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")


@pytest.mark.parametrize("losing", [losing_answers, breaking_off])
def test_who_is_registered_by_a_request_whose_answer_is_lost_is_not_registered_again(
    program: tuple[str, ...], own: RunningServer, losing: Callable[[str], Interference]
) -> None:
    learner = (new_name(), new_name(), "2007-12-10", "2", "LS1 4AP")
    with relaying(own.url, losing("RegisterLearner")) as relay:
        done = run(relay.address, *program, *learner)
    before, code, found = done.stdout.splitlines()
    assert (before, code, done.stderr, done.returncode) == ("WSRC0001", "WSRC0004", "", 0)
    assert found.endswith(f"{learner[1]} {learner[0]} 2007-12-10 LS1 4AP")
    assert relay.asked == ["FindLearnerByDemographics", "RegisterLearner", "FindLearnerByDemographics"]


def test_who_is_not_registered_by_a_request_that_is_lost_is_registered_by_the_next(
    program: tuple[str, ...], own: RunningServer
) -> None:
    learner = (new_name(), new_name(), "2007-12-10", "2", "LS1 4AP")
    with relaying(own.url, losing_requests("RegisterLearner", places=(0, 1))) as relay:
        done = run(relay.address, *program, *learner, RETRIES="2")
    assert (done.stdout.splitlines()[:2], done.returncode) == (["WSRC0001", "WSRC0005"], 0)
    assert relay.count("RegisterLearner") == 3
    with relaying(own.url, losing_requests("RegisterLearner", places=(0, 1))) as relay:
        done = run(relay.address, *program, new_name(), new_name(), *learner[2:], RETRIES="1")
    assert (done.stdout, done.returncode) == ("WSRC0001\n", 2)
    assert relay.count("RegisterLearner") == 2
