"""`lrs-soap serve --ready-file`: what a program reads that waits for the service."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kit.running_server import RunningServer

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
