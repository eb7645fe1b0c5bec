"""A batch file as a whole: its name, its format, its owner and the number of its learners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from lrs_soap.batch import csv_file, file_name, xml_file
from lrs_soap.batch.file_contents import BlankRow, FileFields, FileRecord, WrittenRecord
from lrs_soap.batch.file_layout import Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.batches.jobs import FileFacts
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.organisation import canonical

_READ: Mapping[str, Callable[[BinaryIO], tuple[FileFields, Iterator[FileRecord | BlankRow]]]] = {
    file_name.CSV: csv_file.read,
    file_name.XML: xml_file.read,
}
_WRITE: Mapping[str, Callable[[TextIO, FileFields, Iterable[WrittenRecord]], None]] = {
    file_name.CSV: csv_file.write,
    file_name.XML: xml_file.write,
}
_PLACE_OF: Mapping[str, Callable[[int, Layout, str], str]] = {
    file_name.CSV: csv_file.place_of,
    file_name.XML: xml_file.place_of,
}


@dataclass(slots=True)
class BlankRows:
    """How many rows without any value have been passed over so far."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file that is being read: the file fields, and its learners, which can be read once.

    Reading the learners raises InvalidRecord if something further on in the file is wrong, or if the file does not have
    the number of learners that it declares. Rows without any value are passed over and counted in `blank_rows`.
    """

    format: str
    fields: FileFields
    records: Iterator[FileRecord]
    blank_rows: BlankRows

    @property
    def facts(self) -> FileFacts:
        """What its job keeps of the file."""
        return FileFacts(self.format, self.fields.layout.version, self.fields.file_name)

    def place_of(self, record: FileRecord, field: str) -> str:
        """Where in the file a learner's field is, in words for a person."""
        return _PLACE_OF[self.format](record.number, self.fields.layout, field)

    def place_of_record(self, number: int) -> str:
        """Where in the file the learner with this FileRecord.number is, in words for a person."""
        return _PLACE_OF[self.format](number, self.fields.layout, "")


def read(name: str, source: BinaryIO, *, organisation: str) -> BatchFile:
    """Begin to read a file that is called `name`, for the organisation with this UKPRN.

    Raises InvalidRecord, with the place, if the name is wrong, if the name or the file has another organisation's
    UKPRN, or if the headings or the file fields are wrong (docs/behaviour.md, Batch files).
    """
    named = file_name.parse(name)
    _check_owner(named.ukprn, organisation, "the file's name")
    fields, records = _READ[named.format](source)
    _check_owner(fields.ukprn, organisation, fields.places["UKPRN"])
    blank_rows = BlankRows()
    return BatchFile(named.format, fields, _counted(records, fields, blank_rows), blank_rows)


def write(file_format: str, target: TextIO, fields: FileFields, records: Iterable[WrittenRecord]) -> None:
    """Write a file, `CSV` or `XML`. `target` is open for text in UTF-8 and does not translate line ends.

    Values that the layout has no column for are left out.
    """
    _WRITE[file_format](target, fields, records)


def _check_owner(ukprn: str, organisation: str, place: str) -> None:
    if canonical(ukprn) != canonical(organisation):
        raise InvalidRecord(f"{ukprn} is another organisation than {organisation}, whose file it has to be", place)


def _counted(
    records: Iterator[FileRecord | BlankRow], fields: FileFields, blank_rows: BlankRows
) -> Iterator[FileRecord]:
    found, expected = 0, fields.record_count
    for record in records:
        if isinstance(record, BlankRow):
            blank_rows.count += 1
        else:
            found += 1
            yield record
    if found != expected:
        told = f"{ResponseCode.RECORD_COUNT_INCORRECT.text}: it is {expected}, but the number of learners is {found}"
        if blank_rows.count:
            told += f" (rows without any value, which are not learners: {blank_rows.count})"
        raise InvalidRecord(told, fields.places["LearnerRecordCount"])
    if not found:
        raise InvalidRecord("the file has no learner")
