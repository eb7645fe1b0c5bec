"""The contents of a batch file in either format: the four file fields, and the learners."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lrs_soap.batch.file_layout import FILE_FIELDS, LAYOUTS, RETURN_CODE, Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.organisation import UKPRN_LENGTH, is_ukprn
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.sent_learner import SentLearner

LONGEST_VALUE = 131_072
"""The most characters a value may have; with more, the file itself is taken to be wrong."""

LONGEST_FILE_NAME = 255

_COUNT = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class FileFields:
    """What a file declares: its version, the name that it was given, its owner's UKPRN, the number of its learners.

    For a file that was read, `places` says where each of FILE_FIELDS is.
    """

    layout: Layout
    file_name: str
    ukprn: str
    record_count: int
    places: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as text, in the order of FILE_FIELDS."""
        return self.layout.version, self.file_name, self.ukprn, str(self.record_count)


class FileRecord(NamedTuple):
    """A learner in a file: the row or line that it begins on, and its values that are not empty."""

    number: int
    sent: SentLearner


class BlankRow(NamedTuple):
    """A row of a file that has no value of a learner, as spreadsheets leave them: it is no learner."""

    number: int


class WrittenRecord(NamedTuple):
    """A learner to write to a file: what its row is filled in with, and the record's return code in an outcome."""

    sent: SentLearner
    return_code: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the row, by the contract's names and `RETURN_CODE`."""
        return {**self.sent.by_contract_name(), RETURN_CODE: self.return_code}


def file_fields(texts: Mapping[str, str], places: Mapping[str, str]) -> FileFields:
    """The file fields with these values; `places` says where each is in the file. Raises InvalidRecord."""

    def wrong(field: str, expected: str) -> InvalidRecord:
        return InvalidRecord(f"{quoted(texts[field])} where {expected} is expected", places[field])

    version, name, ukprn, count = (texts[field] for field in FILE_FIELDS)
    if version not in LAYOUTS:
        raise wrong("FileVersion", " or ".join(sorted(LAYOUTS)))
    if not 1 <= len(name) <= LONGEST_FILE_NAME:
        raise wrong("FileName", f"the file's name, of {LONGEST_FILE_NAME} characters at most,")
    if not is_ukprn(ukprn):
        raise wrong("UKPRN", f"a UKPRN of {UKPRN_LENGTH} letters or digits")
    if not _COUNT.fullmatch(count):
        raise wrong("LearnerRecordCount", "the number of learners")
    return FileFields(LAYOUTS[version], name, ukprn, int(count), places)


def quoted(text: str) -> str:
    """A value in quotes, for an error message; a long one is shortened."""
    return repr(shortened(text))
