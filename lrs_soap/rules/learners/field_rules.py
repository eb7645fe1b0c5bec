"""The rules for a learner's fields that go beyond the schema.

A field that is None, empty or missing was not sent. It breaks only one rule: that another field's value requires it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.finding import ELLIPSIS, Finding
from lrs_soap.rules.values.learner import ACTIVE, CLOSED, DELETED
from lrs_soap.rules.values.learner_fields import FIELDS, Prohibition
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner

GENDERS: Mapping[str, str] = {"0": "not known", "1": "male", "2": "female", "9": "not specified"}

VERIFICATION_TYPES: Mapping[str, str] = {
    "0": "none",
    "1": "relationship with school",
    "2": "passport",
    "3": "driving licence",
    "4": "ID card or other national identification",
    "5": "national insurance card",
    "6": "certificate of entitlement to funding",
    "7": "bank, credit or debit card",
    "999": "other",
}

ABILITIES_TO_SHARE: Mapping[str, str] = {"0": "privacy notice not seen", "1": "privacy notice seen", "2": "opted out"}

LEARNER_STATUSES: Mapping[str, str] = {CLOSED: "closed", ACTIVE: "active", DELETED: "deleted"}

YOUNGEST, OLDEST = 13, 110

OTHER_VERIFICATION = "999"
"""The VerificationType that requires OtherVerificationDescription."""

# Notes come last of all fields, by the contract's order.
_WITHOUT_WORDS = [field for field in FIELDS if field.prohibition is Prohibition.WORDS and field.name != "notes"]
_WITHOUT_PROHIBITED_WORDS = tuple(field.contract_name for field in _WITHOUT_WORDS)
_names_and_address = attrgetter(*(field.name for field in _WITHOUT_WORDS))
_OPTED_OUT = "2"
_WHO_SAW_IT = "(school|college|learning provider)"
# As identity keys, whose runs of white space are one space.
_UNACCEPTED_DESCRIPTION = re.compile(f"ilr|other id|lrs|by {_WHO_SAW_IT}( ?/ ?{_WHO_SAW_IT})*")


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: the contract's name of the field, the contract's sentence for the caller, and the rule."""

    field: str
    sentence: str
    rule: Rule


def violations(
    sent: SentLearner,
    *,
    today: date,
    by_operator: bool = False,
    registering: bool = True,
    prohibited: ProhibitedText = NOTHING_PROHIBITED,
) -> tuple[Violation, ...]:
    """Every field rule that `sent` breaks, in the contract's order of the fields; a caller gets the first.

    `today` is the day on the service's clock. `by_operator` is for what the operator loads: it also checks the fields
    that only the operator may set, and checks neither the age nor AbilityToShare 2. `registering` is for registrations
    and the records of a batch; finds, updates and verifications do not check these two either. `prohibited` is what
    names, address, school, notes and postcode may not hold.
    """
    as_new = registering and not by_operator
    found: list[Violation] = []
    # Most requests send few of the fields, so each is looked at before a rule is called.
    if by_operator:
        if sent.created_date:
            found += _date("CreatedDate", sent.created_date)
        if sent.last_updated_date:
            found += _date("LastUpdatedDate", sent.last_updated_date)
    found += prohibited_in(zip(_WITHOUT_PROHIBITED_WORDS, _names_and_address(sent), strict=True), prohibited)
    if sent.last_known_post_code:
        found += _post_code(sent.last_known_post_code, prohibited)
    if sent.date_of_address_capture:
        found += _date("DateOfAddressCapture", sent.date_of_address_capture)
    if sent.date_of_birth:
        found += _date_of_birth(sent.date_of_birth, today, as_new)
    if sent.gender and sent.gender not in GENDERS:
        found.append(_unknown_value("Gender", sent.gender))
    if sent.verification_type and sent.verification_type not in VERIFICATION_TYPES:
        found.append(_unknown_value("VerificationType", sent.verification_type))
    if sent.other_verification_description or sent.verification_type == OTHER_VERIFICATION:
        found += _other_verification_description(sent.other_verification_description or "", sent.verification_type)
    if sent.ability_to_share:
        found += _ability_to_share(sent.ability_to_share, as_new)
    if by_operator and sent.learner_status and sent.learner_status not in LEARNER_STATUSES:
        found.append(_unknown_value("LearnerStatus", sent.learner_status))
    if sent.notes and prohibited.is_in(sent.notes):
        found.append(_prohibited("Notes", sent.notes))
    return tuple(found)


def asked_violations(
    names: Iterable[tuple[str, str | None]],
    date_of_birth: str | None,
    gender: str | None,
    post_code: str | None,
    *,
    today: date,
    prohibited: ProhibitedText,
) -> list[Violation]:
    """As `violations`, for a question, which has few of the fields, and none of the rules for registrations.

    `names` are names and the school, each with the contract's name of its field, in the contract's order.
    """
    found = prohibited_in(names, prohibited)
    if post_code:
        found += _post_code(post_code, prohibited)
    if date_of_birth:
        found += _date_of_birth(date_of_birth, today, as_new=False)
    if gender and gender not in GENDERS:
        found.append(_unknown_value("Gender", gender))
    return found


def prohibited_in(texts: Iterable[tuple[str, str | None]], prohibited: ProhibitedText) -> list[Violation]:
    """Which of the texts, each with the contract's name of its field, has a prohibited word."""
    found: list[Violation] = []
    if prohibited.words:
        for field, value in texts:
            if value and prohibited.is_in(value):
                found.append(_prohibited(field, value))
    return found


def _post_code(value: str, prohibited: ProhibitedText) -> Iterable[Violation]:
    return (_prohibited("LastKnownPostCode", value),) if prohibited.is_postcode(value) else ()


def _date(field: str, value: str) -> Iterator[Violation]:
    if dates.parse(value) is None:
        yield _violation(field, value, "is not a valid date.", Rule.DATE)


def _date_of_birth(value: str, today: date, as_new: bool) -> Iterable[Violation]:
    field = "DateOfBirth"
    birth = dates.parse(value)
    if birth is None:
        return _date(field, value)
    if birth > today:
        return (_violation(field, value, "is in the future.", Rule.FUTURE),)
    if as_new and not YOUNGEST <= dates.age_on(birth, today) <= OLDEST:
        return (_violation(field, value, "is outside the permitted age range.", Rule.AGE),)
    return ()


def _unknown_value(field: str, value: str) -> Violation:
    return _violation(field, value, "is not a known value.", Rule.KNOWN_VALUE)


def _other_verification_description(value: str, verification_type: str | None) -> Iterator[Violation]:
    field = "OtherVerificationDescription"
    description = identity_key(value)
    if not description and verification_type == OTHER_VERIFICATION:
        yield Violation(field, f"Element '{field}' is required when VerificationType is 999.", Rule.REQUIRED)
    if _UNACCEPTED_DESCRIPTION.fullmatch(description):
        yield _violation(field, value, "is not an accepted description.", Rule.ACCEPTED_DESCRIPTION)


def _ability_to_share(value: str, as_new: bool) -> Iterator[Violation]:
    field = "AbilityToShare"
    if value not in ABILITIES_TO_SHARE:
        yield _unknown_value(field, value)
    if as_new and value == _OPTED_OUT:
        yield _violation(field, value, "is no longer accepted.", Rule.NO_LONGER_ACCEPTED)


def _prohibited(field: str, value: str) -> Violation:
    return _violation(field, value, "contains prohibited text.", Rule.PROHIBITED_TEXT)


def _violation(field: str, value: str, what: str, rule: Rule) -> Violation:
    about = f" of element '{field}' {what}"
    return Violation(field, Finding(f"Value '{value}'{about}", f"Value {ELLIPSIS}{about}"), rule)
