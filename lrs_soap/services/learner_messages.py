"""Learners in LearnerService's messages."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import findmsg
from lrs_soap.wsdl.messages import learner as messages

_COPIED = tuple(
    field.name
    for field in fields_of(messages.Learner)
    if field.name not in ("MasterSubstituted", "LastKnownPostCode", "LinkedULNs")
)
_REGISTERED = tuple(field.name for field in fields_of(messages.LearnerToRegister))
_DEMOGRAPHICS = {
    field.name: BY_CONTRACT_NAME[field.name].name
    for field in fields_of(findmsg.LearnerByDemographicsRqst)
    if field.name in BY_CONTRACT_NAME
}
_values_of = attrgetter(*(BY_CONTRACT_NAME[name].name for name in _COPIED))


def record_of(message: messages.LearnerToRegister) -> dict[str, str | None]:
    """The fields of a learner to register or update, by the contract's names; None for a field that was not sent."""
    return {name: getattr(message, name) for name in _REGISTERED}


def demographics_of(request: findmsg.LearnerByDemographicsRqst) -> dict[str, str | None]:
    """The fields that a find by demographics asks by, by the contract's names; None for a field without a value."""
    return {name: getattr(request, name) or None for name in _DEMOGRAPHICS}


def demographics_asked(sent: Mapping[str, Any]) -> DemographicsAsked:
    """The result of `demographics_of` as the rules take it."""
    return DemographicsAsked(**{_DEMOGRAPHICS[name]: value for name, value in sent.items()})


def found_messages(decision: Decision) -> tuple[messages.Learner, ...]:
    """The learners of a find's answer; a master that is returned for a linked learner is marked as substituted."""
    return tuple(_learner_message(each, is_substituted=each.uln in decision.substitutes) for each in decision.learners)


def _learner_message(learner: Learner, *, is_substituted: bool) -> messages.Learner:
    """The message's Learner; `is_substituted` says that it is a master that stands in for a linked learner."""
    return messages.Learner(
        MasterSubstituted="Y" if is_substituted else None,
        LastKnownPostCode=postcode.as_returned(learner.last_known_post_code),
        LinkedULNs=messages.ArrayOfString(ULN=learner.linked_ulns),
        **dict(zip(_COPIED, _values_of(learner), strict=True)),
    )


def retrieved_message(uln: str, decision: Decision) -> messages.MIAPRetrievedULN:
    """What is known of one of the ULNs that were asked for."""
    retrieved = messages.MIAPRetrievedULN(ULN=uln, ResponseCode=decision.code.value)
    for learner in decision.learners:
        retrieved.MasterULN = learner.uln if learner.uln != uln else None
        _fill_identity(learner, retrieved)
    return retrieved


def verified_message(asked: messages.MIAPLearnerToVerify, verification: Verification) -> messages.MIAPVerifiedLearner:
    """The searched fields as they were sent and, if they matched, the learner's own."""
    verified = messages.MIAPVerifiedLearner(
        SearchedULN=asked.ULN,
        SearchedFamilyName=asked.FamilyName,
        SearchedGivenName=asked.GivenName,
        # The schema lets a request have these empty, but not an answer.
        SearchedDateOfBirth=asked.DateOfBirth or None,
        SearchedGender=asked.Gender or None,
        ResponseCode=verification.code.value,
        FailureFlag=tuple(flag.value for flag in verification.flags),
    )
    for learner in verification.learners:
        verified.ULN = learner.uln
        _fill_identity(learner, verified)
    return verified


def _fill_identity(learner: Learner, message: messages.MIAPRetrievedULN | messages.MIAPVerifiedLearner) -> None:
    message.FamilyName = learner.family_name
    message.GivenName = learner.given_name
    message.DateOfBirth = learner.date_of_birth
    message.Gender = learner.gender
