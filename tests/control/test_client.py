"""The client of the control interface against a server: what it does there, and what it says when that fails."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from lrs_soap.control.client import ControlClient, ControlFailed, WorldClient
from lrs_soap.errors import InvalidSetting
from tests.kit.batch_requests import new_learner, submit_batch
from tests.kit.certificates import Certificates
from tests.kit.https_client import trusting
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, send

JO = {"GivenName": "Jo", "FamilyName": "Client", "DateOfBirth": "2001-05-17", "Gender": "2"}


@pytest.fixture
def client(steered: ServerHere) -> Iterator[ControlClient]:
    with ControlClient(steered.url) as client:
        yield client


@pytest.fixture
def world(client: ControlClient) -> Iterator[WorldClient]:
    """A world of the test's own."""
    yield client.make_world("client", seed=7)
    client.delete_world("client")


def failure(ask: Callable[[], object]) -> ControlFailed:
    with pytest.raises(ControlFailed) as raised:
        ask()
    return raised.value


def test_a_world_is_used_from_its_making_to_its_end(client: ControlClient, world: WorldClient) -> None:
    assert client.about()["server"] == "lrs-soap"
    assert [each["name"] for each in client.worlds()] == ["main", "client"]
    assert world.addresses()["learner_service"] == f"{client.server}/w/client/LearnerService.svc"
    ulns = world.add_learners([JO | {"LastKnownPostCode": "ZZ99 9ZZ"}, JO | {"LastKnownPostCode": "LS1 4AP"}])
    assert [each["ULN"] for each in world.learners(family_name="client")] == ulns[::-1]
    assert client.world().learners(family_name="client") == []

    master, linked = ulns
    assert world.merge(master, linked)["MasterULN"] == master
    assert world.learner(master)["LinkedULNs"] == [linked]
    assert world.unmerge(linked)["MasterULN"] is None
    world.take_snapshot("two")
    assert world.delete_learner(linked)["LearnerStatus"] == "2"
    assert world.snapshots() == ["two"]
    world.restore("two")
    assert world.learner(linked)["LearnerStatus"] == "1"
    world.delete_snapshot("two")
    assert world.snapshots() == []
    world.reset(seed=7)
    assert failure(lambda: world.learner(linked)).status == 404
    assert world.add_learners([JO | {"LastKnownPostCode": "ZZ99 9ZZ"}]) == ulns[:1]


def test_the_clock_and_the_policy_are_changed(world: WorldClient) -> None:
    assert world.clock()["mode"] == "real"
    assert world.set_clock("2025-01-14T12:00:00") == {"now": "2025-01-14T12:00:00+00:00", "mode": "still"}
    assert world.advance_clock(timedelta(days=1))["now"] == "2025-01-15T12:00:00+00:00"
    assert world.advance_clock("-PT1H")["now"] == "2025-01-15T11:00:00+00:00"
    assert world.set_clock(mode="running")["mode"] == "running"
    assert world.set_clock(mode="real")["mode"] == "real"
    assert world.change_policy({"batch_delay": 5})["batch_delay"] == 5
    assert world.change_policy({"batch_delay": None})["batch_delay"] == world.policy()["batch_delay"] == 0


def test_exchanges_and_jobs_are_looked_at(client: ControlClient, world: WorldClient) -> None:
    path = "/w/client/LearnerService.svc"
    found = post(client.server, envelope(find_by_uln()), path=path)
    exchange = world.exchange(found.headers["lrs-exchange"])
    assert exchange["code"] == "WSRC0004"
    assert "CompatSitePass01" not in exchange["request"]["body"]
    assert [each["id"] for each in world.exchanges(operation="learnerbyuln", limit=1)] == [exchange["id"]]
    assert world.exchanges(code="WSRC0001") == []
    world.delete_exchanges()
    assert failure(lambda: world.exchange(exchange["id"])).status == 404

    job = int(post(client.server, submit_batch([new_learner(1)]), path=path).text("JobID"))
    assert world.job(job) == world.jobs()[0]
    assert world.run_job(job)["job_id"] == job
    assert world.fail_job(job)["status"] == world.job(job)["status"]


def test_organisations_are_added_and_changed(world: WorldClient) -> None:
    fields = {"organisation_ref": "CLI001", "name": "A College", "password": "SixteenLetters16"}
    assert world.put_organisation("10001234", **fields, roles=["LRB Online User"])["roles"] == ["LRB Online User"]
    assert world.put_organisation("10001234", suspended=True)["suspended"] is True
    assert "10001234" in [each["ukprn"] for each in world.organisations()]


def test_what_the_server_refuses_has_its_status_code_and_message(client: ControlClient) -> None:
    unknown = failure(lambda: client.world("nowhere").clock())
    assert (unknown.status, unknown.code) == (404, "not_found")
    assert unknown.message == str(unknown) == "There is no world 'nowhere'; /_lrs/worlds lists them all."
    assert failure(lambda: client.make_world("main")).code == "conflict"
    assert failure(lambda: client.world().set_clock("soon")).code == "bad_request"
    # The connection goes on.
    assert client.about()["api"] == 1


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "ü", "x?y#z", "%2e"])
def test_any_name_stays_a_name(client: ControlClient, name: str) -> None:
    assert failure(lambda: client.world(name).clock()).status in (400, 404, 405)
    assert failure(lambda: client.world().restore(name)).status in (400, 404, 405)


def test_one_connection_is_kept_and_opened_again_when_the_server_has_closed_it(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--idle-timeout", "1") as server, ControlClient(server.url) as client:
        client.about()
        first = client._connection.sock
        client.world().clock()
        assert client._connection.sock is first
        # The server closes it, which its end sees as bytes that are none.
        first.settimeout(60)
        assert first.recv(1, socket.MSG_PEEK) == b""
        client.world().set_clock(mode="still")
        assert client._connection.sock not in (first, None)


def test_nobody_there_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        told = failure(ControlClient(url).about)
    assert (told.status, told.code) == (0, "unreachable")
    assert told.message == f"Nothing answers at {url}: Connection refused."


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of something that gives this answer to the first request, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(60)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<ht>", 200, "not_lrs_soap"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 200, "not_lrs_soap"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]", 200, "not_lrs_soap"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{", 200, "not_lrs_soap"),
        (b"HTTP/1.1 404 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 404, "not_lrs_soap"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 0, "not_lrs_soap"),
        (b"", 0, "unreachable"),
    ],
)
def test_what_is_no_lrs_soap_is_told(answer: bytes, status: int, code: str) -> None:
    with answering(answer) as url:
        told = failure(ControlClient(url).about)
    assert (told.status, told.code) == (status, code)
    assert url in told.message


@pytest.mark.slow
def test_a_server_that_is_not_steered_is_told(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--control", "off") as server:
        told = failure(ControlClient(server.url).about)
    assert (told.status, told.code) == (404, "not_lrs_soap")
    assert "or its control interface is off" in told.message


@pytest.mark.slow
def test_the_token_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-token\n")
    with ServerHere(tmp_path, "--control", "token", "--control-token-file", str(file)) as server:
        assert ControlClient(server.url, token="a-token").about()
        for token in (None, "another"):
            told = failure(ControlClient(server.url, token=token).about)
            assert (told.status, told.code) == (401, "unauthorized")


@pytest.mark.slow
def test_https_is_spoken_with_certificates(tmp_path: Path) -> None:
    certificates = Certificates.made_in(tmp_path)
    with RunningServer(tmp_path, *certificates.flags_for_clients, "--batch-workers", "0") as server:
        with ControlClient(server.url, tls=trusting(certificates.ca, certificates.client)) as client:
            assert client.about()["server"] == client.about()["server"] == "lrs-soap"
        told = failure(ControlClient(server.url).about)
        assert told.code == "unreachable"
        assert "its certificate is not trusted" in told.message


@pytest.mark.parametrize(
    "server", ["", "localhost:8080", "ftp://localhost", "http://", "http://[", "http://a:b", "//a"]
)
def test_what_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(InvalidSetting, match="is not the address of a server"):
        ControlClient(server)


def test_a_path_before_the_interface_is_kept(steered: ServerHere) -> None:
    assert send(steered.url, "GET", "/below/_lrs/").status == 404
    assert failure(ControlClient(f"{steered.url}/below/").about).status == 404
