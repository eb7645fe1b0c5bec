"""The records of a batch job: as they were submitted, and with their outcome."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.values.codes import FailureFlag, ResponseCode, ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner


@dataclass(frozen=True, slots=True)
class SubmittedRecord:
    """One record as it was sent.

    `facet_errors` is what the schema's facets say of it; `identifier_errors` is what is wrong with its UPN or UCI.
    """

    sent: SentLearner
    facet_errors: tuple[str, ...] = ()
    identifier_errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedRecord:
    """The outcome of a verification, and the learner's values at that time if the details matched."""

    code: ResponseCode
    flags: tuple[FailureFlag, ...] = ()
    uln: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: str | None = None
    gender: str | None = None

    @classmethod
    def of(cls, verification: Verification) -> VerifiedRecord:
        """What the service keeps of a verification."""
        code, flags = verification.code, verification.flags
        for each in verification.learners:
            return cls(code, flags, each.uln, each.given_name, each.family_name, each.date_of_birth, each.gender)
        return cls(code, flags)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A record of a job, at `position`, counted from 0.

    Once the record is done, `return_code` and `uln` are the outcome of a
    registration, and `verified` is that of a verification.
    """

    position: int
    sent: SentLearner
    facet_errors: tuple[str, ...] = ()
    identifier_errors: tuple[str, ...] = ()
    return_code: ReturnCode | None = None
    uln: str | None = None
    verified: VerifiedRecord | None = None
