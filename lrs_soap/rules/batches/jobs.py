"""The states of a batch job, from its submission to its last record, and after it.

TRANSITIONS says what can happen to a job in each state, and which state follows. Nothing else can happen. The diagram
in docs/behaviour.md is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lrs_soap.rules.values.codes import CountedIn, ReturnCode

MAXIMUM_DEATHS = 3
"""How many workers may die on the same record before its job is given up."""


class JobState(str, Enum):
    """The state of a job."""

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    SUCCESSFUL = "successful"
    FAILED = "failed"

    @property
    def shown(self) -> str:
        """The state in the words of JobStatus."""
        return self.value.title().replace("_", "")


class JobEvent(str, Enum):
    """What happens to a job."""

    TAKE = "take"
    """A worker starts it."""
    TAKE_OVER = "take_over"
    """A worker continues it, after another has put it back or died."""
    RECORD_DONE = "record_done"
    PUT_BACK = "put_back"
    """Its worker leaves it to the next one."""
    FINISH = "finish"
    """Its last record is done."""
    GIVE_UP = "give_up"
    """Too many workers have died on one record."""
    FAIL = "fail"
    """The operator lets it fail, to show a client what becomes of that."""
    RESOLVE = "resolve"
    """A person resolves one of its exceptions."""

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
    (JobState.WAITING, JobEvent.FAIL): JobState.FAILED,
    (JobState.IN_PROGRESS, JobEvent.FAIL): JobState.FAILED,
    (JobState.SUCCESSFUL, JobEvent.RESOLVE): JobState.SUCCESSFUL,
}


class ImpossibleTransition(ValueError):
    """The event cannot happen to a job in this state."""

    def __init__(self, state: JobState, event: JobEvent) -> None:
        super().__init__(f"{event.shown} cannot happen to a job that is {state.shown}")
        self.state = state
        self.event = event


def after(state: JobState, event: JobEvent) -> JobState:
    """The state of a job in `state` after `event`. Raises ImpossibleTransition if the event cannot happen."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleTransition(state, event) from None


class JobKind(str, Enum):
    """What a job does with its records."""

    REGISTRATION = "registration"
    VERIFICATION = "verification"


class JobType(str, Enum):
    """Whether a registration job changes the register (FUL), or only looks (CHK)."""

    FUL = "FUL"
    CHK = "CHK"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The file that a job came in: its format `CSV` or `XML`, its version `2A` or `3A`, and its FileName."""

    format: str
    version: str
    name: str


@dataclass(frozen=True, slots=True)
class JobFate:
    """What becomes of a job that is submitted, other than that workers process it.

    One that `hangs` is taken by no worker. One that `fails` has failed at once. One with `withheld` outputs is told as
    incomplete to whoever asks for its output, so many times, however far it is.
    """

    hangs: bool = False
    fails: bool = False
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A batch job, without its records.

    `organisation` is the UKPRN of its sender, and `user` the user that the sender named. `job_type` is None for a
    verification. `position` is how many of its records are done. `started` and `finished` are None until then; `file`
    is None for a job that came by SOAP. `withheld` is how many more times its output is withheld.
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
    withheld: int = 0


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
        """The counts of a job, from the number of its records with each return code."""
        sums = dict.fromkeys(CountedIn, 0)
        for code, number in outcomes.items():
            sums[code.counted_in] += number
        return cls(**{counted_in.name.lower(): number for counted_in, number in sums.items()})

    def by_name(self) -> dict[str, int]:
        """The counts by the contract's names, in its order."""
        return {counted_in.value: getattr(self, counted_in.name.lower()) for counted_in in CountedIn}
