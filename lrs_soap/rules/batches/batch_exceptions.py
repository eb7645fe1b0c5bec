"""Exceptions: records of a batch that a person has to decide on, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from lrs_soap.rules.batches.jobs import JobState, JobType
from lrs_soap.rules.learners import field_rules, identifiers
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.codes import LeftToDecide, ReturnCode

DAYS_TO_RESOLVE = 45
"""How many days after that of the upload an exception may be resolved, the last of them included."""


class ExceptionState(str, Enum):
    """What has become of an exception."""

    OPEN = "open"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody has decided in time. Only the day tells, it is never written down."""


@dataclass(frozen=True, slots=True)
class RecordException:
    """A record that a person has to decide on, or had to.

    `job_id` and `position` say which record, `organisation` is the UKPRN of who sent it, `sent` has what was sent by
    the contract's names, `trouble` what was wrong with its form. `code` and `uln` are its outcome as it is now,
    `possible` the ULNs that it might have meant, the likeliest first. `state` is as it was last written;
    `closed` and `closed_by`, the user, are None until then.
    """

    id: int
    job_id: int
    position: int
    organisation: str
    job_state: JobState
    sent: Mapping[str, str]
    trouble: tuple[str, ...]
    code: ReturnCode
    uln: str | None
    possible: tuple[str, ...]
    state: ExceptionState
    opened: datetime
    closed: datetime | None
    closed_by: str | None

    @property
    def last_day(self) -> date:
        """The last day on which it may be resolved."""
        return self.opened.date() + timedelta(days=DAYS_TO_RESOLVE)

    def state_on(self, today: date) -> ExceptionState:
        """What has become of it by this day of the service's clock."""
        if self.state is ExceptionState.OPEN and today > self.last_day:
            return ExceptionState.EXPIRED
        return self.state

    @property
    def is_filled_in(self) -> bool:
        """Whether whoever resolves it begins with the record's fields filled in, or with empty ones to search with.

        A record that is valid, and only wants a decision, is filled in; one with an error in its data is not.
        """
        return self.code.left_to_decide is LeftToDecide.VALID_RECORD


def leaves_exception(code: ReturnCode, job_type: JobType | None) -> bool:
    """Whether a record with this outcome is for a person to decide on: a job that only looks leaves none."""
    return job_type is JobType.FUL and code.left_to_decide is not LeftToDecide.NOTHING


def unwritable(
    record: Mapping[str, str], *, check: Callable[[str, str], str | None], today: date, prohibited: ProhibitedText
) -> dict[str, str]:
    """The fields of a record that may be held of nobody, each with the reason in a sentence.

    `record` is by the contract's names, without empty fields; `check` says why a value of a field breaks the schema's
    facets. The others may be written without them.
    """
    sentences = {
        field: f"{field}: {why}"
        for field, value in record.items()
        if (why := check(field, value) or identifiers.why_malformed(field, value))
    }
    for violation in field_rules.violations(record, today=today, prohibited=prohibited):
        sentences.setdefault(violation.field, violation.sentence)
    if "OtherVerificationDescription" in sentences and "VerificationType" in record:
        # Of the two the type is not held without the description.
        sentences.setdefault("VerificationType", sentences["OtherVerificationDescription"])
    return sentences
