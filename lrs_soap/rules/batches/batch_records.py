"""A record of a batch: what its outcome is, and what has to be asked of the register to know it.

Records are by the contract's names, without the fields that are empty: an empty field was not sent. The steps are, in
this order, and the first that has an outcome ends it:

1. `malformed`;
2. with a ULN: `holder`, then an update (`outcome_of_update`);
3. without: `incomplete`, then a find (`outcome_of_find`), then a registration (`outcome_of_registration`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from lrs_soap.rules.learners import field_rules
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.keys import identity_key
from lrs_soap.rules.values import postcode
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner, python_name
from lrs_soap.rules.values.rule import Outcome, Rule

# What a search needs: the learner's own name for it, and what makes its identity key.
_IDENTITY_KEYS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "GivenName": ("given_name", identity_key),
    "FamilyName": ("family_name", identity_key),
    "DateOfBirth": ("date_of_birth", str),
    "Gender": ("gender", str),
    "LastKnownPostCode": ("last_known_post_code", postcode.identity_key),
}

TO_REGISTER = (*_IDENTITY_KEYS, "VerificationType", "AbilityToShare")
"""What a registration needs."""

# Of the five mandatory fields one may change in a file, lest a mistyped ULN makes one person into another.
_MOST_CHANGED = 1

_OF_UPDATE = {
    ResponseCode.UPDATED: ReturnCode.UPDATED,
    ResponseCode.NO_CHANGES: ReturnCode.CONFIRMED,
    ResponseCode.INVALID_SHARING_CHANGE: ReturnCode.INCORRECT_FORMAT,
    ResponseCode.ALREADY_EXISTS: ReturnCode.NOT_FOUND,
}
_SURE = {
    ResponseCode.EXACT_MATCH: ReturnCode.EXACT_MATCH,
    ResponseCode.MASTER_SUBSTITUTED: ReturnCode.MASTER_RETURNED,
}
_UNSURE = {
    ResponseCode.POSSIBLE_MATCHES: ReturnCode.POSSIBLE_MATCHES,
    ResponseCode.TOO_MANY_MATCHES: ReturnCode.TOO_MANY_MATCHES,
}


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """What became of a record: its return code, the ULN where it is known whose the record is, and why.

    `possible` has the ULNs of those whom it may mean, the likeliest first, where that is what it came to.
    """

    code: ReturnCode
    uln: str | None = None
    reasons: tuple[Reason, ...] = ()
    possible: tuple[str, ...] = ()


class _MandatoryChange(NamedTuple):
    """A mandatory field that was sent with another identity key than is held."""

    field: str
    sent: str
    held: str


def malformed(
    record: Mapping[str, str],
    *,
    trouble: tuple[str, ...],
    identifier_trouble: tuple[str, ...],
    today: date,
    prohibited: ProhibitedText,
) -> RecordOutcome | None:
    """The outcome of a record that cannot be looked for at all; None for any other.

    `trouble` is what the schema's facets say of it, `identifier_trouble` what is wrong with its UPN or UCI.

    | first of | outcome |
    |---|---|
    | a field that breaks its facet | INCORRECT_FORMAT |
    | a UPN or UCI that is none | INCORRECT_IDENTIFIER |
    | a ULN whose check digit is wrong, a field rule that is broken, but for the age | INCORRECT_FORMAT |
    | an age that is outside the permitted range | OUTSIDE_AGE_RANGE |
    """
    if trouble:
        return RecordOutcome(
            ReturnCode.INCORRECT_FORMAT, reasons=(Reason(Rule.FACET, Outcome.BROKEN, findings=trouble),)
        )
    if identifier_trouble:
        broken = Reason(Rule.IDENTIFIER, Outcome.BROKEN, findings=identifier_trouble)
        return RecordOutcome(ReturnCode.INCORRECT_IDENTIFIER, reasons=(broken,))
    violations = field_rules.violations(record, today=today, prohibited=prohibited)
    reasons = tuple(
        Reason(each.rule, Outcome.BROKEN, (python_name(each.field),), (record.get(each.field, ""),))
        for each in violations
    )
    uln = record.get("ULN")
    if uln is not None and not ulns.is_valid(uln):
        return RecordOutcome(ReturnCode.INCORRECT_FORMAT, reasons=(NoHolder.NOT_A_ULN.reason(uln), *reasons))
    if not violations:
        return None
    only_age = all(each.rule is Rule.AGE for each in violations)
    return RecordOutcome(ReturnCode.OUTSIDE_AGE_RANGE if only_age else ReturnCode.INCORRECT_FORMAT, reasons=reasons)


def holder(record: Mapping[str, str], learner: Learner | None, *, full: bool) -> Learner | RecordOutcome:
    """The learner that a record with a ULN is to be written to, or its outcome.

    `learner` is who holds the ULN, deleted or not, None if nobody; with `full` the job is not only to look.

    | first of | outcome |
    |---|---|
    | unknown, deleted | NOT_FOUND |
    | linked | MASTER_RETURNED with the master's ULN, whatever else the record says |
    | two or more of the mandatory fields that were sent have another identity key | NOT_FOUND |
    | the job only looks | CONFIRMED |
    """
    uln = record["ULN"]
    held = holder_of(uln, learner)
    if isinstance(held, NoHolder):
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=(held.reason(uln),))
    if held.master_uln is not None:
        linked = Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (held.uln,), (held.master_uln,))
        return RecordOutcome(ReturnCode.MASTER_RETURNED, held.master_uln, (linked,))
    changed = _mandatory_changed(record, held)
    if len(changed) > _MOST_CHANGED:
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=(_changes(changed),))
    return held if full else RecordOutcome(ReturnCode.CONFIRMED, held.uln, (_changes(changed),))


def outcome_of_update(uln: str, decision: Decision) -> RecordOutcome | None:
    """The outcome of a record that was to be written to the learner with this ULN, as Update has decided.

    None where the learner was changed by another meanwhile: it is to be looked at again.

    | Update | outcome |
    |---|---|
    | UPDATED | UPDATED |
    | NO_CHANGES | CONFIRMED |
    | INVALID_SHARING_CHANGE | INCORRECT_FORMAT |
    | ALREADY_EXISTS | NOT_FOUND: it is another learner's |
    """
    code = _OF_UPDATE.get(decision.code)
    if code is None:
        return None
    is_its = code in (ReturnCode.UPDATED, ReturnCode.CONFIRMED)
    return RecordOutcome(code, uln if is_its else None, decision.reasons)


def incomplete(record: Mapping[str, str]) -> RecordOutcome | None:
    """The outcome of a record without ULN that lacks what a search needs, NULL_VALUE; None where it lacks nothing."""
    return _lacking(ReturnCode.NULL_VALUE, _IDENTITY_KEYS, record)


def asked_by(record: Mapping[str, str]) -> DemographicsAsked:
    """What a record without ULN, which lacks nothing that a search needs, is looked for by."""
    return DemographicsAsked(
        record["GivenName"],
        record["FamilyName"],
        record["DateOfBirth"],
        record["Gender"],
        record["LastKnownPostCode"],
        record.get("PreviousFamilyName"),
        record.get("SchoolAtAge16"),
        record.get("PlaceOfBirth"),
        record.get("EmailAddress"),
    )


def outcome_of_find(record: Mapping[str, str], found: Decision, *, full: bool) -> RecordOutcome | None:
    """The outcome of a record without ULN, as Find by demographics has decided; None where it is to be registered.

    | Find by demographics | outcome |
    |---|---|
    | EXACT_MATCH | EXACT_MATCH with its ULN |
    | MASTER_SUBSTITUTED | MASTER_RETURNED with the master's ULN |
    | POSSIBLE_MATCHES | POSSIBLE_MATCHES |
    | TOO_MANY_MATCHES | TOO_MANY_MATCHES |
    | NO_MATCH, the job only looks | NOT_FOUND |
    | NO_MATCH, VerificationType or AbilityToShare is missing | INSUFFICIENT_DATA |
    """
    ulns_found = tuple(learner.uln for learner in found.learners)
    if found.code in _SURE:
        return RecordOutcome(_SURE[found.code], ulns_found[0], found.reasons)
    if found.code in _UNSURE:
        return RecordOutcome(_UNSURE[found.code], reasons=found.reasons, possible=ulns_found)
    if not full:
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=found.reasons)
    return _lacking(ReturnCode.INSUFFICIENT_DATA, TO_REGISTER, record)


def outcome_of_registration(decision: Decision) -> RecordOutcome | None:
    """The outcome of a record that nobody was found for, as Register has decided.

    None where another has registered the same learner meanwhile: it is to be looked for again.
    """
    if decision.code is not ResponseCode.REGISTERED:
        return None
    (learner,) = decision.learners
    return RecordOutcome(ReturnCode.REGISTERED, learner.uln, decision.reasons)


def not_verified(compared: Verification, trouble: tuple[str, ...]) -> Verification:
    """What to answer to a record that VerifyLearner would refuse, for `trouble`, instead of comparing it.

    `compared` is how it compares all the same. An unknown ULN stays one, and whatever else was found is no match; the
    comparisons that failed are told, the learner is not.
    """
    unknown = compared.code is ResponseCode.ULN_NOT_FOUND
    code = ResponseCode.ULN_NOT_FOUND if unknown else ResponseCode.NOT_VERIFIED
    refused = Reason(Rule.VERIFIABLE, Outcome.BROKEN, findings=trouble)
    return replace(compared, code=code, learners=(), reasons=(refused, *compared.reasons))


def _mandatory_changed(record: Mapping[str, str], held: Learner) -> list[_MandatoryChange]:
    return [
        _MandatoryChange(field, record[name], before)
        for name, (field, key) in _IDENTITY_KEYS.items()
        if name in record and key(record[name]) != key(before := getattr(held, field))
    ]


def _changes(changed: list[_MandatoryChange]) -> Reason:
    if not changed:
        return Reason(Rule.MANDATORY_FIELDS, Outcome.UNCHANGED)
    fields, sent, held = zip(*changed, strict=True)
    return Reason(Rule.MANDATORY_FIELDS, Outcome.CHANGED, fields, sent, held)


def _lacking(code: ReturnCode, needed: Iterable[str], record: Mapping[str, str]) -> RecordOutcome | None:
    lacking = tuple(python_name(name) for name in needed if name not in record)
    if not lacking:
        return None
    return RecordOutcome(code, reasons=(Reason(Rule.REQUIRED, Outcome.NOT_SENT, lacking),))
