"""The two versions of batch files: their columns, in order, and the record's field in each column.

Headings are case-sensitive. Elements of the XML format have the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lrs_soap.rules.values.learner_fields import BY_NAME
from lrs_soap.rules.values.sent_learner import SENT_FIELDS

FILE_FIELDS = ("FileVersion", "FileName", "UKPRN", "LearnerRecordCount")
"""The fields that a file has once: in CSV in the first learner's row, in XML before the first learner."""

RETURN_CODE = "ReturnCode"
"""The last column of an outcome file."""


class Column(NamedTuple):
    """A column of a learner: its heading, and the contract's name of the field."""

    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A version of the files: the columns of a learner, in order."""

    version: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the CSV format, in order."""
        return (*FILE_FIELDS, *(column.heading for column in self.columns))

    @property
    def of_outcomes(self) -> Layout:
        """The layout of the outcome files of this version."""
        return replace(self, columns=(*self.columns, Column(RETURN_CODE, RETURN_CODE)))


def _layout(version: str) -> Layout:
    fields = (field for field in map(BY_NAME.__getitem__, SENT_FIELDS) if version in field.file_versions)
    return Layout(version, tuple(Column(field.heading(version), field.contract_name) for field in fields))


NEWEST = _layout("3A")
OLDEST = _layout("2A")
LAYOUTS: Mapping[str, Layout] = {layout.version: layout for layout in (NEWEST, OLDEST)}
