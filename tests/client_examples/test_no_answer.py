"""What every program does when the service does not answer, is closed, or refuses the caller.

tests/interop/ asks the same of the programs in C# and Java.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.client_examples.programs import EXAMPLES, PHP, run
from tests.client_examples.relay import out_of_order, relaying, silent
from tests.interop.certificates import Certificates
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer

# Each case starts a program, and the programs wait for what does not come.
pytestmark = pytest.mark.slow

WHO = ("4170265830", "Okafor", "Grace")
NAMES_FIRST = ("Okafor", "Grace", "4170265830")
WRONG_PASSWORD = "WSEC0005: Incorrect password, The Organisation Password is not correct.\n"

CURL = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def _programs() -> Iterator[object]:
    for name, arguments in {
        "find_by_uln": WHO,
        "find_or_register": NAMES_FIRST,
        "update": (*WHO, "Title", "Dr"),
        "verify": WHO,
        "learning_events": WHO,
        "batch": ("--check", str(EXAMPLES / "learners.csv"), "ulns.csv"),
    }.items():
        yield pytest.param((sys.executable, str(EXAMPLES / f"{name}.py"), *arguments), id=f"{name}.py")
        if (EXAMPLES / f"{name}.php").exists():
            *interpreter, _ = PHP.values[0]
            command = (*interpreter, str(EXAMPLES / f"{name}.php"), *arguments)
            yield pytest.param(command, id=f"{name}.php", marks=PHP.marks)
    yield pytest.param(("sh", str(EXAMPLES / "find_by_uln.sh"), *WHO), id="find_by_uln.sh", marks=CURL)


each_program = pytest.mark.parametrize("program", list(_programs()))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that is closed at the hour at which its clock stands."""
    flags = ("--service-hours", "Mon-Fri 08:00-20:00", "--clock", "2025-03-10T21:00:00")
    with RunningServer(tmp_path_factory.mktemp("closed"), *flags) as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that speaks HTTPS with those who have the client's certificate."""
    with RunningServer(tmp_path_factory.mktemp("secure"), *certificates.server_flags) as running:
        yield running


@each_program
def test_no_service_is_one_sentence(program: tuple[str, ...]) -> None:
    done = run("http://127.0.0.1:1", *program)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr in ("No connection to http://127.0.0.1:1.\n", "No answer from http://127.0.0.1:1.\n")


@each_program
def test_a_closed_service_is_one_sentence(program: tuple[str, ...], closed: RunningServer) -> None:
    done = run(closed.url, *program)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == "WSEC0004: the service is closed at this hour. Run the program again later.\n"


@pytest.fixture(scope="module")
def in_maintenance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in a maintenance window, with the page of `maintenance_answer`."""
    flags = ("--maintenance", "2000-01-01T00:00/2100-01-01T00:00", "--maintenance-answer", "page")
    with RunningServer(tmp_path_factory.mktemp("maintenance"), *flags) as running:
        yield running


@each_program
def test_maintenance_is_one_sentence(program: tuple[str, ...], in_maintenance: RunningServer) -> None:
    with relaying(in_maintenance.url) as relay:
        done = run(relay.address, *program, RETRIES="3")
        assert len(relay.asked) == 1
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == "The service is closed for maintenance. Run the program again later.\n"


@on_sqlite
@each_program
def test_another_page_than_that_of_maintenance_is_no_answer(program: tuple[str, ...], server: RunningServer) -> None:
    with relaying(server.url, out_of_order) as relay:
        done = run(relay.address, *program, RETRIES="0")
        assert len(relay.asked) == 1
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith((f"No answer from {relay.address}.", f"{relay.address} answers with HTTP status 502"))


@each_program
def test_a_service_that_says_nothing_is_not_waited_for(program: tuple[str, ...]) -> None:
    with silent() as address:
        done = run(address, *program, TIMEOUT="1", RETRIES="1")
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"No answer from {address}")


@each_program
def test_a_caller_is_known_by_the_variables(
    program: tuple[str, ...], secure: RunningServer, certificates: Certificates
) -> None:
    certified = {"CERTIFICATE": str(certificates.client_with_key), "AUTHORITY": str(certificates.authority)}
    done = run(secure.url, *program, **certified, UKPRN="NOBODY99")
    assert (done.stdout, done.returncode) == ("", 1)
    assert "WSEC0003" in done.stderr
    done = run(secure.url, *program, **certified, PASSWORD="NotThePassword16")
    assert (done.stdout, done.returncode) == ("", 1)
    # curl's program prints the fault as it comes.
    assert done.stderr == WRONG_PASSWORD or f"<ErrorCode>{WRONG_PASSWORD[:8]}</ErrorCode>" in done.stderr
    done = run(secure.url, *program, AUTHORITY=str(certificates.authority))
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert done.returncode in (1, 2)


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("TIMEOUT", "0", "which is not a whole number from 1 on."),
        ("TIMEOUT", "soon", "which is not a whole number from 1 on."),
        ("RETRIES", "-1", "which is not a whole number from 0 on."),
        ("CERTIFICATE", "/nowhere/client.pem", "and there is no such file."),
    ],
)
def test_a_variable_that_makes_no_sense_is_told(variable: str, value: str, complaint: str) -> None:
    done = run("http://127.0.0.1:1", sys.executable, str(EXAMPLES / "find_by_uln.py"), *WHO, **{variable: value})
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == f"LEARNING_RECORDS_{variable} is {value!r}, {complaint}\n"
