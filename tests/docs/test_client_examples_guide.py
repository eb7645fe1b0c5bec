"""client_examples/README.md: every program, and commands that work as they are shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.kit.documents import PROJECT, Document, typed
from tests.kit.running_server import RunningServer

GUIDE = Document("client_examples/README.md")


def test_the_table_has_every_program() -> None:
    programs = [name.strip("`") for name, *_ in GUIDE.rows("Client examples", "program", "language", "what it does")]
    there = [path.name for path in (PROJECT / "client_examples").iterdir() if path.is_file()]
    assert sorted(programs) == sorted(name for name in there if name != "README.md")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_find_a_learner(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "client_examples").symlink_to(PROJECT / "client_examples")
    # zeep is installed with the tests.
    python, curl = GUIDE.commands("Client examples", "python ") + GUIDE.commands("Client examples", "sh ")
    assert typed([python], tmp_path, url=server.url).startswith("WSRC0004\n")
    assert "<ResponseCode>WSRC0004</ResponseCode>" in typed([curl], tmp_path, url=server.url)
