"""An exchange: something that somebody asked for, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter
from typing import NamedTuple, Protocol

from lrs_soap.rules.batches.jobs import JobFate
from lrs_soap.rules.challenges.objections import ChallengeCode
from lrs_soap.rules.values.change import Action, Author
from lrs_soap.rules.values.codes import FaultCode, ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.refusal import RefusalKind
from lrs_soap.rules.values.rule import Outcome, Rule

MAIN_WORLD = "main"
"""The name of the world at a server's root."""


# So many ids are drawn at a time, because to ask the system takes longer than all else about an id.
_IDS_AT_ONCE = 256


class _Ids:
    """Ids of exchanges, which never come again: eight bytes of the system's random ones. Threads may share it."""

    def __init__(self) -> None:
        self._drawn: list[str] = []
        # What is drawn belongs to one process alone.
        os.register_at_fork(after_in_child=self._drawn.clear)

    def draw(self) -> str:
        """Another id."""
        while True:
            try:
                return self._drawn.pop()
            except IndexError:
                self._drawn.extend(os.urandom(8 * _IDS_AT_ONCE).hex(" ", 8).split())


class Origin(str, Enum):
    """Where an exchange comes from. What the console sends again comes from there, and not from SOAP."""

    SOAP = "soap"
    BATCH_RECORD = "batch record"
    COMMAND = "command"
    CONTROL = "control"
    PORTAL = "portal"
    CONSOLE = "console"


class Stage(str, Enum):
    """A stage of a request, in the order in which they end."""

    RECEIVED = "received"
    """The request's bytes have arrived and are unpacked."""
    READ = "read"
    """They have been read as a valid message."""
    AUTHORISED = "authorised"
    """The password is right, and the organisation may ask this."""
    DECIDED = "decided"
    """The operation is done, and what it changed is written to the database."""
    WRITTEN = "written"
    """The answer's bytes are made."""


class Head(dict[str, str]):
    """The variables of a request's head, by their names in a WSGI environment, which nobody changes.

    Several requests may have the same head.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.size = sum(map(len, variables.values()))
        """How many characters the values have together."""


class Claim(NamedTuple):
    """Who asks, according to the request: the organisation's UKPRN or OrganisationRef, and the user."""

    organisation: str | None
    user: str | None


class Decided(Protocol):
    """What was decided about one record, and why. A Decision is one, and so is the outcome of a batch record.

    What only an operator does to learners, or what is done with a data challenge, has no code of the service: its code
    is the action, or why it was refused.
    """

    @property
    def code(self) -> ResponseCode | ReturnCode | FaultCode | Action | RefusalKind | ChallengeCode: ...

    @property
    def reasons(self) -> tuple[Reason, ...]: ...


class RefusedRequest(NamedTuple):
    """The decision to refuse a request with a fault, and why."""

    code: FaultCode
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Exchange:
    """Everything known about one request, one batch record or one command. The journal gets it at the end.

    `id` is the reference that a WSEC0999 quotes. `operation` is the operation's name on the wire; for a batch record,
    that of the operation that submits such batches; for a command, its name. `job` and `record` say which record of
    which batch job it is. The first record is 0.

    Who asks: `claim` is what the request says. `author` is the UKPRN and the user, once the password was right.
    `certificate` is the subject of the caller's certificate, if HTTPS asked for one, `caller` the address. `headers`
    are those of the request, by their names in a WSGI environment, which may have others, too.

    What came of it: `code` is the response or fault code of the answer; several are each named once, separated by
    commas. `decisions` has one for each record of the request. `findings` are sentences about what is wrong with
    the request, also if a lenient setting let it pass. `scenario` is the name of the one that stepped in, and
    `job_fate` what it makes of a job that is submitted. `error` is an exception that nobody foresaw. `status` is
    the HTTP status, 0 if there is none. `request` and `answer` are the bytes; a request may hold a password.
    `answer_headers` are those of the answer.

    `again_of` is the id of the exchange whose request the console sends once more, on behalf of the organisation that
    it names. No password is asked of it.
    """

    origin: Origin = Origin.SOAP
    world: str = MAIN_WORLD
    path: str | None = None
    certificate: str | None = None
    caller: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    request: bytes = field(default=b"", repr=False)
    id: str = field(default_factory=_Ids().draw)
    operation: str | None = None
    job: int | None = None
    record: int | None = None
    claim: Claim | None = None
    author: Author | None = None
    answer: bytes = field(default=b"", repr=False)
    answer_headers: tuple[tuple[str, str], ...] = ()
    status: int = 0
    code: str | None = None
    decisions: tuple[Decided, ...] = ()
    findings: list[str] = field(default_factory=list)
    scenario: str | None = None
    job_fate: JobFate | None = None
    error: BaseException | None = None
    again_of: str | None = None
    started: float = field(default_factory=perf_counter)
    stages: list[tuple[Stage, float]] = field(default_factory=list)

    def all_reasons(self) -> tuple[Reason, ...]:
        """That it was sent again, which scenario stepped in, and the reasons of all decisions."""
        reasons = tuple([reason for decision in self.decisions for reason in decision.reasons])
        if self.scenario is not None:
            reasons = (Reason(Rule.SCENARIO, Outcome.STEPPED_IN, held=(self.scenario,)), *reasons)
        if self.again_of is not None:
            reasons = (Reason(Rule.SENT_AGAIN, Outcome.NO_PASSWORD, held=(self.again_of,)), *reasons)
        return reasons

    def decide(self, *decisions: Decided) -> None:
        """Set `decisions`, one for each record, and the `code` that follows from them."""
        self.decisions = decisions
        if len(decisions) == 1:
            self.code = decisions[0].code.value
        else:
            self.code = ",".join(sorted({decision.code.value for decision in decisions}))

    def mark(self, stage: Stage) -> None:
        """Note that a stage ends now."""
        self.stages.append((stage, perf_counter()))

    def milliseconds(self) -> float:
        """The time from the start until now."""
        return (perf_counter() - self.started) * 1000

    def milliseconds_by_stage(self) -> Mapping[Stage, float]:
        """How long each stage took, in their order. Stages that have not ended are left out."""
        begun = self.started
        taken: dict[Stage, float] = {}
        for stage, ended in self.stages:
            taken[stage] = taken.get(stage, 0.0) + (ended - begun) * 1000
            begun = ended
        return taken
