"""The programs of client_examples/, as a reader would run them."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import signal
import sqlite3
import string
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import zeep

from lrs_soap.rules.values.codes import FaultCode
from tests.kit.contract_documents import document
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_demographics, find_by_uln, post, register, send, update

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


# What runs a program in each language, and how its file's name ends.
LANGUAGES = [
    pytest.param((sys.executable, ".py"), id="zeep"),
    pytest.param(
        # A WSDL in the cache would outlive the server that it is of.
        ("php", "-d", "soap.wsdl_cache_enabled=0", ".php"),
        marks=pytest.mark.skipif(not has_soap(), reason="needs php and soap: apt install php-cli php-soap"),
        id="php",
    ),
]


def command(name: str, language: tuple[str, ...]) -> tuple[str, ...]:
    *interpreter, suffix = language
    return (*interpreter, str(EXAMPLES / f"{name}{suffix}"))


@pytest.fixture(scope="module", params=LANGUAGES)
def program(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("find_or_register", request.param)


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
            "someone else has changed Title",
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
            "VRF1: the given name is not the learner's given name",
            "VRF2: the given name is not the learner's family name",
        ],
    )
    done = verify("2865174033", "Iyer", "Pria")
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, "2865174033 Priya Iyer 2002-02-28")
    assert done.stdout.startswith("WSVRC004: the names are similar")
    done = verify("4170265831", "Okafor", "Grace")
    assert (done.returncode, done.stdout) == (1, "WSVRC006: there is no such ULN\n")
    done = verify("4170265830", "Okafor", "Grace", "1900-02-29")
    assert done.stderr.endswith("Value '1900-02-29' of element 'DateOfBirth' is not a valid date.\n")


# Batch: the same program in two languages

COLUMNS = (
    *("MISIdentifier", "GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode", "VerificationType"),
    *("AbilityToShare", "Notes"),
)
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=LANGUAGES)
def batch(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("batch", request.param)


@pytest.fixture(scope="module")
def tardy(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which a batch waits before it is begun with, as it would in a queue."""
    with RunningServer(tmp_path_factory.mktemp("tardy"), "--batch-delay", "2") as running:
        yield running


def new_learners(number: int) -> list[dict[str, str]]:
    """Learners who are like nobody, nor like one another."""
    values = ("2", "LS1 4AP", "2", "1", 'Known as "Zö", since 2019')
    first = date(1990, 1, 1)
    return [
        dict(zip(COLUMNS, (f"{place:04}", new_name(), new_name(), str(first + 37 * place * DAY), *values), strict=True))
        for place in range(number)
    ]


def written(file: Path, learners: list[dict[str, str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, learners[0])
        writer.writeheader()
        writer.writerows(learners)
    return file


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_200_learners_are_registered_and_get_the_same_ulns_again(
    batch: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    learners = new_learners(200)
    given, ulns, again = written(tmp_path / "learners.csv", learners), tmp_path / "ulns.csv", tmp_path / "again.csv"
    done = run(*batch, own.url, str(given), str(ulns))
    assert (done.stderr, done.returncode) == ("", 0)
    assert re.match("WSRC0007: job [1-9][0-9]*\n", done.stdout)
    assert done.stdout.splitlines()[-2:] == [
        "WSRC0009: 200 new, 0 already registered, 0 with possible matches, 0 not found, 0 rejected",
        "200 RC001: newly registered",
    ]
    registered = rows(ulns)
    outcomes = [(row.pop("ULN"), row.pop("ReturnCode")) for row in registered]
    assert registered == learners
    assert {code for _, code in outcomes} == {"RC001"}
    assert len({uln for uln, _ in outcomes}) == 200
    last = {name: learners[-1][name] for name in ("FamilyName", "GivenName")}
    found = post(own.url, envelope(find_by_uln(**last, ULN=outcomes[-1][0])))
    assert found.text("ResponseCode") == "WSRC0004"

    done = run(*batch, own.url, str(given), str(again))
    assert done.stdout.splitlines()[-1] == "200 RC002: already registered with exactly these details"
    assert [row["ULN"] for row in rows(again)] == [uln for uln, _ in outcomes]


def test_the_learners_beside_the_program_come_to_several_outcomes(
    batch: tuple[str, ...], server: RunningServer, tmp_path: Path
) -> None:
    ulns = tmp_path / "ulns.csv"
    learners = EXAMPLES / "learners.csv"
    done = run(*batch, "--check", server.url, str(learners), str(ulns))
    assert done.stdout.splitlines()[-6:] == [
        "WSRC0009: 0 new, 2 already registered, 1 with possible matches, 2 not found, 1 rejected",
        "  1 RC002: already registered with exactly these details",
        "  1 RC005: the ULN is right, and nothing changes",
        "  1 RC007: may be a learner who is already registered",
        "  2 RC009: the ULN is unknown or another learner's; or --check found nobody",
        "  1 RC010: one of the names, the date of birth, gender or postcode is missing",
    ]
    assert [(row["MISIdentifier"], row["ULN"], row["ReturnCode"]) for row in rows(ulns)] == [
        ("2026-001", "", "RC009"),
        ("2026-002", "4170265830", "RC002"),
        ("2026-003", "", "RC007"),
        ("2026-004", "5629103473", "RC005"),
        ("2026-005", "2719305803", "RC009"),
        ("2026-006", "", "RC010"),
    ]
    assert [row["FamilyName"] for row in rows(ulns)] == [row["FamilyName"] for row in rows(learners)]


@pytest.mark.slow
def test_who_gives_up_goes_on_later_with_the_same_job(
    batch: tuple[str, ...], tardy: RunningServer, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(2)), tmp_path / "ulns.csv"
    done = run(*batch, "--wait", "0", tardy.url, str(given), str(ulns))
    submitted, waiting = done.stdout.splitlines()
    job = submitted.removeprefix("WSRC0007: job ")
    assert waiting == "WSRC0008: Waiting"
    assert (done.stderr, done.returncode) == (f"Job {job} is not done yet. Go on later with --job {job}.\n", 1)
    assert not ulns.exists()

    done = run(*batch, "--job", job, tardy.url, str(given), str(ulns))
    *polled, counts, _ = done.stdout.splitlines()
    assert set(polled) <= {"WSRC0008: Waiting", "WSRC0008: InProgress"}
    assert counts.startswith("WSRC0009: 2 new,")
    assert {row["ReturnCode"] for row in rows(ulns)} == {"RC001"}


@pytest.mark.slow
def test_a_job_that_is_waited_for_outlives_the_service(
    batch: tuple[str, ...], database_kind: str, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(3)), tmp_path / "ulns.csv"
    with RunningServer(tmp_path, "--batch-delay", "2") as server:
        arguments = (server.url, str(given), str(ulns))
        with subprocess.Popen((*batch, *arguments), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("WSRC0007: job ")
            server.stop(signal.SIGKILL)
            while (line := process.stdout.readline()) == "WSRC0008: Waiting\n":
                pass
            assert line == "no connection\n"
            with RunningServer(tmp_path, "--port", server.url.rpartition(":")[2]):
                said, _ = process.communicate(timeout=60)
    assert said.splitlines()[-1] == "  3 RC001: newly registered"
    assert len(rows(ulns)) == 3


@contextmanager
def breaking_off_once(url: str) -> Iterator[str]:
    """The address of a service that is the one at `url`, but that the first output of a batch breaks off midway."""

    class Relay(BaseHTTPRequestHandler):
        has_broken_off = False

        def do_GET(self) -> None:
            body = send(url, "GET", self.path, headers={"Host": self.headers["Host"]}).body
            self._answer(body, len(body))

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            body = post(url, request).body
            length = len(body)
            if b"GetSubmitBatchOutputResponse" in body and not Relay.has_broken_off:
                Relay.has_broken_off = True
                body = body[:200]
            self._answer(body, length)

        def _answer(self, body: bytes, length: int) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        threading.Thread(target=relay.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{relay.server_port}"
        finally:
            relay.shutdown()


def test_an_answer_that_breaks_off_is_asked_for_again(
    batch: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(2)), tmp_path / "ulns.csv"
    with breaking_off_once(own.url) as address:
        done = run(*batch, address, str(given), str(ulns))
    assert done.stdout.splitlines()[1] == "no connection"
    assert (done.stdout.splitlines()[-1], done.stderr) == ("  2 RC001: newly registered", "")
    assert {row["ReturnCode"] for row in rows(ulns)} == {"RC001"}


def test_a_job_that_fails_is_told(batch: tuple[str, ...], tardy: RunningServer, tmp_path: Path) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(1)), tmp_path / "ulns.csv"
    job = run(*batch, "--wait", "0", tardy.url, str(given), str(ulns)).stdout.split()[2]
    with closing(sqlite3.connect(tardy.database_url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE jobs SET state = 'failed', finished = submitted WHERE id = ?", (job,))
    done = run(*batch, "--job", job, tardy.url, str(given), str(ulns))
    assert (
        done.stderr == "WSRC0010: the job has failed; some of its learners may be registered, so submit them again.\n"
    )
    assert (done.stdout, done.returncode) == ("", 1)
    assert not ulns.exists()


def test_a_job_that_is_not_there_is_told(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    done = run(*batch, "--job", "987654321", server.url, str(EXAMPLES / "learners.csv"), str(tmp_path / "ulns.csv"))
    assert (done.stderr, done.returncode) == ("WSRC0018: this organisation has no such job.\n", 1)


def test_a_job_of_other_learners_gives_no_ulns(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    ulns = tmp_path / "ulns.csv"
    done = run(*batch, "--check", server.url, str(EXAMPLES / "learners.csv"), str(ulns))
    job = done.stdout.split()[2]
    before = ulns.read_bytes()
    others = written(tmp_path / "others.csv", new_learners(6))
    done = run(*batch, "--job", job, server.url, str(others), str(ulns))
    assert done.stderr == "The job has other learners: its MISIdentifiers are different.\n"
    assert (done.returncode, ulns.read_bytes()) == (1, before)


def test_one_malformed_learner_spoils_the_batch(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    first, *others = new_learners(3)
    given = written(tmp_path / "learners.csv", [first, {**others[0], "Gender": "3"}, others[1]])
    done = run(*batch, server.url, str(given), str(tmp_path / "ulns.csv"))
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr.startswith("WSEC0001: Invalid request")
    assert "cvc-pattern-valid: Value '3'" in done.stderr


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "0 learners, but a batch has 1 to 200."),
        ("MISIdentifier,GivenName\n", "0 learners, but a batch has 1 to 200."),
        (
            "\ufeffMISIdentifier,GivenName\n" + "".join(f"{number},Ada\n" for number in range(201)),
            "201 learners, but a batch has 1 to 200.",
        ),
        ("GivenName\nAda\n", "each learner needs its own MISIdentifier, which finds its outcome."),
        (
            "MISIdentifier,GivenName\n1,Ada\n2,Ada\n1,Ada\n",
            "each learner needs its own MISIdentifier, which finds its outcome.",
        ),
        (
            "MISIdentifier,GivenName\n1,Ada\n\n,Ada\n",
            "each learner needs its own MISIdentifier, which finds its outcome.",
        ),
        ("MISIdentifier,GivenName\n1\n", "not every row has 2 columns."),
        ("MISIdentifier,GivenName\n1,Ada,Lovelace\n", "not every row has 2 columns."),
        ("MISIdentifier,Forename\n1,Ada\n", "the contract's BatchLearner has no Forename."),
    ],
)
def test_a_file_that_is_no_batch_is_not_submitted(
    batch: tuple[str, ...], server: RunningServer, tmp_path: Path, content: str, complaint: str
) -> None:
    given = tmp_path / "learners.csv"
    given.write_text(content, "utf-8")
    done = run(*batch, server.url, str(given), str(tmp_path / "ulns.csv"))
    assert (done.stdout, done.stderr, done.returncode) == ("", f"{given}: {complaint}\n", 1)


class Time:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_zeep_asks_less_and_less_often(tardy: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import batch as example

    monkeypatch.setattr(example, "time", time := Time())
    service = zeep.Client(f"{tardy.url}/LearnerService.svc?singleWsdl").service
    job = example.submit(service, new_learners(1), "CHK")
    with pytest.raises(SystemExit, match=f"Job {job} is not done yet"):
        example.wait_for(service, job, 200)
    assert time.slept == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 16.5]


class Miscounting:
    """The service, which is told one learner too many."""

    def __init__(self, url: str) -> None:
        self._service = zeep.Client(f"{url}/LearnerService.svc?singleWsdl").service

    def submitBatchRegistration(self, LearnerRecordCount: int, **request: Any) -> Any:
        return self._service.submitBatchRegistration(LearnerRecordCount=LearnerRecordCount + 1, **request)


def test_zeep_shows_that_a_count_is_wrong(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import batch as example

    with pytest.raises(
        SystemExit, match=r"^WSRC0017: LearnerRecordCount is not the number of learners, so there is no job\.$"
    ):
        example.submit(Miscounting(server.url), new_learners(2), "FUL")


# Learning events: the same program in two languages; tests/interop/ asks the one in C#

OKAFOR = ("4170265830", "Okafor", "Grace")
ROURKE = ("6602379142", "Rourke", "Declan")


@pytest.fixture(scope="module", params=LANGUAGES)
def reader(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("learning_events", request.param)


def test_a_record_is_a_table(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(*reader, "--user-type", "LNR", server.url, *ROURKE)
    assert (done.stdout.splitlines(), done.returncode) == (
        [
            "WSRC0004: this is the learner's record",
            "ULN 6602379142, 3 learning events",
            "Awarded     Source  Type            Subject                          Code        Level    Grade  Credits"
            "  Awarded by",
            "2017-07-07  ILR     Certificate     Certificate in Plumbing Studies  50079116             Pass   0      "
            "  UNKNOWN",
            "2015-08-20  NPD     GCSE (A* to G)  Geography                        60001616             C      0      "
            "  AQA",
            "2017-07-07  AO      Certificate     Certificate in Plumbing Studies  500/7911/6  Level 2  Pass   40     "
            "  City & Guilds",
        ],
        0,
    )


def test_what_a_brief_record_has_not_has_no_column(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(*reader, "--get-type", "BRIEF", server.url, "2865174033", "Iyer", "Priya")
    code, master, heading, first, *_ = done.stdout.splitlines()
    assert code == (
        "WSRC0022: the ULN is linked to a master, whose ULN is the one to use; this is the record of all its ULNs"
    )
    assert master == "ULN 9140837261, 6 learning events"
    assert heading.split() == ["Awarded", "Source", "Subject", "Code", "Level", "Grade", "Credits"]
    assert first.split()[:2] == ["2020-03-20", "ILR"]


def test_a_record_in_welsh_whose_grades_are_missing(
    reader: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    event = {
        "ULN": "7053182648",
        "Source": "ILR",
        "QualificationType": "GCSE",
        "QualificationTypeWelsh": "TGAU",
        "Subject": "Welsh",
        "SubjectWelsh": "Cymraeg – llên ŵyl",
        "SubjectCode": "60142923",
        "AchievementProviderUkprn": "10990001",
    }
    (tmp_path / "events.json").write_text(json.dumps(event), "utf-8")
    flags = ("--events", "--database", own.database_url)
    load = run(sys.executable, "-m", "lrs_soap", "load", str(tmp_path / "events.json"), *flags)
    assert load.returncode == 0, load.stderr
    done = run(*reader, "--language", "CYM", own.url, "7053182648", "MacPherson", "Callum")
    _, _, heading, *events = done.stdout.splitlines()
    assert heading == "Source  Type  Subject             Code      Credits  Awarded by"
    assert set(events) == {"ILR     TGAU  Cymraeg – llên ŵyl  60142923  0        UNKNOWN"}


@pytest.mark.parametrize(
    ("who", "said", "status"),
    [
        (("6382750203", "Núñez-O’Hara", "Zoë-Marie"), "WSRC0004: this is the learner's record", 0),
        (("4170265831", "Okafor", "Grace"), "WSEC0136: this is not a ULN: a ULN has ten digits", 1),
        (("4170265830", "Okafer", "Grace"), "WSEC0208: no learner has this ULN and exactly these names", 1),
        (ROURKE, "WSEC0206: the learner has not opted to share the record", 1),
    ],
)
def test_the_answer_is_told_in_words(
    reader: tuple[str, ...], server: RunningServer, who: tuple[str, ...], said: str, status: int
) -> None:
    done = run(*reader, server.url, *who)
    answer, *events = done.stdout.splitlines()
    assert answer.startswith(said)
    assert events == (["ULN 6382750203, 0 learning events"] if status == 0 else [])
    assert done.returncode == status


def test_an_option_that_comes_last_is_not_passed_over(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(*reader, server.url, *ROURKE, "--user-type", "LNR")
    assert done.stdout.startswith("WSRC0004") or done.stderr.endswith("after the options.\n")


def test_a_domain_fault_is_told_in_words(reader: tuple[str, ...], server: RunningServer) -> None:
    done = run(*reader, "--get-type", "SHORT", server.url, *OKAFOR)
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == f"WSEC0001: {FaultCode.INVALID_REQUEST.text}\n"


def test_a_fault_of_wcf_is_told_in_words(reader: tuple[str, ...], own: RunningServer) -> None:
    with closing(sqlite3.connect(own.database_url.removeprefix("sqlite:///"))) as database:
        database.execute("ALTER TABLE learning_events RENAME TO lost")
        done = run(*reader, own.url, *OKAFOR)
        database.execute("ALTER TABLE lost RENAME TO learning_events")
    assert (done.stdout, done.returncode) == ("", 1)
    assert re.match("a:InternalServiceFault: .*[0-9a-f]{8}", done.stderr)


def test_zeep_reads_a_record_by_the_live_service_s_wsdl(server: RunningServer) -> None:
    program = (sys.executable, str(EXAMPLES / "learning_events.py"), server.url, *OKAFOR)
    by_the_live_one = run(*program, "--wsdl", str(document("contract", "LearnerServiceR9.wsdl")))
    assert by_the_live_one.returncode == 0
    assert by_the_live_one.stdout == run(*program).stdout


# curl


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_finds_a_learner(server: RunningServer) -> None:
    done = run("sh", str(EXAMPLES / "find_by_uln.sh"), "4170265830", "Okafor", "Grace", server.url)
    assert "<ResponseCode>WSRC0004</ResponseCode>" in done.stdout
    assert "<FamilyName>Okafor</FamilyName>" in done.stdout
