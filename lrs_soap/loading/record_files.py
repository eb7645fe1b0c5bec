"""Files of records: JSON lines, or CSV with a heading. Each record comes with its line number.

This module does not know what a record is about. If one record is wrong, the others are still read.
"""

from __future__ import annotations

import csv
import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.quotation import shortened

_UNDECODED = re.compile("[\udc80-\udcff]")


class Record(NamedTuple):
    """A record's values, by the names in the file, and the line that it begins on."""

    line: int
    values: dict[str, Any]


class Rejection(NamedTuple):
    """Why the record that begins on `line` is not loaded, in words for the person who made the file."""

    line: int
    reason: str


class HeldAlready(Rejection):
    """A rejection because the ULN or the five identity keys are another learner's already."""

    __slots__ = ()


def read(lines: Iterable[bytes], check_heading: Callable[[list[str]], None]) -> Iterator[Record | Rejection]:
    """The records of a file, which is given as its lines in UTF-8, with or without a byte order mark.

    If the first line that is not blank begins with `{`, the file is JSON lines, an object a line. Otherwise it is CSV,
    and the first row names the columns. `check_heading` raises InvalidRecord for wrong columns; then a rejection is all
    that comes. Values from JSON are Python objects, values from CSV are text.
    """
    remaining = iter(lines)
    head: list[bytes] = []
    for line in remaining:
        head.append(line if head else line.removeprefix(BOM_UTF8))
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
            raise InvalidRecord(f"{shortened(key)!r} is given more than once")
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
    """The rows that are not empty, each with its line number; a text instead of a row says what is wrong with it."""
    latest = ""

    def decoded() -> Iterator[str]:
        nonlocal latest
        for each in lines:
            # Undecodable bytes become surrogates, so that only their own row is rejected.
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
            # Before Python 3.11 the reader fails at a NUL, and text that is not UTF-8 often has many.
            yield line, "not UTF-8" if _UNDECODED.search(latest) else f"not CSV: {error}"
            continue
        if any(map(_UNDECODED.search, row)):
            yield line, "not UTF-8"
        elif any(map(str.strip, row)):
            yield line, row
