"""`serve --processes`: several processes answer, one that dies is replaced, none is left over, nothing is cut off."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lrs_soap.server import development_certificates
from tests.kit import https_client
from tests.kit.running_server import RunningServer, is_running
from tests.kit.soap_messages import LEARNER_SERVICE, RawConnection, envelope, find_by_uln, post
from tests.kit.waiting import PATIENCE, until

CALL = envelope(find_by_uln())
WRONG_PASSWORD = envelope(find_by_uln(OrgPassword="CompatSitePass02"))
# After so many seconds those that are told to stop and do not are killed.
KILLED_AFTER = 20.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


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
    children = children_of(pair.process.pid)
    for child in children:
        with pair.answering_alone(child):
            assert is_found(pair.url)

    until(lambda: answering(pair) == set(children))


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_single_process_has_a_parent_too(tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        [child] = children_of(server.process.pid)
        os.kill(child, signal.SIGKILL)
        server.logged_until(f"ended={child} how=SIGKILL")
        until(lambda: is_found(server.url))
        assert server.logged().count("is ready on") == 1


@pytest.mark.slow
@pytest.mark.parametrize("post", ["server", "worker"])
def test_a_process_that_hangs_is_replaced(tmp_path: Path, post: str) -> None:
    with RunningServer(tmp_path, "--hang-timeout", "2") as server:
        before = children_of(server.process.pid)
        hanging = before[0] if post == "server" else before[1]
        os.kill(hanging, signal.SIGSTOP)
        server.logged_until(f"post={post} hangs={hanging} seconds=2")
        server.logged_until(f"ended={hanging} how=SIGKILL")
        until(lambda: len(children_of(server.process.pid)) == 2)
        assert is_found(server.url)


# The beginning of a script that runs processes of its own; each runs a `Waiting`.
WAITING = """
import threading, time
from pathlib import Path
from lrs_soap.clock import RealClock
from lrs_soap.exchange.log import ProcessLog
from lrs_soap.server.processes import Post, Processes

class Waiting:
    def __init__(self):
        self.stopped = threading.Event()
    def run(self):
        self.stopped.wait()
    def stop(self):
        self.stopped.set()

def watch(work, **limits):
    log = ProcessLog("info", "text", RealClock())
    Processes([Post("work", work)], sockets=[], ready=lambda: None, log=log, **limits).run()
"""
STUCK = f"""{WAITING}
def work(announce):
    server, began = Waiting(), time.monotonic()
    announce(server, lambda: time.monotonic() - began < 1)
    server.run()

watch(work, hang_seconds=2, most_memory=2**30)
"""


@pytest.mark.slow
def test_a_process_whose_work_stands_still_is_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        parent = subprocess.Popen([sys.executable, "-c", STUCK], stderr=file)
    try:
        # Its successor hangs after it.
        until(lambda: log.read_text().count(" hangs=") >= 2)
        assert "how=SIGKILL" in log.read_text()
    finally:
        parent.terminate()
        assert parent.wait(PATIENCE) == 0


@pytest.mark.slow
def test_a_process_that_waits_for_callers_does_not_hang(tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--hang-timeout", "6") as server:
        before = children_of(server.process.pid)
        time.sleep(8)
        assert children_of(server.process.pid) == before
        assert "hangs" not in server.logged()


@pytest.mark.slow
def test_a_parent_that_was_stopped_takes_nobody_for_hanging(tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--hang-timeout", "6") as server:
        before = children_of(server.process.pid)
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(8)
        server.process.send_signal(signal.SIGCONT)
        time.sleep(2)
        assert children_of(server.process.pid) == before
        assert "hangs" not in server.logged()


@pytest.mark.slow
def test_a_process_that_grows_by_what_is_sent_is_relieved_by_another(
    transport: tuple[str, ...], tmp_path: Path
) -> None:
    with RunningServer(tmp_path, *transport, "--batch-workers", "0", "--max-process-memory", "256") as server:
        [grown] = children_of(server.process.pid)
        callers = Callers(server.url, 4, pause=0.01)
        for turn in range(100):
            if f"grown={grown}" in server.logged():
                break
            post(server.url, envelope("".join(f"<n{turn}-{each:0100}/>" for each in range(50_000))))
        server.logged_until(f"post=server grown={grown} mebibytes=")
        until(lambda: not is_running(grown))
        asked = callers.answers
        callers.await_answers(asked + 20)
        [successor] = children_of(server.process.pid)
        assert successor != grown
        # The successor is the only one that was started, and it is not told to stop.
        assert server.logged().count("grown=") == 1
        assert "ended=" not in server.logged()
        server.process.send_signal(signal.SIGTERM)
        callers.join()
    assert [each for each in callers.unanswered if "Reset" not in each] == []


GROWN = f"""{WAITING}
def work(announce):
    begun = len(list(Path(".").glob("begun-*")))
    Path("begun-" + str(begun)).touch()
    if begun == 1:
        # The successor dies before it is ready.
        raise SystemExit(3)
    held = bytearray(b"x") * (100_000_000 if begun == 0 else 1)
    server = Waiting()
    announce(server)
    server.run()

watch(work, hang_seconds=30, most_memory=100_000_000)
"""


@pytest.mark.slow
def test_a_successor_that_dies_before_it_is_ready_has_one_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        parent = subprocess.Popen([sys.executable, "-c", GROWN], stderr=file, cwd=tmp_path)
    try:
        until(lambda: (tmp_path / "begun-2").exists() and len(children_of(parent.pid)) == 1)
        assert log.read_text().count("grown=") == 1
        assert log.read_text().count("ended=") == 1
        assert not (tmp_path / "begun-3").exists()
    finally:
        parent.terminate()
        assert parent.wait(PATIENCE) == 0


class Callers:
    """Callers that ask on connections that they keep, one request after the other."""

    def __init__(self, url: str, count: int, *, pause: float = 0.0) -> None:
        self._url, self._pause = url, pause
        self.unanswered: list[str] = []
        self.answers = 0
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while True:
            try:
                connection = RawConnection(self._url)
            except ConnectionError:
                return
            with connection:
                if not self._ask_on(connection):
                    return

    def _ask_on(self, connection: RawConnection) -> bool:
        """Ask until the server says that it will close; False where it was closed without being said."""
        while True:
            try:
                connection.head(
                    f"POST {LEARNER_SERVICE} HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(CALL)}"
                )
                connection.send(CALL.encode())
                answer = connection.answer()
            except (OSError, http.client.HTTPException) as error:
                self.unanswered.append(repr(error))
                return False
            self.answers += 1
            if answer.headers.get("connection") == "close":
                return True
            time.sleep(self._pause)

    def await_answers(self, count: int) -> None:
        until(lambda: self.answers > count)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["1", "2"])
def test_who_keeps_a_connection_is_told_of_the_end_with_an_answer(
    transport: tuple[str, ...], tmp_path: Path, processes: str
) -> None:
    with RunningServer(tmp_path, *transport, "--processes", processes) as server:
        # So few that each has its turn before kept connections are closed, however slow this machine is.
        callers = Callers(server.url, 8, pause=0.05)
        callers.await_answers(60)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        callers.join()
    # One that has just connected may be refused, but nobody who was answered before is left without an answer.
    assert [each for each in callers.unanswered if "Reset" not in each] == []
    assert len(callers.unanswered) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_busy_group_ends_in_seconds(transport: tuple[str, ...], tmp_path: Path, stop: signal.Signals) -> None:
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with RunningServer(folder, *transport, "--processes", "2") as server:
            callers = Callers(server.url, 16)
            callers.await_answers(50)
            started = time.monotonic()
            os.killpg(server.process.pid, stop)
            assert server.process.wait(PATIENCE) == 0
            assert time.monotonic() - started < KILLED_AFTER
            callers.join()


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_told_to_stop_by_itself_ends_and_is_replaced(tmp_path: Path, stop: signal.Signals) -> None:
    with RunningServer(tmp_path) as server:
        for child in children_of(server.process.pid):
            os.kill(child, stop)
            server.logged_until(f'ended={child} how="exit status 0"')
        until(lambda: is_found(server.url))


@pytest.mark.slow
def test_a_group_that_is_told_to_stop_while_it_starts_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--processes", "4"]
    for pause in (0.0, 0.1, 0.4):
        with (tmp_path / "log").open("wb") as log:
            parent = subprocess.Popen(command, cwd=tmp_path, stderr=log, start_new_session=True)
        until(lambda pid=parent.pid: children_of(pid))
        children = children_of(parent.pid)
        time.sleep(pause)
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.wait(PATIENCE) == 0
        until(lambda those=children: not any(map(is_running, those)))


@pytest.mark.slow
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


@pytest.mark.slow
def test_https_in_two_processes(tmp_path: Path) -> None:
    development_certificates.write(tmp_path)
    names = ("server.pem", "server-key.pem", "ca.pem")
    cert, key, ca = (str(tmp_path / name) for name in names)
    flags = ("--processes", "2", "--tls-cert", cert, "--tls-key", key, "--tls-client-ca", ca)
    with RunningServer(tmp_path, *flags) as server:
        context = https_client.trusting(Path(ca), tmp_path / "client.pem")
        children = children_of(server.process.pid)
        for child in children[:2]:
            with server.answering_alone(child):
                assert https_client.post(server.url, context, CALL).text("ResponseCode") == "WSRC0004"
        until(lambda: answering(server) == set(children[:2]))
        os.kill(children[0], signal.SIGKILL)
        server.logged_until("how=SIGKILL")
        assert https_client.post(server.url, context, CALL).text("ResponseCode") == "WSRC0004"
        server.process.kill()
        server.process.wait()
        until(lambda: not any(map(is_running, children)))
