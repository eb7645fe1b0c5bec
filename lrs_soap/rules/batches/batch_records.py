"""The outcome of a batch's record, and what to look up in the register to decide it.

Records are without empty fields (`SentLearner.filled_in`): an empty field counts as not sent. These are the steps, and
the first that has an outcome is the last:

1. `malformed`;
2. with a ULN: `learner_to_update`, then an update (`outcome_of_update`);
3. without a ULN: `incomplete`, a find (`outcome_of_find`), and a registration (`outcome_of_registration`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from lrs_soap.rules.learners import field_rules
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import same_identity_key
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.codes import ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME, IDENTITY, LearnerField, Question, mandatory_in
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner

_REQUIRED_TO_SEARCH = mandatory_in(Question.FIND_BY_DEMOGRAPHICS)

REQUIRED_TO_REGISTER = mandatory_in(Question.REGISTER)
"""The fields that a registration needs."""

# How many mandatory fields a job may change of a learner: with more, a mistyped ULN would turn one person into another.
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
    """The outcome of a record: its return code, the ULN of its learner if that is known, and why.

    `possible` has the ULNs of possible matches, the likeliest first. `changed` is the mandatory field of the learner
    that the record has changed, by its own name, or None.
    """

    code: ReturnCode
    uln: str | None = None
    reasons: tuple[Reason, ...] = ()
    possible: tuple[str, ...] = ()
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class ToUpdate:
    """The learner that a record is to update, and the mandatory field that it would change, by its own name."""

    learner: Learner
    changed: str | None


class _MandatoryChange(NamedTuple):
    """A mandatory field whose identity key, as sent, is not the learner's."""

    field: str
    sent: str
    held: str


def malformed(
    record: SentLearner,
    *,
    facet_errors: tuple[str, ...],
    identifier_errors: tuple[str, ...],
    today: date,
    prohibited: ProhibitedText,
) -> RecordOutcome | None:
    """The outcome of a record that cannot be searched for; None for any other.

    `facet_errors` is what the schema's facets say of it; `identifier_errors` is what is wrong with its UPN or UCI.

    | the first that is true | outcome |
    |---|---|
    | a field breaks its facet | INCORRECT_FORMAT |
    | the UPN or UCI is malformed | INCORRECT_IDENTIFIER |
    | the ULN's check digit is wrong, or a field rule other than age is broken | INCORRECT_FORMAT |
    | the age is outside the permitted range | OUTSIDE_AGE_RANGE |
    """
    if facet_errors:
        return RecordOutcome(
            ReturnCode.INCORRECT_FORMAT, reasons=(Reason(Rule.FACET, Outcome.BROKEN, findings=facet_errors),)
        )
    if identifier_errors:
        broken = Reason(Rule.IDENTIFIER, Outcome.BROKEN, findings=identifier_errors)
        return RecordOutcome(ReturnCode.INCORRECT_IDENTIFIER, reasons=(broken,))
    violations = field_rules.violations(record, today=today, prohibited=prohibited)
    reasons = tuple(
        Reason(each.rule, Outcome.BROKEN, (name := BY_CONTRACT_NAME[each.field].name,), (getattr(record, name) or "",))
        for each in violations
    )
    uln = record.uln
    if uln is not None and not ulns.is_valid(uln):
        return RecordOutcome(ReturnCode.INCORRECT_FORMAT, reasons=(NoHolder.NOT_A_ULN.reason(uln), *reasons))
    if not violations:
        return None
    only_age = all(each.rule is Rule.AGE for each in violations)
    return RecordOutcome(ReturnCode.OUTSIDE_AGE_RANGE if only_age else ReturnCode.INCORRECT_FORMAT, reasons=reasons)


def learner_to_update(
    record: SentLearner, learner: Learner | None, *, full: bool, changed_before: str | None = None
) -> ToUpdate | RecordOutcome:
    """The learner that a record with a ULN updates, or the record's outcome.

    `learner` is the learner with this ULN, deleted or not, or None. `full` is True for a FUL job. `changed_before` is
    the mandatory field of the learner that earlier records of the job have changed, by its own name; None if none has.

    | the first that is true | outcome |
    |---|---|
    | the ULN is unknown or deleted | NOT_FOUND |
    | it is linked | MASTER_RETURNED with the master's ULN, whatever else was sent |
    | two or more mandatory fields, as sent, have another identity key than the learner's | NOT_FOUND |
    | one has, and another one is `changed_before` | NOT_FOUND |
    | it is a CHK job | CONFIRMED |
    """
    uln = record.uln or ""
    held = holder_of(uln, learner)
    if isinstance(held, NoHolder):
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=(held.reason(uln),))
    if held.master_uln is not None:
        linked = Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (held.uln,), (held.master_uln,))
        return RecordOutcome(ReturnCode.MASTER_RETURNED, held.master_uln, (linked,))
    changed = _mandatory_changed(record, held)
    if len(changed) > _MOST_CHANGED:
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=(_changes(changed),))
    field = changed[0].field if changed else None
    if field is not None and changed_before is not None and field != changed_before:
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=(_changed_before(changed[0], changed_before),))
    return ToUpdate(held, field) if full else RecordOutcome(ReturnCode.CONFIRMED, held.uln, (_changes(changed),))


def outcome_of_update(to_update: ToUpdate, decision: Decision) -> RecordOutcome | None:
    """The outcome of a record that was to update a learner, by the decision of Update.

    None if somebody else has changed the learner in the meantime: start again with this record.

    | Update | outcome |
    |---|---|
    | UPDATED | UPDATED |
    | NO_CHANGES | CONFIRMED |
    | INVALID_SHARING_CHANGE | INCORRECT_FORMAT |
    | ALREADY_EXISTS | NOT_FOUND: the record is another learner's |
    """
    code = _OF_UPDATE.get(decision.code)
    if code is None:
        return None
    uln = to_update.learner.uln if code in (ReturnCode.UPDATED, ReturnCode.CONFIRMED) else None
    changed = to_update.changed if code is ReturnCode.UPDATED else None
    return RecordOutcome(code, uln, decision.reasons, changed=changed)


def incomplete(record: SentLearner) -> RecordOutcome | None:
    """NULL_VALUE for a record without a ULN that lacks a field that a search needs; else None."""
    return _lacking(ReturnCode.NULL_VALUE, _REQUIRED_TO_SEARCH, record)


def demographics_asked(record: SentLearner) -> DemographicsAsked:
    """The search for a record without a ULN that has all fields that a search needs."""
    return DemographicsAsked(
        record.given_name or "",
        record.family_name or "",
        record.date_of_birth or "",
        record.gender or "",
        record.last_known_post_code or "",
        record.previous_family_name,
        record.school_at_age_16,
        record.place_of_birth,
        record.email_address,
        record.preferred_given_name,
        record.middle_other_name,
        record.unique_pupil_number,
        record.unique_candidate_identifier,
    )


def outcome_of_find(record: SentLearner, found: Decision, *, full: bool) -> RecordOutcome | None:
    """The outcome of a record without a ULN, by the decision of Find by demographics; None if it is to be registered.

    | Find by demographics | outcome |
    |---|---|
    | EXACT_MATCH | EXACT_MATCH with its ULN |
    | MASTER_SUBSTITUTED | MASTER_RETURNED with the master's ULN |
    | POSSIBLE_MATCHES | POSSIBLE_MATCHES |
    | TOO_MANY_MATCHES | TOO_MANY_MATCHES |
    | NO_MATCH, in a CHK job | NOT_FOUND |
    | NO_MATCH, VerificationType or AbilityToShare is missing | INSUFFICIENT_DATA |
    """
    ulns_found = tuple(learner.uln for learner in found.learners)
    if found.code in _SURE:
        return RecordOutcome(_SURE[found.code], ulns_found[0], found.reasons)
    if found.code in _UNSURE:
        return RecordOutcome(_UNSURE[found.code], reasons=found.reasons, possible=ulns_found)
    if not full:
        return RecordOutcome(ReturnCode.NOT_FOUND, reasons=found.reasons)
    return _lacking(ReturnCode.INSUFFICIENT_DATA, REQUIRED_TO_REGISTER, record)


def outcome_of_registration(decision: Decision) -> RecordOutcome | None:
    """The outcome of a record that was to be registered, by the decision of Register.

    None if somebody else has registered the same learner in the meantime: start again with this record.
    """
    if decision.code is not ResponseCode.REGISTERED:
        return None
    (learner,) = decision.learners
    return RecordOutcome(ReturnCode.REGISTERED, learner.uln, decision.reasons)


def not_verified(compared: Verification, errors: tuple[str, ...]) -> Verification:
    """The answer to a record that VerifyLearner would refuse for `errors`.

    `compared` is the verification as if it were not refused. ULN_NOT_FOUND stays; everything else becomes NOT_VERIFIED,
    with the flags of the comparisons that failed and without the learner.
    """
    unknown = compared.code is ResponseCode.ULN_NOT_FOUND
    code = ResponseCode.ULN_NOT_FOUND if unknown else ResponseCode.NOT_VERIFIED
    refused = Reason(Rule.VERIFIABLE, Outcome.BROKEN, findings=errors)
    return replace(compared, code=code, learners=(), reasons=(refused, *compared.reasons))


def _mandatory_changed(record: SentLearner, held: Learner) -> list[_MandatoryChange]:
    return [
        _MandatoryChange(field.name, sent, before)
        for field in IDENTITY
        if (sent := getattr(record, field.name))
        and not same_identity_key(field, sent, before := getattr(held, field.name))
    ]


def _changes(changed: list[_MandatoryChange]) -> Reason:
    if not changed:
        return Reason(Rule.MANDATORY_FIELDS, Outcome.UNCHANGED)
    fields, sent, held = zip(*changed, strict=True)
    return Reason(Rule.MANDATORY_FIELDS, Outcome.CHANGED, fields, sent, held)


def _changed_before(change: _MandatoryChange, before: str) -> Reason:
    fields = (change.field, before)
    return Reason(Rule.MANDATORY_FIELDS, Outcome.CHANGED_BEFORE, fields, (change.sent,), (change.held,))


def _lacking(code: ReturnCode, needed: Iterable[LearnerField], record: SentLearner) -> RecordOutcome | None:
    lacking = tuple(field.name for field in needed if not getattr(record, field.name))
    if not lacking:
        return None
    return RecordOutcome(code, reasons=(Reason(Rule.REQUIRED, Outcome.NOT_SENT, lacking),))
