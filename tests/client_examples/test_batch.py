"""batch, in two languages."""

from __future__ import annotations

import csv
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.client_examples.programs import EXAMPLES, LANGUAGES, PATIENCE, command, new_name, run, variables
from tests.client_examples.relay import Forward, Reply, breaking_off, closed_for_maintenance, losing_answers, relaying
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post

# Programs are told nothing of the database.
pytestmark = on_sqlite

COLUMNS = (
    *("MISIdentifier", "GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode", "VerificationType"),
    *("AbilityToShare", "Notes"),
)
DAY = timedelta(days=1)
# For so many seconds a batch waits: longer than a busy machine needs for what is done meanwhile.
_DELAY = "5"


@pytest.fixture(scope="module", params=LANGUAGES)
def batch(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The command that runs it."""
    return command("batch", request.param)


@pytest.fixture(scope="module")
def tardy(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which a batch waits before it is begun with, as it would in a queue."""
    with RunningServer(tmp_path_factory.mktemp("tardy"), "--batch-delay", _DELAY) as running:
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
    done = run(own.url, *batch, str(given), str(ulns))
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

    done = run(own.url, *batch, str(given), str(again))
    assert done.stdout.splitlines()[-1] == "200 RC002: already registered with exactly these details"
    assert [row["ULN"] for row in rows(again)] == [uln for uln, _ in outcomes]


def test_the_learners_beside_the_program_come_to_several_outcomes(
    batch: tuple[str, ...], server: RunningServer, tmp_path: Path
) -> None:
    ulns = tmp_path / "ulns.csv"
    learners = EXAMPLES / "learners.csv"
    done = run(server.url, *batch, "--check", str(learners), str(ulns))
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
    done = run(tardy.url, *batch, "--wait", "0", str(given), str(ulns))
    submitted, waiting = done.stdout.splitlines()
    job = submitted.removeprefix("WSRC0007: job ")
    assert waiting == "WSRC0008: Waiting"
    assert (done.stderr, done.returncode) == (f"Job {job} is not done yet. Go on later with --job {job}.\n", 1)
    assert not ulns.exists()

    done = run(tardy.url, *batch, "--job", job, str(given), str(ulns))
    *polled, counts, _ = done.stdout.splitlines()
    assert set(polled) <= {"WSRC0008: Waiting", "WSRC0008: InProgress"}
    assert counts.startswith("WSRC0009: 2 new,")
    assert {row["ReturnCode"] for row in rows(ulns)} == {"RC001"}


@pytest.mark.slow
def test_a_job_that_is_waited_for_outlives_the_service(
    batch: tuple[str, ...], database_kind: str, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(3)), tmp_path / "ulns.csv"
    with RunningServer(tmp_path, "--batch-delay", _DELAY) as server:
        command = (*batch, str(given), str(ulns))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables(server.url)) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("WSRC0007: job ")
            server.kill()
            while (line := process.stdout.readline()) == "WSRC0008: Waiting\n":
                pass
            assert line.startswith(("No answer from", "No connection to"))
            with RunningServer(tmp_path, "--port", server.url.rpartition(":")[2]):
                said, _ = process.communicate(timeout=60)
    assert said.splitlines()[-1] == "  3 RC001: newly registered"
    assert len(rows(ulns)) == 3


def test_an_answer_that_breaks_off_is_asked_for_again(
    batch: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(2)), tmp_path / "ulns.csv"
    with relaying(own.url, breaking_off("GetSubmitBatchOutput")) as relay:
        done = run(relay.address, *batch, str(given), str(ulns))
    assert done.stdout.splitlines()[1].startswith(("No answer from http", "The answer from http", "No connection to"))
    assert (done.stdout.splitlines()[-1], done.stderr) == ("  2 RC001: newly registered", "")
    assert {row["ReturnCode"] for row in rows(ulns)} == {"RC001"}


def test_a_job_that_fails_is_told(batch: tuple[str, ...], tardy: RunningServer, tmp_path: Path) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(1)), tmp_path / "ulns.csv"
    job = run(tardy.url, *batch, "--wait", "0", str(given), str(ulns)).stdout.split()[2]
    with closing(sqlite3.connect(tardy.database_url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE jobs SET state = 'failed', finished = submitted WHERE id = ?", (job,))
    done = run(tardy.url, *batch, "--job", job, str(given), str(ulns))
    assert (
        done.stderr == "WSRC0010: the job has failed; some of its learners may be registered, so submit them again.\n"
    )
    assert (done.stdout, done.returncode) == ("", 1)
    assert not ulns.exists()


def test_a_job_that_is_not_there_is_told(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    done = run(server.url, *batch, "--job", "987654321", str(EXAMPLES / "learners.csv"), str(tmp_path / "ulns.csv"))
    assert (done.stderr, done.returncode) == ("WSRC0018: this organisation has no such job.\n", 1)


def test_a_job_of_other_learners_gives_no_ulns(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    ulns = tmp_path / "ulns.csv"
    done = run(server.url, *batch, "--check", str(EXAMPLES / "learners.csv"), str(ulns))
    job = done.stdout.split()[2]
    before = ulns.read_bytes()
    others = written(tmp_path / "others.csv", new_learners(6))
    done = run(server.url, *batch, "--job", job, str(others), str(ulns))
    assert done.stderr == "The job has other learners: its MISIdentifiers are different.\n"
    assert (done.returncode, ulns.read_bytes()) == (1, before)


def test_one_malformed_learner_spoils_the_batch(batch: tuple[str, ...], server: RunningServer, tmp_path: Path) -> None:
    first, *others = new_learners(3)
    given = written(tmp_path / "learners.csv", [first, {**others[0], "Gender": "3"}, others[1]])
    done = run(server.url, *batch, str(given), str(tmp_path / "ulns.csv"))
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
    done = run(server.url, *batch, str(given), str(tmp_path / "ulns.csv"))
    assert (done.stdout, done.stderr, done.returncode) == ("", f"{given}: {complaint}\n", 1)


@pytest.mark.slow
def test_a_service_that_says_nothing_is_not_waited_for_longer_than_was_said(
    batch: tuple[str, ...], tardy: RunningServer, tmp_path: Path
) -> None:
    def silent_about_the_job(operation: str, forward: Forward) -> Reply:
        if operation == "GetSubmitBatchOutput":
            # Longer than the program may take: it ends before this answer comes, or the test fails.
            ended.wait(2 * PATIENCE)
        return forward()

    given, ulns = written(tmp_path / "learners.csv", new_learners(1)), tmp_path / "ulns.csv"
    ended = threading.Event()
    with relaying(tardy.url, silent_about_the_job) as relay:
        try:
            done = run(relay.address, *batch, "--wait", "0", str(given), str(ulns), TIMEOUT="5")
        finally:
            ended.set()
    submitted, lost = done.stdout.splitlines()
    job = submitted.removeprefix("WSRC0007: job ")
    assert lost.startswith(f"No answer from {relay.address}")
    assert (done.stderr, done.returncode) == (f"Job {job} is not done yet. Go on later with --job {job}.\n", 1)


def test_who_does_not_hear_of_the_job_is_told_to_run_the_program_again(
    batch: tuple[str, ...], own: RunningServer, tmp_path: Path
) -> None:
    given, ulns = written(tmp_path / "learners.csv", new_learners(2)), tmp_path / "ulns.csv"
    with relaying(own.url, losing_answers("SubmitBatch")) as relay:
        done = run(relay.address, *batch, str(given), str(ulns))
        assert (done.stdout, done.returncode) == ("", 2)
        assert done.stderr.endswith("Run the program again: a learner who is registered by then gets the same ULN.\n")
        assert relay.asked == ["SubmitBatch"]
        done = run(relay.address, *batch, str(given), str(ulns))
    assert done.stdout.splitlines()[-1].endswith("already registered with exactly these details")
    assert len({row["ULN"] for row in rows(ulns)}) == 2


def test_who_waits_when_the_service_closes_is_told_how_to_go_on(
    batch: tuple[str, ...], tardy: RunningServer, tmp_path: Path
) -> None:
    def closing(operation: str, forward: Forward) -> Reply:
        return forward() if operation == "SubmitBatch" else closed_for_maintenance(operation, forward)

    given = written(tmp_path / "learners.csv", new_learners(1))
    with relaying(tardy.url, closing) as relay:
        done = run(relay.address, *batch, str(given), str(tmp_path / "ulns.csv"))
    job = done.stdout.removeprefix("WSRC0007: job ").strip()
    assert done.stderr == (
        f"The service is closed for maintenance. Run the program again later. Go on with --job {job}.\n"
    )
    assert done.returncode == 2


class Time:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The programs can be imported."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return monkeypatch


def test_zeep_asks_less_and_less_often(tardy: RunningServer, importable: pytest.MonkeyPatch) -> None:
    import batch as example
    from lrs_client import LrsClient

    importable.setenv("LEARNING_RECORDS_ADDRESS", tardy.url)
    importable.setattr(example, "time", time := Time())
    client = LrsClient()
    job = example.submit(client, new_learners(1), "CHK")
    with pytest.raises(SystemExit, match=f"Job {job} is not done yet"):
        example.wait_for(client, job, 200)
    assert time.slept == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 16.5]


class Miscounting:
    """The service, which is told one learner too many."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_once(self, operation: str, *, LearnerRecordCount: int, **request: Any) -> Any:
        return self._client.send_once(operation, LearnerRecordCount=LearnerRecordCount + 1, **request)


def test_zeep_shows_that_a_count_is_wrong(server: RunningServer, importable: pytest.MonkeyPatch) -> None:
    import batch as example
    from lrs_client import LrsClient

    importable.setenv("LEARNING_RECORDS_ADDRESS", server.url)
    with pytest.raises(
        SystemExit, match=r"^WSRC0017: LearnerRecordCount is not the number of learners, so there is no job\.$"
    ):
        example.submit(Miscounting(LrsClient()), new_learners(2), "FUL")
