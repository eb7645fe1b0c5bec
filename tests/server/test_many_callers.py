"""A whole server under callers who are many: it answers others, and is as it was when they are gone."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, RawConnection, envelope, find_by_uln, post, send
from tests.kit.spoiled_requests import requests, spoiled
from tests.kit.waiting import PATIENCE, until
from tests.server.process_memory import resident_bytes

resource = pytest.importorskip("resource")

CALL = envelope(find_by_uln()).encode()
MEGABYTE = 1024 * 1024
RESET = struct.pack("ii", 1, 0)


@pytest.fixture
def server(transport: tuple[str, ...], tmp_path: Path) -> Iterator[RunningServer]:
    """A server of one process, over each transport."""
    with RunningServer(tmp_path, *transport) as running:
        yield running


def address_of(server: RunningServer) -> tuple[str, int]:
    parts = urlsplit(server.url)
    return str(parts.hostname), int(parts.port or 0)


def seconds_of_finds(server: RunningServer, count: int) -> list[float]:
    seconds = []
    for _ in range(count):
        started = time.monotonic()
        assert post(server.url, CALL).text("ResponseCode") == "WSRC0004"
        seconds.append(time.monotonic() - started)
    return sorted(seconds)


def room_for_descriptors(count: int) -> None:
    """Let this process have so many files open, if it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def processor_seconds(pids: list[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / 100


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="another process's limits cannot be set here")
def test_without_descriptors_it_waits_says_so_once_and_goes_on(server: RunningServer) -> None:
    processes = [server.process.pid, *server.children()]
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (60, 60))
    with ExitStack() as stack:
        for _ in range(80):
            stack.enter_context(socket.create_connection(address_of(server)))
        server.logged_until("event=accepting")
        before = processor_seconds(processes)
        time.sleep(2.5)
        assert processor_seconds(processes) - before < 1
        assert server.logged().count("event=accepting") == 1
    assert seconds_of_finds(server, 3)


@pytest.mark.slow
def test_with_1_024_descriptors_fewer_connections_are_taken_and_none_is_missing(
    transport: tuple[str, ...], tmp_path: Path
) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))

    with RunningServer(tmp_path, *transport, prepare=limit) as server, ExitStack() as stack:
        server.logged_until("max_connections=704")
        room_for_descriptors(1500)
        for _ in range(1100):
            stack.enter_context(socket.create_connection(address_of(server)))
        assert seconds_of_finds(server, 20)
        assert "event=accepting" not in server.logged()


@pytest.mark.slow
def test_a_thousand_connections_end_in_good_order(transport: tuple[str, ...], tmp_path: Path) -> None:
    room_for_descriptors(1500)
    lines = (f"POST {LEARNER_SERVICE} HTTP/1.1", "Host: a", "Content-Type: text/xml", f"Content-Length: {len(CALL)}")
    request = "\r\n".join((*lines, "", "")).encode() + CALL
    flags = ("--handshake-timeout", "900", "--idle-timeout", "900")
    with RunningServer(tmp_path, *transport, *flags) as server, ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(server.url)) for _ in range(1000)]
        for connection in connections:
            connection.send(request)
            assert connection.answer().text("ResponseCode") == "WSRC0004"
        # A hundred of them have asked again when the server is told to stop.
        for connection in connections[::10]:
            connection.send(request)
        server.process.send_signal(signal.SIGTERM)
        for place, connection in enumerate(connections):
            if place % 10 == 0:
                assert connection.answer().text("ResponseCode") == "WSRC0004"
            # Closed, not reset.
            assert connection.receive(1) == b""
        assert server.process.wait(PATIENCE) == 0


ODDITIES = (b"\r\n", b":", b" ", b"\0", b"\xff", b"-1", b"chunked", b"Transfer-Encoding: chunked\r\n", b"9" * 30)


@pytest.mark.slow
def test_whatever_is_sent_is_answered_or_closed_and_harms_nobody(transport: tuple[str, ...], tmp_path: Path) -> None:
    chance = random.Random(14)
    texts = list(requests().values())
    timeouts = ("--header-timeout", "1", "--request-timeout", "1", "--idle-timeout", "1")
    with RunningServer(tmp_path, *transport, *timeouts) as server:
        for number in range(300):
            body = spoiled(chance.choice(texts), chance)
            lines = (
                f"POST {LEARNER_SERVICE} HTTP/1.1",
                "Host: a",
                "Connection: close",
                "Content-Type: text/xml",
                f"Content-Length: {len(body)}",
            )
            raw = bytearray("\r\n".join((*lines, "", "")).encode())
            # The head of every third is left as it is.
            for _ in range(chance.choice((1, 2, 5)) if number % 3 else 0):
                place = chance.randrange(len(raw))
                raw[place : place + chance.choice((0, 1))] = chance.choice(ODDITIES)
            with RawConnection(server.url) as connection:
                connection.send(bytes(raw + body))
                answer = connection.receive(1_000_000)
            assert re.match(rb"HTTP/1\.[01] (200|4..|500|501) ", answer), bytes(raw + body)
            assert b"WSEC0999" not in answer, bytes(raw + body)
        assert seconds_of_finds(server, 3)
        assert "Traceback" not in server.logged()
        assert "event=library" not in server.logged()


@pytest.mark.slow
def test_answers_that_are_asked_for_and_not_read_take_little_memory_and_give_it_back(server: RunningServer) -> None:
    request = f"GET {LEARNER_SERVICE}?wsdl HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    # What is made at the first request stays.
    assert seconds_of_finds(server, 20)
    assert send(server.url, "GET", f"{LEARNER_SERVICE}?wsdl").status == 200
    before = resident_bytes(server)
    with ExitStack() as stack:
        for _ in range(150):
            connection = stack.enter_context(RawConnection(server.url))
            connection.send(request * 190)
        assert seconds_of_finds(server, 3)
        assert resident_bytes(server) - before < 300 * MEGABYTE
    assert seconds_of_finds(server, 3)
    until(lambda: resident_bytes(server) - before < 30 * MEGABYTE)


@pytest.fixture
def patient(transport: tuple[str, ...], tmp_path: Path) -> Iterator[RunningServer]:
    """A server that waits longer for callers than this test's machine may take to make a thousand handshakes."""
    with RunningServer(tmp_path, *transport, "--handshake-timeout", "900", "--header-timeout", "900") as running:
        yield running


@pytest.mark.slow
def test_990_slow_connections_are_not_felt(patient: RunningServer) -> None:
    server = patient
    room_for_descriptors(1200)
    alone = seconds_of_finds(server, 100)
    with ExitStack() as stack:
        slow = []
        for place in range(990):
            if place % 3:
                slow.append(stack.enter_context(RawConnection(server.url)))
            else:
                # Over HTTPS, without as much as a handshake.
                stack.enter_context(socket.create_connection(address_of(server)))
        for connection in slow:
            connection.send(b"POST /LearnerService.svc HTTP/1.1\r\n")
        beside = []
        for _ in range(5):
            for connection in slow:
                connection.send(b"X")
            beside += seconds_of_finds(server, 20)
    # The machine may have become slower meanwhile.
    alone = max(alone, seconds_of_finds(server, 100), key=lambda seconds: seconds[50])
    assert sorted(beside)[50] < 3 * alone[50] + 0.05


def open_sockets(pid: int) -> int:
    """How many sockets a process has. A standby thread that answers opens files, of its own connection to SQLite."""
    count = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        # One that has been closed meanwhile is not open.
        with suppress(OSError):
            count += os.readlink(each).startswith("socket:")
    return count


@pytest.mark.slow
def test_65_000_connects_and_resets_leave_nothing(server: RunningServer) -> None:
    processes = server.children() or [server.process.pid]
    seconds_of_finds(server, 20)
    before = resident_bytes(server)
    sockets = [open_sockets(pid) for pid in processes]
    for number in range(65_000):
        with socket.socket() as caller:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            caller.connect(address_of(server))
            if number % 3 == 0:
                caller.sendall(b"GET / HTTP/1.1\r\n")
            if number % 3 == 1:
                caller.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    assert seconds_of_finds(server, 20)[10] < 1
    # A find's own connection may have been closing while they were counted first.
    until(lambda: all(open_sockets(pid) <= first for pid, first in zip(processes, sockets, strict=True)))
    assert resident_bytes(server) - before < 20 * MEGABYTE


@pytest.mark.slow
def test_passwords_that_are_checked_at_the_same_time_leave_no_memory_behind(server: RunningServer) -> None:
    before = resident_bytes(server)
    with ThreadPoolExecutor(8) as callers:
        first = list(callers.map(lambda _: post(server.url, CALL).text("ResponseCode"), range(8)))
    assert first == ["WSRC0004"] * 8
    # Each check takes 19 MiB.
    assert resident_bytes(server) - before < 38 * MEGABYTE
