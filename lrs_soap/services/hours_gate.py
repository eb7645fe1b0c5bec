"""Refuses requests outside the service's hours, before their content is read."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Exchange, RefusedRequest
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.world import World


@dataclass(frozen=True, slots=True)
class HoursGate:
    """The hours of a world, judged by its clock; `admit` is for the endpoints."""

    world: World

    def admit(self, exchange: Exchange) -> None:
        """Let an exchange pass. If the service is closed, note the reason and raise Refused with WSEC0004."""
        hours = self.world.policy.hours
        closed = None if hours.is_always_open else hours.closed_because(self.world.clock.now())
        if closed is not None:
            exchange.decide(RefusedRequest(FaultCode.OUT_OF_HOURS, (closed,)))
            raise Refused(FaultCode.OUT_OF_HOURS.value, FaultCode.OUT_OF_HOURS.text)
