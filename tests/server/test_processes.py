"""`serve --processes`: several processes answer, one that dies is replaced, none is left over, nothing is cut off."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lrs_soap.server import development_certificates
from tests.kit import https_client
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, RawConnection, envelope, find_by_uln, post

CALL = envelope(find_by_uln())
WRONG_PASSWORD = envelope(find_by_uln(OrgPassword="CompatSitePass02"))
PATIENCE = 20.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return False
    return state not in "ZX"


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_found(url: str) -> bool:
    return post(url, CALL).text("ResponseCode") == "WSRC0004"


def answering(server: RunningServer) -> set[int]:
    """The processes that have answered so far, by the log."""
    return {int(each) for each in re.findall(r"process=([0-9]+).*event=exchange", server.logged())}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of two processes, which do no batch jobs."""
    with RunningServer(tmp_path, "--processes", "2", "--batch-workers", "0") as running:
        yield running


def test_both_processes_answer_and_say_which_has(pair: RunningServer) -> None:
    until(lambda: is_found(pair.url) and len(answering(pair)) == 2)

    assert answering(pair) == set(children_of(pair.process.pid))


def test_when_it_is_ready_everybody_listens(tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--processes", "3", "--batch-workers", "2") as server:
        assert len(children_of(server.process.pid)) == 5
        assert server.logged().count("is ready on") == 1


def test_a_killed_process_is_replaced_and_requests_go_on(pair: RunningServer) -> None:
    before = children_of(pair.process.pid)
    os.kill(before[0], signal.SIGKILL)
    pair.logged_until(f"ended={before[0]} how=SIGKILL replaced_in_seconds=0.0")
    for _ in range(20):
        assert is_found(pair.url)
    until(lambda: len(children_of(pair.process.pid)) == 2)
    assert before[0] not in children_of(pair.process.pid)
    assert before[1] in children_of(pair.process.pid)


def test_the_second_quick_death_is_followed_by_a_pause(pair: RunningServer) -> None:
    first, survivor = children_of(pair.process.pid)
    os.kill(first, signal.SIGKILL)
    until(lambda: len(set(children_of(pair.process.pid)) - {first, survivor}) == 1)
    [second] = set(children_of(pair.process.pid)) - {first, survivor}
    os.kill(second, signal.SIGKILL)
    pair.logged_until(f"ended={second} how=SIGKILL replaced_in_seconds=1.0")
    assert children_of(pair.process.pid) == [survivor]
    assert is_found(pair.url)
    until(lambda: len(children_of(pair.process.pid)) == 2)


def test_of_a_killed_parent_nothing_is_left(pair: RunningServer) -> None:
    children = children_of(pair.process.pid)
    pair.process.kill()
    pair.process.wait()
    until(lambda: not any(map(is_running, children)))
    parts = urlsplit(pair.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(parts.hostname), parts.port))


def test_of_a_parent_that_is_killed_at_the_start_nothing_is_left(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--processes", "4"]
    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen(command, cwd=tmp_path, stderr=log)
    until(lambda: children_of(parent.pid))
    children = children_of(parent.pid)
    parent.kill()
    parent.wait()
    until(lambda: not any(map(is_running, children)))
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_is_being_answered_at_the_end_is_answered(tmp_path: Path, processes: str, stop: signal.Signals) -> None:
    with RunningServer(tmp_path, "--processes", processes) as server, ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.url)) for _ in range(20)]
        for connection in connections:
            # Connected is not yet accepted.
            connection.head("GET / HTTP/1.1")
            assert connection.answer().status == 200
        for connection in connections:
            connection.head(
                f"POST {LEARNER_SERVICE} HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(WRONG_PASSWORD)}"
            )
            connection.send(WRONG_PASSWORD.encode())
        assert connections[0].answer().text("ErrorCode") == "WSEC0005"
        server.process.send_signal(stop)
        for connection in connections[1:]:
            assert connection.answer().text("ErrorCode") == "WSEC0005"
        assert server.process.wait(PATIENCE) == 0


def test_half_sent_requests_hold_nobody_up(pair: RunningServer) -> None:
    call = CALL.encode()
    with ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(pair.url)) for _ in range(40)]
        for connection in connections:
            connection.head(
                f"POST {LEARNER_SERVICE} HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(call)}"
            )
            connection.send(call[:100])
        assert is_found(pair.url)
        # All of them are still being waited for.
        for connection in connections:
            connection.send(call[100:])
            assert connection.answer().text("ResponseCode") == "WSRC0004"


def test_https_in_two_processes(tmp_path: Path) -> None:
    development_certificates.write(tmp_path)
    names = ("server.pem", "server-key.pem", "ca.pem")
    cert, key, ca = (str(tmp_path / name) for name in names)
    flags = ("--processes", "2", "--tls-cert", cert, "--tls-key", key, "--tls-client-ca", ca)
    with RunningServer(tmp_path, *flags) as server:
        context = https_client.trusting(Path(ca), tmp_path / "client.pem")
        until(
            lambda: (
                https_client.post(server.url, context, CALL).text("ResponseCode") == "WSRC0004"
                and len(answering(server)) == 2
            )
        )
        children = children_of(server.process.pid)
        os.kill(children[0], signal.SIGKILL)
        server.logged_until("how=SIGKILL")
        assert https_client.post(server.url, context, CALL).text("ResponseCode") == "WSRC0004"
        server.process.kill()
        server.process.wait()
        until(lambda: not any(map(is_running, children)))
