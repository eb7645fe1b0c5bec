"""Exceptions: records of a batch that a person has to decide, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.batches.jobs import JobState, JobType
from lrs_soap.rules.learners import field_rules, identifiers
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.codes import LeftToDecide, ReturnCode
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME, FIELDS, Check, Origin
from lrs_soap.rules.values.quotation import shortened
from lrs_soap.rules.values.sent_learner import SentLearner

DAYS_TO_RESOLVE = 45
"""An exception can be resolved until the end of this many days after the day of the upload."""

CORRECTABLE_FIELDS = tuple(field for field in FIELDS if field.is_settable and field.file_versions)
"""What a record says of its learner, and a registration may correct."""
SHOWN_FIELDS = tuple(field for field in CORRECTABLE_FIELDS if field.origin is not Origin.FILE)
"""Those of them that are shown of a learner who is held."""


class ExceptionState(str, Enum):
    """The state of an exception."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody has decided in time. It follows from the day, and is never stored."""


@dataclass(frozen=True, slots=True)
class RecordException:
    """A record that a person has to decide, or has decided.

    `job_id` and `position` identify the record; `organisation` is the UKPRN of its sender. `sent` is what was sent, and
    `errors` what was wrong with its form. `code` and `uln` are the record's outcome as it
    is now; `possible` are the ULNs that it may have meant, the likeliest first. `state` is the stored state. `closed`
    and `closed_by`, the user, are None while it is open.
    """

    id: int
    job_id: int
    position: int
    organisation: str
    job_state: JobState
    sent: SentLearner
    errors: tuple[str, ...]
    code: ReturnCode
    uln: str | None
    possible: tuple[str, ...]
    state: ExceptionState
    opened: datetime
    closed: datetime | None
    closed_by: str | None

    @property
    def last_day(self) -> date:
        """The last day on which it can be resolved."""
        return self.opened.date() + timedelta(days=DAYS_TO_RESOLVE)

    def state_on(self, today: date) -> ExceptionState:
        """Its state on this day of the service's clock."""
        if self.state is ExceptionState.OPEN and today > self.last_day:
            return ExceptionState.EXPIRED
        return self.state

    @property
    def is_filled_in(self) -> bool:
        """Whether a person starts with the record's fields filled in, or with empty ones for a search.

        They are filled in for a valid record, and empty for one with an error in its data.
        """
        return self.code.left_to_decide is LeftToDecide.VALID_RECORD


def leaves_exception(code: ReturnCode, job_type: JobType | None) -> bool:
    """Whether a record with this outcome leaves an exception. Only FUL jobs leave any."""
    return job_type is JobType.FUL and code.left_to_decide is not LeftToDecide.NOTHING


def corrections_of(values: Mapping[str, str]) -> SentLearner:
    """Corrections to a record, from values by the contract's names; an empty value removes the field.

    Raises InvalidRecord for a field that cannot be corrected, and for what XML cannot carry.
    """
    for name, value in values.items():
        if BY_CONTRACT_NAME.get(name) not in CORRECTABLE_FIELDS:
            # Quoted by repr, because the name may contain control characters.
            raise InvalidRecord(f"{shortened(name)!r} is not a field that can be corrected")
        check_characters(name, value)
    return SentLearner.of(values)


def unwritable(record: SentLearner, *, check: Check, today: date, prohibited: ProhibitedText) -> dict[str, str]:
    """The fields of a record, by their own names, whose values no learner may have, each with a sentence that says why.

    `record` has no empty fields. `check` returns why a value breaks the schema's facets. The other fields may be
    written without these.
    """
    sentences = {
        BY_CONTRACT_NAME[name].name: f"{name}: {why}"
        for name, value in record.by_contract_name().items()
        if (why := check(name, value) or identifiers.why_malformed(name, value))
    }
    for violation in field_rules.violations(record, today=today, prohibited=prohibited):
        sentences.setdefault(BY_CONTRACT_NAME[violation.field].name, violation.sentence)
    if "other_verification_description" in sentences and record.verification_type is not None:
        # No learner has the type without its description.
        sentences.setdefault("verification_type", sentences["other_verification_description"])
    return sentences
