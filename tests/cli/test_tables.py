"""How listings look: a terminal folds them to its width, and elsewhere each row is one line."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lrs_soap.cli.tables import print_fields, print_table
from tests.kit.printed_tables import rows

if TYPE_CHECKING:
    from conftest import Run

LONG = "Mon 07:00-22:00, Tue 07:00-22:00, Wed 07:00-22:00, Thu 07:00-22:00, Fri 07:00-22:00, Sat 08:00-12:00"


def test_headings_stand_over_their_columns_and_numbers_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(
        ("ID", "Name", "Count"), [("7", "Zoë", "5"), ("1000", "a longer name", "12000")], numbers=("ID", "Count")
    )
    assert capsys.readouterr().out.splitlines() == [
        "  ID  Name           Count",
        "   7  Zoë                5",
        "1000  a longer name  12000",
    ]


def test_a_listing_of_nothing_has_headings(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("ID", "Name"), [])
    assert capsys.readouterr().out == "ID  Name\n"


def test_a_cell_is_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields([("Name", "[bold]O'Neill[/bold] :smile:\n\x1b[2J")])
    assert capsys.readouterr().out == "Field  Value\nName   [bold]O'Neill[/bold] :smile: \\x1b[2J\n"


def test_in_a_pipe_a_row_is_one_line_however_long_it_is(run: Run) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "lrs_soap", "settings"],
        env={**os.environ, "LRS_SERVICE_HOURS": LONG, "COLUMNS": "40"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ["service_hours", LONG, "LRS_SERVICE_HOURS"] in rows(listed)
    assert "\x1b" not in listed


def test_a_terminal_folds_what_is_too_wide_for_it(folder: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "LRS_SERVICE_HOURS": LONG, "TERM": "dumb"}
    environment.pop("COLUMNS", None)
    try:
        subprocess.run([sys.executable, "-m", "lrs_soap", "settings"], env=environment, stdout=theirs, check=True)
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Sat 08:00-12:00" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80
