"""The programs of client_examples/, as a reader would run them."""

from __future__ import annotations

import random
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from databases import on_sqlite
from running_server import RunningServer
from soap_messages import envelope, find_by_demographics, find_by_uln, post, register, update

# Programs are told nothing of the database.
pytestmark = on_sqlite

EXAMPLES = Path(__file__).resolve().parent.parent / "client_examples"
FOUND = ("WSRC0004", "4170265830 Grace Okafor 2005-03-14 LS1 4AP")


@pytest.fixture(scope="module")
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of this module's own, on which the programs register and update learners, each another one."""
    with RunningServer(tmp_path_factory.mktemp("examples")) as running:
        yield running


@pytest.fixture(scope="module")
def patient(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which possible matches have to be looked at for a minute before somebody new is registered."""
    flags = ("--find-before-register", "--find-before-register-minimum", "60")
    with RunningServer(tmp_path_factory.mktemp("patient"), *flags) as running:
        yield running


def run(*command: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=60)


# Find by ULN


def find(server: RunningServer, *who: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, str(EXAMPLES / "find_by_uln.py"), *who, server.url)


def test_zeep_finds_a_learner(server: RunningServer) -> None:
    done = find(server, "4170265830", "Okafor", "Grace")
    assert done.stdout.splitlines() == list(FOUND)
    assert done.returncode == 0


def test_zeep_shows_a_fault(server: RunningServer) -> None:
    done = find(server, "417026583", "Okafor", "Grace")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")
    assert "cvc-pattern-valid: Value '417026583'" in done.stderr


# Find or register: the same program in two languages

TWINS = ("Thornbury", "Lottie", "2004-06-17", "2", "YO31 8RN")
LIST = [
    " 1  Maisie Thornbury, 2004-06-17, female, YO31 8RN, ULN 3645062229",
    " 2  Isla Thornbury, 2004-06-17, female, YO31 8RN, ULN 3968335782",
]
PROMPT = "Who is it? 1 to 2, n for somebody new, q to quit: "


def has_soap() -> bool:
    return (
        shutil.which("php") is not None and subprocess.run(["php", "--ri", "soap"], capture_output=True).returncode == 0
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((sys.executable, "find_or_register.py"), id="zeep"),
        pytest.param(
            # A WSDL in the cache would outlive the server that it is of.
            ("php", "-d", "soap.wsdl_cache_enabled=0", "find_or_register.php"),
            marks=pytest.mark.skipif(not has_soap(), reason="needs php and soap: apt install php-cli php-soap"),
            id="php",
        ),
    ],
)
def program(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    *interpreter, file = request.param
    return (*interpreter, str(EXAMPLES / file))


def new_name() -> str:
    """A name that is like no other."""
    return "".join(random.choices(string.ascii_lowercase, k=20))


def code_of(server: RunningServer, *person: str) -> str | None:
    fields = ("FamilyName", "GivenName", "DateOfBirth", "Gender", "LastKnownPostCode")
    request = find_by_demographics(**dict(zip(fields, person, strict=True)))
    return post(server.url, envelope(request)).text("ResponseCode")


@pytest.mark.parametrize("details", [("4170265830",), ("2005-03-14", "2", "ls14ap")], ids=["ULN", "demographics"])
def test_who_has_a_uln_is_found(program: tuple[str, ...], server: RunningServer, details: tuple[str, ...]) -> None:
    done = run(*program, server.url, "Okafor", "Grace", *details)
    assert (done.stdout.splitlines(), done.returncode) == (list(FOUND), 0)


def test_of_who_is_linked_the_master_is_shown(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(*program, server.url, "Iyer", "Priya", "2002-02-28", "2", "LE2 7LB")
    assert done.stdout.splitlines() == [
        "WSRC0022",
        "9140837261 Priya Raman 2002-02-28 LE2 7LB",
        "This is the master of the learner who was meant: use this ULN.",
    ]
    assert done.returncode == 0


def test_who_is_nobody_is_registered_and_found_by_the_next_run(program: tuple[str, ...], own: RunningServer) -> None:
    learner = (new_name(), new_name(), "2007-12-10", "2", "LS1 4AP")
    done = run(*program, own.url, *learner)
    assert done.returncode == 0
    before, code, uln = done.stdout.splitlines()
    assert (before, code) == ("WSRC0001", "WSRC0005")
    assert re.fullmatch("[1-9][0-9]{9}", uln)
    done = run(*program, own.url, *learner)
    assert done.stdout.splitlines() == ["WSRC0004", f"{uln} {learner[1]} {learner[0]} 2007-12-10 LS1 4AP"]


def test_of_possible_matches_one_is_chosen(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(*program, server.url, *TWINS, said="2\n")
    code, *matches, chosen = done.stdout.splitlines()
    assert (code, matches) == ("WSRC0003", LIST)
    assert chosen == PROMPT + "3968335782 Isla Thornbury 2004-06-17 YO31 8RN"
    assert done.returncode == 0


def test_what_is_no_choice_is_asked_again(program: tuple[str, ...], server: RunningServer) -> None:
    bad = ("", "0", "3", "-1", "1.5", "two", "yes", "é", "9" * 5000)
    done = run(*program, server.url, *TWINS, said="\n".join((*bad, " 1 ", "2")))
    chosen = "3645062229 Maisie Thornbury 2004-06-17 YO31 8RN"
    assert done.stdout.splitlines()[3:] == [PROMPT * (len(bad) + 1) + chosen]
    assert done.returncode == 0


@pytest.mark.parametrize("said", ["Q\n", "", "7"], ids=["quits", "ends", "ends within a line"])
def test_who_quits_registers_nobody(program: tuple[str, ...], server: RunningServer, said: str) -> None:
    done = run(*program, server.url, *TWINS, said=said)
    assert (done.stderr, done.returncode) == ("Nobody has been registered.\n", 1)
    assert code_of(server, *TWINS) == "WSRC0003"


def test_who_is_none_of_the_possible_matches_is_registered(program: tuple[str, ...], own: RunningServer) -> None:
    learner = ("Thornbury", new_name(), "2004-06-17", "2", "YO31 8RN")
    done = run(*program, own.url, *learner, said="N\n")
    *_, asked, uln = done.stdout.splitlines()
    assert asked.endswith("quit: WSRC0005")
    assert done.returncode == 0
    found = post(own.url, envelope(find_by_uln(ULN=uln, FamilyName=learner[0], GivenName=learner[1])))
    assert found.text("ResponseCode") == "WSRC0004"


def test_with_too_many_matches_more_is_to_be_asked(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(*program, server.url, "Hughes", "Olivia", "2000-01-01", "2", "SK1 3XE", said="n\n")
    assert (done.stdout, done.returncode) == ("WSRC0002\n", 1)
    assert done.stderr.startswith("More than ten learners may be meant. Ask for")


def test_who_is_registered_meanwhile_by_somebody_else_is_found(program: tuple[str, ...], own: RunningServer) -> None:
    learner = ("Thornbury", new_name(), "2004-06-17", "2", "YO31 8RN")
    command = (*program, own.url, *learner)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
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
    assert said.splitlines() == ["WSRC0021", f"{uln} {learner[1]} Thornbury 2004-06-17 YO31 8RN"]
    assert process.returncode == 0


def test_who_is_refused_and_not_there_is_told(program: tuple[str, ...], patient: RunningServer) -> None:
    done = run(*program, patient.url, *TWINS, said="n\n")
    assert done.stdout.splitlines()[3:] == [PROMPT + "WSRC0021"]
    assert done.stderr == "The service has not registered this learner. Try again in a while.\n"
    assert done.returncode == 1


def test_why_a_learner_is_refused_is_shown(program: tuple[str, ...], server: RunningServer) -> None:
    done = run(*program, server.url, "Lovelace", "Ada", "2007-12-10", "3", "LS1 4AP")
    assert done.returncode == 1
    assert done.stderr.startswith("WSEC0001: Invalid request")


# Update


def change(server: RunningServer, *what: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, str(EXAMPLES / "update.py"), server.url, *what)


def test_zeep_updates_a_learner(own: RunningServer) -> None:
    done = change(own, "4170265830", "Okafor", "Grace", "Title", "Dr")
    assert (done.returncode, done.stdout) == (0, "WSRC0006\n")
    done = change(own, "4170265830", "Okafor", "Grace", "Title", "Dr")
    assert (done.returncode, done.stdout) == (1, "WSRC0020\n")
    assert done.stderr == "The learner has not been updated: WSRC0020.\n"


def test_zeep_clears_a_field_of_a_learner_who_has_every_other(own: RunningServer) -> None:
    assert change(own, "5629103473", "Thackeray", "Rowan", "EmailAddress", "").stdout == "WSRC0006\n"
    answer = post(own.url, envelope(find_by_uln(ULN="5629103473", FamilyName="Thackeray", GivenName="Rowan")))
    assert answer.text("EmailAddress") is None
    assert answer.text("OtherVerificationDescription") == "Armed forces identity card"


class Overtaken:
    """The service, on which somebody else updates the same learner just before each of the first updates."""

    def __init__(self, url: str, *changes: dict[str, str]) -> None:
        self._service = zeep.Client(f"{url}/LearnerService.svc?singleWsdl").service
        self._url = url
        self._changes = list(changes)

    def learnerByULN(self, **request: Any) -> Any:
        return self._service.learnerByULN(**request)

    def updateSingleLearner(self, Learner: dict[str, Any], **asker: str) -> Any:
        if self._changes:
            same = {
                name: str(value)
                for name, value in Learner.items()
                if name not in ("Title", "OtherVerificationDescription")
            }
            assert (
                post(self._url, envelope(update(**{**same, **self._changes.pop(0)}))).text("ResponseCode") == "WSRC0006"
            )
        return self._service.updateSingleLearner(Learner=Learner, **asker)


@pytest.mark.parametrize(
    ("changes", "outcome", "shown", "title"),
    [
        (
            [{"EmailAddress": "ada@example.org"}, {"Notes": "A note", "EmailAddress": ""}],
            "WSRC0006",
            [
                "WSRC0013",
                "EmailAddress: None -> ada@example.org",
                "VersionNumber: 1 -> 2",
                "WSRC0013",
                "EmailAddress: ada@example.org -> None",
                "Notes: None -> A note",
                "VersionNumber: 2 -> 3",
                "WSRC0006",
            ],
            "Dr",
        ),
        (
            [{"Title": "Ms"}],
            "somebody else has changed Title",
            ["WSRC0013", "Title: None -> Ms", "VersionNumber: 1 -> 2"],
            "Ms",
        ),
        (
            [{"Notes": f"Note {number}"} for number in range(4)],
            "WSRC0013",
            ["WSRC0013", "Notes: None -> Note 0", "VersionNumber: 1 -> 2"],
            None,
        ),
    ],
    ids=["other fields", "the same field", "too often"],
)
def test_zeep_updates_again_where_somebody_else_was_first(
    own: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: list[dict[str, str]],
    outcome: str,
    shown: list[str],
    title: str | None,
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import update as example

    name = f"Overtaken{len(changes)}"
    uln = post(own.url, envelope(register(FamilyName=name))).text("ULN")
    assert example.update(Overtaken(own.url, *changes), uln, name, "Astrid", "Title", "Dr") == outcome
    assert capsys.readouterr().out.splitlines()[: len(shown)] == shown
    held = post(own.url, envelope(find_by_uln(ULN=uln, FamilyName=name, GivenName="Astrid")))
    assert held.text("Title") == title


# Verify


def test_zeep_verifies_a_learner(server: RunningServer) -> None:
    def verify(*who: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, str(EXAMPLES / "verify.py"), server.url, *who)

    done = verify("4170265830", "Okafor", "Grace", "2005-03-14", "2")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["WSVRC001: everything is equal", "4170265830 Grace Okafor 2005-03-14"],
    )
    done = verify("4170265830", "Okafor", "Hannah")
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        [
            "WSVRC005: something is neither equal nor similar",
            "VRF1: the given name is not the given name",
            "VRF2: the given name is not the family name either",
        ],
    )
    done = verify("2865174033", "Iyer", "Pria")
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, "2865174033 Priya Iyer 2002-02-28")
    assert done.stdout.startswith("WSVRC004: the names are similar")
    done = verify("4170265831", "Okafor", "Grace")
    assert (done.returncode, done.stdout) == (1, "WSVRC006: there is no such ULN\n")
    done = verify("4170265830", "Okafor", "Grace", "1900-02-29")
    assert done.stderr.endswith("Value '1900-02-29' of element 'DateOfBirth' is not a valid date.\n")


# curl


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_finds_a_learner(server: RunningServer) -> None:
    done = run("sh", str(EXAMPLES / "find_by_uln.sh"), "4170265830", "Okafor", "Grace", server.url)
    assert "<ResponseCode>WSRC0004</ResponseCode>" in done.stdout
    assert "<FamilyName>Okafor</FamilyName>" in done.stdout
