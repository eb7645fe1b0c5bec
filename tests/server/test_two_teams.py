"""Two teams test their programs at the same time, each in a world of its own on one server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest

from tests.kit.batch_requests import get_output, new_learner, records_of, submit_batch
from tests.kit.control_client import control
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register, update
from tests.kit.waiting import until

_THREADS_OF_A_TEAM = 8
_ROUNDS, _TESTS_A_ROUND = 5, 10


@dataclass(frozen=True)
class Team:
    """A team, the other one, and the year in which its clock stands."""

    url: str
    name: str
    other: str
    year: int

    def ask(self, body: str) -> Answer:
        return post(self.url, envelope(body), path=f"/w/{self.name}/LearnerService.svc")

    def control(self, method: str, path: str, value: object = None) -> object:
        answer = control(self.url, method, f"/worlds/{self.name}{path}", value)
        assert answer.status in (200, 204), answer
        return answer.value

    def begin_round(self, number: int) -> str:
        """Put the world back, and set its clock; the day that it shows."""
        self.control("POST", "/reset", {"seed": number})
        day = f"{self.year}-0{number + 1}-11"
        self.control("PUT", "/clock", {"set": f"{day}T12:00"})
        return day

    def test(self, number: int, day: str) -> str:
        """One of its tests: register, find, update, a batch, and what the journal says of it all; the ULN."""
        # Both teams have the same people.
        learner = {name: str(value) for name, value in new_learner(number).items() if name != "MISIdentifier"}
        who = {"UserName": f"{self.name}-{number}"}
        registered = self.ask(register(who=who, **learner))
        assert code(registered) == "WSRC0005"
        uln = str(registered.text("ULN"))
        names = {"ULN": uln, "GivenName": learner["GivenName"], "FamilyName": learner["FamilyName"]}

        found = self.ask(find_by_uln(**names, **who))
        assert (code(found), found.text("CreatedDate"), found.text("VersionNumber")) == ("WSRC0004", day, "1")
        assert code(self.ask(update(who=who, **{**learner, "ULN": uln, "Title": self.name[:10]}))) == "WSRC0006"
        found = self.ask(find_by_uln(**names, **who))
        assert (found.text("Title"), found.text("VersionNumber")) == (self.name[:10], "2")

        record = new_learner(1000 + number)
        job = str(post(self.url, submit_batch([record]), path=f"/w/{self.name}/LearnerService.svc").text("JobID"))
        until(lambda: code(self.output(job)) == "WSRC0009")
        assert [each["ReturnCode"] for each in records_of(self.output(job))] == ["RC001"]

        listed = self.control("GET", f"/exchanges?user={self.name}-{number}&after=0&limit=1000")
        assert isinstance(listed, list)
        assert registered.headers["lrs-exchange"] in [each["id"] for each in listed]
        assert self.control("GET", f"/exchanges?user={self.other}-{number}") == []
        return uln

    def output(self, job: str) -> Answer:
        return post(self.url, get_output(job), path=f"/w/{self.name}/LearnerService.svc")


def code(answer: Answer) -> str | None:
    return answer.text("ErrorCode") or answer.text("ResponseCode")


def run(team: Team, begin: Barrier) -> int:
    """Run all tests of a team; how many there were."""
    done = 0
    with ThreadPoolExecutor(_THREADS_OF_A_TEAM) as pool:
        begin.wait(60)
        for round_ in range(_ROUNDS):
            day = team.begin_round(round_)
            numbers = range(round_ * _TESTS_A_ROUND, (round_ + 1) * _TESTS_A_ROUND)
            ulns = list(pool.map(lambda number, day=day: team.test(number, day), numbers))
            # Whatever the other team did meanwhile, all of them are still there, and nobody else.
            listed = control(team.url, "GET", f"/worlds/{team.name}/learners?limit=1000").value
            of_this_round = [each["ULN"] for each in listed if each["CreatedDate"] == day]
            assert len(of_this_round) == 2 * _TESTS_A_ROUND
            assert set(ulns) <= set(of_this_round)
            done += len(ulns)
    return done


@pytest.mark.slow
def test_two_teams_with_fifty_tests_each_never_see_each_other(tmp_path: Path, database_url: str) -> None:
    with RunningServer(tmp_path, "--processes", "2", *PATIENT, database_url=database_url) as server:
        names = ("team-a", "team-b")
        for name in names:
            assert control(server.url, "POST", "/worlds", {"name": name}).status == 201
        teams = [
            Team(server.url, name, other, year)
            for name, other, year in zip(names, reversed(names), (2031, 2041), strict=True)
        ]
        begin = Barrier(len(teams))
        with ThreadPoolExecutor(len(teams)) as pool:
            assert list(pool.map(lambda team: run(team, begin), teams)) == [_ROUNDS * _TESTS_A_ROUND] * 2
        main = control(server.url, "GET", "/learners?limit=1000").value
        assert not [each for each in main if each["CreatedDate"][:4] in ("2031", "2041")]
        assert control(server.url, "GET", "/exchanges").value == []
        assert "level=error" not in server.logged()
