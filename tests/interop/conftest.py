"""The servers that every stack asks, the certificates for HTTPS, and the clients of stacks that need nothing more."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.interop.cases import BYSTANDER, BYSTANDER_PASSWORD, BYSTANDER_REF
from tests.interop.cases_r9 import LOADED_EVENT
from tests.interop.certificates import Certificates
from tests.interop.client import Program, run
from tests.kit.running_server import RunningServer

# Before the modules that take their tests from it import it.
pytest.register_assert_rewrite(
    *(f"tests.interop.{each}" for each in ("every_stack", "every_stack_r9", "every_scenario"))
)


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the settings' defaults; learners are registered with it."""
    with RunningServer(tmp_path_factory.mktemp("observed")) as running:
        _add_bystander(running)
        yield running


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose faults are as the WSDL declares them."""
    with RunningServer(tmp_path_factory.mktemp("declared"), "--fault-detail", "declared") as running:
        _add_bystander(running)
        yield running


def _add_bystander(server: RunningServer) -> None:
    organisation = (BYSTANDER, BYSTANDER_REF, "An organisation that sees learning events", "--role", "record")
    flags = ("--password-stdin", "--database", server.database_url)
    run(sys.executable, "-m", "lrs_soap", "org", "add", *organisation, *flags, text=BYSTANDER_PASSWORD)


@pytest.fixture(scope="session")
def recorded(observed: RunningServer) -> RunningServer:
    """The server with the settings' defaults, where a learning event has been loaded."""
    flags = ("--events", "--database", observed.database_url)
    run(sys.executable, "-m", "lrs_soap", "load", "-", *flags, text=json.dumps(LOADED_EVENT))
    return observed


@pytest.fixture(scope="session")
def tardy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that does no job for as long as anybody asks."""
    with RunningServer(tmp_path_factory.mktemp("tardy"), "--batch-workers", "0") as running:
        yield running


@pytest.fixture(scope="session")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in which scenarios step in."""
    with RunningServer(tmp_path_factory.mktemp("steered")) as running:
        yield running


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that is closed at the hour at which its clock stands."""
    flags = ("--service-hours", "Mon-Fri 08:00-20:00", "--clock", "2025-03-10T21:00:00")
    with RunningServer(tmp_path_factory.mktemp("closed"), *flags) as running:
        yield running


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def secure(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that speaks HTTPS with those who have the client's certificate."""
    with RunningServer(tmp_path_factory.mktemp("secure"), *certificates.server_flags) as running:
        yield running


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest) -> Iterator[Program]:
    """The program of a test module, made by its function `program`."""
    with request.module.program() as running:
        yield running


@pytest.fixture(scope="module")
def secure_client(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Program]:
    """That program, with the client's certificate."""
    environment = {"TLS_CA": certificates.authority, "TLS_CERTIFICATE": certificates.client_with_key}
    with request.module.program(**environment) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Program]:
    """That program, without a certificate."""
    with request.module.program(TLS_CA=certificates.authority) as running:
        yield running
