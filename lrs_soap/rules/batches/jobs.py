"""The life of a batch job: from being submitted to its last record, and beyond.

The table says what can happen to a job in each state, and what it is then. What it does not have cannot happen. The
diagram in docs/behaviour.md is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.codes import CountedIn, ReturnCode

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
    """How many records of a job are in each of the contract's counts; together they are all of its records."""

    new: int = 0
    exists_updated: int = 0
    possible_match: int = 0
    not_found: int = 0
    rejected: int = 0

    @classmethod
    def of(cls, outcomes: Mapping[ReturnCode, int]) -> Counts:
        """The counts of a job in which so many records have each return code."""
        sums = dict.fromkeys(CountedIn, 0)
        for code, number in outcomes.items():
            sums[code.counted_in] += number
        return cls(**{counted_in.name.lower(): number for counted_in, number in sums.items()})

    def by_name(self) -> dict[str, int]:
        """The counts by the contract's names, in its order."""
        return {counted_in.value: getattr(self, counted_in.name.lower()) for counted_in in CountedIn}
