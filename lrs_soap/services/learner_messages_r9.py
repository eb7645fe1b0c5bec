"""Learners in LearnerServiceR9's messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import FIELDS
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.wsdl.declarations import BuiltIn, fields_of
from lrs_soap.wsdl.messages import arrays, miap_model, tempuri

# By R9's names, which are LearnerService's but for capitals and these two.
_OWN_NAMES = {field.contract_name.casefold(): field.name for field in FIELDS} | {
    "familynameat16": "family_name_at_age_16",
    "recordstatus": "learner_status",
}

# The first two are converted by hand. UniquePupilNumber is held, but no answer has it.
_NOT_COPIED = ("LastKnownPostCode", "LinkedUlns", "UniquePupilNumber")

_CONVERSIONS: dict[BuiltIn, Any] = {BuiltIn.TEXT: str, BuiltIn.INT: int, BuiltIn.MOMENT: datetime.fromisoformat}


def _held_fields() -> Iterator[tuple[str, str, Any]]:
    """Each of R9's fields that the register holds: R9's name, the Learner's attribute, the conversion from text."""
    for field in fields_of(miap_model.Learner):
        own = _OWN_NAMES.get(field.name.casefold())
        if own is not None and field.name not in _NOT_COPIED:
            yield field.name, own, _CONVERSIONS[field.built_in]


_HELD = tuple(_held_fields())

_ABILITIES_TO_SHARE = {"NotProvided": None, "FPNNotSeen": "0", "FPNSeenShareData": "1", None: None}


def found_message(decision: Decision) -> miap_model.Learner | None:
    """The learner of a find's answer, or None if there is none."""
    return next(map(_learner_message, decision.learners), None)


def sent_learner(request: tempuri.UpdateLearnerSubsetFields) -> SentLearner:
    """The fields to update."""
    return SentLearner(
        email_address=request.emailAddress,
        telephone_number=request.telephoneNumber,
        ability_to_share=_ABILITIES_TO_SHARE[request.abilityToShare],
        school_at_age_16=request.schoolAtAge16,
        preferred_given_name=request.preferredGivenName,
    )


def _learner_message(learner: Learner) -> miap_model.Learner:
    held = ((name, getattr(learner, own), convert) for name, own, convert in _HELD)
    return miap_model.Learner(
        LastKnownPostCode=postcode.as_returned(learner.last_known_post_code),
        LinkedUlns=arrays.ArrayOfstring(string=learner.linked_ulns),
        **{name: convert(value) for name, value, convert in held if value is not None},
    )
