"""The identifiers of a learner that only files have: the Unique Pupil Number and the Unique Candidate Identifier.

A UPN is a check letter and twelve digits; a temporary UPN has a letter in place of the last digit. Multiplied by 2, 3,
… 13, the digits add up, modulo 23, to the position of the check letter among the letters; the letter of a temporary
UPN counts as its own position. A UCI is twelve digits, of which the sixth may be a letter, and a letter.

A UPN is for pupils under 16: one that is sent for anybody older is passed over.
"""

from __future__ import annotations

import re
from datetime import date

from lrs_soap.rules.values import dates
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.rule import Outcome, Rule

UPN_UNTIL_AGE = 16
"""From this age on, a UPN that is sent is not kept."""

_NOT_KEPT = f"not kept, because the learner is {UPN_UNTIL_AGE} or older"

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_WEIGHTS = range(2, 14)
_POSITIONS = {
    **{letter: position for position, letter in enumerate(_LETTERS)},
    **{str(digit): digit for digit in range(10)},
}
_UPN = re.compile(f"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")
_UCI = re.compile("[0-9]{5}[0-9A-Z][0-9]{6}[A-Z]")


def upn_check_letter(number: str) -> str:
    """The check letter of the UPN with this `number`: eleven ASCII digits, and a digit or one of the letters.

    Raises ValueError for anything else.
    """
    if not _UPN.fullmatch(_LETTERS[0] + number):
        raise ValueError(f"a UPN has twelve digits, the last of which may be a letter, not {number!r}")
    weighed = sum(weight * _POSITIONS[each] for weight, each in zip(_WEIGHTS, number, strict=True))
    return _LETTERS[weighed % len(_LETTERS)]


def is_upn(text: str) -> bool:
    """Whether `text` is a UPN, permanent or temporary, in capitals and with the right check letter."""
    return _UPN.fullmatch(text) is not None and upn_check_letter(text[1:]) == text[0]


def is_uci(text: str) -> bool:
    """Whether `text` has the form of a UCI, in capitals. Its last letter may be any letter."""
    return _UCI.fullmatch(text) is not None


def keeps_upn(date_of_birth: str, today: date) -> bool:
    """Whether a UPN is kept of a learner with this date of birth, `YYYY-MM-DD`. Any other text keeps it."""
    birth = dates.parse(date_of_birth)
    return birth is None or dates.age_on(birth, today) < UPN_UNTIL_AGE


def upn_not_kept(sent: str | None, kept: str | None) -> tuple[Reason, ...]:
    """The reason to tell when the UPN that was sent is not the one that the learner has now; else none."""
    if not sent or sent == kept:
        return ()
    return (Reason(Rule.UPN_AGE, Outcome.NOT_KEPT, ("unique_pupil_number",), (sent,), findings=(_NOT_KEPT,)),)


def why_malformed(field: str, value: str) -> str | None:
    """Why `value` is not the UPN or UCI that the contract's `field` holds; None if it is, and for other fields."""
    if field == "UniquePupilNumber" and not is_upn(value):
        if _UPN.fullmatch(value):
            return f"'{value}' is not a UPN: with these digits its first letter has to be {upn_check_letter(value[1:])}"
        return f"'{shortened(value)}' is not a UPN: a letter and twelve digits, the last of which may be a letter"
    if field == "UniqueCandidateIdentifier" and not is_uci(value):
        return f"'{shortened(value)}' is not a UCI: twelve digits, of which the sixth may be a letter, and a letter"
    return None
