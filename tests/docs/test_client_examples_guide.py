"""client_examples/README.md: every program, and commands that work as they are shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.client_examples.messy_students import as_csv, messy_students
from tests.kit.documents import ADDRESS, PROJECT, Document, typed
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
    python, nightly = GUIDE.commands("Client examples", "python ")
    (curl,) = GUIDE.commands("Client examples", "sh ")
    address = f"export LEARNING_RECORDS_ADDRESS={ADDRESS}"
    assert typed([address, python], tmp_path, url=server.url).startswith("WSRC0004\n")
    assert "<ResponseCode>WSRC0004</ResponseCode>" in typed([address, curl], tmp_path, url=server.url)
    (found,) = (row for row in messy_students(31) if row.number == "K03")
    (tmp_path / "students.csv").write_bytes(as_csv([found]))
    assert typed([address, nightly], tmp_path, url=server.url).startswith("Students: 1; with ULNs: 1; ")


def test_the_variables_are_those_of_the_programs() -> None:
    rows = GUIDE.rows("Settings", "variable", "default", "what it is")
    told = {name.strip("`") for name, _, _ in rows}
    assert not any(name.startswith("LRS_") for name in told), "the service remarks on unknown variables of this name"
    for program in ("lrs_client.py", "lrs_client.php", "LrsClient.cs", "FindOrRegister.java"):
        text = (PROJECT / "client_examples" / program).read_text("utf-8")
        read = re.findall(r"""(?:[vV]ariable|_?[wW]hole_?[nN]umber|_?file)\(["']([A-Z]+(?:_[A-Z]+)*)["']""", text)
        assert read, program
        assert {f"LEARNING_RECORDS_{name}" for name in read} <= told, program
    for name, default, _ in rows:
        if default:
            assert default.strip("`") in (PROJECT / "client_examples" / "lrs_client.py").read_text("utf-8"), name
