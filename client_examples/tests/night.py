"""The nightly job as a test runs it: a program of its own, which knows no more of the service than its address."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from lrs_soap.testing import Lrs

PROGRAM = Path(__file__).resolve().parent.parent / "nightly.py"

ASTRID = {
    "Student No": "S1",
    "Surname": "Fairbairn",
    "Forename": "Astrid",
    "Date of Birth": "04/05/2006",
    "Sex": "F",
    "Postcode": "TR1 2PQ",
    "Address": "1 Harbour Row",
    "Town": "Truro",
    "Email": "",
    "ULN": "",
    "ID Seen": "passport",
    "Privacy Notice": "yes",
}
"""A student whom the service does not know."""


class Night:
    """The job's files, and the job."""

    def __init__(self, lrs: Lrs, folder: Path) -> None:
        self._students = folder / "students.csv"
        self._results = folder / "night"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LEARNING_RECORDS_")},
            "LEARNING_RECORDS_ADDRESS": lrs.url,
            "LEARNING_RECORDS_UKPRN": lrs.ukprn,
            "LEARNING_RECORDS_PASSWORD": lrs.password,
            "LEARNING_RECORDS_RETRIES": "1",
        }

    def run(self, *students: dict[str, str], **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the job to its end; without students, once more with those of the last night."""
        if students:
            with self._students.open("w", encoding="utf-8", newline="") as target:
                writer = csv.DictWriter(target, students[0])
                writer.writeheader()
                writer.writerows(students)
        return subprocess.run(
            [sys.executable, str(PROGRAM), str(self._students), str(self._results)],
            env={**self._environment, **{f"LEARNING_RECORDS_{name}": value for name, value in settings.items()}},
            capture_output=True,
            encoding="utf-8",
        )

    def written(self, name: str) -> list[dict[str, str]]:
        """The rows of a file that the job has written."""
        with (self._results / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
            return list(csv.DictReader(source))
