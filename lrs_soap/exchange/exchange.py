"""One piece of work that somebody asked for, and what came of it: from the door to the journal."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import FaultCode, ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Reason

MAIN_WORLD = "main"
"""The world of which a server has no other."""


class Origin(str, Enum):
    """How the work came in."""

    SOAP = "soap"
    BATCH_RECORD = "batch record"
    COMMAND = "command"


class Stage(str, Enum):
    """A part of the way of a request, in the order in which they are over."""

    RECEIVED = "received"
    """The request's bytes are there, unpacked."""
    READ = "read"
    """They are a valid message."""
    AUTHORISED = "authorised"
    """Whoever asks is known, and may ask this."""
    DECIDED = "decided"
    """The operation has its outcome, and has written what there is to write."""
    WRITTEN = "written"
    """The answer's bytes are there."""


class Claim(NamedTuple):
    """Who asks, as the request says, proved or not: the organisation by UKPRN or OrganisationRef, and the user."""

    organisation: str | None
    user: str | None


class Decided(Protocol):
    """What was decided about one record, and why: a Decision of the rules, or an outcome of a batch's record."""

    @property
    def code(self) -> ResponseCode | ReturnCode | FaultCode: ...

    @property
    def reasons(self) -> tuple[Reason, ...]: ...


class RefusedRequest(NamedTuple):
    """The decision to answer a request with a fault, and why."""

    code: FaultCode
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Exchange:
    """What is known of one request, one batch record or one command: made at the door, and given to the journal.

    `id` is the reference that a WSEC0999 quotes. `operation` is the operation's name on the wire, for a batch record
    that of the operation that submits such batches, or the command's name. `job` and `record` say which record of
    which batch job it is, the first one being 0.

    Who asks: `claim` is what the request says, `author` the UKPRN and user once the password was right, `certificate`
    the subject of the caller's certificate, if HTTPS asked for one.

    What came of it: `code` is the answer's response or fault code, or each of its codes once, separated by commas;
    `decisions` are one for each record of the request; `findings` are what a lenient setting let pass, and everything
    that is wrong with a request that was refused for its content; `error` is an exception that nobody foresaw.
    `status` is HTTP's, 0 where there is none. `request` and `answer` are the bytes; a request may hold a password.
    """

    origin: Origin = Origin.SOAP
    world: str = MAIN_WORLD
    path: str | None = None
    request: bytes = b""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    operation: str | None = None
    job: int | None = None
    record: int | None = None
    claim: Claim | None = None
    author: Author | None = None
    certificate: str | None = None
    answer: bytes = b""
    status: int = 0
    code: str | None = None
    decisions: tuple[Decided, ...] = ()
    findings: list[str] = field(default_factory=list)
    error: BaseException | None = None
    started: float = field(default_factory=time.perf_counter)
    stages: list[tuple[Stage, float]] = field(default_factory=list)

    def decide(self, *decisions: Decided) -> None:
        """Note what was decided: one decision, or one for each record. It also sets `code`."""
        self.decisions = decisions
        if len(decisions) == 1:
            self.code = decisions[0].code.value
        else:
            self.code = ",".join(sorted({decision.code.value for decision in decisions}))

    def mark(self, stage: Stage) -> None:
        """Note that a stage is over."""
        self.stages.append((stage, time.perf_counter()))

    def milliseconds(self) -> float:
        """The time from the door until now."""
        return (time.perf_counter() - self.started) * 1000

    def milliseconds_by_stage(self) -> Mapping[Stage, float]:
        """How long each stage took that is over, in their order."""
        begun = self.started
        taken: dict[Stage, float] = {}
        for stage, ended in self.stages:
            taken[stage] = taken.get(stage, 0.0) + (ended - begun) * 1000
            begun = ended
        return taken
