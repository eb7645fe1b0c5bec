"""What LearnerServiceR9 requires of values beyond their types: its counterpart of the schema on the other port.

An operation declares a check for each field of its request that has a value. Fields of a learner have the same facets
as on LearnerService.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lrs_soap.wsdl import facets
from lrs_soap.wsdl.declarations import Message
from lrs_soap.wsdl.facet_readers import quick_check_of, reader_of
from lrs_soap.wsdl.facets import Facet


@dataclass(frozen=True, slots=True)
class Check:
    """What a value must be: a test, which gets None for a field that was not sent, and the words for a refusal."""

    holds: Callable[[Any], bool]
    words: str


def one_of(*values: str) -> Check:
    """The value is one of `values`."""
    return Check(frozenset(values).__contains__, f"one of {', '.join(values)}")


def within(facet: Facet) -> Check:
    """The field was sent, and its value is within the facet."""
    is_right = _is_within(facet)
    return Check(lambda value: value is not None and is_right(value), f"a {facet.name}")


def not_sent_or_within(facet: Facet) -> Check:
    """The value is within the facet, if the field was sent."""
    is_right = _is_within(facet)
    return Check(lambda value: value is None or is_right(value), f"a {facet.name}")


def _is_within(facet: Facet) -> Callable[[str], bool]:
    is_surely_right, read = quick_check_of(facet), reader_of(facet)
    return lambda value: bool(is_surely_right(value)) or read(value)[1] is None


USER_TYPE = one_of("LNR", "ORG", "SER")
LANGUAGE = Check(lambda value: (value or "").upper() in ("ENG", "EN", "CYM"), "ENG or CYM")
AT_LEAST_1 = Check(lambda value: value is not None and value >= 1, "1 or more")
NAME = within(facets.NAME_NON_EMPTY)
LEFT_TO_THE_OPERATION = Check(lambda value: True, "anything")
"""Any value passes: the operation has an answer for each, or does not read it."""


def violations(request: Message, checks: Mapping[str, Check]) -> tuple[str, ...]:
    """Everything that is wrong with a request: a sentence a field, which does not quote the value."""
    sent = vars(request)
    return tuple([f"{field} is not {check.words}" for field, check in checks.items() if not check.holds(sent[field])])
