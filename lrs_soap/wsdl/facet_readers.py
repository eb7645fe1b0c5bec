"""Reads values by their facets: a function a facet, compiled once, which returns Xerces' message for a wrong value.

Follows XML Schema 1.0 part 2 as Xerces reads it: pattern, then lexical form, then maxLength, minLength,
maxInclusive, minInclusive. But the length of a very long value comes before its pattern, which could take seconds and
gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lrs_soap.rules.values.quotation import LONGEST_IN_FAULT
from lrs_soap.wsdl import xerces
from lrs_soap.wsdl.facets import NOT_BLANK, Facet
from lrs_soap.wsdl.xsd_values import WHITE_SPACE

_INTEGER = re.compile(r"[+-]?[0-9]+")

# The largest xs:long has nineteen digits. Converting millions of digits would take long, and they are out of range.
_MOST_DIGITS = 20

# Longer words are rare.
_LONGEST_WORD = 50

ValueReader = Callable[[str], tuple[Any, str | None]]

_ANYTHING = r"[\s\S]*"
# The same in words at whose end Python is at once.
_ANYTHING_AT_ONCE = "(?s:.*)"
_NOTHING = re.compile(r"(?!)")


def utf16_length(value: str) -> int:
    """The number of UTF-16 units in a text, which is its length for Java and so for Xerces."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2


@cache
def quick_check_of(facet: Facet) -> Callable[[str], object]:
    """A function that is true of nearly every text that `reader_of` would return as it is, and of no other text.

    It is one regular expression, which takes a third of the time. So ask it first, and the reader where it is false.
    """
    if facet.is_number:
        return _NOTHING.fullmatch
    expression = f"(?:{_any_of(facet.patterns)})"
    # Where there are patterns alone, they say all.
    if not facet.patterns or facet.min_length is not None or facet.max_length is not None:
        # These characters are one UTF-16 unit each.
        length = f"{{{facet.min_length or 0},{'' if facet.max_length is None else facet.max_length}}}"
        expression = rf"(?=[\x00-\uffff]{length}\Z){expression}"
    return re.compile(expression, re.ASCII).fullmatch


@cache
def word_lengths_of(facet: Facet) -> frozenset[int]:
    """The lengths of words that are values of the facet as they are, whatever letters and digits they consist of.

    Most names are such words, and to tell that takes a third of the time of `quick_check_of`.
    """
    if facet.is_number or any(pattern != NOT_BLANK for pattern in facet.patterns):
        return frozenset()
    # A letter may be two UTF-16 units.
    most = _LONGEST_WORD if facet.max_length is None else min(facet.max_length // 2, _LONGEST_WORD)
    return frozenset(range(max(facet.min_length or 0, 1), most + 1))


@cache
def reader_of(facet: Facet) -> ValueReader:
    """A function that takes an element's text and returns the value and None, or any value and Xerces' message."""
    return _number_reader(facet) if facet.is_number else _text_reader(facet)


def _any_of(patterns: tuple[str, ...]) -> str:
    return "|".join(f"(?:{each.replace(_ANYTHING, _ANYTHING_AT_ONCE)})" for each in patterns or (_ANYTHING,))


def _text_reader(facet: Facet) -> ValueReader:
    least = facet.min_length or 0
    most = facet.max_length
    # re.ASCII's white space is XML Schema's and two characters that XML 1.0 does not allow.
    matches = re.compile(_any_of(facet.patterns), re.ASCII).fullmatch

    def read(value: str) -> tuple[str, str | None]:
        is_cut = len(value) > LONGEST_IN_FAULT and most is not None
        if facet.patterns and not is_cut and not matches(value):
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
        trimmed = value.strip(WHITE_SPACE)
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
