"""Refuses requests outside the service's hours, before their content is read."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.clock import Clock
from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Exchange, RefusedRequest
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.values.codes import FaultCode


@dataclass(frozen=True, slots=True)
class HoursGate:
    """The service's hours, judged by its clock: an `Admit` for the endpoints."""

    hours: ServiceHours
    clock: Clock

    def __call__(self, exchange: Exchange) -> None:
        """Let an exchange pass. If the service is closed, note the reason and raise Refused with WSEC0004."""
        closed = self.hours.closed_because(self.clock.now())
        if closed is not None:
            exchange.decide(RefusedRequest(FaultCode.OUT_OF_HOURS, (closed,)))
            raise Refused(FaultCode.OUT_OF_HOURS.value, FaultCode.OUT_OF_HOURS.text)
