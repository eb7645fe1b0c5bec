"""A learner as a record in a file: the names of its fields, their values, and the learner that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from lrs_soap.clock import midnight
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.learners import field_rules, identifiers
from lrs_soap.rules.learners.tier_level import tier_level
from lrs_soap.rules.values import dates, moments, postcode, version_number
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.decision import passed_over
from lrs_soap.rules.values.learner import ACTIVE, Learner
from lrs_soap.rules.values.learner_fields import IDENTITY, LOADABLE, Check
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.sent_learner import SentLearner

FIELDS = tuple(field.contract_name for field in LOADABLE)
"""The contract's names of the fields that a record may have."""

LEARNING_EVENTS = "LearningEvents"
"""Another field that a record in JSON lines may have: the learner's events (`event_record`)."""

# Answers have these fields, files to load do not: both follow from MasterULN.
_DERIVED = ("LinkedULNs", "MasterSubstituted")

_NAMES = frozenset(FIELDS)
_MANDATORY = tuple(field.contract_name for field in IDENTITY)
_DEFAULTS = {"ULN": "", "AbilityToShare": "1", "VerificationType": "0", "LearnerStatus": ACTIVE}
_HELD = tuple(field.name for field in LOADABLE)
_held_of = attrgetter(*_HELD)
_NO_ULN = "9999999999"
_DIGITS = re.compile("[0-9]{1,10}")


def check_heading(fields: Sequence[str]) -> None:
    """Raise InvalidRecord if learners cannot be read from a table with these columns, or not without losing one."""
    for field in fields:
        if not field:
            raise InvalidRecord("a column has no name")
        _check_name(field)
        if fields.count(field) > 1:
            raise InvalidRecord("given more than once", field)
    for field in _MANDATORY:
        if field not in fields:
            raise InvalidRecord("missing from the heading", field)


def learner_of(values: Mapping[str, Any], *, now: datetime, check: Check | None = None) -> Learner:
    """The learner in a record. Its `uln` is empty if the record has none.

    `values` are text by the contract's names; VersionNumber may be an int. None and an empty text mean no value.
    Defaults are AbilityToShare 1, VerificationType 0, the TierLevel that goes with the VerificationType, LearnerStatus
    1, VersionNumber 1, and `now`, the moment on the service's clock, for both dates. A date that is given stands for
    the moment at which it begins.

    Raises InvalidRecord for the first thing that is wrong: names and types, characters that XML cannot carry, the five
    mandatory fields, facets, which `check` checks, the UPN and UCI, ULNs, then the field rules for what the operator
    loads (docs/behaviour.md, Field rules). A UPN of somebody too old for one is left out.
    """
    given = {field: text for field, value in values.items() if (text := _text(field, value))}
    for field in _MANDATORY:
        if not given.get(field, "").strip():
            raise InvalidRecord("missing", field)
    for field, text in given.items():
        reason = (check and check(field, text)) or identifiers.why_malformed(field, text)
        if reason:
            raise InvalidRecord(reason, field)
    _check_ulns(given)
    today = now.date()
    sent = SentLearner.of(
        {**_DEFAULTS, **dict.fromkeys(("CreatedDate", "LastUpdatedDate"), today.isoformat()), **given}
    )
    for violation in field_rules.violations(sent, today=today, by_operator=True):
        raise InvalidRecord(violation.sentence)
    fields: dict[str, Any] = dict(zip(_HELD, _held_of(sent), strict=True))
    fields["created"] = _moment(given.get("CreatedDate"), now)
    fields["last_updated"] = _moment(given.get("LastUpdatedDate"), now)
    fields["tier_level"] = sent.tier_level or tier_level(sent.verification_type)
    fields["last_known_post_code"] = postcode.as_returned(sent.last_known_post_code or "")
    fields["version_number"] = _version(sent.version_number)
    if not identifiers.keeps_upn(sent.date_of_birth or "", today):
        fields["unique_pupil_number"] = None
    return Learner(**fields)


def warnings_about(values: Mapping[str, Any], learner: Learner) -> list[str]:
    """The warnings about a record that `learner` was made of: what a person gave and is not kept."""
    return passed_over(identifiers.upn_not_kept(values.get("UniquePupilNumber"), learner.unique_pupil_number))


def _moment(day: str | None, now: datetime) -> str:
    """The moment at which a day begins; `now` where no day is given."""
    given = None if day is None else dates.parse(day)
    return moments.kept(now if given is None else midnight(given))


def _text(field: str, value: Any) -> str:
    _check_name(field)
    if value is None:
        return ""
    if field == "VersionNumber" and type(value) is int:
        # One more than the largest, because writing out a very long number would fill the message.
        return str(value) if abs(value) <= version_number.LARGEST_LOADED else str(version_number.LARGEST)
    if not isinstance(value, str):
        raise InvalidRecord("must be text, in quotes", field)
    check_characters(field, value)
    return value


def _check_name(field: str) -> None:
    if field in _DERIVED:
        raise InvalidRecord("cannot be loaded: give each linked learner the ULN of its master as MasterULN", field)
    if field == LEARNING_EVENTS:
        raise InvalidRecord("can be in JSON lines only; a file of events alone is loaded with --events", field)
    if field not in _NAMES:
        # Quoted by repr, because the name may contain control characters.
        raise InvalidRecord(f"{shortened(field)!r} is not a field of a learner")


def _check_ulns(given: Mapping[str, str]) -> None:
    uln, master = given.get("ULN"), given.get("MasterULN")
    if uln == _NO_ULN:
        raise InvalidRecord(f"{_NO_ULN} means that there is no ULN; leave it out and one is issued", "ULN")
    for field, value in (("ULN", uln), ("MasterULN", master)):
        if value is not None and not ulns.is_valid(value):
            raise InvalidRecord(f"'{value}' is not ten digits with the right check digit", field)
    if uln is not None and uln == master:
        raise InvalidRecord("a learner cannot be its own master", "MasterULN")


def _version(text: str | None) -> int:
    if text is None:
        return 1
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= version_number.LARGEST_LOADED:
        raise InvalidRecord(f"must be a whole number from 1 to {version_number.LARGEST_LOADED}", "VersionNumber")
    return int(text)
