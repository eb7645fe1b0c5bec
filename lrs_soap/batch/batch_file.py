"""A batch file as a whole: its name, its form, whose it is, how many learners it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from lrs_soap.batch import csv_file, file_name, xml_file
from lrs_soap.batch.file_contents import FileFields, FileRecord
from lrs_soap.batch.file_layout import Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.batches.jobs import FileFacts
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.organisation import canonical

_READ: Mapping[str, Callable[[BinaryIO], tuple[FileFields, Iterator[FileRecord]]]] = {
    file_name.CSV: csv_file.read,
    file_name.XML: xml_file.read,
}
_WRITE: Mapping[str, Callable[[TextIO, FileFields, Iterable[Mapping[str, str]]], None]] = {
    file_name.CSV: csv_file.write,
    file_name.XML: xml_file.write,
}
_WHERE: Mapping[str, Callable[[int, Layout, str], str]] = {
    file_name.CSV: csv_file.where,
    file_name.XML: xml_file.where,
}


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file that is being read: what it says of itself, and its learners, to be read once.

    Reading them raises InvalidRecord for what is wrong with the file further on, and where it has not the number of
    learners that it says.
    """

    format: str
    fields: FileFields
    records: Iterator[FileRecord]

    @property
    def facts(self) -> FileFacts:
        """What is kept of the file with its job."""
        return FileFacts(self.format, self.fields.layout.version, self.fields.file_name)

    def where(self, record: FileRecord, field: str) -> str:
        """The place of a learner's field in the file, for people."""
        return _WHERE[self.format](record.number, self.fields.layout, field)


def read(name: str, source: BinaryIO, *, organisation: str) -> BatchFile:
    """Begin to read a file that is called `name`, for the organisation with this UKPRN.

    Raises InvalidRecord for its name, a UKPRN that is another's, in the name or inside, and for what is wrong with the
    headings or with the file's own fields, saying where (docs/behaviour.md, Batch files).
    """
    named = file_name.parse(name)
    _check_owner(named.ukprn, organisation, "the file's name")
    fields, records = _READ[named.format](source)
    _check_owner(fields.ukprn, organisation, fields.places["UKPRN"])
    return BatchFile(named.format, fields, _counted(records, fields))


def write(file_format: str, target: TextIO, fields: FileFields, records: Iterable[Mapping[str, str]]) -> None:
    """Write a file, `CSV` or `XML`, to a text in UTF-8 that leaves the ends of lines as they are.

    `records` have values by the contract's names; what the layout has no column for is left out.
    """
    _WRITE[file_format](target, fields, records)


def _check_owner(ukprn: str, organisation: str, place: str) -> None:
    if canonical(ukprn) != canonical(organisation):
        raise InvalidRecord(f"{ukprn} is another organisation than {organisation}, whose file it has to be", place)


def _counted(records: Iterator[FileRecord], fields: FileFields) -> Iterator[FileRecord]:
    found, expected = 0, fields.record_count
    for record in records:
        found += 1
        yield record
    if found != expected:
        told = f"{ResponseCode.RECORD_COUNT_INCORRECT.text}: it is {expected}, and the learners in the file are {found}"
        raise InvalidRecord(told, fields.places["LearnerRecordCount"])
