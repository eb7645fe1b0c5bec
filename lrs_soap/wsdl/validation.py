"""Whether a value fits its facet, and what Xerces says where it does not: compiled from the facet, once.

Follows XML Schema 1.0 part 2 as Xerces reads it: pattern, then lexical form, then maxLength, minLength,
maxInclusive, minInclusive.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lrs_soap.wsdl import xerces
from lrs_soap.wsdl.facets import Facet

_INTEGER = re.compile(r"[+-]?[0-9]+")

# The largest xs:long has nineteen: a number of more is out of range, however many millions a caller sends.
_MOST_DIGITS = 20

ValueReader = Callable[[str], tuple[Any, str | None]]


def utf16_length(value: str) -> int:
    """How many UTF-16 units a text has: what Java, and so Xerces, calls its length."""
    return len(value) if value.isascii() else len(value) + sum(character > "\uffff" for character in value)


@cache
def reader_of(facet: Facet) -> ValueReader:
    """A function from what an element holds to its value and None, or to something of no use and Xerces' message."""
    return _number_reader(facet) if facet.is_number else _text_reader(facet)


def _text_reader(facet: Facet) -> ValueReader:
    least = facet.min_length or 0
    most = facet.max_length
    # ASCII's white space is XML Schema's and two characters that XML 1.0 has not at all.
    matches = re.compile("|".join(f"(?:{each})" for each in facet.patterns), re.ASCII).fullmatch

    def read(value: str) -> tuple[str, str | None]:
        if facet.patterns and not matches(value):
            return value, xerces.pattern(value, facet.patterns, facet.name)
        length = utf16_length(value)
        if most is not None and length > most:
            return value, xerces.max_length(value, length, most, facet.name)
        if length < least:
            return value, xerces.min_length(value, length, least, facet.name)
        return value, None

    return read


def _number_reader(facet: Facet) -> ValueReader:
    least, most = facet.minimum, facet.maximum

    def read(value: str) -> tuple[int, str | None]:
        trimmed = value.strip(" \t\r\n")
        if not _INTEGER.fullmatch(trimmed):
            return 0, xerces.not_valid_for(trimmed, "integer")
        digits = trimmed.lstrip("+-").lstrip("0")
        size = int(digits or "0") if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS
        number = -size if trimmed[0] == "-" else size
        if most is not None and number > most:
            return number, xerces.max_inclusive(trimmed, most, facet.name)
        if least is not None and number < least:
            return number, xerces.min_inclusive(trimmed, least, facet.name)
        return number, None

    return read
