"""docs/control.md: one call of the control interface for each answer, which every process and worker goes by."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from lrs_soap.operations.list_exceptions import list_exceptions
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.settings import Settings
from lrs_soap.world import Worlds
from tests.kit.batch_requests import get_output, new_learner, records_of, submit_batch
from tests.kit.control_client import control
from tests.kit.databases import new_database
from tests.kit.documented_requests import R9, fields, request, steps
from tests.kit.documents import Document
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, post
from tests.kit.waiting import until

CONTROL = Document("docs/control.md")
# More than enough for each of two processes to accept one of the connections.
_ASKED = 8
_names = (f"w-{number}" for number in itertools.count())


class Row(NamedTuple):
    """An answer, and what brings it about."""

    answer: str
    happened: str
    before: str
    call: str
    request: str

    @property
    def operation(self) -> str:
        return self.request.partition(" ")[0]


ROWS = [
    Row(*cells) for cells in CONTROL.rows("One call for each answer", "answer", "what has happened", *Row._fields[2:])
]


@pytest.fixture(scope="module")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with two processes and a worker, in which each test has a world of its own."""
    folder = tmp_path_factory.mktemp("answers")
    with (
        new_database(database_kind, folder) as url,
        RunningServer(folder, "--processes", "2", database_url=url) as running,
    ):
        yield running


@pytest.fixture
def world(server: RunningServer) -> Iterator[str]:
    """The name of a new world."""
    name = next(_names)
    assert control(server.url, "POST", "/worlds", {"name": name}).status == 201
    yield name
    assert control(server.url, "DELETE", f"/worlds/{name}").status == 204


def call(server: RunningServer, world: str, text: str, job: str = "") -> None:
    """Make a call as the document writes it."""
    method, path, *value = text.replace("JOB", job).split(" ", 2)
    sent = json.loads(value[0]) if value else None
    answer = control(server.url, method, path.replace("…", f"/worlds/{world}"), sent)
    assert answer.status in (200, 201, 204), answer


def ask(server: RunningServer, world: str, row: Row) -> Answer:
    """The answer to what a row asks, in this world."""
    if row.operation not in R9:
        return post(server.url, request(row.operation, fields(row.request)), path=f"/w/{world}/LearnerService.svc")
    action = f'"http://tempuri.org/ILearnerServiceR9/{row.operation}"'
    path = f"/w/{world}/LearnerServiceR9.svc"
    return post(server.url, request(row.operation, fields(row.request)), path=path, headers={"SOAPAction": action})


def code(answer: Answer) -> str | None:
    return "405" if answer.status == 405 else answer.text("ErrorCode") or answer.text("ResponseCode")


def output(server: RunningServer, world: str, job: str) -> Answer:
    return post(server.url, get_output(job), path=f"/w/{world}/LearnerService.svc")


def submitted(server: RunningServer, world: str, row: Row) -> str:
    job = ask(server, world, row).text("JobID")
    assert job is not None
    return job


@pytest.mark.parametrize("row", [row for row in ROWS if row.operation != "SubmitBatch"], ids=lambda row: row.happened)
def test_one_call_brings_the_answer_about_in_every_process(server: RunningServer, world: str, row: Row) -> None:
    for each in steps(row.before):
        call(server, world, each)
    # To register somebody changes what comes after it.
    if row.operation != "RegisterLearner":
        assert row.answer not in {code(ask(server, world, row)) for _ in range(_ASKED)}
    elif row.answer == "WSRC0005":
        assert {code(ask(server, world, row)) for _ in range(_ASKED)} == {"WSEC0001"}
    (made,) = steps(row.call)
    call(server, world, made)
    if row.answer == "WSRC0005":
        assert code(ask(server, world, row)) == row.answer
    else:
        assert {code(ask(server, world, row)) for _ in range(_ASKED)} == {row.answer}


@pytest.mark.parametrize("row", [row for row in ROWS if row.operation == "SubmitBatch"], ids=lambda row: row.happened)
def test_one_call_brings_the_answer_about_in_the_worker(server: RunningServer, world: str, row: Row) -> None:
    for each in steps(row.before):
        call(server, world, each)
    first = submitted(server, world, row)
    if "batch_delay" not in row.before:
        until(lambda: code(output(server, world, first)) == "WSRC0009")
        assert row.answer not in output(server, world, first).body.decode()
    (made,) = steps(row.call)
    call(server, world, made, first)
    job = first if "JOB" in made else submitted(server, world, row)
    if row.answer == "RC001":
        until(lambda: code(output(server, world, job)) == "WSRC0009")
        assert [each["ReturnCode"] for each in records_of(output(server, world, job))] == ["RC001"]
    else:
        assert {code(output(server, world, job)) for _ in range(_ASKED)} == {row.answer}


def test_the_45th_day_of_an_exception_is_its_last(server: RunningServer, world: str) -> None:
    like = {"GivenName": "Grace", "FamilyName": "Okafer", "DateOfBirth": "2005-03-14", "LastKnownPostCode": "LS1 4AP"}
    batch = submit_batch([new_learner(1, **like)])
    job = post(server.url, batch, path=f"/w/{world}/LearnerService.svc").text("JobID")
    until(lambda: code(output(server, world, str(job))) == "WSRC0009")
    with Worlds.open(Settings(database_url=server.database_url), prepare=False) as worlds:

        def are_open() -> int:
            with worlds[world].reading(OPERATOR) as work:
                return len(list(list_exceptions(work)))

        assert are_open() == 1
        call(server, world, 'PUT …/clock {"advance": "P45D"}')
        assert are_open() == 1
        call(server, world, 'PUT …/clock {"advance": "P1D"}')
        assert are_open() == 0
