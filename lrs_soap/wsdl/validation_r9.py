"""What LearnerServiceR9 asks of values beyond their types: its counterpart of the schema on the other port.

What is held of a learner has that port's facets, by whichever port it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lrs_soap.wsdl import facets
from lrs_soap.wsdl.declare import Message
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.messages import tempuri
from lrs_soap.wsdl.validation import reader_of


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be: a test, which also sees None for one that was not given, and words for it."""

    holds: Callable[[Any], bool]
    words: str


def _one_of(*values: str) -> Rule:
    return Rule(frozenset(values).__contains__, f"one of {', '.join(values)}")


def _within(facet: Facet) -> Rule:
    read = reader_of(facet)
    return Rule(lambda value: value is not None and read(value)[1] is None, f"a {facet.name}")


def _within_or_not_given(facet: Facet) -> Rule:
    read = reader_of(facet)
    return Rule(lambda value: value is None or read(value)[1] is None, f"a {facet.name}")


_USER_TYPE = _one_of("LNR", "ORG", "SER")
_LANGUAGE = Rule(lambda value: (value or "").upper() in ("ENG", "EN", "CYM"), "ENG or CYM")
_AT_LEAST_1 = Rule(lambda value: value is not None and value >= 1, "1 or more")
_NAME = _within(facets.NAME_NON_EMPTY)

RULES: Mapping[type[Message], Mapping[str, Rule]] = {
    tempuri.LearnerByUln: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
        "givenName": _NAME,
        "familyName": _NAME,
        "findType": _one_of("FUL", "CHK"),
    },
    tempuri.GetLearnerLearningEvents: {
        "userType": _USER_TYPE,
        "vendorID": _AT_LEAST_1,
        "language": _LANGUAGE,
        "givenName": _NAME,
        "familyName": _NAME,
        "getType": _one_of("FULL", "BRIEF"),
    },
    tempuri.UpdateLearnerSubsetFields: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
        "emailAddress": _within_or_not_given(facets.EMAIL),
        "telephoneNumber": _within_or_not_given(facets.TELEPHONE_NUMBER),
        "schoolAtAge16": _within_or_not_given(facets.SCHOOL_NAME),
        "preferredGivenName": _within_or_not_given(facets.NAME),
    },
    tempuri.ViewAudit: {
        "userType": _USER_TYPE,
        "vendorId": _AT_LEAST_1,
        "language": _LANGUAGE,
        "learnerGivenName": _NAME,
        "learnerFamilyName": _NAME,
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
