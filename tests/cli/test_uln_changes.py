"""`lrs-soap ulns`: merged, unmerged and deleted ULNs as CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

GRACE, CALLUM = "4170265830", "7053182648"


@pytest.fixture
def commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lrs-soap` at noon on 10 March 2025."""
    monkeypatch.setenv("LRS_CLOCK", "2025-03-10T12:00:00")
    return run


def test_what_was_done_since_a_day_is_listed_or_written_to_a_file(commands: Run) -> None:
    for command in (("merge", GRACE, CALLUM), ("unmerge", CALLUM), ("delete", CALLUM)):
        assert commands(*command).exit_code == 0
    expected = [
        ["Date", "Change", "ULN", "MasterBefore", "MasterAfter"],
        ["2025-03-10", "merged", CALLUM, "", GRACE],
        ["2025-03-10", "unmerged", CALLUM, GRACE, ""],
        ["2025-03-10", "deleted", CALLUM, "", ""],
    ]
    listed = commands("ulns", "--since", "2025-03-10")
    assert list(csv.reader(listed.stdout.splitlines())) == expected
    assert commands("ulns", "--since", "2025-03-10", "changes.csv").exit_code == 0
    assert list(csv.reader(Path("changes.csv").read_text("utf-8").splitlines())) == expected
    assert commands("ulns", "--since", "2025-03-11").stdout.splitlines() == [",".join(expected[0])]


@pytest.mark.parametrize("since", ["yesterday", "2025-02-30", "2025-03-10T12:00"])
def test_what_is_no_day_is_refused(commands: Run, since: str) -> None:
    assert commands("ulns", "--since", since).exit_code == 2
