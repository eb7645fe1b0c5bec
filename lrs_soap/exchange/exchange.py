"""One request and its answer, from the door in to the log."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from lrs_soap.rules.values.decision import Reason


@dataclass(slots=True)
class Exchange:
    """What is known of one request: made at the door, handed through as the context, logged at the end.

    `id` is the reference that a WSEC0999 quotes; `operation` the name on the wire; `organisation` the UKPRN or
    OrganisationRef that was given; `certificate` whom the caller's certificate names, where one was asked for; `code`
    the response or fault code of the answer; `reasons` the Decision's facts; `findings` what a lenient setting let
    pass and a strict one would refuse, and all that is wrong with a request that was refused for what it holds.
    `request` may hold a password: it is never logged.
    """

    path: str = ""
    request: bytes = b""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    operation: str | None = None
    organisation: str | None = None
    user: str | None = None
    certificate: str | None = None
    answer: bytes = b""
    status: int = 0
    code: str | None = None
    reasons: tuple[Reason, ...] = ()
    findings: list[str] = field(default_factory=list)
    error: BaseException | None = None
    started: float = field(default_factory=time.perf_counter)
    stages: list[tuple[str, float]] = field(default_factory=list)

    def mark(self, stage: str) -> None:
        """Note that `stage` (read, validated, decided, written) is over."""
        self.stages.append((stage, time.perf_counter()))

    def milliseconds(self) -> float:
        """The time from the door until now."""
        return (time.perf_counter() - self.started) * 1000
