"""`lrs-soap record`: a learner's record in a table, and as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kit.printed_tables import rows

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.usefixtures("database")

GRACE, MASTER, LINKED, DELETED = "4170265830", "9140837261", "2865174033", "4739516283"


def test_a_record_is_listed_in_the_order_of_dates(run: Run) -> None:
    listed = run("record", GRACE)
    assert listed.exit_code == 0
    assert listed.stdout.split("\n", 1)[0].split("  ")[0] == "Subject"
    assert len(rows(listed.stdout)) == 11


def test_a_linked_uln_has_the_record_of_its_master(run: Run) -> None:
    assert run("record", LINKED).stdout == run("record", MASTER).stdout


def test_a_report_is_written_and_replaced_by_force_alone(run: Run) -> None:
    written = run("record", GRACE, "--pdf", "record.pdf")
    assert (written.exit_code, written.stdout) == (0, f"The report of {GRACE} is in record.pdf.\n")
    assert Path("record.pdf").read_bytes().startswith(b"%PDF-")
    assert run("record", GRACE, "--pdf", "record.pdf").exit_code == 2
    assert run("record", GRACE, "--pdf", "record.pdf", "--force").exit_code == 0
    assert run("record", GRACE, "--pdf", "nowhere/record.pdf").exit_code == 2


def test_a_report_of_too_much_is_not_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrs_soap.cli.record.MOST_EVENTS", 3)
    refused = run("record", GRACE, "--pdf", "record.pdf")
    assert refused.exit_code == 1
    assert f"A report has 3 qualifications at most; {GRACE} has 10." in refused.stderr
    assert not Path("record.pdf").exists()


@pytest.mark.parametrize("uln", ["1234567890", DELETED])
def test_nobody_has_no_record(run: Run, uln: str) -> None:
    assert run("record", uln).exit_code == 1
