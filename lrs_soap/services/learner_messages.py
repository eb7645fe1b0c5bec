"""Learners in LearnerService's messages."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import LEARNER_FIELDS, Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.sent_learner import SENT_FIELDS, SentLearner
from lrs_soap.wsdl.declarations import Message, fields_of
from lrs_soap.wsdl.messages import findmsg
from lrs_soap.wsdl.messages import learner as messages

LearnerRow = tuple[str | int | messages.ArrayOfString | None, ...]
"""The values of an answer's Learner, in the contract's order."""

_ANSWERED = tuple(field.name for field in fields_of(messages.Learner))
_MADE = _SUBSTITUTED, _POST_CODE, _LINKED = tuple(
    _ANSWERED.index(name) for name in ("MasterSubstituted", "LastKnownPostCode", "LinkedULNs")
)
_copied_of = itemgetter(
    *(LEARNER_FIELDS.index(BY_CONTRACT_NAME[name].name) for place, name in enumerate(_ANSWERED) if place not in _MADE)
)


def sent_in(message: type[Message]) -> Callable[[Message], SentLearner]:
    """A function that makes a SentLearner of a message of this type, each of whose fields is one of a learner's."""
    names = [field.name for field in fields_of(message)]
    own_names = [BY_CONTRACT_NAME[name].name for name in names]
    values_of = itemgetter(*names)
    # What such a message cannot say takes the None behind its values.
    places = [own_names.index(field) if field in own_names else len(names) for field in SENT_FIELDS]
    arranged = itemgetter(*places)
    return lambda sent: SentLearner._make(arranged((*values_of(vars(sent)), None)))


_registered = sent_in(messages.LearnerToRegister)


def sent_learner(message: messages.LearnerToRegister) -> SentLearner:
    """The learner to register or update."""
    return _registered(message)


def demographics_asked(request: findmsg.LearnerByDemographicsRqst) -> DemographicsAsked:
    """What a find by demographics asks by; None for an optional field without a value."""
    # By position, which takes less time.
    return DemographicsAsked(
        request.GivenName,
        request.FamilyName,
        request.DateOfBirth,
        request.Gender,
        request.LastKnownPostCode,
        request.PreviousFamilyName or None,
        request.SchoolAtAge16 or None,
        request.PlaceOfBirth or None,
        request.EmailAddress or None,
    )


def demographics_answered(asked: DemographicsAsked, decision: Decision, *, learners: bool) -> findmsg.FindLearnerResp:
    """The answer to a find by demographics: what it asked by and, if they were asked for, the learners."""
    return findmsg.FindLearnerResp.with_all(
        {
            "ResponseCode": decision.code.value,
            "ULN": None,
            "FamilyName": asked.family_name,
            "GivenName": asked.given_name,
            "DateOfBirth": asked.date_of_birth,
            "Gender": asked.gender,
            "LastKnownPostCode": asked.last_known_post_code,
            "PreviousFamilyName": asked.previous_family_name,
            "SchoolAtAge16": asked.school_at_age_16,
            "PlaceOfBirth": asked.place_of_birth,
            "EmailAddress": asked.email_address,
            "Learner": _found_learners(decision) if learners else (),
        }
    )


def uln_answered(request: findmsg.LearnerByULNRqst, decision: Decision, *, learners: bool) -> findmsg.FindLearnerResp:
    """The answer to a find by ULN: what it asked by and, if it was asked for, the learner."""
    return findmsg.FindLearnerResp.with_all(
        {
            "ResponseCode": decision.code.value,
            "ULN": request.ULN,
            "FamilyName": request.FamilyName,
            "GivenName": request.GivenName,
            "DateOfBirth": None,
            "Gender": None,
            "LastKnownPostCode": None,
            "PreviousFamilyName": None,
            "SchoolAtAge16": None,
            "PlaceOfBirth": None,
            "EmailAddress": None,
            "Learner": _found_learners(decision) if learners else (),
        }
    )


def _found_learners(decision: Decision) -> tuple[LearnerRow, ...]:
    """The learners of a find's answer; a master that is returned for a linked learner is marked as substituted."""
    return tuple([_learner_row(each, is_substituted=each.uln in decision.substitutes) for each in decision.learners])


def _learner_row(learner: Learner, *, is_substituted: bool) -> LearnerRow:
    """The answer's Learner; `is_substituted` says that it is a master that stands in for a linked learner."""
    linked = learner.linked_ulns
    row = [*_copied_of(learner)]
    row.insert(_SUBSTITUTED, "Y" if is_substituted else None)
    row.insert(_POST_CODE, postcode.as_returned(learner.last_known_post_code))
    row.insert(_LINKED, messages.ArrayOfString(ULN=linked) if linked else None)
    return tuple(row)


def retrieved_message(uln: str, decision: Decision) -> messages.MIAPRetrievedULN:
    """What is known of one of the ULNs that were asked for."""
    retrieved = messages.MIAPRetrievedULN(ULN=uln, ResponseCode=decision.code.value)
    for learner in decision.learners:
        retrieved.MasterULN = learner.uln if learner.uln != uln else None
        _fill_identity(learner, retrieved)
    return retrieved


def verified_message(asked: messages.MIAPLearnerToVerify, verification: Verification) -> messages.MIAPVerifiedLearner:
    """The searched fields as they were sent and, if they matched, the learner's own."""
    verified = messages.MIAPVerifiedLearner.with_all(
        {
            "SearchedULN": asked.ULN,
            "SearchedFamilyName": asked.FamilyName,
            "SearchedGivenName": asked.GivenName,
            # The schema lets a request have these empty, but not an answer.
            "SearchedDateOfBirth": asked.DateOfBirth or None,
            "SearchedGender": asked.Gender or None,
            "ResponseCode": verification.code.value,
            "ULN": None,
            "FamilyName": None,
            "GivenName": None,
            "DateOfBirth": None,
            "Gender": None,
            "FailureFlag": tuple([flag.value for flag in verification.flags]),
        }
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
