"""What a batch file holds, in whichever form: four fields of the file, and its learners."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lrs_soap.batch.file_layout import FILE_FIELDS, LAYOUTS, Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.organisation import UKPRN_LENGTH, is_ukprn
from lrs_soap.rules.values.quotation import shortened

LONGEST_VALUE = 131_072
"""How many characters a value may have before it is taken for a file that went wrong."""

LONGEST_FILE_NAME = 255

_COUNT = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class FileFields:
    """What a file says of itself: its version, the name that it was given, whose it is, how many learners it has.

    `places` says where in a file that was read each of FILE_FIELDS stands.
    """

    layout: Layout
    file_name: str
    ukprn: str
    record_count: int
    places: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as the file has them, in the order of FILE_FIELDS."""
        return self.layout.version, self.file_name, self.ukprn, str(self.record_count)


class FileRecord(NamedTuple):
    """A learner of a file: the row or line that it begins on, and what is filled in, by the contract's names."""

    number: int
    values: dict[str, str]


def file_fields(texts: Mapping[str, str], places: Mapping[str, str]) -> FileFields:
    """The file fields of these values; `places` says where in the file each stands. Raises InvalidRecord."""

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
    """A value as an error tells it: not whole where it is long."""
    return repr(shortened(text))
