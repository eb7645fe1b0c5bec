"""What the processes of one server share."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from lrs_soap.clock import machine_seconds
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.exchange.tally import Tally
from lrs_soap.server.process_counts import ProcessCounts
from lrs_soap.server.tls import Certificates


@dataclass(frozen=True, slots=True)
class Shared:
    """Made by a parent before it forks the processes of its server, or by whoever has only one.

    `console_secret` is what every process of the server has, and nobody else, so that each takes the forms that another
    has shown. `metrics` is None where nobody may look at them. `processes` is None where there is no parent.
    `connections` says how many connections all processes have together. `certificates` are what HTTPS is spoken with.
    """

    tally: Tally = field(default_factory=Tally)
    metrics: Metrics | None = None
    console_secret: bytes = field(default_factory=secrets.token_bytes)
    processes: ProcessCounts | None = None
    connections: Callable[[], int] | None = None
    certificates: Certificates | None = None
    started: float = field(default_factory=machine_seconds)
