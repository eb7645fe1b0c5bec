"""The README: short, and what it shows comes out when it is typed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.documents import PROJECT, Document, typed
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post

README = Document("README.md")
FIND = ("ULN", "FamilyName", "GivenName", "answer")
ROWS = README.rows("Whom to ask for", *FIND)

MAXIMUM_BYTES = 6 * 1024

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
needs_activate = pytest.mark.skipif(
    not Path(sys.prefix, "bin", "activate").exists(), reason="the tests do not run in an environment of venv"
)


def test_it_is_short() -> None:
    assert README.path.stat().st_size <= MAXIMUM_BYTES


def test_it_runs_with_two_commands() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.M)
    assert targets is not None
    made = README.commands("Run it", "make ")
    assert made == ["make serve", "make test"]
    assert {command.removeprefix("make ") for command in made} <= set(targets[1].split())


@needs_activate
def test_the_command_comes_onto_the_path(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    *_, block = README.blocks("Run it")
    clean = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-ec", block], cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=60)
    assert "Usage: lrs-soap" in done.stdout, done.stderr


@needs_curl
def test_the_first_request_gives_the_answer_that_is_shown(server: RunningServer, tmp_path: Path) -> None:
    ((command, answer),) = README.examples("A first request")
    assert typed([command], tmp_path, url=server.url) == answer


def test_it_shows_ten_of_the_starting_datas_rows() -> None:
    assert len(ROWS) == 10
    assert set(ROWS) <= set(Document("docs/starting-data.md").rows("Find by ULN", *FIND))


@pytest.mark.parametrize(("uln", "family_name", "given_name", "answer"), ROWS)
def test_whom_to_ask_for(server: RunningServer, uln: str, family_name: str, given_name: str, answer: str) -> None:
    request = find_by_uln(ULN=uln, FamilyName=family_name, GivenName=given_name)
    code = post(server.url, envelope(request)).text("ResponseCode")
    assert code is not None
    assert answer.startswith(code)


def test_it_leads_to_every_document() -> None:
    others = {str(path.relative_to(PROJECT)) for path in (PROJECT / "docs").glob("*.md")} | {"CONTRIBUTING.md"}
    assert others <= set(README.links())
