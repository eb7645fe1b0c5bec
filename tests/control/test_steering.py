"""Clock, policy, reset and snapshots by the control interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.kit.control_client import control
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, register
from tests.kit.waiting import until


@pytest.fixture(scope="module")
def url(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with two processes, whose world each test leaves changed."""
    folder = tmp_path_factory.mktemp("steering")
    with (
        new_database(database_kind, folder) as database,
        RunningServer(folder, "--processes", "2", "--batch-workers", "0", database_url=database) as server,
    ):
        yield server.url


@pytest.fixture(autouse=True)
def _begun_anew(url: str) -> None:
    assert control(url, "POST", "/reset").status == 204


def done(url: str, method: str, path: str, value: Any = None) -> Any:
    answer = control(url, method, path, value)
    assert answer.status in (200, 204)
    return answer.value


def codes(url: str) -> set[str]:
    """What several requests are answered, by whichever process."""
    answers = [post(url, envelope(find_by_uln())) for _ in range(8)]
    return {each.text("ResponseCode") if each.status == 200 else each.text("ErrorCode") for each in answers}


def test_the_clock_is_set_moved_and_let_go(url: str) -> None:
    assert done(url, "GET", "/clock")["mode"] == "real"
    moment = "2025-03-10T12:00:00+00:00"
    assert done(url, "PUT", "/clock", {"set": "2025-03-10T12:00"}) == {"now": moment, "mode": "still"}
    assert done(url, "GET", "/clock") == {"now": moment, "mode": "still"}
    assert done(url, "PUT", "/clock", {"advance": 90})["now"] == "2025-03-10T12:01:30+00:00"
    assert done(url, "PUT", "/clock", {"advance": "P45D"})["now"] == "2025-04-24T13:01:30+01:00"
    assert done(url, "PUT", "/clock", {"advance": "-PT1H"})["now"] == "2025-04-24T12:01:30+01:00"
    assert done(url, "PUT", "/clock", {"set": "2025-03-10T12:00:00Z", "mode": "running"})["mode"] == "running"
    assert done(url, "PUT", "/clock", {"mode": "real"})["mode"] == "real"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"set": "noon"},
        {"set": "1741608000"},
        {"set": 1741608000},
        {"set": "0001-01-01T00:00"},
        {"set": "9999-12-31T23:59"},
        {"set": "2025-02-30T12:00"},
        {"set": "2025-03-10T12:00", "mode": "real"},
        {"mode": "stopped"},
        {"advance": True},
        {"advance": "90"},
        {"advance": "P1Z"},
        {"advance": 1e300},
        {"advance": 10**12},
        {"advance": 1, "mode": "still"},
        {"now": "2025-03-10T12:00"},
    ],
)
def test_a_clock_that_cannot_be_is_refused(url: str, change: dict[str, Any]) -> None:
    assert control(url, "PUT", "/clock", change).status == 400
    assert done(url, "GET", "/clock")["mode"] == "real"


def test_a_policy_is_in_force_at_the_next_request_of_every_process(url: str) -> None:
    before = done(url, "GET", "/policy")
    assert codes(url) == {"WSRC0004"}
    done(url, "PUT", "/clock", {"set": "2025-03-10T12:00"})
    changed = done(url, "PATCH", "/policy", {"service_hours": "Mon 03:00-03:01"})

    assert {name for name in before if before[name] != changed[name]} == {"service_hours"}
    assert codes(url) == {"WSEC0004"}
    assert done(url, "PATCH", "/policy", {"service_hours": None}) == before
    assert codes(url) == {"WSRC0004"}


@pytest.mark.parametrize(
    "change", [{"strict": 1}, {"batch_delay": True}, {"batch_delay": -1}, {"port": 1}, {"service_hours": {}}, [], "x"]
)
def test_a_policy_that_cannot_be_is_refused(url: str, change: Any) -> None:
    assert control(url, "PATCH", "/policy", change).status == 400


def test_the_same_seed_issues_the_same_ulns(url: str) -> None:
    issued = []
    for _ in range(2):
        done(url, "POST", "/reset", {"seed": 7})
        issued.append(post(url, envelope(register())).text("ULN"))

    assert issued[0] == issued[1]
    assert control(url, "POST", "/reset", {"seed": "7"}).status == 400
    assert control(url, "POST", "/reset", {"sead": 7}).status == 400


def test_a_snapshot_brings_everything_back(url: str) -> None:
    uln = post(url, envelope(register())).text("ULN")
    done(url, "PUT", "/clock", {"set": "2025-03-10T12:00"})
    done(url, "PUT", "/snapshots/with-one-more")
    assert done(url, "GET", "/snapshots") == [{"name": "with-one-more"}]
    done(url, "POST", "/reset", {})
    assert control(url, "GET", f"/learners/{uln}").status == 404
    assert done(url, "GET", "/clock")["mode"] == "real"
    done(url, "POST", "/snapshots/with-one-more/restore")
    assert done(url, "GET", f"/learners/{uln}")["ULN"] == uln
    assert done(url, "GET", "/clock")["mode"] == "still"
    done(url, "DELETE", "/snapshots/with-one-more")
    assert done(url, "GET", "/snapshots") == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/snapshots/start", 409),
        ("PUT", "/snapshots/No", 400),
        ("PUT", "/snapshots/%2e%2e", 400),
        ("DELETE", "/snapshots/nothing", 404),
        ("POST", "/snapshots/nothing/restore", 404),
    ],
)
def test_a_snapshot_that_cannot_be_is_refused(url: str, method: str, path: str, status: int) -> None:
    assert control(url, method, path).status == status


def test_the_journal_outlives_a_reset(url: str) -> None:
    answer = post(url, envelope(find_by_uln()))
    done(url, "POST", "/reset")

    exchange = f"/exchanges/{answer.headers['lrs-exchange']}"
    # On a machine that is busy with other things, a listing may have given up waiting for the other process.
    until(lambda: control(url, "GET", exchange).status == 200)
    assert done(url, "GET", exchange)["code"] == "WSRC0004"


def test_the_log_has_the_world_s_time_beside_the_machine_s(tmp_path: Path) -> None:
    with ServerHere(tmp_path, "--log-format", "json") as server:
        for moment in (None, "2031-03-10T12:00"):
            if moment is not None:
                done(server.url, "PUT", "/clock", {"set": moment})
            exchange = post(server.url, envelope(find_by_uln())).headers["lrs-exchange"]
            lines = [json.loads(line) for line in server.logged_until(exchange).splitlines()]
            line = next(each for each in lines if each.get("exchange") == exchange)
            assert line.get("world_time") == (moment and f"{moment}:00+00:00")
            assert datetime.now(timezone.utc) - datetime.fromisoformat(line["time"]) < timedelta(minutes=5)
