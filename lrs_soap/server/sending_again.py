"""Sending a request again that a journal has kept, for the console: by the port of its world, without a password."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO

from lrs_soap.errors import NotHeld, NotPossible, StoreUnavailable
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.exchange_journal import KeptRequest
from lrs_soap.exchange.masking import with_password
from lrs_soap.server.http_request import DELIVER, HOLD_BACK, SENT_AGAIN, Environ, HttpError
from lrs_soap.server.site import Site
from lrs_soap.server.worlds_site import WorldsSite
from lrs_soap.world import MAIN

# As long as passwords have to be. It is never compared with one.
_NO_PASSWORD = "not-the-password"
# What decides, beside the body.
_HEADERS = ("CONTENT_TYPE", "HTTP_SOAPACTION", "HTTP_LRS_SCENARIO")


class SendingAgain:
    """Sends requests to the ports of a server's worlds. Several threads may call it at the same time."""

    def __init__(self, ports_of_main: Iterable[Site], others: WorldsSite) -> None:
        self._ports_of_main = {port.path: port for port in ports_of_main}
        self._others = others

    def __call__(self, world: str, kept: KeptRequest, caller: str) -> str:
        """Send a request again in the world of this name; the id of the exchange that this makes.

        The world decides as it does for the organisation that the request names, but for the password. `caller` is the
        address of whoever wants it. Raises NotPossible where not all of the request is known, NotHeld for a world that
        is gone, and StoreUnavailable.
        """
        body = with_password(kept.body, _NO_PASSWORD)
        if body is None or kept.why_incomplete is not None:
            raise NotPossible(f"The request cannot be sent again. {kept.why_incomplete}")
        is_main = world == MAIN
        headers = {name: kept.headers[name] for name in _HEADERS if name in kept.headers}
        exchange = Exchange(
            Origin.CONSOLE, world=world, path=kept.path, caller=caller, headers=headers, again_of=kept.id
        )
        environ: Environ = {
            **headers,
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "" if is_main else "/w",
            "PATH_INFO": kept.path if is_main else f"/{world}{kept.path}",
            "QUERY_STRING": "",
            "SERVER_NAME": "console",
            "SERVER_PORT": "0",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": caller,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            SENT_AGAIN: exchange,
            # Nobody waits for the answer, however a scenario delivers it.
            HOLD_BACK: _ignore,
            DELIVER: _ignore,
        }
        site: Site = self._ports_of_main[kept.path] if is_main else self._others
        try:
            site(environ, _ignore)
        except HttpError as error:
            if not exchange.status:
                # It has not come to the port.
                is_gone = error.code is HTTPStatus.NOT_FOUND
                raise (NotHeld if is_gone else StoreUnavailable)(error.sentence) from None
        return exchange.id


def _ignore(*_: object) -> None:
    return None
