"""A learner as the messages of LearnerServiceR9 have one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import LEARNER_FIELDS, Learner, python_name
from lrs_soap.wsdl.declare import Kind, fields_of
from lrs_soap.wsdl.messages import miap_model, serialization, tempuri

# What R9 calls otherwise than LearnerService does.
_RENAMED = {"FamilyNameAt16": "family_name_at_age_16", "RecordStatus": "learner_status"}

# UniquePupilNumber is held, and shown to nobody.
_MADE_OTHERWISE = ("LastKnownPostCode", "LinkedUlns", "UniquePupilNumber")

_CONVERSIONS: dict[Kind, Any] = {Kind.TEXT: str, Kind.INT: int, Kind.MOMENT: datetime.fromisoformat}


def _held_fields() -> Iterator[tuple[str, str, Any]]:
    """Each field of R9's learner that is held: its name, the learner's own, and what makes a value of the text."""
    for field in fields_of(miap_model.Learner):
        own = _RENAMED.get(field.name, python_name(field.name))
        if own in LEARNER_FIELDS and field.name not in _MADE_OTHERWISE:
            yield field.name, own, _CONVERSIONS[field.kind]


_HELD = tuple(_held_fields())

_ABILITIES_TO_SHARE = {"NotProvided": None, "FPNNotSeen": "0", "FPNSeenShareData": "1", None: None}


def found_message(decision: Decision) -> miap_model.Learner | None:
    """The learner that a find by ULN answers with, if there is one."""
    return next(map(_learner_message, decision.learners), None)


def record_of(request: tempuri.UpdateLearnerSubsetFields) -> dict[str, str | None]:
    """The fields of a learner that were sent, by the contract's names; None for what is to stay as it is."""
    return {
        "EmailAddress": request.emailAddress,
        "TelephoneNumber": request.telephoneNumber,
        "AbilityToShare": _ABILITIES_TO_SHARE[request.abilityToShare],
        "SchoolAtAge16": request.schoolAtAge16,
        "PreferredGivenName": request.preferredGivenName,
    }


def _learner_message(learner: Learner) -> miap_model.Learner:
    held = ((name, getattr(learner, own), convert) for name, own, convert in _HELD)
    return miap_model.Learner(
        LastKnownPostCode=postcode.as_returned(learner.last_known_post_code),
        LinkedUlns=serialization.ArrayOfstring(string=learner.linked_ulns),
        **{name: convert(value) for name, value, convert in held if value is not None},
    )
