"""Several worlds in one server: made, asked, reset, deleted, and expired while it serves, in every process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from lrs_soap.settings import Settings
from lrs_soap.world import Worlds
from lrs_soap.world.images import reset, take_snapshot
from lrs_soap.world.steering import patch_policy, set_clock
from tests.kit.batch_requests import get_output, new_learner, records_of, submit_batch
from tests.kit.control_client import control
from tests.kit.databases import SQLITE, new_database, on_postgresql
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.soap_messages import (
    LEARNER_SERVICE,
    LEARNER_SERVICE_R9,
    Answer,
    envelope,
    find_by_uln,
    post,
    register,
    send,
)
from tests.kit.waiting import until
from tests.server.process_memory import resident_bytes

_ASKED = 8
# Two processes, each with four open worlds of eight files.
_MOST_KEPT = 2 * 4 * 8
_MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("worlds")
    with (
        new_database(database_kind, folder) as url,
        RunningServer(folder, "--processes", "2", "--max-open-worlds", "4", *PATIENT, database_url=url) as running,
    ):
        yield running


@pytest.fixture
def worlds(server: RunningServer) -> Iterator[Worlds]:
    """The server's worlds, as another process has them open. Those that a test has made are deleted afterwards."""
    with Worlds.open(Settings(database_url=server.database_url), prepare=False) as opened:
        yield opened
        for facts in opened.listed()[1:]:
            opened.delete(facts.name)


def ask(server: RunningServer, name: str, body: str, port: str = LEARNER_SERVICE) -> Answer:
    return post(server.url, body, path=f"/w/{name}{port}")


def code(answer: Answer) -> str | None:
    return answer.text("ErrorCode") or answer.text("ResponseCode")


def codes(server: RunningServer, name: str, body: str) -> list[str | None]:
    return [code(ask(server, name, body)) for _ in range(_ASKED)]


def test_a_world_is_there_for_every_process_and_is_its_own(server: RunningServer, worlds: Worlds) -> None:
    for name in ("team-a", "team-b"):
        worlds.create(name)
        assert codes(server, name, envelope(find_by_uln())) == ["WSRC0004"] * _ASKED
    registration = envelope(register())
    assert codes(server, "team-a", registration) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)
    assert codes(server, "team-b", registration) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)
    set_clock(worlds["team-a"], datetime(2025, 3, 9, 12))
    patch_policy(worlds["team-a"], {"service_hours": "Mon-Fri 07:00-22:00"})
    assert codes(server, "team-a", envelope(find_by_uln())) == ["WSEC0004"] * _ASKED
    assert codes(server, "team-b", envelope(find_by_uln())) == ["WSRC0004"] * _ASKED
    assert code(post(server.url, envelope(find_by_uln()))) == "WSRC0004"
    reset(worlds["team-a"])
    assert codes(server, "team-a", registration) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)


def test_its_wsdls_and_pages_have_its_address(server: RunningServer, worlds: Worlds) -> None:
    worlds.create("team-a")
    for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9):
        document = send(server.url, "GET", f"/w/team-a{port}?wsdl").body.decode()
        assert f'location="{server.url}/w/team-a{port}"' in document
        assert f'location="{server.url}{port}"' in send(server.url, "GET", f"{port}?wsdl").body.decode()
        assert f"/w/team-a{port}?wsdl" in send(server.url, "GET", f"/w/team-a{port}").body.decode()
    page = send(server.url, "GET", "/w/team-a/")
    assert page.status == 200
    assert f'href="/w/team-a{LEARNER_SERVICE}"' in page.body.decode()


def test_one_is_found_by_a_header_where_its_policy_says_so(server: RunningServer, worlds: Worlds) -> None:
    worlds.create("team-a")
    uln = ask(server, "team-a", envelope(register(GivenName="Ottilie"))).text("ULN")
    find = envelope(find_by_uln(ULN=uln, GivenName="Ottilie", FamilyName="Fairbairn"))
    by_header = {"Content-Type": "text/xml; charset=utf-8", "LRS-World": "team-a"}
    assert send(server.url, "POST", LEARNER_SERVICE, find.encode(), by_header).status == 404
    patch_policy(worlds["team-a"], {"world_header": True})
    for _ in range(_ASKED):
        assert code(post(server.url, find, headers={"LRS-World": "team-a"})) == "WSRC0004"
        assert code(post(server.url, find)) == "WSRC0001"
    document = send(server.url, "GET", f"{LEARNER_SERVICE}?wsdl", headers={"LRS-World": "team-a"}).body.decode()
    assert f'location="{server.url}{LEARNER_SERVICE}"' in document
    unknown = send(server.url, "POST", LEARNER_SERVICE, find.encode(), {**by_header, "LRS-World": "none"})
    assert unknown.status == 404


def test_where_there_is_no_world_there_is_nothing(server: RunningServer, worlds: Worlds) -> None:
    worlds.create("team-a")
    for path in ("/w/none/LearnerService.svc", "/w/a_b/LearnerService.svc", "/w/", "/w", "/w/team-a/nothing"):
        answer = send(server.url, "POST", path, envelope(find_by_uln()).encode(), {"Content-Type": "text/xml"})
        assert answer.status == 404


def test_a_world_that_was_deleted_is_gone_at_once_and_its_name_free(server: RunningServer, worlds: Worlds) -> None:
    for _ in range(3):
        worlds.create("team-a")
        assert codes(server, "team-a", envelope(register())) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)
        worlds.delete("team-a")
        statuses = {
            send(server.url, "POST", "/w/team-a/LearnerService.svc", b"", {"Content-Type": "text/xml"}).status
            for _ in range(_ASKED)
        }
        assert statuses == {404}


def test_one_is_like_a_snapshot_of_main_or_issues_ulns_by_a_seed(server: RunningServer, worlds: Worlds) -> None:
    uln = post(server.url, envelope(register(GivenName="Ysolde", LastKnownPostCode="TR7 1AA"))).text("ULN")
    take_snapshot(worlds.main, "with-ysolde")
    worlds.create("team-a", like="with-ysolde")
    find = envelope(find_by_uln(ULN=uln, GivenName="Ysolde", FamilyName="Fairbairn"))
    assert code(ask(server, "team-a", find)) == "WSRC0004"
    issued = []
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        worlds.create(name, seed=seed)
        issued.append(ask(server, name, envelope(register())).text("ULN"))
    assert issued[0] == issued[1] != issued[2]


def test_workers_do_the_jobs_of_every_world(server: RunningServer, worlds: Worlds) -> None:
    names = [f"team-{number}" for number in range(6)]
    jobs = {}
    for name in names:
        worlds.create(name)
        jobs[name] = ask(server, name, submit_batch([new_learner(1), new_learner(2)])).text("JobID")

    def is_done(name: str) -> bool:
        return code(ask(server, name, get_output(str(jobs[name])))) == "WSRC0009"

    for name in names:
        until(lambda name=name: is_done(name))
        records = records_of(ask(server, name, get_output(str(jobs[name]))))
        assert [record["ReturnCode"] for record in records] == ["RC001", "RC001"]
    assert "world=team-3" in server.logged_until("world=team-3")


@pytest.mark.slow
def test_one_that_is_asked_for_lives_on(server: RunningServer, worlds: Worlds) -> None:
    # It lives much longer than the pauses between the requests of a machine that is busy with other things.
    worlds.create("long", ttl=20)
    ends = time.monotonic() + 25
    while time.monotonic() < ends:
        assert code(ask(server, "long", envelope(find_by_uln()))) == "WSRC0004"
    until(lambda: "long" not in [facts.name for facts in worlds.listed()])


@pytest.mark.slow
def test_one_that_nobody_asks_for_is_deleted_in_its_time(server: RunningServer, worlds: Worlds) -> None:
    worlds.create("for-ever")
    worlds.create("short", ttl=1)
    until(lambda: [facts.name for facts in worlds.listed()] == ["main", "for-ever"])
    assert send(server.url, "GET", "/w/short/LearnerService.svc").status == 404


def test_two_teams_at_once_never_see_each_other(server: RunningServer, worlds: Worlds) -> None:
    for name in ("team-a", "team-b"):
        worlds.create(name)

    def work(number: int) -> list[str | None]:
        name = ("team-a", "team-b")[number % 2]
        learner = {"GivenName": str(new_learner(number // 2)["GivenName"]), "LastKnownPostCode": "TR1 9AA"}
        uln = ask(server, name, envelope(register(**learner))).text("ULN")
        find = envelope(find_by_uln(ULN=uln, GivenName=learner["GivenName"], FamilyName="Fairbairn"))
        other = ("team-b", "team-a")[number % 2]
        return [code(ask(server, name, find)), code(post(server.url, find)), "seen" if uln is None else None, other]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(work, range(100)))
    assert {(own, main, lost) for own, main, lost, _ in answers} == {("WSRC0004", "WSRC0001", None)}


def rounds(server: RunningServer, worlds: Worlds, count: int) -> None:
    """Make worlds, ask each of them, and delete them."""
    for number in range(count):
        worlds.create(f"w-{number}")
        assert code(ask(server, f"w-{number}", envelope(find_by_uln()))) == "WSRC0004"
        worlds.delete(f"w-{number}")
        send(server.url, "GET", f"/w/w-{number}/LearnerService.svc")


def places(server: RunningServer, database_kind: str) -> set[str]:
    """What there is of worlds on the disk or in the database."""
    if database_kind == SQLITE:
        folder = Path(server.database_url.removeprefix("sqlite:///")).parent
        return {each.name for each in folder.iterdir() if ".world-" in each.name}
    with psycopg.connect(server.database_url) as connection:
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%_world_%'").fetchall()
        return {str(row[0]) for row in found}


def descriptors(server: RunningServer) -> int:
    return sum(len(os.listdir(f"/proc/{child}/fd")) for child in server.children())


def test_many_that_were_made_and_deleted_leave_nothing(
    server: RunningServer, worlds: Worlds, database_kind: str
) -> None:
    before_that = places(server, database_kind)
    rounds(server, worlds, 6)
    # Each process keeps a few of the last ones open until somebody asks for them.
    before = descriptors(server)
    rounds(server, worlds, 20)
    # Another may have expired meanwhile, and a process may be about to close one.
    until(lambda: places(server, database_kind) <= before_that)
    until(lambda: descriptors(server) <= before + _MOST_KEPT)


@pytest.mark.slow
def test_three_hundred_leave_no_more_than_thirty(server: RunningServer, worlds: Worlds, database_kind: str) -> None:
    """While two processes and a worker serve. On PostgreSQL it is sixty, each of which takes longer."""
    before_that = places(server, database_kind)
    rounds(server, worlds, 30)
    memory, before = resident_bytes(server), descriptors(server)
    rounds(server, worlds, 300 if database_kind == SQLITE else 60)
    until(lambda: places(server, database_kind) <= before_that)
    until(lambda: descriptors(server) <= before + _MOST_KEPT)
    # One that is open takes 0.3 MB, and its application more. What the allocator keeps comes to less than this.
    until(lambda: resident_bytes(server) < memory + 40 * _MEGABYTE)


@pytest.mark.slow
def test_ten_worlds_take_less_memory_than_a_second_server(tmp_path: Path, database_url: str) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0", database_url=database_url) as server:
        assert code(post(server.url, envelope(find_by_uln()))) == "WSRC0004"
        second = before = resident_bytes(server)
        for number in range(10):
            assert control(server.url, "POST", "/worlds", {"name": f"w-{number}"}).status == 201
            assert code(ask(server, f"w-{number}", envelope(find_by_uln()))) == "WSRC0004"
        # The control interface is among it.
        assert resident_bytes(server) - before < second


@pytest.mark.slow
@on_postgresql
def test_two_servers_of_one_database_have_the_same_worlds(tmp_path: Path, database_url: str) -> None:
    """As on two machines: what is done by one of them is so for the other at its next request."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with (
        RunningServer(folders[0], "--processes", "2", database_url=database_url) as one,
        RunningServer(folders[1], "--processes", "2", database_url=database_url) as two,
    ):

        def listed(server: RunningServer) -> list[str]:
            return [each["name"] for each in control(server.url, "GET", "/worlds").value]

        for made_by, other in ((one, two), (two, one)):
            assert control(made_by.url, "POST", "/worlds", {"name": "shared"}).status == 201
            assert listed(other) == ["main", "shared"]
            assert control(other.url, "POST", "/worlds", {"name": "shared"}).status == 409
            registration = envelope(register())
            assert codes(made_by, "shared", registration) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)
            assert codes(other, "shared", registration) == ["WSRC0021"] * _ASKED
            # A worker of either takes the job.
            job = str(ask(other, "shared", submit_batch([new_learner(1)])).text("JobID"))
            until(lambda made_by=made_by, job=job: code(ask(made_by, "shared", get_output(job))) == "WSRC0009")

            suspended = {"suspended": True}
            assert control(other.url, "PUT", "/worlds/shared/organisations/TEST0001", suspended).status == 200
            assert codes(made_by, "shared", envelope(find_by_uln())) == ["WSEC0003"] * _ASKED
            assert control(other.url, "PUT", "/worlds/shared/snapshots/kept").status == 204
            assert control(other.url, "POST", "/worlds/shared/reset").status == 204
            assert codes(made_by, "shared", registration) == ["WSRC0005"] + ["WSRC0021"] * (_ASKED - 1)
            assert control(made_by.url, "POST", "/worlds/shared/snapshots/kept/restore").status == 204
            assert codes(other, "shared", registration) == ["WSEC0003"] * _ASKED

            assert control(other.url, "DELETE", "/worlds/shared").status == 204
            assert listed(made_by) == ["main"]
            for server in (one, two):
                headers = {"Content-Type": "text/xml"}
                gone = [send(server.url, "POST", "/w/shared/LearnerService.svc", b"", headers) for _ in range(_ASKED)]
                assert {answer.status for answer in gone} == {404}
