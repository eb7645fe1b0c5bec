"""An example of a batch file."""

from __future__ import annotations

from typing import TextIO

from lrs_soap.batch import batch_file
from lrs_soap.batch.file_contents import FileFields
from lrs_soap.batch.file_layout import LAYOUTS

_LEARNER = {
    "MISIdentifier": "1",
    "GivenName": "Martha",
    "FamilyName": "Pemberton",
    "LastKnownPostCode": "LS6 3AA",
    "DateOfBirth": "2007-09-03",
    "Gender": "2",
    "AbilityToShare": "1",
    "VerificationType": "2",
}


def template(target: TextIO, version: str, file_format: str) -> None:
    """Write a file with one learner, whom an organisation of the starting data can register."""
    fields = FileFields(LAYOUTS[version], f"LRB_TEST0001_010920250900.{file_format}", "TEST0001", 1)
    batch_file.write(file_format, target, fields, [_LEARNER])
