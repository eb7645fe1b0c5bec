"""Whether the service is open: what is asked before a request's content is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.clock import Clock
from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.values.codes import FaultCode


@dataclass(frozen=True, slots=True)
class Opening:
    """The service's hours, judged by its clock; an `Admit` of the endpoints."""

    hours: ServiceHours
    clock: Clock

    def __call__(self, exchange: Exchange) -> None:
        """Let an exchange pass, or note why not and raise Refused: WSEC0004."""
        closed = self.hours.closed_because(self.clock.now())
        if closed is not None:
            exchange.reasons = (closed,)
            raise Refused(FaultCode.OUT_OF_HOURS.value, FaultCode.OUT_OF_HOURS.text)
