"""The two versions of batch files: their columns, in order, and which field of a record each is.

The headings are case-sensitive, and elements of the XML form have the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

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


_FIELDS = (
    "ULN",
    "MISIdentifier",
    "Title",
    "GivenName",
    "PreferredGivenName",
    "MiddleOtherName",
    "FamilyName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
    "LastKnownPostCode",
    "DateOfAddressCapture",
    "DateOfBirth",
    "PlaceOfBirth",
    "EmailAddress",
    "Gender",
    "Nationality",
    "ScottishCandidateNumber",
    "AbilityToShare",
    "VerificationType",
    "OtherVerificationDescription",
    "Notes",
)
_IDENTIFIERS = ("UniquePupilNumber", "UniqueCandidateIdentifier")
_AFTER = _FIELDS.index("ScottishCandidateNumber") + 1

_HEADINGS_2A = {
    "FamilyNameAtAge16": "FamilyNameAt16",
    "LastKnownAddressCountyOrCity": "LastKnownAddressCountyorCity",
}
_HEADINGS_3A = {**_HEADINGS_2A, "MiddleOtherName": "MiddleNames", "AbilityToShare": "PrivacyNoticeSeen"}


def _layout(version: str, fields: Iterable[str], headings: Mapping[str, str]) -> Layout:
    return Layout(version, tuple(Column(headings.get(field, field), field) for field in fields))


NEWEST = _layout("3A", (*_FIELDS[:_AFTER], *_IDENTIFIERS, *_FIELDS[_AFTER:]), _HEADINGS_3A)
OLDEST = _layout("2A", _FIELDS, _HEADINGS_2A)
LAYOUTS: Mapping[str, Layout] = {layout.version: layout for layout in (NEWEST, OLDEST)}
