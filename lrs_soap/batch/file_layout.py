"""The two versions of batch files: their columns, in order, and which field of a record each is.

The headings are case-sensitive, and elements of the XML form have the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lrs_soap.rules.values.learner_fields import BY_NAME
from lrs_soap.rules.values.sent_learner import SENT_FIELDS

FILE_FIELDS = ("FileVersion", "FileName", "UKPRN", "LearnerRecordCount")
"""What stands once in a file: in CSV with the first learner, in XML before it."""

RETURN_CODE = "ReturnCode"
"""The last column of a file of outcomes."""


class Column(NamedTuple):
    """A column of a learner: its heading, and the contract's name of the field."""

    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A version of the files: its learner's columns, in order."""

    version: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the CSV form, in order."""
        return (*FILE_FIELDS, *(column.heading for column in self.columns))

    @property
    def of_outcomes(self) -> Layout:
        """The version of a file that tells what became of the learners."""
        return replace(self, columns=(*self.columns, Column(RETURN_CODE, RETURN_CODE)))


def _layout(version: str) -> Layout:
    fields = (field for field in map(BY_NAME.__getitem__, SENT_FIELDS) if version in field.file_versions)
    return Layout(version, tuple(Column(field.heading(version), field.contract_name) for field in fields))


NEWEST = _layout("3A")
OLDEST = _layout("2A")
LAYOUTS: Mapping[str, Layout] = {layout.version: layout for layout in (NEWEST, OLDEST)}
