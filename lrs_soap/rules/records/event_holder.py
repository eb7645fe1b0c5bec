"""Whether a learning event can be that of the learner who has its ULN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.learners.verification import ToVerify, verify
from lrs_soap.rules.records.learning_events import CONTRACT_NAMES, NPD, LearningEvent
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.codes import FailureFlag
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner

YOUNGEST_PUPIL = 14
"""The age from which Source NPD, which begins with key stage 4, has events."""

_DETAILS = {
    FailureFlag.GIVEN_AGAINST_GIVEN: "GivenName",
    FailureFlag.FAMILY_AGAINST_FAMILY: "FamilyName",
    FailureFlag.DATE_OF_BIRTH: "DateOfBirth",
    FailureFlag.GENDER: "Gender",
}

DETAILS = tuple(_DETAILS.values())
"""The contract's names of the details that an event may carry to say whose it is."""


def details_violations(details: Mapping[str, str], learner: Learner) -> tuple[Violation, ...]:
    """Each of `details`, by the contract's names, that is not the learner's, compared as VerifyLearner does.

    The learner is the one with the event's ULN, who is not deleted. A detail that is missing or empty agrees.
    """
    sent = SentLearner.of(details)
    asked = ToVerify(
        sent.given_name or learner.given_name,
        sent.family_name or learner.family_name,
        sent.date_of_birth,
        sent.gender,
    )
    return tuple(
        Violation(
            _DETAILS[flag],
            f"Value '{getattr(sent, BY_CONTRACT_NAME[_DETAILS[flag]].name)}' of element '{_DETAILS[flag]}' "
            f"is not that of the learner with the ULN {learner.uln}.",
            Rule.EVENT_HOLDER,
        )
        for flag in verify(asked, learner.uln, learner).flags
        if flag in _DETAILS
    )


def age_violations(event: LearningEvent, learner: Learner) -> Iterator[Violation]:
    """The violation of an event of Source NPD that is from before the learner was 14 years old."""
    field = event.date_field
    if event.source != NPD or field is None:
        return
    value = getattr(event, field)
    birth, day = dates.parse(learner.date_of_birth), dates.parse(value)
    if birth is not None and day is not None and dates.age_on(birth, day) < YOUNGEST_PUPIL:
        name = CONTRACT_NAMES[field]
        yield Violation(
            name,
            f"Value '{value}' of element '{name}' is before the learner was {YOUNGEST_PUPIL} (born "
            f"{learner.date_of_birth}); Source NPD begins with key stage 4.",
            Rule.PUPILS_AGE,
        )
