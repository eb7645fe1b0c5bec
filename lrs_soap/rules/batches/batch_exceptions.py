"""Exceptions: records of a batch that a person has to decide, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.batches.jobs import JobState, JobType
from lrs_soap.rules.learners import field_rules, identifiers
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.characters import check_characters
from lrs_soap.rules.values.codes import LeftToDecide, ReturnCode
from lrs_soap.rules.values.learner_fields import FIELDS, Origin
from lrs_soap.rules.values.quotation import shortened

DAYS_TO_RESOLVE = 45
"""An exception can be resolved until the end of this many days after the day of the upload."""

_CORRECTABLE = tuple(field for field in FIELDS if field.is_settable and field.file_versions)

CORRECTABLE_FIELDS = tuple(field.contract_name for field in _CORRECTABLE)
"""What a record says of its learner, and a registration may correct, by the contract's names."""
SHOWN_FIELDS = tuple(field.contract_name for field in _CORRECTABLE if field.origin is not Origin.FILE)
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

    `job_id` and `position` identify the record; `organisation` is the UKPRN of its sender. `sent` has what was sent, by
    the contract's names, and `errors` what was wrong with its form. `code` and `uln` are the record's outcome as it
    is now; `possible` are the ULNs that it may have meant, the likeliest first. `state` is the stored state. `closed`
    and `closed_by`, the user, are None while it is open.
    """

    id: int
    job_id: int
    position: int
    organisation: str
    job_state: JobState
    sent: Mapping[str, str]
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


def check_correction(field: str, value: str) -> None:
    """Raise InvalidRecord for a correction to a field that cannot be corrected, or with what XML cannot carry."""
    if field not in CORRECTABLE_FIELDS:
        # Quoted by repr, because the name may contain control characters.
        raise InvalidRecord(f"{shortened(field)!r} is not a field that can be corrected")
    check_characters(field, value)


def unwritable(
    record: Mapping[str, str], *, check: Callable[[str, str], str | None], today: date, prohibited: ProhibitedText
) -> dict[str, str]:
    """The fields of a record whose values no learner may have, each with a sentence that says why.

    `record` is by the contract's names, without empty fields. `check` returns why a value breaks the schema's facets.
    The other fields may be written without these.
    """
    sentences = {
        field: f"{field}: {why}"
        for field, value in record.items()
        if (why := check(field, value) or identifiers.why_malformed(field, value))
    }
    for violation in field_rules.violations(record, today=today, prohibited=prohibited):
        sentences.setdefault(violation.field, violation.sentence)
    if "OtherVerificationDescription" in sentences and "VerificationType" in record:
        # No learner has the type without its description.
        sentences.setdefault("VerificationType", sentences["OtherVerificationDescription"])
    return sentences
