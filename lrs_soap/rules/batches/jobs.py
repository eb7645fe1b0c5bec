"""The life of a batch job: from being submitted to its last record, and beyond.

The table says what can happen to a job in each state, and what it is then. What it does not have cannot happen. The
diagram in docs/behaviour.md is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.codes import ReturnCode

MAXIMUM_DEATHS = 3
"""How often a worker may die on one and the same record before its job is given up."""


class JobState(str, Enum):
    """Where a job is in its life."""

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    SUCCESSFUL = "successful"
    FAILED = "failed"

    @property
    def shown(self) -> str:
        """The state as JobStatus has it."""
        return self.value.title().replace("_", "")


class JobEvent(str, Enum):
    """What happens to a job."""

    TAKE = "take"
    """A worker begins with it."""
    TAKE_OVER = "take_over"
    """A worker goes on where another has put it back, or has died."""
    RECORD_DONE = "record_done"
    PUT_BACK = "put_back"
    """Its worker leaves it to whoever comes next."""
    FINISH = "finish"
    """Its last record is done."""
    GIVE_UP = "give_up"
    """Its workers have died too often on one record."""
    RESOLVE = "resolve"
    """A person settles one of its exceptions."""

    @property
    def shown(self) -> str:
        """The event in words."""
        return self.value.replace("_", " ")


TRANSITIONS: Mapping[tuple[JobState, JobEvent], JobState] = {
    (JobState.WAITING, JobEvent.TAKE): JobState.IN_PROGRESS,
    (JobState.IN_PROGRESS, JobEvent.TAKE_OVER): JobState.IN_PROGRESS,
    (JobState.IN_PROGRESS, JobEvent.RECORD_DONE): JobState.IN_PROGRESS,
    (JobState.IN_PROGRESS, JobEvent.PUT_BACK): JobState.IN_PROGRESS,
    (JobState.IN_PROGRESS, JobEvent.FINISH): JobState.SUCCESSFUL,
    (JobState.IN_PROGRESS, JobEvent.GIVE_UP): JobState.FAILED,
    (JobState.SUCCESSFUL, JobEvent.RESOLVE): JobState.SUCCESSFUL,
}


class ImpossibleTransition(ValueError):
    """What is said to have happened to a job cannot happen in the `state` that it is in; `event` is what."""

    def __init__(self, state: JobState, event: JobEvent) -> None:
        super().__init__(f"a job that is {state.shown} knows no {event.shown}")
        self.state = state
        self.event = event


def after(state: JobState, event: JobEvent) -> JobState:
    """The state of a job in `state` after `event`. Raises ImpossibleTransition where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleTransition(state, event) from None


class JobKind(str, Enum):
    """What is done with a job's records."""

    REGISTRATION = "registration"
    VERIFICATION = "verification"


class JobType(str, Enum):
    """Whether a job of registrations changes the register, or only looks."""

    FUL = "FUL"
    CHK = "CHK"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of the file that a job came in: `CSV` or `XML`, `2A` or `3A`, and its FileName."""

    format: str
    version: str
    name: str


@dataclass(frozen=True, slots=True)
class Job:
    """A batch job, without its records.

    `organisation` is the UKPRN of who submitted it, `user` the user that it named; `job_type` is None for a
    verification. `position` is how many of its records are done. `started` and `finished` are None until then, `file`
    is None where it came by SOAP.
    """

    id: int
    kind: JobKind
    job_type: JobType | None
    organisation: str
    user: str
    state: JobState
    submitted: datetime
    started: datetime | None
    finished: datetime | None
    record_count: int
    position: int
    file: FileFacts | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records of a job came out how, as an answer counts them: together they are all of its records."""

    new: int = 0
    exists_updated: int = 0
    possible_match: int = 0
    not_found: int = 0
    rejected: int = 0


_COUNTED_IN = {
    ReturnCode.REGISTERED: "new",
    ReturnCode.EXACT_MATCH: "exists_updated",
    ReturnCode.UPDATED: "exists_updated",
    ReturnCode.MASTER_RETURNED: "exists_updated",
    ReturnCode.CONFIRMED: "exists_updated",
    ReturnCode.INSUFFICIENT_DATA: "rejected",
    ReturnCode.POSSIBLE_MATCHES: "possible_match",
    ReturnCode.TOO_MANY_MATCHES: "possible_match",
    ReturnCode.NOT_FOUND: "not_found",
    ReturnCode.NULL_VALUE: "rejected",
    ReturnCode.INCORRECT_FORMAT: "rejected",
    ReturnCode.INCORRECT_IDENTIFIER: "rejected",
    ReturnCode.OUTSIDE_AGE_RANGE: "rejected",
}


def counts(outcomes: Mapping[ReturnCode, int]) -> Counts:
    """The five counts of a job, of whose records so many have each return code."""
    sums: dict[str, int] = {}
    for code, number in outcomes.items():
        counted_in = _COUNTED_IN[code]
        sums[counted_in] = sums.get(counted_in, 0) + number
    return Counts(**sums)
