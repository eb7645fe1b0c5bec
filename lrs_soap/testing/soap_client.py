"""zeep's client of a world. A WSDL is read once for all worlds, which differ in their addresses alone."""

from __future__ import annotations

from typing import Any

import zeep
from zeep.transports import Transport

_TIMEOUT_SECONDS = 60


class SoapClient(zeep.Client):
    """A client of one port of one world: `service` calls that, whatever the address in the WSDL.

    It waits for an answer for a minute; `transport.operation_timeout` is for another time.
    """

    def __init__(self, wsdl: Any, address: str) -> None:
        """`wsdl` is the address of this port's WSDL, or the `wsdl` of the client of another world."""
        super().__init__(wsdl, transport=_transport())
        self._address = address

    def bind(self, service_name: str | None = None, port_name: str | None = None) -> Any:
        """The port of this world, which has no other."""
        return self.create_service(next(iter(self.wsdl.bindings)), self._address)


def _transport() -> Transport:
    transport = Transport(timeout=_TIMEOUT_SECONDS, operation_timeout=_TIMEOUT_SECONDS)
    # A proxy that the environment names has no way to this machine.
    transport.session.trust_env = False
    return transport
