"""nightly.py: a whole night, and nights on which something goes wrong."""

from __future__ import annotations

import csv
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lrs_soap.rules.values.uln import is_valid
from tests.client_examples.messy_students import (
    BLANK,
    MASTER,
    PROBLEM,
    REGISTERED,
    REPEATED,
    UNDECIDED,
    Row,
    as_csv,
    messy_students,
    outcomes,
)
from tests.client_examples.programs import EXAMPLES, run, variables
from tests.client_examples.relay import (
    Forward,
    Interference,
    Reply,
    breaking_off,
    closed_for_maintenance,
    losing_answers,
    losing_requests,
    relaying,
)
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post, update

# The program is told nothing of the database.
pytestmark = on_sqlite

PROGRAM = (sys.executable, str(EXAMPLES / "nightly.py"))
WRITING = ("RegisterLearner", "UpdateLearner")
RECORD = "GetLearnerLearningEvents"
FEW = 45


@pytest.fixture
def fresh(database_kind: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server of a test's own: a night registers the same students every time."""
    with RunningServer(tmp_path) as running:
        yield running


class Night:
    """The files of the job: the college's, and those that the job writes."""

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self.rows = rows
        self.students = folder / "students.csv"
        self.students.write_bytes(as_csv(rows))
        self.results = folder / "night"

    def run(self, address: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run(address, *PROGRAM, str(self.students), str(self.results), **more)

    def written(self, name: str) -> list[dict[str, str]]:
        with (self.results / name).open(encoding="utf-8-sig", newline="") as source:
            return list(csv.DictReader(source))

    def decide(self, number: str, uln: str) -> None:
        """Do what a person does: mark a row of matches.csv, and save the file as an older spreadsheet does."""
        rows = self.written("matches.csv")
        (row,) = (each for each in rows if each["Student No"] == number and each["ULN"] == uln)
        row["This one"] = " Yes"
        with (self.results / "matches.csv").open("w", encoding="cp1252", newline="") as target:
            writer = csv.DictWriter(target, row)
            writer.writeheader()
            writer.writerows(rows)

    def assert_complete(self) -> None:
        """That every row came to its outcome, and nobody was registered twice."""
        got = {row["Student No"]: row for row in self.written("ulns.csv")}
        settled = [row for row in self.rows if row.outcome not in (UNDECIDED, PROBLEM, BLANK, REPEATED)]
        assert got.keys() == {row.number for row in settled}
        for row in settled:
            how = got[row.number]["How"].split(";")[0]
            # If an answer was lost, the student was found afterwards.
            assert how == row.outcome or (how, row.outcome) == ("found", REGISTERED), row
            assert row.uln in (None, got[row.number]["ULN"]), row
            assert is_valid(got[row.number]["ULN"])
        assert {row["Student No"] for row in self.written("matches.csv")} == self._numbers(UNDECIDED)
        new = [got[row.number]["ULN"] for row in settled if row.outcome == REGISTERED]
        assert len(set(new)) == len(new)
        assert got["K30"]["ULN"] == got["K27"]["ULN"]  # one person

    def _numbers(self, outcome: str) -> set[str]:
        return {row.number for row in self.rows if row.outcome == outcome}


def changing_first(server: RunningServer, changes: list[dict[str, str]]) -> Interference:
    """Somebody else updates Grace Okafor just before each of the first updates of her."""
    left = list(changes)

    def interference(operation: str, forward: Forward) -> Reply:
        if operation == "UpdateLearner" and left:
            version = post(server.url, envelope(find_by_uln())).text("VersionNumber")
            rival = envelope(update(VersionNumber=version, **left.pop(0)))
            assert post(server.url, rival).text("ResponseCode") == "WSRC0006"
        return forward()

    return interference


def from_the(place: int, then: Interference) -> Interference:
    """Something happens from this request on, from 0."""
    seen = -1

    def interference(operation: str, forward: Forward) -> Reply:
        nonlocal seen
        seen += 1
        return forward() if seen < place else then(operation, forward)

    return interference


@pytest.mark.slow
def test_a_night_with_300_students(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students())
    number = outcomes(night.rows)
    with relaying(fresh.url) as relay:
        done = night.run(relay.address)
        assert (done.stderr, done.returncode) == ("", 0)
        # One registration is refused: the student is too young.
        assert relay.count("RegisterLearner") == number[REGISTERED] + 1
    night.assert_complete()
    assert re.fullmatch(
        rf"Students: \d+; with ULNs: \d+; for a person to decide: {number[UNDECIDED]}; with problems: "
        rf"{number[PROBLEM]}\. Blank rows: {number[BLANK]}; repeated rows: {number[REPEATED]}\.\n",
        done.stdout,
    )


@pytest.mark.slow
def test_a_second_run_does_nothing_again(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    done = night.run(fresh.url)
    assert (done.stderr, done.returncode) == ("", 0)
    night.assert_complete()
    files = {path.name: path.read_bytes() for path in night.results.iterdir()}
    with relaying(fresh.url) as relay:
        again = night.run(relay.address)
        # Whom a person has to look at is tried again.
        assert relay.asked.count("RegisterLearner") == 1
        assert set(relay.asked) == {"FindLearnerByDemographics", "RegisterLearner"}
    assert (again.stdout, again.stderr) == (done.stdout, "")
    assert {path.name: path.read_bytes() for path in night.results.iterdir()} == files


def test_what_the_files_say(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    assert night.run(fresh.url).returncode == 0
    ulns = {row.pop("Student No"): row for row in night.written("ulns.csv")}
    assert ulns["K03"] == {
        "ULN": "6382750203", "Surname": "Núñez-O’Hara", "Forename": "Zoë-Marie", "How": "found", "Address": "was right",
    }  # fmt: skip
    # The master's names, not those that were asked with.
    assert (ulns["K04"]["Surname"], ulns["K05"]["Forename"]) == ("Raman", "Priya")
    assert ulns["K05"]["How"] == f"{MASTER}; other students of this file have the same ULN"
    assert ulns["K06"]["How"] == "found; the ULN 6238596030 that the student brought is not theirs"
    assert {number for number, row in ulns.items() if row["Address"] == "updated"} == {
        row.number for row in night.rows if row.updated
    }
    learner = post(fresh.url, envelope(find_by_uln()))
    assert learner.text("LastKnownAddressLine1") == "12 New Street"
    assert learner.text("VersionNumber") == "2"

    records = night.written("records.csv")
    assert len([row for row in records if row["Student No"] == "K01"]) == 10
    assert {row["ULN"] for row in records if row["Student No"] in ("K04", "K05")} == {"9140837261"}
    # These two do not share theirs.
    assert not {"K14", "K15"} & {row["Student No"] for row in records}

    problems = {row["Student No"]: row["Problem"] for row in night.written("problems.csv")}
    assert set(problems) == {row.number or "line 21" for row in night.rows if row.outcome == PROBLEM}
    assert problems["K17"] == "Date of Birth '02/05/07' is not a date such as 31/12/2008 or 2008-12-31"
    assert problems["K21"].endswith("is outside the permitted age range.")

    matches = night.written("matches.csv")
    assert [row["ULN"] for row in matches if row["Student No"] == "K10"] == ["3645062229", "3968335782", "somebody new"]
    assert len([row for row in matches if row["Student No"] == "K11"]) == 11


@pytest.mark.slow
def test_what_a_person_decides_is_done_in_the_next_run(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    assert night.run(fresh.url).returncode == 0
    night.decide("K10", "somebody new")
    night.decide("K11", "9332481635")
    assert night.run(fresh.url).returncode == 0
    assert night.written("matches.csv") == []
    ulns = {row["Student No"]: row for row in night.written("ulns.csv")}
    assert (ulns["K10"]["Forename"], ulns["K10"]["How"]) == ("Lottie", "registered")
    assert (ulns["K11"]["ULN"], ulns["K11"]["How"]) == ("9332481635", "chosen by a person")
    # The address that the college has is newer than the one that made the match doubtful.
    assert ulns["K11"]["Address"] == "updated"
    with relaying(fresh.url) as relay:
        assert night.run(relay.address).returncode == 0
        assert not {"UpdateLearner", RECORD} & set(relay.asked)
    assert {row["Student No"]: row for row in night.written("ulns.csv")} == ulns


@pytest.mark.slow
def test_two_decisions_for_one_student_are_none(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    assert night.run(fresh.url).returncode == 0
    night.decide("K10", "somebody new")
    text = (night.results / "matches.csv").read_text("cp1252")
    (night.results / "matches.csv").write_text(text.replace(",,3645062229", ",x,3645062229"), "cp1252")
    assert night.run(fresh.url).returncode == 0
    night.assert_complete()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "address", "title"),
    [
        ([{"Title": "Dr"}], "updated", "Dr"),
        ([{"LastKnownAddressLine1": "12 New Street", "LastKnownAddressTown": "Leeds"}], "updated", None),
        ([{"Title": "Dr"}, {"Title": "Ms"}], None, "Ms"),
    ],
    ids=["another field", "the same change", "again and again"],
)
def test_an_update_that_somebody_else_overtakes_is_made_once_more(
    fresh: RunningServer, tmp_path: Path, changes: list[dict[str, str]], address: str | None, title: str | None
) -> None:
    night = Night(tmp_path, messy_students(FEW)[:1])
    with relaying(fresh.url, changing_first(fresh, changes)) as relay:
        done = night.run(relay.address)
        assert (done.stderr, done.returncode) == ("", 0)
        assert relay.count("UpdateLearner") == (1 if "LastKnownAddressTown" in changes[0] else 2)
    (row,) = night.written("ulns.csv")
    assert row["Address"] == (address or "")
    assert [problem["Problem"][:34] for problem in night.written("problems.csv")] == (
        [] if address else ["the address has not been updated: "]
    )
    learner = post(fresh.url, envelope(find_by_uln()))
    assert learner.text("Title") == title
    assert learner.text("LastKnownAddressLine1") == ("12 New Street" if address else None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("interference", "registrations"),
    [
        (losing_answers("RegisterLearner", places=(0, 2)), 0),
        (breaking_off("RegisterLearner", places=(2,)), 0),
        (losing_requests("RegisterLearner", places=(0, 2)), 2),
        (losing_answers("UpdateLearner", places=(0, 1)), 0),
        (losing_requests("UpdateLearner", places=(0,)), 0),
        (losing_answers("FindLearnerByDemographics", places=(0, 3)), 0),
        (losing_answers("VerifyLearner"), 0),
        (losing_answers(RECORD), 0),
    ],
    ids=["registered", "broken off", "not registered", "updated", "not updated", "find", "verify", "record"],
)
def test_nothing_is_done_twice_because_an_answer_is_lost(
    fresh: RunningServer, tmp_path: Path, interference: Interference, registrations: int
) -> None:
    night = Night(tmp_path, messy_students(FEW))
    with relaying(fresh.url, interference) as relay:
        done = night.run(relay.address, RETRIES="1")
        assert (done.stderr, done.returncode) == ("", 0)
        assert relay.count("RegisterLearner") == outcomes(night.rows)[REGISTERED] + 1 + registrations
    night.assert_complete()
    assert {row["Student No"] for row in night.written("ulns.csv") if row["Address"] == "updated"} == {
        row.number for row in night.rows if row.updated
    }
    assert post(fresh.url, envelope(find_by_uln())).text("VersionNumber") == "2"


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 20, 45])
def test_a_maintenance_window_ends_the_night_until_the_next_run(
    fresh: RunningServer, tmp_path: Path, place: int
) -> None:
    night = Night(tmp_path, messy_students(FEW))
    with relaying(fresh.url, from_the(place, closed_for_maintenance)) as relay:
        done = night.run(relay.address)
    assert (done.stdout, done.returncode) == ("", 2)
    assert re.fullmatch(
        r"The service is closed for maintenance\. Run the program again later\. "
        r"\d+ of \d+ students are dealt with; the next run goes on from there\.\n",
        done.stderr,
    )
    assert night.run(fresh.url).returncode == 0
    night.assert_complete()


@pytest.mark.slow
def test_out_of_hours_ends_the_night_until_the_next_run(
    database_kind: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    night = Night(tmp_path, messy_students(FEW))
    folder = tmp_path_factory.mktemp("service")
    hours = ("--service-hours", "Mon-Fri 08:00-20:00", "--clock")
    with RunningServer(folder, *hours, "2026-03-10T21:00:00") as closed:
        done = night.run(closed.url)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith("WSEC0004: the service is closed at this hour. Run the program again later. 0 of ")
    with RunningServer(folder, *hours, "2026-03-11T09:00:00") as opened:
        assert night.run(opened.url).returncode == 0
    night.assert_complete()


@pytest.mark.slow
def test_a_service_that_goes_away_in_the_middle(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))

    def killing(operation: str, forward: Forward) -> Reply:
        if operation == "RegisterLearner":
            reply = forward()
            fresh.kill()
            return reply
        return forward()

    with relaying(fresh.url, killing) as relay:
        done = night.run(relay.address, RETRIES="1")
    assert (done.stdout, done.returncode) == ("", 2)
    assert re.fullmatch(
        r"No (?:connection to|answer from) \S+\. \d+ of \d+ students are dealt with; "
        r"the next run goes on from there\.\n",
        done.stderr,
    )
    with RunningServer(tmp_path) as back:
        assert night.run(back.url).returncode == 0
    night.assert_complete()


@pytest.mark.slow
def test_a_program_that_is_killed_goes_on_where_it_was(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    killed = 0

    def killing(operation: str, forward: Forward) -> Reply:
        nonlocal killed
        reply = forward()
        # After the service has done it, before the program hears of it.
        if operation in (*WRITING, RECORD):
            killed += 1
            running[0].kill()
        return reply

    with relaying(fresh.url, killing) as relay:
        for _ in range(4):
            command = (*PROGRAM, str(night.students), str(night.results))
            with subprocess.Popen(command, env=variables(relay.address)) as process:
                running = [process]
                assert process.wait(60) == -signal.SIGKILL
        # A crash in the middle of a line.
        with (night.results / "progress.jsonl").open("ab") as progress:
            progress.write('["K99", "identity", {"uln": "Gräf'.encode()[:-2])
    assert killed >= 4
    assert night.run(fresh.url).returncode == 0
    night.assert_complete()
    assert post(fresh.url, envelope(find_by_uln())).text("VersionNumber") == "2"


@pytest.mark.slow
def test_an_address_that_is_newer_the_next_night_is_updated(fresh: RunningServer, tmp_path: Path) -> None:
    # One is held already, the other is registered in the first night.
    night = Night(tmp_path, [row for row in messy_students(FEW) if row.number in ("K01", "N000")])
    assert night.run(fresh.url).returncode == 0
    assert [row["Address"] for row in night.written("ulns.csv")] == ["updated", "registered"]
    content = as_csv(night.rows).replace(b"12 New Street", b"14 Newer Street").replace(b"0 High Street", b"9 Low Road")
    night.students.write_bytes(content)
    assert night.run(fresh.url).returncode == 0
    learner = post(fresh.url, envelope(find_by_uln()))
    assert (learner.text("LastKnownAddressLine1"), learner.text("VersionNumber")) == ("14 Newer Street", "3")
    new = night.written("ulns.csv")[1]
    who = {"ULN": new["ULN"], "FamilyName": new["Surname"], "GivenName": new["Forename"]}
    learner = post(fresh.url, envelope(find_by_uln(**who)))
    assert (learner.text("LastKnownAddressLine1"), learner.text("VersionNumber")) == ("9 Low Road", "2")


def test_a_college_that_the_service_refuses_is_told_at_once(fresh: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, messy_students(FEW))
    with relaying(fresh.url) as relay:
        done = night.run(relay.address, PASSWORD="NotThePassword16")
        assert len(relay.asked) == 1
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr.startswith("WSEC0005: Incorrect password")


@pytest.mark.slow
def test_a_file_in_utf_8_is_read_like_one_in_windows_1252(server: RunningServer, tmp_path: Path) -> None:
    night = Night(tmp_path, [row for row in messy_students(FEW) if row.number == "K03"])
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        night.students.write_bytes(as_csv(night.rows, encoding))
        night.results = tmp_path / encoding
        assert night.run(server.url).returncode == 0
        assert [row["ULN"] for row in night.written("ulns.csv")] == ["6382750203"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file or directory."),
        (b"Surname,Forename\r\n", "has no column Address, Date of Birth, Email, ID Seen, Postcode, "),
        (b"Surname\x81,Forename\r\n", "is neither in UTF-8 nor in Windows-1252."),
        (b"", "has no column Address, "),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    server: RunningServer, tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    night = Night(tmp_path, [])
    night.students.unlink()
    if content is not None:
        night.students.write_bytes(content)
    done = night.run(server.url)
    assert (done.stdout, done.returncode, done.stderr.count("\n")) == ("", 1, 1)
    assert complaint in done.stderr
