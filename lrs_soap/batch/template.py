"""An example of a batch file."""

from __future__ import annotations

from typing import TextIO

from lrs_soap.batch import batch_file
from lrs_soap.batch.file_contents import FileFields, WrittenRecord
from lrs_soap.batch.file_layout import LAYOUTS
from lrs_soap.rules.values.sent_learner import SentLearner

_LEARNER = SentLearner(
    mis_identifier="1",
    given_name="Martha",
    family_name="Pemberton",
    last_known_post_code="LS6 3AA",
    date_of_birth="2007-09-03",
    gender="2",
    ability_to_share="1",
    verification_type="2",
)


def template(target: TextIO, version: str, file_format: str) -> None:
    """Write a file with one learner, whom an organisation of the starting data can register."""
    fields = FileFields(LAYOUTS[version], f"LRB_TEST0001_010920250900.{file_format}", "TEST0001", 1)
    batch_file.write(file_format, target, fields, [WrittenRecord(_LEARNER)])
