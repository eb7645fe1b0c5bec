"""Whether a learner that was sent may be taken in at all: the field rules, before any operation looks for anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from lrs_soap.errors import Refused
from lrs_soap.rules.learners import field_rules
from lrs_soap.rules.learners.field_rules import Violation
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.rules.values.sent_learner import SentLearner


class FieldsRefused(Refused):
    """A learner breaks field rules: WSEC0001, whose FurtherDetails is the first of `violations`."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        sentences = tuple(violation.sentence for violation in violations)
        super().__init__(FaultCode.INVALID_REQUEST.value, FaultCode.INVALID_REQUEST.text, sentences[0], sentences)
        self.violations = violations


def check_registration(sent: SentLearner, *, today: date, prohibited: ProhibitedText) -> None:
    """Raise FieldsRefused where `sent` breaks a field rule for new learners."""
    _refuse(field_rules.violations(sent, today=today, prohibited=prohibited))


def check_fields(sent: SentLearner, *, today: date, prohibited: ProhibitedText) -> None:
    """Raise FieldsRefused where `sent` breaks a rule that holds of any learner, in an update or a question too."""
    _refuse(field_rules.violations(sent, today=today, registering=False, prohibited=prohibited))


def check_names(names: Iterable[tuple[str, str | None]], *, prohibited: ProhibitedText) -> None:
    """As `check_fields`, where nothing was sent but these names, each with the contract's name of its field."""
    _refuse(field_rules.prohibited_in(names, prohibited))


def check_asked(
    names: Iterable[tuple[str, str | None]],
    date_of_birth: str | None,
    gender: str | None,
    post_code: str | None,
    *,
    today: date,
    prohibited: ProhibitedText,
) -> None:
    """As `check_fields`, for a question that has these fields; the names are in the contract's order."""
    _refuse(field_rules.asked_violations(names, date_of_birth, gender, post_code, today=today, prohibited=prohibited))


def _refuse(violations: Sequence[Violation]) -> None:
    if violations:
        raise FieldsRefused(tuple(violations))
