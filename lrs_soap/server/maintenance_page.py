"""The page that the live service's front has in place of every answer during maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import UUID

from lrs_soap.exchange.exchange import Exchange, RefusedRequest
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.world import World

MAINTENANCE_STATUS = "405 Method Not Allowed"
MAINTENANCE_TYPE = "text/html"

_PAGE = (
    "<!DOCTYPE html><html><head><title>UnsupportedHttpVerb</title></head><body>"
    "<h1>The resource doesn't support specified Http Verb.</h1><ul>"
    "<li>HttpStatusCode: 405</li><li>ErrorCode: UnsupportedHttpVerb</li>"
    "<li>RequestId : {id}</li><li>TimeStamp : {moment:%Y-%m-%dT%H:%M:%S.0000000Z}</li></ul></body></html>"
)


@dataclass(frozen=True, slots=True)
class MaintenancePage:
    """Whether the page has to be answered, judged by a world's policy and clock, and the page."""

    world: World

    def in_place_of(self, exchange: Exchange) -> bytes | None:
        """The page, if there is a maintenance window now, with the reason noted in `exchange`; else None."""
        policy = self.world.policy
        if not (policy.hours.maintenance and policy.maintenance_page):
            return None
        moment = self.world.clock.now()
        window = policy.hours.maintenance_at(moment)
        if window is None:
            return None
        # The answer has no code.
        exchange.decisions = (RefusedRequest(FaultCode.OUT_OF_HOURS, (window,)),)
        return page_at(moment, exchange)


def page_at(moment: datetime, exchange: Exchange) -> bytes:
    """The page as of a moment. Its RequestId begins with the digits of the exchange's id."""
    identifier = UUID(hex=exchange.id.ljust(32, "0"))
    return _PAGE.format(id=identifier, moment=moment.astimezone(timezone.utc)).encode()
