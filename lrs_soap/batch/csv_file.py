"""Batch files as CSV: a row of headings, then a row for each learner. The first learner's row has the file fields too.

Files are written with every value quoted and CRLF at the end of each row. Values without quotes, LF and a byte order
mark can be read as well. The encoding is always UTF-8. Rows are counted as spreadsheets count them.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import BinaryIO, NamedTuple, TextIO

from lrs_soap.batch.file_contents import (
    LONGEST_VALUE,
    BlankRow,
    FileFields,
    FileRecord,
    WrittenRecord,
    file_fields,
    quoted,
)
from lrs_soap.batch.file_layout import FILE_FIELDS, LAYOUTS, Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.sent_learner import SentLearner

# More than any row needs whose values a learner can have.
_LONGEST_LINE = 1_048_576

# What to say for a part of Python's own message.
_EXPLAINED = {
    "unexpected end of data": "a quote is opened and never closed",
    "field larger than field limit": f"a value is longer than {LONGEST_VALUE} characters, or its quote is never closed",
    "expected after": "a quote is not closed, or one inside a value in quotes is not doubled",
    "new-line character seen": "a carriage return alone ends no row",
    "line contains NUL": "holds the character U+0000, which XML cannot carry",
}


class _Row(NamedTuple):
    number: int
    cells: list[str]


def place_of(number: int, layout: Layout, field: str) -> str:
    """Where a learner's field is in a file, or with '' the learner, in words for a person. `number` is the row."""
    if not field:
        return f"row {number}"
    fields = [column.field for column in layout.columns]
    column = fields.index(field)
    return f"row {number}, column {len(FILE_FIELDS) + column + 1} ({layout.columns[column].heading})"


def read(source: BinaryIO) -> tuple[FileFields, Iterator[FileRecord | BlankRow]]:
    """The file fields, and an iterator that reads the learners and the rows without any. Both may raise InvalidRecord.

    A row has every column, unless it is blank: then none of its values is more than white space. An empty line is
    skipped.
    """
    rows = _rows(source)
    headings = next(rows, None)
    if headings is None:
        raise InvalidRecord("the file is empty", "row 1")
    layout = _layout_of(headings)
    above: list[BlankRow] = []
    first = next(rows, None)
    while first is not None and _is_blank(first.cells):
        above.append(BlankRow(first.number))
        first = next(rows, None)
    if first is None:
        raise InvalidRecord("no learner follows the headings", f"row {headings.number}")
    _check_width(first, layout)
    places = {field: f"row {first.number}, column {column} ({field})" for column, field in enumerate(FILE_FIELDS, 1)}
    fields = file_fields(dict(zip(FILE_FIELDS, first.cells, strict=False)), places)
    if fields.layout is not layout:
        raise InvalidRecord(
            f"{fields.layout.version} where the headings are those of {layout.version}", places["FileVersion"]
        )
    return fields, chain(above, [_record(first, layout)], (_later_record(row, layout) for row in rows))


def write(target: TextIO, fields: FileFields, records: Iterable[WrittenRecord]) -> None:
    """Write a file. `target` does not translate line ends."""
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(fields.layout.headings)
    of_file: Sequence[str] = fields.texts
    for record in records:
        texts = record.texts
        writer.writerow((*of_file, *(texts.get(column.field, "") for column in fields.layout.columns)))
        of_file = ("",) * len(FILE_FIELDS)


def _rows(source: BinaryIO) -> Iterator[_Row]:
    number = 1
    reader = csv.reader(_lines(source, lambda: f"row {number}"), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidRecord(_explanation(error), f"row {number}") from None
        if cells:
            _check_characters(number, cells)
            yield _Row(number, cells)
        number += 1


def _lines(source: BinaryIO, place: Callable[[], str]) -> Iterator[str]:
    line = source.readline(_LONGEST_LINE).removeprefix(BOM_UTF8)
    while line:
        if len(line) == _LONGEST_LINE:
            raise InvalidRecord(f"a line of {_LONGEST_LINE} bytes or more", place())
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise InvalidRecord(
                f"the byte {line[error.start]:#04x} is no UTF-8: save the file as CSV in UTF-8", place()
            ) from None
        line = source.readline(_LONGEST_LINE)


def _explanation(error: csv.Error) -> str:
    theirs = str(error)
    return next((ours for part, ours in _EXPLAINED.items() if part in theirs), f"not CSV: {theirs}")


def _check_characters(number: int, cells: Sequence[str]) -> None:
    for column, cell in enumerate(cells, 1):
        check_characters(f"row {number}, column {column}", cell)


def _layout_of(headings: _Row) -> Layout:
    """The layout with these headings. Raises InvalidRecord for the first heading that the likeliest layout lacks."""
    found = headings.cells
    layout = max(LAYOUTS.values(), key=lambda each: len(set(found) & set(each.headings)))
    for column, (ours, theirs) in enumerate(zip_longest(layout.headings, found), 1):
        if theirs != ours:
            raise InvalidRecord(_wrong_heading(ours, theirs, layout), f"row {headings.number}, column {column}")
    return layout


def _wrong_heading(expected: str | None, found: str | None, layout: Layout) -> str:
    version = f"in version {layout.version}"
    if expected is None:
        return f"{quoted(found or '')} where {version} there is no column any more"
    if found is None:
        return f"the heading {expected!r} is missing, which is expected here {version}"
    told = f"the heading {quoted(found)} where {expected!r} is expected {version}"
    if found.casefold() == expected.casefold():
        return f"{told}, in these very capitals and small letters"
    if found in layout.headings:
        return f"{told}; {found!r} has its place in column {layout.headings.index(found) + 1}"
    return told


def _check_width(row: _Row, layout: Layout) -> None:
    if len(row.cells) != len(layout.headings):
        raise InvalidRecord(f"{len(row.cells)} columns where {len(layout.headings)} are expected", f"row {row.number}")


def _later_record(row: _Row, layout: Layout) -> FileRecord | BlankRow:
    if _is_blank(row.cells):
        return BlankRow(row.number)
    _check_width(row, layout)
    for column, (field, cell) in enumerate(zip(FILE_FIELDS, row.cells, strict=False), 1):
        if cell:
            raise InvalidRecord(
                f"{quoted(cell)} where nothing is expected, because only the first learner's row has the file's fields",
                f"row {row.number}, column {column} ({field})",
            )
    return _record(row, layout)


def _record(row: _Row, layout: Layout) -> FileRecord | BlankRow:
    cells = row.cells[len(FILE_FIELDS) :]
    if _is_blank(cells):
        return BlankRow(row.number)
    values = zip(layout.columns, cells, strict=True)
    return FileRecord(row.number, SentLearner.of({column.field: cell for column, cell in values if cell}))


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(map(str.strip, cells))
