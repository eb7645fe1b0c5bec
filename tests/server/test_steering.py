"""A world is steered while it serves: every process, and every worker, goes by a change at its next request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from lrs_soap.clock import LONDON, ClockMode
from lrs_soap.settings import Settings
from lrs_soap.world import World
from lrs_soap.world.steering import advance_clock, patch_policy, set_clock
from tests.kit.batch_requests import new_learner, output_when_done, records_of, submit_batch, submitted
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import (
    LEARNER_SERVICE_R9,
    Answer,
    envelope,
    find_by_demographics,
    find_by_uln,
    post,
    register,
    send,
)

# More than enough for each of two processes to accept one of the connections.
_ASKED = 12

FIND = envelope(find_by_uln())
NOON = datetime(2025, 3, 12, 12, tzinfo=LONDON)


@pytest.fixture(scope="module")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with two processes, which the tests of this module steer."""
    folder = tmp_path_factory.mktemp("steered")
    with (
        new_database(database_kind, folder) as url,
        RunningServer(folder, "--processes", "2", database_url=url) as running,
    ):
        yield running


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    """The server's world, as another program has it open. What is changed of it is taken back afterwards."""
    with World.open(Settings(database_url=server.database_url), prepare=False) as opened:
        yield opened
        patch_policy(opened, dict.fromkeys(("service_hours", "maintenance", "maintenance_answer", "strict")))
        patch_policy(opened, dict.fromkeys(("find_before_register", "batch_delay", "batch_validation")))
        set_clock(opened, mode=ClockMode.REAL)


def codes(server: RunningServer, body: str = FIND) -> set[str | None]:
    """The codes with which the processes of a server answer a request."""
    answers = [post(server.url, body) for _ in range(_ASKED)]
    return {answer.text("ErrorCode") or answer.text("ResponseCode") for answer in answers}


def test_the_service_closes_by_its_clock(server: RunningServer, world: World) -> None:
    assert codes(server) == {"WSRC0004"}
    set_clock(world, NOON.replace(hour=21, minute=59, second=59))
    patch_policy(world, {"service_hours": "Mon-Fri 07:00-22:00"})
    assert codes(server) == {"WSRC0004"}
    advance_clock(world, timedelta(seconds=1))
    assert codes(server) == {"WSEC0004"}
    patch_policy(world, {"service_hours": None})
    assert codes(server) == {"WSRC0004"}


def test_a_maintenance_window_begins_and_its_answer_changes(server: RunningServer, world: World) -> None:
    def statuses(path: str) -> set[int]:
        headers = {"Content-Type": "text/xml"}
        return {send(server.url, "POST", path, FIND.encode(), headers).status for _ in range(_ASKED)}

    set_clock(world, NOON)
    patch_policy(world, {"maintenance": ["2025-03-12T12:00/2025-03-12T13:00"]})
    assert statuses("/LearnerService.svc") == statuses(LEARNER_SERVICE_R9) == {405}
    patch_policy(world, {"maintenance_answer": "fault"})
    assert codes(server) == {"WSEC0004"}
    advance_clock(world, timedelta(hours=1))
    assert codes(server) == {"WSRC0004"}


def test_messages_are_read_leniently_from_one_request_to_the_next(server: RunningServer, world: World) -> None:
    unordered = FIND.replace("<FindType>FUL</FindType>", "").replace("</f:", "<FindType>FUL</FindType></f:")
    assert codes(server, unordered) == {"WSEC0001"}
    patch_policy(world, {"strict": False})
    assert codes(server, unordered) == {"WSRC0004"}
    patch_policy(world, {"strict": None})
    assert codes(server, unordered) == {"WSEC0001"}


def test_a_batch_is_judged_by_records_from_one_request_to_the_next(server: RunningServer, world: World) -> None:
    records = submit_batch([new_learner(1, Gender="x")], job_type="CHK")
    assert codes(server, records) == {"WSEC0001"}
    patch_policy(world, {"batch_validation": "record"})
    assert codes(server, records) == {"WSRC0007"}


def test_a_search_has_to_come_first_and_need_not_age_while_the_clock_stands_still(
    server: RunningServer, world: World
) -> None:
    similar = {
        "GivenName": "Grace",
        "FamilyName": "Okafor",
        "DateOfBirth": "2005-03-14",
        "LastKnownPostCode": "TR1 3PQ",
    }
    registration = envelope(register(**similar))
    set_clock(world, NOON)
    patch_policy(world, {"find_before_register": True})
    assert codes(server, registration) == {"WSRC0021"}
    assert codes(server, envelope(find_by_demographics(**similar))) == {"WSRC0003"}
    assert post(server.url, registration).text("ResponseCode") == "WSRC0005"
    # A search of half an hour ago is too old, by that clock.
    other = envelope(register(**{**similar, "LastKnownPostCode": "TR1 4PQ"}))
    post(server.url, envelope(find_by_demographics(**{**similar, "LastKnownPostCode": "TR1 4PQ"})))
    advance_clock(world, timedelta(minutes=31))
    assert codes(server, other) == {"WSRC0021"}


def found(server: RunningServer, uln: str | None, given: str, family: str) -> Answer:
    return post(server.url, envelope(find_by_uln(ULN=uln, GivenName=given, FamilyName=family)))


def test_what_is_written_is_written_on_the_clock_s_day_by_servers_and_workers(
    server: RunningServer, world: World
) -> None:
    for year in (2031, 2032):
        set_clock(world, datetime(year, 5, 6, 7), ClockMode.RUNNING)
        learner = {"GivenName": f"Ysolde{'a' * (year - 2030)}", "FamilyName": "Quillfeather"}
        uln = post(server.url, envelope(register(**learner, LastKnownPostCode=f"TR{year - 2030} 1AA"))).text("ULN")
        created = found(server, uln, learner["GivenName"], learner["FamilyName"]).text("CreatedDate")
        record = new_learner(year)
        (done,) = records_of(output_when_done(server.url, submitted(server.url, [record])))
        by_worker = found(server, done["ULN"], str(record["GivenName"]), str(record["FamilyName"])).text("CreatedDate")
        assert (created, by_worker) == (f"{year}-05-06", f"{year}-05-06")


def test_a_fault_tells_the_clock_s_time(server: RunningServer, world: World) -> None:
    set_clock(world, NOON)
    answer = post(server.url, envelope(find_by_uln(OrgPassword="WrongPassword000")))
    assert answer.text("ErrorTimestamp") == "2025-03-12 12:00:00"


def test_a_job_waits_as_long_as_the_policy_says_now(server: RunningServer, world: World) -> None:
    patch_policy(world, {"batch_delay": 3600})
    waiting = submitted(server.url, [new_learner(77)])
    patch_policy(world, {"batch_delay": 0})
    output_when_done(server.url, submitted(server.url, [new_learner(78)]))
    with world.store.reading() as transaction:
        cursor = transaction.cursor
        cursor.execute(f"SELECT position, finished FROM jobs WHERE id = {waiting}")
        assert cursor.fetchall() == [(0, None)]
