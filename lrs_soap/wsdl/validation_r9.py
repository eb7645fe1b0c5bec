"""What LearnerServiceR9 asks of values beyond their types: its counterpart of the schema on the other port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lrs_soap.wsdl.declare import Message
from lrs_soap.wsdl.messages import tempuri

_WHITE_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be: a test, which also sees None for one that was not given, and words for it."""

    holds: Callable[[Any], bool]
    words: str


def _one_of(*values: str) -> Rule:
    return Rule(frozenset(values).__contains__, f"one of {', '.join(values)}")


_USER_TYPE = _one_of("LNR", "ORG", "SER")
_LANGUAGE = Rule(lambda value: (value or "").upper() in ("ENG", "EN", "CYM"), "ENG or CYM")
_AT_LEAST_1 = Rule(lambda value: value is not None and value >= 1, "1 or more")
_NOT_BLANK = Rule(lambda value: bool((value or "").strip(_WHITE_SPACE)), "given")

RULES: Mapping[type[Message], Mapping[str, Rule]] = {
    tempuri.LearnerByUln: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
        "givenName": _NOT_BLANK,
        "familyName": _NOT_BLANK,
        "findType": _one_of("FUL", "CHK"),
    },
    tempuri.GetLearnerLearningEvents: {
        "userType": _USER_TYPE,
        "vendorID": _AT_LEAST_1,
        "language": _LANGUAGE,
        "givenName": _NOT_BLANK,
        "familyName": _NOT_BLANK,
        "getType": _one_of("FULL", "BRIEF"),
    },
    tempuri.UpdateLearnerSubsetFields: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
    },
    tempuri.ViewAudit: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
        "learnerGivenName": _NOT_BLANK,
        "learnerFamilyName": _NOT_BLANK,
        "page": _AT_LEAST_1,
    },
    tempuri.GetOrganisation: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
    },
}
"""By request, its fields in the contract's order. What is not here is the operation's own business."""


def violations(request: Message) -> tuple[str, ...]:
    """Everything that is wrong with a request, a sentence a field, which does not quote its value."""
    return tuple(
        f"{field} is not {rule.words}"
        for field, rule in RULES[type(request)].items()
        if not rule.holds(getattr(request, field))
    )
