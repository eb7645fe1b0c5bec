"""A log that cannot be written: the service starts, answers and does its jobs all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post, send
from tests.kit.waiting import PATIENCE

CALL = envelope(find_by_uln())
# Neither is a code; the log writes such a character as six.
LONG = envelope(find_by_uln(UserName="\u2028" * 200, UKPRN="\u2028" * 200)).encode()


@contextmanager
def serving(
    folder: Path, log: int | None, *flags: str, prepare: Callable[[], None] | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server whose standard error is this descriptor; its address by the ready file, and its process."""
    ready = folder / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--ready-file", str(ready), *flags],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=log,
        preexec_fn=prepare,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield json.loads(ready.read_text())["address"], process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def refuse(url: str, times: int) -> None:
    """Ask so many times for what is refused with a long line in the log."""
    for _ in range(times):
        assert post(url, LONG).text("ErrorCode") == "WSEC0001"


@pytest.mark.slow
def test_a_log_that_nobody_reads_stops_nobody_and_tells_what_it_has_lost(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with serving(tmp_path, writing) as (url, _):
        os.close(writing)
        deadline = time.monotonic() + PATIENCE
        while b'"log_lines_lost": 0' in send(url, "GET", "/health/ready").body:
            refuse(url, 100)
            assert time.monotonic() < deadline
        assert post(url, CALL).text("ResponseCode") == "WSRC0004"
        health = send(url, "GET", "/health/ready")
        assert health.status == 200
        assert json.loads(health.body)["log_lines_lost"] > 0

        with os.fdopen(reading, "rb") as log:
            lines = iter(log.readline, b"")
            assert any(b"lost=" in line and b"event=log" in line for line in lines)


@pytest.mark.slow
def test_a_log_whose_reader_has_gone_stops_nobody(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with serving(tmp_path, writing) as (url, _):
        os.close(writing)
        os.close(reading)
        refuse(url, 50)
        assert post(url, CALL).text("ResponseCode") == "WSRC0004"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_log_on_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with serving(tmp_path, full) as (url, _):
        os.close(full)
        refuse(url, 50)
        assert post(url, CALL).text("ResponseCode") == "WSRC0004"


@pytest.mark.slow
def test_no_standard_error_at_all_stops_nobody(tmp_path: Path) -> None:
    with serving(tmp_path, None, prepare=lambda: os.closerange(0, 3)) as (url, process):
        refuse(url, 50)
        assert post(url, CALL).text("ResponseCode") == "WSRC0004"
        if Path("/proc").is_dir():
            assert {os.readlink(f"/proc/{process.pid}/fd/{each}") for each in range(3)} == {os.devnull}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")
def test_in_json_every_line_of_every_process_is_an_object_with_its_time(tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--log-format", "json", "--processes", "2") as server:
        post(server.url, CALL)
        os.kill(server.children()[0], signal.SIGKILL)
        server.logged_until('"replaced_in_seconds"')

    told = [json.loads(line) for line in server.logged().splitlines()]
    assert {"ready", "console", "exchange", "process"} == {each["event"] for each in told}
    assert all("time" in each for each in told)
