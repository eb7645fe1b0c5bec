"""Batch files as XML: LearnerRegistrationBatch with the file fields, then an element Learner each, in no namespace.

An empty element means the same as a missing one. Files are read and checked piece by piece, so they may have any
length. `batch.xml_schema` has their schema. A document type declaration is refused where it begins, and not read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO, TextIO
from xml.parsers import expat

from lrs_soap.batch.file_contents import LONGEST_VALUE, FileFields, FileRecord, WrittenRecord, file_fields, quoted
from lrs_soap.batch.file_layout import FILE_FIELDS, Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.sent_learner import SentLearner

BATCH, LEARNER = "LearnerRegistrationBatch", "Learner"

_PIECE = 65_536
_WHITE_SPACE = " \t\r\n"
_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA_LOCATIONS = (f"{_SCHEMA_INSTANCE} schemaLocation", f"{_SCHEMA_INSTANCE} noNamespaceSchemaLocation")
# A parser reads a carriage return as a line feed unless it is escaped.
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def place_of(number: int, layout: Layout, field: str) -> str:
    """Where a learner's field is in a file, or with '' the learner, in words for a person. `number` is the line."""
    if not field:
        return f"the Learner of line {number}"
    heading = next(column.heading for column in layout.columns if column.field == field)
    return f"the Learner of line {number}, element {heading}"


def read(source: BinaryIO) -> tuple[FileFields, Iterator[FileRecord]]:
    """The file fields, and an iterator that reads the learners. Both may raise InvalidRecord."""
    reader = _Reader()
    records = reader.records(source)
    first = next(records, None)
    if first is None or reader.fields is None:
        raise InvalidRecord(f"the file has no {LEARNER}")
    return reader.fields, chain([first], records)


def write(target: TextIO, fields: FileFields, records: Iterable[WrittenRecord]) -> None:
    """Write a file, without empty elements. `target` does not translate line ends."""
    target.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<{BATCH}>\n')
    for name, text in zip(FILE_FIELDS, fields.texts, strict=True):
        target.write(f"  {_element(name, text)}\n")
    for record in records:
        texts = record.texts
        given = ((column.heading, texts.get(column.field)) for column in fields.layout.columns)
        elements = "".join(f"    {_element(heading, text)}\n" for heading, text in given if text)
        target.write(f"  <{LEARNER}>\n{elements}  </{LEARNER}>\n")
    target.write(f"</{BATCH}>\n")


def _element(name: str, text: str) -> str:
    return f"<{name}>{text.translate(_ESCAPED)}</{name}>"


class _Reader:
    """Follows a file's elements, and refuses the first that may not be where it is.

    `fields` has the file fields once all of them have been read.
    """

    def __init__(self) -> None:
        self.fields: FileFields | None = None
        self._records: deque[FileRecord] = deque()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parsed = 0
        # The open elements, outermost first, and the text of the innermost so far, if it may have text.
        self._open: list[str] = []
        self._text: list[str] | None = None
        self._length = 0
        self._file_texts: dict[str, str] = {}
        self._file_places: dict[str, str] = {}
        self._headings: Sequence[str] = ()
        # The line of the open Learner, how many headings lie behind, and its values.
        self._line = 0
        self._past = 0
        self._values: dict[str, str] = {}

    def records(self, source: BinaryIO) -> Iterator[FileRecord]:
        """The learners, as they are read. Raises InvalidRecord."""
        while piece := source.read(_PIECE):
            self._parse(piece)
            while self._records:
                yield self._records.popleft()
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            at = self._parser.ErrorByteIndex - self._parsed
            at_fault = piece[at : at + 1] if at >= 0 else b""
            raise InvalidRecord(_not_well_formed(error, at_fault), f"line {error.lineno}") from None
        except (LookupError, ValueError):
            raise InvalidRecord("an encoding that is not known; UTF-8 always is", "line 1") from None
        self._parsed += len(piece)

    def _document_type(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise InvalidRecord("a document type declaration, which no batch file has", f"line {line}")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local_name = name.rpartition(" ")
        if namespace:
            raise self._wrong(f"the namespace {quoted(namespace)}, where none is expected", local_name)
        for attribute in attributes:
            if attribute not in _SCHEMA_LOCATIONS:
                raise self._wrong(f"the attribute {quoted(attribute)}, where none is expected", name)
        if not self._open:
            self._expect(name, BATCH)
        elif len(self._open) == 1:
            self._start_in_batch(name)
        elif self._text is None:
            self._start_in_learner(name)
        else:
            raise self._wrong(f"an element inside {self._open[-1]}, which holds a text", name)
        self._open.append(name)

    def _start_in_batch(self, name: str) -> None:
        if self.fields is None:
            self._expect(name, FILE_FIELDS[len(self._file_texts)])
            self._file_places[name] = self._place(name)
            self._begin_text()
        else:
            self._expect(name, LEARNER)
            self._line = self._parser.CurrentLineNumber
            self._past = 0
            self._values = {}

    def _start_in_learner(self, name: str) -> None:
        try:
            self._past = self._headings.index(name, self._past) + 1
        except ValueError:
            raise self._wrong(self._why_not_in_learner(name), name) from None
        self._begin_text()

    def _why_not_in_learner(self, name: str) -> str:
        version = f"in version {self.fields.layout.version}" if self.fields else ""
        if name in self._headings:
            before = self._headings[self._past - 1]
            return "it is there twice" if name == before else f"its place {version} is before {before}"
        alike = [heading for heading in self._headings if heading.casefold() == name.casefold()]
        return f"no element of a {LEARNER} {version}" + (f": it is called {alike[0]}" if alike else "")

    def _begin_text(self) -> None:
        self._text = []
        self._length = 0

    def _characters(self, data: str) -> None:
        if self._text is None:
            if between := data.strip(_WHITE_SPACE):
                raise self._wrong(f"the text {quoted(between)} between elements", self._open[-1])
            return
        self._text.append(data)
        self._length += len(data)
        if self._length > LONGEST_VALUE:
            raise self._wrong(f"longer than {LONGEST_VALUE} characters", self._open[-1])

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._text is not None:
            self._end_text(name, "".join(self._text))
            self._text = None
        elif name == LEARNER:
            self._records.append(FileRecord(self._line, SentLearner.of(self._values)))
        elif self.fields is None:
            raise self._wrong(f"{FILE_FIELDS[len(self._file_texts)]} is missing", name)

    def _end_text(self, name: str, text: str) -> None:
        if self.fields is None:
            self._file_texts[name] = text
            if len(self._file_texts) == len(FILE_FIELDS):
                self.fields = file_fields(self._file_texts, self._file_places)
                self._headings = [column.heading for column in self.fields.layout.columns]
        elif text:
            self._values[self.fields.layout.columns[self._past - 1].field] = text

    def _expect(self, name: str, expected: str) -> None:
        if name != expected:
            raise self._wrong(f"{expected} is expected here", name)

    def _place(self, name: str) -> str:
        return f"line {self._parser.CurrentLineNumber}, element {name}"

    def _wrong(self, reason: str, name: str) -> InvalidRecord:
        return InvalidRecord(reason, self._place(name))


def _not_well_formed(error: expat.ExpatError, at_fault: bytes) -> str:
    """What is wrong, in words for a person. `at_fault` is the byte where it is wrong, empty if that is not known."""
    if error.code == _INVALID_TOKEN and at_fault >= b"\x80":
        return "bytes that are no character of XML in the file's encoding, which is UTF-8 where it declares no other"
    if error.code == _INVALID_TOKEN and b"" < at_fault < b" ":
        return f"holds the character U+{ord(at_fault):04X}, which XML cannot carry"
    return f"not well-formed XML: {expat.ErrorString(error.code)}"
