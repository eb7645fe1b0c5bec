"""The commands that steer a running server: what they do there, print, and say when it cannot be done."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.rules.challenges.challenge import ChallengeSent
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.values.change import Author
from tests.kit.batch_requests import new_learner, submit_batch
from tests.kit.certificates import Certificates
from tests.kit.printed_tables import fields, rows
from tests.kit.running_server import PASSWORD, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.kit.waiting import until

if TYPE_CHECKING:
    from conftest import Run

Steer: TypeAlias = Callable[..., str]

GRACE = "4170265830"
SENT = ("FamilyName=Steered", "DateOfBirth=2001-05-17", "Gender=2", "LastKnownPostCode=ZZ99 9ZZ")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("steered")) as server:
        yield server


@pytest.fixture
def steer(server: ServerHere, run: Run) -> Steer:
    """Runs a command against the server: its output, or what it says on standard error where it fails as expected."""

    def steer(*arguments: str, status: int = 0, given: bytes | None = None) -> str:
        done = run(*arguments, "--server", server.url, given=given)
        assert done.exit_code == status, done.output
        return done.stderr if status else done.stdout

    return steer


@pytest.fixture
def steer_json(steer: Steer) -> Callable[..., Any]:
    """As `steer`, with --json: the value that is printed."""
    return lambda *arguments: json.loads(steer(*arguments, "--json"))


@pytest.fixture
def world(steer: Steer) -> Iterator[str]:
    """A world of the test's own."""
    steer("world", "make", "mine", "--seed", "1")
    yield "mine"
    steer("world", "delete", "mine")


def test_worlds_are_made_listed_and_deleted(steer: Steer, steer_json: Callable[..., Any], server: ServerHere) -> None:
    made = fields(steer("world", "make", "team-a"))
    assert made["LearnerService"] == f"{server.url}/w/team-a/LearnerService.svc"
    assert [row[0] for row in rows(steer("world", "list"))] == ["World", "main", "team-a"]
    assert [each["name"] for each in steer_json("world", "list")] == ["main", "team-a"]
    assert steer("world", "delete", "team-a") == "The world team-a is deleted.\n"
    assert steer("world", "delete", "team-a", status=1) == "Error: There is no world 'team-a'.\n"
    assert "main" in steer("world", "delete", "main", status=1)
    assert "small letters" in steer("world", "make", "Team A", status=1)
    assert steer_json("world", "make", "team-b", "--ttl", "3600", "--like", "start")["name"] == "team-b"
    assert steer_json("world", "delete", "team-b") is None


def test_a_world_is_reset_and_restored(steer: Steer, steer_json: Callable[..., Any], world: str) -> None:
    def add() -> str:
        return steer("learner", "add", "GivenName=Jo", *SENT, "--world", world).strip()

    steer("reset", "--seed", "5", "--world", world)
    first = add()
    assert steer("snapshot", "make", "friday", "--world", world) == "The snapshot friday of the world mine is made.\n"
    assert rows(steer("snapshot", "list", "--world", world)) == [["Snapshot"], ["friday"]]
    assert steer("reset", "--seed", "5", "--world", world) == "The world mine has its starting data again.\n"
    assert steer("learner", "show", first, "--world", world, status=1)
    assert add() == first
    steer("learner", "delete", first, "--world", world)
    assert steer("restore", "friday", "--world", world) == "The world mine is as it was in friday.\n"
    assert fields_of(steer("learner", "show", first, "--world", world))["LearnerStatus"] == "1"
    assert steer_json("snapshot", "list", "--world", world) == [{"name": "friday"}]
    steer("snapshot", "delete", "friday", "--world", world)
    assert "friday" in steer("restore", "friday", "--world", world, status=1)
    assert steer_json("snapshot", "list", "--world", world) == []


def fields_of(shown: str) -> dict[str, str]:
    """The first table of several."""
    return fields(shown.partition("\n\n")[0])


def test_the_clock_is_shown_set_advanced_and_let_go(steer: Steer, steer_json: Callable[..., Any], world: str) -> None:
    assert steer("clock", "set", "2025-01-14T22:30", "--world", world) == "2025-01-14T22:30:00+00:00 (still)\n"
    for by, shown in (
        ("3600", "2025-01-14T23:30:00"),
        ("-1800", "2025-01-14T23:00:00"),
        ("P45D", "2025-02-28T23:00:00"),
        ("-PT1H30M", "2025-02-28T21:30:00"),
        ("1.0", "2025-02-28T21:30:01"),
    ):
        assert steer("clock", "advance", by, "--world", world) == f"{shown}+00:00 (still)\n"
    assert "ISO 8601" in steer("clock", "advance", "tomorrow", "--world", world, status=1)
    assert steer("clock", "show", "--world", world).endswith(" (still)\n")
    assert steer_json("clock", "set", "--mode", "running", "--world", world)["mode"] == "running"
    assert steer_json("clock", "show")["mode"] == "real"
    assert steer("clock", "real", "--world", world).endswith(" (real)\n")
    assert "Give a moment or --mode." in steer("clock", "set", "--world", world, status=2)


# By British time of then, an offset of minutes and seconds.
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_clock_at_the_ends_of_time_is_refused_or_serves(steer: Steer, server: ServerHere, moment: str) -> None:
    assert steer("clock", "set", moment, status=1).startswith("Error: ")
    assert post(server.url, envelope(find_by_uln())).status == 200


def test_learners_are_found_shown_merged_and_deleted(
    steer: Steer, steer_json: Callable[..., Any], world: str, folder: Path
) -> None:
    more = ("--world", world)
    found = rows(steer("learner", "find", "--family-name", "okafor", "--limit", "1", *more))
    assert found[0][:3] == ["ULN", "FamilyName", "GivenName"]
    assert len(found) == 2
    shown = steer("learner", "show", GRACE, *more)
    assert fields_of(shown)["FamilyName"] == "Okafor"
    assert "Mathematics" in shown
    assert steer_json("learner", "show", GRACE, *more)["LearningEvents"]

    master, linked = (steer("learner", "add", f"GivenName={name}", *SENT, *more).strip() for name in ("Ada", "Bea"))
    assert steer("learner", "merge", master, linked, *more) == f"{linked} is now linked to {master}.\n"
    assert f"Linked to it: {linked}" in steer("learner", "show", master, *more)
    assert steer("learner", "unmerge", linked, *more) == f"{linked} is no longer linked.\n"
    assert steer("learner", "unmerge", linked, *more, status=1).startswith("Error: ")
    assert steer("learner", "delete", linked, *more) == f"{linked} is deleted.\n"
    assert steer("learner", "show", "1234567890", *more, status=1).startswith("Error: ")

    sent = dict(each.split("=") for each in SENT)
    names = ("Cleo", "Dora")
    learners = [sent | {"GivenName": name} for name in names]
    for text in (json.dumps(learners), "\n".join(map(json.dumps, learners)) + "\n\n", json.dumps(learners[0])):
        Path("learners.json").write_text(text)
        steer("reset", *more)
        ulns = steer_json("learner", "add", "--file", "learners.json", *more)["ulns"]
        assert [steer_json("learner", "show", uln, *more)["GivenName"] for uln in ulns] in (["Cleo"], ["Cleo", "Dora"])
    steer("reset", *more)
    assert len(steer("learner", "add", "--file", "-", *more, given=json.dumps(learners).encode()).split()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give either fields of a learner or --file."),
        (("GivenName=Jo", "--file", "x"), "Give either fields of a learner or --file."),
        (("GivenName",), "'GivenName' is not of the form FIELD=VALUE."),
        (("GivenName=A", "GivenName=B"), "'GivenName' is given more than once."),
        (("--file", "nothing.json"), "'nothing.json' cannot be read as JSON: No such file or directory."),
        (("--file", "text.json"), "'text.json' cannot be read as JSON: Expecting value"),
        (("--file", "empty.json"), "'empty.json' has to have learners"),
        (("--file", "numbers.json"), "'numbers.json' has to have learners"),
    ],
)
def test_learners_that_cannot_be_read_are_refused(
    steer: Steer, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    for name, text in (("text", "GivenName"), ("empty", "[]"), ("numbers", "1\n2\n")):
        (folder / f"{name}.json").write_text(text)
    told = " ".join(steer("learner", "add", *arguments, status=2).replace("│", " ").split())
    assert said in told


def test_a_learner_with_markup_for_a_name_is_listed_as_it_is(steer: Steer, world: str) -> None:
    name = "<script>[bold]"
    uln = steer("learner", "add", f"GivenName={name}", *SENT, "--world", world).strip()
    assert [uln, "Steered", name] == rows(steer("learner", "find", "--uln", uln, "--world", world))[1][:3]
    assert fields_of(steer("learner", "show", uln, "--world", world))["GivenName"] == name


def test_jobs_are_listed_begun_and_failed(
    steer: Steer, steer_json: Callable[..., Any], server: ServerHere, world: str
) -> None:
    path = f"/w/{world}/LearnerService.svc"
    job = str(post(server.url, submit_batch([new_learner(1)]), path=path).text("JobID"))
    assert rows(steer("job", "list", "--world", world))[1][0] == job
    assert fields(steer("job", "show", job, "--world", world))["Records"] == "1"
    assert steer_json("job", "run", job, "--world", world)["job_id"] == int(job)
    status = fields(steer("job", "fail", job, "--world", world))["Status"]
    assert status == steer_json("job", "show", job, "--world", world)["status"]
    assert steer("job", "fail", job, "--world", world, status=1).startswith("Error: ")
    assert steer("job", "show", "999999", "--world", world, status=1) == "Error: There is no job 999999.\n"


def test_exchanges_are_listed_shown_and_forgotten(
    steer: Steer, steer_json: Callable[..., Any], server: ServerHere, world: str
) -> None:
    path = f"/w/{world}/LearnerService.svc"
    found = post(server.url, envelope(find_by_uln()), path=path).headers["lrs-exchange"]
    missed = post(server.url, envelope(find_by_uln(FamilyName="Nobody")), path=path).headers["lrs-exchange"]
    listed = rows(steer("exchanges", "--world", world))
    assert [row[0] for row in listed] == ["ID", missed, found]
    assert listed[1][2:5] == ["learnerByULN", "WSRC0001", "TEST0001"]
    assert [each["id"] for each in steer_json("exchanges", "--code", "wsrc0004", "--world", world)] == [found]
    assert [each["id"] for each in steer_json("exchanges", "--limit", "1", "--world", world)] == [missed]
    shown = steer("exchanges", found, "--world", world)
    assert "WSRC0004</ResponseCode>" in shown
    assert "<OrgPassword>***</OrgPassword>" in shown
    near = ["4170265830", "30", "family_name", "Nobody", "Okafor"]
    assert near in rows(steer("exchanges", missed, "--world", world))
    assert PASSWORD not in shown
    assert steer_json("exchanges", found, "--world", world)["answer"]["encoding"] == "utf-8"
    assert "There is no exchange 'nothing'" in steer("exchanges", "nothing", "--world", world, status=1)
    assert "do not go together" in steer("exchanges", found, "--limit", "1", "--world", world, status=2)
    assert steer("exchanges", "--delete", "--world", world) == "The journal of the world mine is empty.\n"
    assert steer_json("exchanges", "--world", world) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_exchanges_are_followed_until_somebody_interrupts(
    tmp_path: Path, server: ServerHere, world: str, form: str
) -> None:
    def ask() -> str:
        return post(server.url, envelope(find_by_uln()), path=f"/w/{world}/LearnerService.svc").headers["lrs-exchange"]

    command = [sys.executable, "-m", "lrs_soap", "exchanges", "--follow", "--server", server.url, "--world", world]
    command += ["--code", "WSRC0004", *(["--json"] if form == "json" else [])]
    asked = [ask(), ask()]
    printed = tmp_path / "printed.txt"

    def ids() -> list[str]:
        lines = printed.read_text().splitlines()
        return [json.loads(line)["id"] for line in lines] if form == "json" else [line.split()[0] for line in lines[1:]]

    with printed.open("w") as output:
        # Whoever starts the tests in the background may have SIGINT ignored, by them and by what they start.
        following = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        try:
            until(lambda: ids() == asked)
            for _ in range(3):
                post(server.url, envelope(find_by_uln(FamilyName="Nobody")), path=f"/w/{world}/LearnerService.svc")
                asked.append(ask())
                until(lambda: ids() == asked)
            following.send_signal(signal.SIGINT)
            assert following.wait(60) == 0
        finally:
            following.kill()
            following.wait()
    assert ids() == asked


def test_what_cannot_be_asked_is_told_in_one_line(run: Run, server: ServerHere) -> None:
    def told(*arguments: str, status: int = 1) -> str:
        done = run(*arguments)
        assert done.exit_code == status, done.output
        assert done.stdout == ""
        return done.stderr

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert told("reset", "--server", nobody) == f"Error: Nothing answers at {nobody}: Connection refused.\n"
    other = f"{server.url}/LearnerService.svc"
    assert told("clock", "show", "--server", other).startswith(f"Error: What answers at {other} is not lrs-soap")
    assert told("job", "list", "--server", "localhost", status=2).startswith("Error: 'localhost' is not the address")
    nowhere = told("learner", "find", "--server", server.url, "--world", "nowhere")
    assert nowhere == "Error: There is no world 'nowhere'; /_lrs/worlds lists them all.\n"
    assert "--ca" in told("world", "list", "--server", server.url, "--ca", "nothing.pem", status=2)
    assert "--cert" in told("world", "list", "--server", server.url, "--cert", "nothing.pem", status=2)


def test_the_token_comes_from_its_file(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "token").write_text("the-token\n")
    (folder / "wrong").write_text("another\n")
    with ServerHere(folder, "--control", "token", "--control-token-file", "token") as server:

        def asked(*options: str) -> Any:
            return run("world", "list", "--server", server.url, *options)

        missing = asked()
        assert missing.exit_code == 1
        wanted = f"Error: The server at {server.url} wants its token; "
        assert missing.stderr == f"{wanted}--control-token-file names the file with it.\n"
        wrong = asked("--control-token-file", "wrong")
        assert wrong.exit_code == 1
        assert wrong.stderr == f"{wanted}wrong does not have it.\n"
        assert asked("--control-token-file", "nothing").exit_code == 2
        assert asked("--control-token-file", "token").exit_code == 0
        monkeypatch.setenv("LRS_CONTROL_TOKEN_FILE", "token")
        assert asked().exit_code == 0


@pytest.mark.slow
def test_a_server_with_https_is_asked_with_certificates(run: Run, tmp_path: Path) -> None:
    certificates = Certificates.made_in(tmp_path)
    with RunningServer(tmp_path, *certificates.flags_for_clients, "--batch-workers", "0") as server:
        options = ("--server", server.url, "--ca", str(certificates.ca))
        assert run("world", "list", *options, "--cert", str(certificates.client)).exit_code == 0
        assert run("health", *options, "--cert", str(certificates.client)).exit_code == 0
        refused = run("health", "--server", server.url)
        assert refused.exit_code == 1
        assert "its certificate is not trusted" in refused.stdout
        refused = run("world", "list", "--server", server.url)
        assert refused.exit_code == 1
        assert "its certificate is not trusted" in refused.stderr


def test_scenarios_are_added_listed_and_removed(
    steer: Steer, steer_json: Callable[..., Any], server: ServerHere, world: str, folder: Path
) -> None:
    more = ("--world", world)
    path = f"/w/{world}/LearnerService.svc"
    assert steer("scenario", "add", "out-of-hours", *more) == "Added: out-of-hours.\n"
    assert post(server.url, envelope(find_by_uln()), path=path).text("ErrorCode") == "WSEC0004"
    assert rows(steer("scenario", "list", *more)) == [
        ["Scenario", "When", "After", "Times", "Do", "Fitted", "Hit"],
        ["out-of-hours", "0", "1", "fault WSEC0004", "1", "1"],
    ]
    assert "'out-of-hours' already" in steer("scenario", "add", "out-of-hours", *more, status=1)
    assert steer("scenario", "remove", "out-of-hours", *more) == "The scenario out-of-hours is removed.\n"
    assert "There is no scenario 'out-of-hours'" in steer("scenario", "remove", "out-of-hours", *more, status=1)
    assert steer("scenario", "add", "nothing-of-ours", *more, status=1).startswith("Error: ")

    (folder / "two.toml").write_text(
        '[[scenario]]\nname = "a"\nwhen = {operation = "learnerByULN"}\ntimes = "all"\ndo = {fault = "WSEC0005"}\n'
        '[[scenario]]\nname = "slow"\ndo.delay = 0.01\n'
    )
    assert steer("scenario", "add", "--file", "two.toml", *more) == "Added: a, slow.\n"
    assert [(each["name"], each["times"]) for each in steer_json("scenario", "list", *more)] == [
        ("a", None),
        ("slow", 1),
    ]
    assert steer("scenario", "remove", "--all", *more) == "All scenarios are removed.\n"
    for value in ({"name": "b", "do": {"http": 503}}, [{"name": "b", "do": {"http": 503}}]):
        (folder / "b.json").write_text(json.dumps(value))
        assert [each["name"] for each in steer_json("scenario", "add", "--file", "b.json", *more)] == ["b"]
        steer("scenario", "remove", "b", *more)
    assert steer_json("scenario", "add", "slow", *more)["hit"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add",), "Give either NAME or --file."),
        (("add", "slow", "--file", "x"), "Give either NAME or --file."),
        (("remove",), "Give either NAME or --all."),
        (("remove", "slow", "--all"), "Give either NAME or --all."),
        (("add", "--file", "nothing.toml"), "'nothing.toml' cannot be read: No such file or directory."),
        (("add", "--file", "text.toml"), "The file of scenarios text.toml is not TOML: Expected"),
        (("add", "--file", "other.toml"), "has to have [[scenario]] tables, and nothing else"),
        (("add", "--file", "nameless.json"), "has to have scenarios"),
        (("add", "--file", "broken.json"), "'broken.json' cannot be read: Expecting"),
    ],
)
def test_scenarios_that_cannot_be_read_are_refused(
    steer: Steer, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    texts = {"text.toml": "slow", "other.toml": "a = 1", "nameless.json": '{"do": {}}', "broken.json": '{"name":'}
    for name, text in texts.items():
        (folder / name).write_text(text)
    told = " ".join(steer("scenario", *arguments, status=2).replace("│", " ").split())
    assert said in told


def test_health_names_each_check_and_ends_with_a_status(steer: Steer, run: Run, server: ServerHere) -> None:
    names = ["live", "database", "schema", "keys", "worker"]
    assert rows(steer("health")) == [["Check", "Result"], *([name, "ok"] for name in names)]
    assert json.loads(steer("health", "--json")) == {"healthy": True, "checks": dict.fromkeys(names, "ok")}

    with server.world.store.writing() as transaction:
        transaction.cursor.execute("UPDATE alembic_version SET version_num = 'of another' || version_num")
    failed = run("health", "--server", server.url, "--json")
    with server.world.store.writing() as transaction:
        transaction.cursor.execute("UPDATE alembic_version SET version_num = substr(version_num, 11)")
    assert failed.exit_code == 1
    told = json.loads(failed.stdout)
    assert told["healthy"] is False
    assert [name for name, found in told["checks"].items() if found != "ok"] == ["schema"]
    assert steer("health")


def test_the_health_of_what_does_not_answer_or_is_something_else_is_bad(run: Run, server: ServerHere) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = run("health", "--server", f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert gone.exit_code == 1
    assert "Connection refused" in gone.stdout
    other = run("health", "--server", f"{server.url}/w/main")
    assert other.exit_code == 1
    assert rows(other.stdout)[1:] == [
        ["live", "What answers is not lrs-soap (status 404)."],
        ["ready", "What answers is not lrs-soap (status 404)."],
    ]
    assert run("health", "--server", "nowhere").exit_code == 2


def raised(server: ServerHere, **said: Any) -> str:
    """The reference of a challenge on Grace's ULN, or on an event of hers, in the server's own world."""
    contact = {"contact_name": "Ada", "contact_email": "ada@example.org", "contact_telephone": "01234 567890"}
    with server.world.writing(Author("TEST0001", "ada.north")) as work:
        return str(raise_challenge(work, GRACE, ChallengeSent(**contact, **said)).reference)


def test_challenges_are_listed_resolved_rejected_and_undone(server: ServerHere, steer: Steer) -> None:
    event = steer("learner", "show", GRACE, "--json")
    event_id = next(each["ID"] for each in json.loads(event)["LearningEvents"] if each["Grade"])
    graded = raised(server, problem=Problem.GRADE, event_ids=(event_id,), proposed={"grade": "Merit"})
    other = raised(server, problem=Problem.OTHER, comments="Look at this.")

    assert [row[0] for row in rows(steer("challenge", "list", "--uln", GRACE))[1:]] == [other, graded]
    shown = fields(steer("challenge", "show", graded))
    assert (shown["status"], shown["proposed"], shown["events"]) == ("open", "Grade: Merit", str(event_id))
    assert steer("challenge", "resolve", graded, "--set", "Grade=Fail") == f"{graded} is resolved: corrected.\n"
    assert steer("challenge", "undo", graded) == f"{graded} is open again.\n"
    assert steer("challenge", "resolve", other, status=1) == "Error: text is needed.\n"
    assert steer("challenge", "resolve", other, "--text", "Seen to.") == f"{other} is resolved: closed.\n"
    assert steer("challenge", "reject", graded, "It is right.") == f"{graded} is rejected.\n"
    assert json.loads(steer("challenge", "list", "--status", "open", "--uln", GRACE, "--json")) == []


def test_what_is_wrong_with_a_challenge_is_told(steer: Steer) -> None:
    for command in (("show",), ("resolve",), ("undo",), ("reject", "No.")):
        told = steer("challenge", command[0], f"{GRACE}-99", *command[1:], status=1)
        assert told == f"Error: There is no enquiry '{GRACE}-99'.\n"
    assert steer("challenge", "list", "--status", "gone", status=1).startswith("Error: status: ")
    assert "FIELD=VALUE" in steer("challenge", "resolve", f"{GRACE}-1", "--set", "Grade", status=2)
    twice = ("--set", "Grade=Merit", "--set", "Grade=Fail")
    assert "more than once" in steer("challenge", "resolve", f"{GRACE}-1", *twice, status=2)
