"""Files of records that people make: JSON lines, or CSV with a heading. Each record comes with its line number.

Nothing here knows what a record is about, and nothing that is wrong with one keeps the others from being read.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from lrs_soap.errors import InvalidRecord

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNDECODED = re.compile("[\udc80-\udcff]")


class Record(NamedTuple):
    """The values of one record by the file's own names, and the line that it begins on."""

    line: int
    values: dict[str, Any]


class Rejection(NamedTuple):
    """Why what begins on `line` is not loaded, in words for the person who made the file."""

    line: int
    reason: str


def read(lines: Iterable[bytes], check_heading: Callable[[list[str]], None]) -> Iterator[Record | Rejection]:
    """The records of a file, given as its lines in UTF-8, with or without a byte order mark.

    A file whose first line that is not blank begins with `{` is JSON lines, an object a line; any other is CSV, whose
    first row names the columns. `check_heading` raises InvalidRecord for columns that will not do; then that is all
    that comes. Values of JSON come as Python's, values of CSV are text.
    """
    remaining = iter(lines)
    head: list[bytes] = []
    for line in remaining:
        head.append(line if head else line.removeprefix(_BYTE_ORDER_MARK))
        if head[-1].strip():
            break
    every_line = chain(head, remaining)
    if head and head[-1].lstrip().startswith(b"{"):
        return _json_lines(every_line)
    return _csv(every_line, check_heading)


def _json_lines(lines: Iterable[bytes]) -> Iterator[Record | Rejection]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Record(number, _json_object(line))
            except InvalidRecord as error:
                yield Rejection(number, str(error))


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode(), object_pairs_hook=_each_key_once)
    except UnicodeDecodeError:
        raise InvalidRecord("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidRecord(f"not JSON: {error.msg} at character {error.colno}") from None
    except (ValueError, RecursionError):
        # A number with thousands of digits, or thousands of brackets.
        raise InvalidRecord("not JSON that can be read: a number is too long, or brackets go too deep") from None
    if not isinstance(value, dict):
        raise InvalidRecord("not a JSON object")
    return value


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise InvalidRecord(f"{key[:40]!r} is given more than once")
        values[key] = value
    return values


def _csv(lines: Iterable[bytes], check_heading: Callable[[list[str]], None]) -> Iterator[Record | Rejection]:
    heading: list[str] | None = None
    for line, row in _rows(lines):
        if isinstance(row, str):
            yield Rejection(line, row)
            if heading is None:
                return
        elif heading is None:
            try:
                check_heading(row)
            except InvalidRecord as error:
                yield Rejection(line, str(error))
                return
            heading = row
        elif len(row) != len(heading):
            yield Rejection(line, f"{len(row)} columns where the heading has {len(heading)}")
        else:
            yield Record(line, dict(zip(heading, row, strict=True)))


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[int, list[str] | str]]:
    """The rows in which anything is filled in, or what is wrong with one."""
    latest = ""

    def decoded() -> Iterator[str]:
        nonlocal latest
        for each in lines:
            # Undecodable bytes go through as surrogates, so that only their own row is lost.
            latest = each.decode(errors="surrogateescape")
            yield latest

    reader = csv.reader(decoded(), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Before Python 3.11 it stops at a NUL, of which bytes that are no UTF-8 are often full.
            yield line, "not UTF-8" if _UNDECODED.search(latest) else f"not CSV: {error}"
            continue
        if any(map(_UNDECODED.search, row)):
            yield line, "not UTF-8"
        elif any(map(str.strip, row)):
            yield line, row
