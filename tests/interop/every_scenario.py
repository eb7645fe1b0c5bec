"""What every client stack makes of scenarios: the tests that each stack's module has."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

import pytest

from lrs_soap.control.client import ControlClient, WorldClient
from tests.interop.cases import batch, batch_output, by_uln, held, registration
from tests.interop.certificates import Certificates
from tests.interop.client import Client, NoAnswer, Program
from tests.kit.running_server import RunningServer

_FIND = by_uln(held("4170265830"))


class ScenarioCases:
    """Each row of the table in docs/scenarios.md, over HTTP, by the fixture `client` of the stack's module."""

    stack: ClassVar[str]
    # Whether it sends a request again by itself, where a connection that it has kept ends without a byte.
    sends_again: ClassVar[bool] = False

    @pytest.fixture
    def steering(self, steered: RunningServer) -> Iterator[ControlClient]:
        with ControlClient(steered.url) as server:
            yield server

    @pytest.fixture
    def world(self, steering: ControlClient, client: Client) -> Iterator[WorldClient]:
        # The stack reads the WSDL, and keeps a connection if it does.
        assert client.ask(steering.server, _FIND).answer["ResponseCode"] == "WSRC0004"
        world = steering.world()
        yield world
        world.delete_scenarios()

    @pytest.fixture
    def url(self, world: WorldClient) -> str:
        return world.server.server

    def test_a_fault(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, do={"fault": "WSEC0006"})
        assert client.ask(url, _FIND).fault
        assert client.ask(url, _FIND).answer["ResponseCode"] == "WSRC0004"

    def test_a_response_code(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, when={"operation": "learnerByULN"}, do={"response_code": "WSRC0001"})
        answer = client.ask(url, _FIND).answer
        assert (answer["ResponseCode"], "Learner" in answer) == ("WSRC0001", False)

    @pytest.mark.parametrize("do", [{"http": 503}, {"http": 502, "body": "gone"}, {"maintenance": True}], ids=str)
    def test_a_page_is_no_answer(self, client: Client, world: WorldClient, url: str, do: dict[str, Any]) -> None:
        add(world, do=do)
        with suppress(NoAnswer):
            assert not client.ask(url, _FIND).answer

    def test_a_delay(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, do={"delay": 0.5})
        began = time.monotonic()
        assert client.ask(url, _FIND).answer["ResponseCode"] == "WSRC0004"
        assert time.monotonic() - began >= 0.5

    def test_a_slow_answer(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, do={"drip": 2000})
        began = time.monotonic()
        assert client.ask(url, _FIND).answer["ResponseCode"] == "WSRC0004"
        assert time.monotonic() - began >= 0.3

    @pytest.mark.parametrize("how", ["close", "reset"])
    @pytest.mark.parametrize("drop", ["before", "after", "midway"])
    def test_a_dropped_connection_is_no_answer(
        self, client: Client, world: WorldClient, url: str, drop: str, how: str
    ) -> None:
        add(world, times=None, do={"drop": drop, "how": how})
        try:
            reading = client.ask(url, _FIND)
        except NoAnswer:
            return
        # Some make a fault of their own of it.
        assert not reading.answer
        assert reading.fault

    def test_a_lost_answer_was_written(self, client: Client, world: WorldClient, url: str) -> None:
        names = {"GivenName": "Zoë", "FamilyName": f"Lost-{self.stack}", "DateOfBirth": "2006-11-23"}
        question = registration(held("5629103473"), **names)
        add(world, when={"operation": "registerSingleLearner"}, times=None, do={"drop": "after"})
        with suppress(NoAnswer):
            assert not client.ask(url, question).answer
        world.delete_scenarios()
        assert client.ask(url, question).answer["ResponseCode"] == "WSRC0021"

    def test_a_job_that_fails(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, do={"job": "fail"})
        job = client.ask(url, batch(held("4170265830"))).answer["JobID"]
        assert client.ask(url, batch_output(job)).answer == {"ResponseCode": "WSRC0010", "JobStatus": "Failed"}

    def test_a_job_that_hangs(self, client: Client, world: WorldClient, url: str) -> None:
        add(world, do={"job": "hang"})
        job = client.ask(url, batch(held("4170265830"))).answer["JobID"]
        assert client.ask(url, batch_output(job)).answer == {"ResponseCode": "WSRC0008", "JobStatus": "Waiting"}

    def test_a_kept_connection_that_ends_may_make_it_ask_again(
        self, client: Client, world: WorldClient, url: str
    ) -> None:
        add(world, times=1, do={"drop": "before"})
        is_answered = False
        with suppress(NoAnswer):
            is_answered = bool(client.ask(url, _FIND).answer)
        (shown,) = world.scenarios()
        assert (is_answered, shown["fitted"]) == ((True, 2) if self.sends_again else (False, 1))


class ScenarioCasesOverHttps(ScenarioCases):
    """The same over HTTPS, by the fixture `secure_client` of the stack's module."""

    @pytest.fixture
    def steering(self, secure: RunningServer, certificates: Certificates) -> Iterator[ControlClient]:
        tls = ssl.create_default_context(cafile=certificates.authority)
        tls.load_cert_chain(certificates.client_with_key)
        with ControlClient(secure.url, tls=tls) as server:
            yield server

    @pytest.fixture
    def client(self, secure_client: Program) -> Program:
        return secure_client


def add(world: WorldClient, **given: Any) -> None:
    world.add_scenario("one", **given)
