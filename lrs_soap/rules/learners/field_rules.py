"""What a learner's fields must be beyond what the schema asks of them.

A field that is None, empty or not there was not given, and breaks no rule but that of a field that another one
requires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lrs_soap.rules.learners.prohibited_text import NOTHING, ProhibitedText
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import dates
from lrs_soap.rules.values.learner import ACTIVE, CLOSED, DELETED
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

# Names, school and address, in the contract's order. Title, PlaceOfBirth and EmailAddress are none of these.
_TEXTS = (
    "GivenName",
    "MiddleOtherName",
    "FamilyName",
    "PreferredGivenName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
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
    prohibited: ProhibitedText = NOTHING,
) -> tuple[Violation, ...]:
    """Every field rule that `values` break, in the contract's order of the fields; the first is what to answer.

    `values` are text by the contract's field names (`DateOfBirth`); others than the rules speak of are passed over.
    `today` is the day on the service's clock. `by_operator` is for what the operator loads: the fields that are
    only the operator's are judged too, and neither the age nor AbilityToShare 2 is. `registering` is for a
    registration or a record of a batch; without it, in finds, updates and verifications, those two are not judged
    either. `prohibited` is what names, address, school, notes and postcode may not hold.
    """
    return tuple(_violations(values, today, by_operator, registering and not by_operator, prohibited))


def _violations(
    values: Mapping[str, str | None], today: date, operators_too: bool, as_new: bool, prohibited: ProhibitedText
) -> Iterator[Violation]:
    given = {field: value for field, value in values.items() if value}
    if operators_too:
        yield from _date(given, "CreatedDate")
        yield from _date(given, "LastUpdatedDate")
    for field in _TEXTS:
        yield from _prohibited_words(given, field, prohibited)
    yield from _prohibited_postcode(given, prohibited)
    yield from _date(given, "DateOfAddressCapture")
    yield from _date_of_birth(given, today, as_new)
    yield from _known_value(given, "Gender", GENDERS)
    yield from _known_value(given, "VerificationType", VERIFICATION_TYPES)
    yield from _other_verification_description(given)
    yield from _ability_to_share(given, as_new)
    if operators_too:
        yield from _known_value(given, "LearnerStatus", LEARNER_STATUSES)
    yield from _prohibited_words(given, "Notes", prohibited)


def _date(given: Mapping[str, str], field: str) -> Iterator[Violation]:
    value = given.get(field)
    if value is not None and dates.parse(value) is None:
        yield _violation(field, value, "is not a valid date.", Rule.DATE)


def _date_of_birth(given: Mapping[str, str], today: date, as_new: bool) -> Iterator[Violation]:
    field = "DateOfBirth"
    yield from _date(given, field)
    value = given.get(field, "")
    birth = dates.parse(value)
    if birth is None:
        return
    if birth > today:
        yield _violation(field, value, "is in the future.", Rule.FUTURE)
    elif as_new and not YOUNGEST <= dates.age_on(birth, today) <= OLDEST:
        yield _violation(field, value, "is outside the permitted age range.", Rule.AGE)


def _known_value(given: Mapping[str, str], field: str, known: Mapping[str, str]) -> Iterator[Violation]:
    value = given.get(field)
    if value is not None and value not in known:
        yield _violation(field, value, "is not a known value.", Rule.KNOWN_VALUE)


def _other_verification_description(given: Mapping[str, str]) -> Iterator[Violation]:
    field = "OtherVerificationDescription"
    value = given.get(field, "")
    description = identity_key(value)
    if not description and given.get("VerificationType") == _OTHER_VERIFICATION:
        yield Violation(field, f"Element '{field}' is required when VerificationType is 999.", Rule.REQUIRED)
    if description in _UNACCEPTED_DESCRIPTIONS:
        yield _violation(field, value, "is not an accepted description.", Rule.ACCEPTED_DESCRIPTION)


def _ability_to_share(given: Mapping[str, str], as_new: bool) -> Iterator[Violation]:
    field = "AbilityToShare"
    yield from _known_value(given, field, ABILITIES_TO_SHARE)
    if as_new and given.get(field) == _OPTED_OUT:
        yield _violation(field, _OPTED_OUT, "is no longer accepted.", Rule.NO_LONGER_ACCEPTED)


def _prohibited_words(given: Mapping[str, str], field: str, prohibited: ProhibitedText) -> Iterator[Violation]:
    value = given.get(field)
    if value is not None and prohibited.is_in(value):
        yield _prohibited(field, value)


def _prohibited_postcode(given: Mapping[str, str], prohibited: ProhibitedText) -> Iterator[Violation]:
    field = "LastKnownPostCode"
    value = given.get(field, "")
    if prohibited.is_postcode(value):
        yield _prohibited(field, value)


def _prohibited(field: str, value: str) -> Violation:
    return _violation(field, value, "contains prohibited text.", Rule.PROHIBITED_TEXT)


def _violation(field: str, value: str, what: str, rule: Rule) -> Violation:
    return Violation(field, f"Value '{value}' of element '{field}' {what}", rule)
