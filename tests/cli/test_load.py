"""`lrs-soap load`: what comes in, what is told of the rest, and with which exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.loading.learner_record import FIELDS
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from tests.kit.running_server import RunningServer

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

HEADING = "GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode"
NEVER_SHOWN = ("UniquePupilNumber", "UniqueCandidateIdentifier")
JO, MO = "Jo,Lee,2001-05-17,2,ZZ99 9ZZ", "Mo,Lee,2003-01-30,1,LU1 1AA"


def json_line(row: str) -> str:
    return json.dumps(dict(zip(HEADING.split(","), row.split(","), strict=True)))


def held_uln(row: str, url: str = "sqlite:///lrs.db") -> str | None:
    """The ULN of the learner in a row, None if nobody is held."""
    store = Store(url)
    try:
        with store.reading() as transaction:
            learner = learners.by_identity(transaction, DemographicsAsked(*row.split(",")))
            return learner.uln if learner else None
    finally:
        store.close()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize(
    "text", [f"{HEADING}\n{JO}\n{MO}\n", f"{HEADING}\r\n{JO}\r\n{MO}", f"{json_line(JO)}\n\n{json_line(MO)}\n"]
)
def test_a_file_is_loaded_whatever_its_form(run: Run, folder: Path, text: str, mark: bytes) -> None:
    (folder / "learners").write_bytes(mark + text.encode())
    result = run("load", "learners")
    first, second, loaded = result.stdout.splitlines()
    assert (result.exit_code, loaded) == (0, "2 learners loaded.")
    assert result.stderr == f"Written to {folder / 'lrs.db'}\n"
    assert re.fullmatch(f"line [12]: ULN {held_uln(JO)}", first)
    assert re.fullmatch(f"line [23]: ULN {held_uln(MO)}", second)


@pytest.mark.parametrize("text", [f"{HEADING}\n{JO}\n", json_line(JO)], ids=["CSV", "JSON lines"])
def test_a_dash_is_standard_input(run: Run, text: str) -> None:
    result = run("load", "-", given=text.encode())
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 learner loaded.")
    assert held_uln(JO)


def test_a_wrong_line_is_told_with_its_number_and_the_others_are_loaded(run: Run, folder: Path) -> None:
    (folder / "learners.csv").write_text(f"{HEADING}\n{JO}\nMo,Lee,2003-02-29,1,LU1 1AA\n{MO}\n")
    result = run("load", "learners.csv")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"line 2: ULN {held_uln(JO)}",
        f"line 4: ULN {held_uln(MO)}",
        "2 learners loaded.",
    ]
    assert result.stderr.splitlines() == [
        "line 3: DateOfBirth: '2003-02-29' is not of the form that MIAPDate asks for",
        "1 line could not be loaded.",
        f"Written to {folder / 'lrs.db'}",
    ]


def test_programs_get_json(run: Run) -> None:
    held = f"1000000019,{MO}"
    result = run("load", "-", "--json", given=f"ULN,{HEADING}\n,{JO}\n{held}\n{held}\n".encode())
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "Loaded": 2,
        "Issued": [{"Line": 2, "ULN": held_uln(JO)}],
        "Rejected": [{"Line": 4, "Reason": "ULN: a learner with the ULN 1000000019 is held already"}],
        "Warned": [],
    }
    rejected = json.loads(run("load", "-", "--json", "--strict", given=f"{HEADING}\n{MO[1:]}\nx\n".encode()).stdout)
    assert (rejected["Loaded"], rejected["Issued"]) == (0, [])


def test_with_strict_one_wrong_line_keeps_all_out(run: Run, folder: Path) -> None:
    (folder / "learners.csv").write_text(f"{HEADING}\n{JO}\nMo\n")
    result = run("load", "--strict", "learners.csv")
    assert (result.exit_code, result.stdout) == (1, "0 learners loaded.\n")
    assert result.stderr.startswith("line 3: ")
    assert "so nothing was (--strict)" in result.stderr
    assert "Written to" not in result.stderr
    assert held_uln(JO) is None


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("FamilyName", "L" * 36, "longer than 35 characters"),
        ("FamilyName", "\U0001d4db" * 18, "longer than 35 characters"),
        ("Notes", "n" * 4001, "longer than 4000 characters"),
        ("EmailAddress", "a@b.uk", "'a@b.uk' is not of the form that MIAPEmail asks for"),
        ("LastKnownPostCode", "P" * 9, f"'{'P' * 9}' is not of the form that MIAPPostCode asks for"),
        ("Gender", "3", "'3' is not of the form that MIAPGender asks for"),
        ("VersionNumber", "one", "not a whole number from -2147483648 to 2147483647"),
    ],
)
def test_a_value_against_the_schema_is_told_in_a_persons_words(run: Run, field: str, value: str, reason: str) -> None:
    record = {**json.loads(json_line(JO)), field: value}
    result = run("load", "-", given=json.dumps(record).encode())
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"line 1: {field}: {reason}"


def test_a_long_value_is_not_told_whole(run: Run) -> None:
    record = {**json.loads(json_line(JO)), "DateOfBirth": "9" * 5000}
    told = run("load", "-", given=json.dumps(record).encode()).stderr
    assert len(told) < 200


def test_nothing_of_a_file_moves_the_terminals_cursor(run: Run) -> None:
    record = {**json.loads(json_line(JO)), "Gender": "\x9b2J\n\u202e1"}
    told = run("load", "-", given=json.dumps(record).encode()).stderr
    assert told.count("\n") == 2
    assert all(line.isprintable() for line in told.splitlines())


@pytest.mark.parametrize("field", [field for field in FIELDS if field not in NEVER_SHOWN])
def test_every_field_of_the_contract_has_a_limit(run: Run, field: str) -> None:
    record = {**json.loads(json_line(JO)), field: "x" * 5000}
    assert run("load", "-", given=json.dumps(record).encode()).stderr.startswith(f"line 1: {field}: ")


def test_a_database_that_it_makes_has_the_starting_data(run: Run, database: Path) -> None:
    database.unlink()
    assert run("load", "-", "--create", given=f"{HEADING}\n{JO}\n".encode()).exit_code == 0
    store = Store("sqlite:///lrs.db")
    try:
        with store.reading() as transaction:
            assert learners.count(transaction) > 1
    finally:
        store.close()


def test_a_learner_is_loaded_while_the_server_runs(run: Run, tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        result = run("load", "-", "--database", server.database_url, given=f"{HEADING}\n{JO}\n".encode())
        assert (result.exit_code, result.stderr) == (0, f"Written to {tmp_path / 'lrs.db'}\n")
        assert held_uln(JO, server.database_url)


def test_the_progress_bar_is_for_terminals_only(folder: Path) -> None:
    (folder / "learners.csv").write_text(f"{HEADING}\n{JO}\n")
    command = [sys.executable, "-m", "lrs_soap", "load", "learners.csv"]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
        on_terminal = os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout.splitlines()[-1] == b"1 learner loaded."
    assert b"1 loaded, 0 not" in on_terminal
    (folder / "learners.csv").write_text(f"{HEADING}\n{MO}\n")
    piped = subprocess.run(command, capture_output=True, text=True)
    assert piped.stderr == f"Written to {folder / 'lrs.db'}\n"
