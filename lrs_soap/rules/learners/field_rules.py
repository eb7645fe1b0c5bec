"""The rules for a learner's fields that go beyond the schema.

A field that is None, empty or missing was not sent. It breaks only one rule: that another field's value requires it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.learner import ACTIVE, CLOSED, DELETED
from lrs_soap.rules.values.learner_fields import FIELDS, Prohibition
from lrs_soap.rules.values.rule import Rule

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

_WITHOUT_PROHIBITED_WORDS = tuple(
    field.contract_name for field in FIELDS if field.prohibition is Prohibition.WORDS and field.name != "notes"
)
_OTHER_VERIFICATION = "999"
_OPTED_OUT = "2"
_UNACCEPTED_DESCRIPTIONS = frozenset({"ilr", "other id", "lrs", "by school", "by college", "by learning provider"})


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: the contract's name of the field, the contract's sentence for the caller, and the rule."""

    field: str
    sentence: str
    rule: Rule


def violations(
    values: Mapping[str, str | None],
    *,
    today: date,
    by_operator: bool = False,
    registering: bool = True,
    prohibited: ProhibitedText = NOTHING_PROHIBITED,
) -> tuple[Violation, ...]:
    """Every field rule that `values` break, in the contract's order of the fields; a caller gets the first.

    `values` are texts by the contract's field names, such as `DateOfBirth`; fields without a rule are ignored. `today`
    is the day on the service's clock. `by_operator` is for what the operator loads: it also checks the fields that only
    the operator may set, and checks neither the age nor AbilityToShare 2. `registering` is for registrations and the
    records of a batch; finds, updates and verifications do not check these two either. `prohibited` is what names,
    address, school, notes and postcode may not hold.
    """
    return tuple(_violations(values, today, by_operator, registering and not by_operator, prohibited))


def _violations(
    values: Mapping[str, str | None], today: date, by_operator: bool, as_new: bool, prohibited: ProhibitedText
) -> Iterator[Violation]:
    sent = {field: value for field, value in values.items() if value}
    if by_operator:
        yield from _date(sent, "CreatedDate")
        yield from _date(sent, "LastUpdatedDate")
    for field in _WITHOUT_PROHIBITED_WORDS:
        yield from _prohibited_words(sent, field, prohibited)
    yield from _prohibited_postcode(sent, prohibited)
    yield from _date(sent, "DateOfAddressCapture")
    yield from _date_of_birth(sent, today, as_new)
    yield from _known_value(sent, "Gender", GENDERS)
    yield from _known_value(sent, "VerificationType", VERIFICATION_TYPES)
    yield from _other_verification_description(sent)
    yield from _ability_to_share(sent, as_new)
    if by_operator:
        yield from _known_value(sent, "LearnerStatus", LEARNER_STATUSES)
    yield from _prohibited_words(sent, "Notes", prohibited)


def _date(sent: Mapping[str, str], field: str) -> Iterator[Violation]:
    value = sent.get(field)
    if value is not None and dates.parse(value) is None:
        yield _violation(field, value, "is not a valid date.", Rule.DATE)


def _date_of_birth(sent: Mapping[str, str], today: date, as_new: bool) -> Iterator[Violation]:
    field = "DateOfBirth"
    yield from _date(sent, field)
    value = sent.get(field, "")
    birth = dates.parse(value)
    if birth is None:
        return
    if birth > today:
        yield _violation(field, value, "is in the future.", Rule.FUTURE)
    elif as_new and not YOUNGEST <= dates.age_on(birth, today) <= OLDEST:
        yield _violation(field, value, "is outside the permitted age range.", Rule.AGE)


def _known_value(sent: Mapping[str, str], field: str, known: Mapping[str, str]) -> Iterator[Violation]:
    value = sent.get(field)
    if value is not None and value not in known:
        yield _violation(field, value, "is not a known value.", Rule.KNOWN_VALUE)


def _other_verification_description(sent: Mapping[str, str]) -> Iterator[Violation]:
    field = "OtherVerificationDescription"
    value = sent.get(field, "")
    description = identity_key(value)
    if not description and sent.get("VerificationType") == _OTHER_VERIFICATION:
        yield Violation(field, f"Element '{field}' is required when VerificationType is 999.", Rule.REQUIRED)
    if description in _UNACCEPTED_DESCRIPTIONS:
        yield _violation(field, value, "is not an accepted description.", Rule.ACCEPTED_DESCRIPTION)


def _ability_to_share(sent: Mapping[str, str], as_new: bool) -> Iterator[Violation]:
    field = "AbilityToShare"
    yield from _known_value(sent, field, ABILITIES_TO_SHARE)
    if as_new and sent.get(field) == _OPTED_OUT:
        yield _violation(field, _OPTED_OUT, "is no longer accepted.", Rule.NO_LONGER_ACCEPTED)


def _prohibited_words(sent: Mapping[str, str], field: str, prohibited: ProhibitedText) -> Iterator[Violation]:
    value = sent.get(field)
    if value is not None and prohibited.is_in(value):
        yield _prohibited(field, value)


def _prohibited_postcode(sent: Mapping[str, str], prohibited: ProhibitedText) -> Iterator[Violation]:
    field = "LastKnownPostCode"
    value = sent.get(field, "")
    if prohibited.is_postcode(value):
        yield _prohibited(field, value)


def _prohibited(field: str, value: str) -> Violation:
    return _violation(field, value, "contains prohibited text.", Rule.PROHIBITED_TEXT)


def _violation(field: str, value: str, what: str, rule: Rule) -> Violation:
    return Violation(field, f"Value '{value}' of element '{field}' {what}", rule)
