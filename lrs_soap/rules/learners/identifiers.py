"""Identifiers of a learner that only files carry: the Unique Pupil Number and the Unique Candidate Identifier.

A UPN is a check letter and twelve digits; a temporary one has a letter in place of the last digit. The digits weighed
by 2, 3, … 13, that letter counting as its place among the letters, add up modulo 23 to the place of the check letter.
A UCI is twelve digits, of which the sixth may be a letter, and a letter.
"""

from __future__ import annotations

import re

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_WEIGHTS = range(2, 14)
_PLACES = {**{letter: place for place, letter in enumerate(_LETTERS)}, **{str(digit): digit for digit in range(10)}}
_UPN = re.compile(f"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")
_UCI = re.compile("[0-9]{5}[0-9A-Z][0-9]{6}[A-Z]")
_LONGEST_QUOTED = 40


def upn_check_letter(number: str) -> str:
    """The letter that a UPN with this `number` begins with: eleven ASCII digits, and a digit or one of the letters.

    Anything else raises ValueError.
    """
    if not _UPN.fullmatch(_LETTERS[0] + number):
        raise ValueError(f"a UPN has twelve digits, the last of which may be a letter, not {number!r}")
    weighed = sum(weight * _PLACES[each] for weight, each in zip(_WEIGHTS, number, strict=True))
    return _LETTERS[weighed % len(_LETTERS)]


def is_upn(text: str) -> bool:
    """Whether `text` is a UPN, a temporary one too, in capitals and with the right check letter."""
    return _UPN.fullmatch(text) is not None and upn_check_letter(text[1:]) == text[0]


def is_uci(text: str) -> bool:
    """Whether `text` has the form of a UCI, in capitals. Its letter at the end is taken as it is."""
    return _UCI.fullmatch(text) is not None


def why_malformed(field: str, value: str) -> str | None:
    """Why a value of a field, by its name in a record, is no such identifier; None where it is, or of other fields."""
    if field == "UniquePupilNumber" and not is_upn(value):
        if _UPN.fullmatch(value):
            return f"'{value}' is not a UPN: with these digits its first letter has to be {upn_check_letter(value[1:])}"
        return f"{_quoted(value)} is not a UPN: a letter and twelve digits, the last of which may be a letter"
    if field == "UniqueCandidateIdentifier" and not is_uci(value):
        return f"{_quoted(value)} is not a UCI: twelve digits, of which the sixth may be a letter, and a letter"
    return None


def _quoted(value: str) -> str:
    return f"'{value}'" if len(value) <= _LONGEST_QUOTED else f"'{value[:_LONGEST_QUOTED]}…'"
