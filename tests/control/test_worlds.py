"""Worlds by the control interface: made, used apart from one another, and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kit.control_client import control
from tests.kit.databases import new_database
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, find_by_uln, post, register
from tests.kit.waiting import until


@pytest.mark.slow
def test_two_worlds_never_see_each_other(database_kind: str, tmp_path: Path) -> None:
    with (
        new_database(database_kind, tmp_path) as database,
        RunningServer(tmp_path, "--processes", "2", "--batch-workers", "0", database_url=database) as server,
    ):
        url = server.url
        made = control(url, "POST", "/worlds", {"name": "team-a", "seed": 1})
        assert made.status == 201
        assert made.value["learner_service"] == f"{url}/w/team-a/LearnerService.svc"
        assert [each["name"] for each in control(url, "GET", "/worlds").value] == ["main", "team-a"]
        assert control(url, "POST", "/worlds", {"name": "team-a"}).status == 409

        answer = post(url, envelope(register()), path="/w/team-a/LearnerService.svc")
        uln = answer.text("ULN")
        assert control(url, "GET", f"/worlds/team-a/learners/{uln}").status == 200
        assert control(url, "GET", f"/learners/{uln}").status == 404
        exchange = answer.headers["lrs-exchange"]
        assert control(url, "GET", f"/worlds/team-a/exchanges/{exchange}").value["operation"] == "registerSingleLearner"
        assert control(url, "GET", f"/exchanges/{exchange}").status == 404
        post(url, envelope(find_by_uln()), path="/w/team-a/LearnerService.svc")

        assert control(url, "DELETE", "/worlds/team-a").status == 204
        assert control(url, "GET", "/worlds/team-a/learners").status == 404
        assert control(url, "DELETE", "/worlds/team-a").status == 404
        until(lambda: not list(tmp_path.glob("*world-*")))
    assert not list(tmp_path.glob("*world-*"))


@pytest.mark.parametrize(
    ("world", "status"),
    [
        ({"name": "main"}, 409),
        ({"name": "start"}, 409),
        ({"name": "No"}, 400),
        ({"name": ""}, 400),
        ({}, 400),
        ({"name": "a", "like": "nothing"}, 404),
        ({"name": "a", "ttl": 0}, 400),
        ({"name": "a", "seed": True}, 400),
        ({"name": "a", "size": 1}, 400),
    ],
)
def test_a_world_that_cannot_be_is_refused(steered: ServerHere, world: dict[str, Any], status: int) -> None:
    assert control(steered.url, "POST", "/worlds", world).status == status


def test_main_is_not_deleted(steered: ServerHere) -> None:
    assert control(steered.url, "DELETE", "/worlds/main").status == 409
