"""The portal as sites, one for each world: the path and the address of its pages, size limits, and failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.http_request import HOLD_BACK, Environ, HttpError, address_of, body_of, caller_of
from lrs_soap.server.site import StartResponse
from lrs_soap.settings import Settings
from lrs_soap.world import MAIN, World

if TYPE_CHECKING:
    from lrs_soap.portal.application import PortalApplication

PORTAL_PATH = "/portal/"
"""Where the portal of a world is, below the world's own path."""

_FOLDER = "/portal"
_MOST_DIGITS = 18
_OF_THE_BODY = ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated")


class Portals:
    """Makes the portal's site of each world. Behind them is one application.

    That is made when somebody first asks: it takes a third of a second, which a server for programs never needs.
    """

    def __init__(self, settings: Settings, make_check: Callable[[], Check]) -> None:
        """`make_check` makes the check of the contract's facets, for what people type."""
        self.max_body_bytes = settings.max_body_bytes
        self.trusted_proxies = frozenset(settings.trusted_proxies)
        # Each process counts for itself.
        self.guessing = Guessing(settings.password_misses) if settings.password_misses else None
        self._make_check = make_check
        self._making = Lock()
        self._application: PortalApplication | None = None

    def of(self, world: World) -> PortalSite:
        """The site of a world."""
        return PortalSite(self, world)

    def application(self) -> PortalApplication:
        """The application of all sites."""
        with self._making:
            if self._application is None:
                from lrs_soap.portal.application import PortalApplication

                self._application = PortalApplication(self._make_check())
            return self._application


class PortalSite:
    """The pages of one world. They know the world by the path alone, which is the one that its cookies have."""

    path = PORTAL_PATH
    is_listed = False

    def __init__(self, portals: Portals, world: World) -> None:
        self._portals = portals
        self._world = world

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        refused = None
        try:
            body = body_of(environ, self._portals.max_body_bytes) if _has_body(environ) else b""
        except HttpError as error:
            body, refused = b"", (HTTPStatus(int(error.status[:3])), error.sentence)
        own = self._own(environ, body)
        application = self._portals.application()
        tried = partial(self._tried, own)
        try:
            return application.answer(own, start_response, world=self._world, tried=tried, refused=refused)
        except Exception as error:  # the person gets a page with a reference, the journal the trace
            path = f"{_FOLDER}{environ['PATH_INFO']}"
            failure = Exchange(Origin.PORTAL, world=self._world.name, path=path, status=500, error=error)
            self._world.journal.record(failure)
            sentence = f"Nothing is known to have been changed. The service's log says more under {failure.id}."
            refused = (HTTPStatus.INTERNAL_SERVER_ERROR, sentence)
            return application.answer(own, start_response, world=self._world, tried=tried, refused=refused)

    def reads_body(self, environ: Environ) -> bool:
        length = str(environ.get("CONTENT_LENGTH") or "0")
        return length.isdigit() and len(length) <= _MOST_DIGITS and int(length) <= self._portals.max_body_bytes

    def _tried(self, environ: Environ, is_right: bool) -> None:
        """Hold the answer back for a while, if this caller has tried too many wrong passwords."""
        guessing, hold_back = self._portals.guessing, environ.get(HOLD_BACK)
        if guessing is not None and hold_back is not None:
            seconds = guessing.held_seconds(self._world.name, environ["REMOTE_ADDR"] or "", is_right=is_right)
            if seconds:
                hold_back(seconds)

    def _own(self, environ: Environ, body: bytes) -> Environ:
        """The environment with the path as it is written, whatever case it was asked in, and the caller's address."""
        proxies = self._portals.trusted_proxies
        folder = _FOLDER if self._world.name == MAIN else f"/w/{self._world.name}{_FOLDER}"
        script = str(environ["SCRIPT_NAME"])
        address = address_of(environ, proxies)
        return {
            **{name: value for name, value in environ.items() if name not in _OF_THE_BODY},
            "SCRIPT_NAME": f"{script[: len(script) - len(folder)]}{folder}",
            "PATH_INFO": environ["PATH_INFO"] or "/",
            "HTTP_HOST": address.host,
            "wsgi.url_scheme": address.scheme,
            "REMOTE_ADDR": caller_of(environ, proxies),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ
