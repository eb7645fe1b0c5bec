"""`lrs-soap serve` for a program that starts it: the file that says it is ready, and an end with that program's own."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kit.running_server import RunningServer, is_running
from tests.kit.waiting import PATIENCE, until

if TYPE_CHECKING:
    from conftest import Run


@pytest.mark.parametrize("flags", [(), ("--batch-workers", "0")], ids=["parent", "one process"])
def test_the_ready_file_has_address_and_process_while_the_service_runs(tmp_path: Path, flags: tuple[str, ...]) -> None:
    path = tmp_path / "ready.json"
    path.write_text("left by another")
    with RunningServer(tmp_path, "--ready-file", str(path), *flags) as server:
        # Whatever the service makes is its user's only.
        made = [each for each in tmp_path.iterdir() if each != server.log]
        assert {"ready.json", "lrs.db"} <= {each.name for each in made}
        assert {stat.S_IMODE(each.stat().st_mode) for each in made} == {0o600}
        assert json.loads(path.read_text()) == {"address": server.url, "pid": server.process.pid}
        assert server.stop(signal.SIGTERM) == 0
    assert not path.exists()
    assert not list(tmp_path.glob("*.part"))


def test_a_ready_file_that_cannot_be_written_ends_it_before_it_starts(run: Run, folder: Path) -> None:
    result = run("serve", "--port", "0", "--ready-file", "nowhere/ready.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: The ready file nowhere/ready.json cannot be written: No such file or directory.\n"
    assert not list(folder.iterdir())


def test_the_ready_file_goes_where_the_service_does_not_start(run: Run, folder: Path) -> None:
    assert run("serve", "--database", "sqlite:///no/folder/lrs.db", "--ready-file", "ready.json").exit_code == 1
    assert not list(folder.iterdir())


def test_the_service_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--ready-file", str(ready), "--until-stdin-ends"]
    # The program that starts the service, and is killed: it holds the other end of the service's standard input.
    starts = f"import subprocess, time; subprocess.Popen({serve}, stdin=subprocess.PIPE); time.sleep(1000)"
    program = subprocess.Popen([sys.executable, "-c", starts], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        until(ready.exists)
    finally:
        program.kill()
        program.wait(PATIENCE)
    pid = json.loads(ready.read_text())["pid"]
    until(lambda: not is_running(pid))
    assert not ready.exists()


@pytest.mark.slow
def test_what_is_written_to_its_standard_input_does_not_end_it(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen([*serve, "--until-stdin-ends"], cwd=tmp_path, stdin=subprocess.PIPE) as server:
        assert server.stdin is not None
        until(ready.exists)
        os.write(server.stdin.fileno(), b"x" * 10_000)
        with pytest.raises(subprocess.TimeoutExpired):
            server.wait(0.5)
        server.stdin.close()
        assert server.wait(PATIENCE) == 0


@pytest.mark.slow
def test_a_standard_input_whose_end_nobody_can_be_told_of_is_refused(tmp_path: Path) -> None:
    for name in ("empty", os.devnull):
        path = tmp_path / name
        if name == "empty":
            path.touch()
        with path.open("rb") as source:
            refused = subprocess.run(
                [sys.executable, "-m", "lrs_soap", "serve", "--port", "0", "--until-stdin-ends"],
                cwd=tmp_path,
                stdin=source,
                capture_output=True,
                text=True,
            )
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("Error: --until-stdin-ends needs a pipe as standard input")
    assert not list(tmp_path.glob("lrs.db*"))
