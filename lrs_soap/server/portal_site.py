"""The portal as sites, one for each world: the path and the address of its pages, size limits, and failures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.site import StartResponse
from lrs_soap.server.whole_request import for_pages, is_small_enough, read_body
from lrs_soap.settings import Settings
from lrs_soap.world import MAIN, World

if TYPE_CHECKING:
    from lrs_soap.portal.application import PortalApplication

PORTAL_PATH = "/portal/"
"""Where the portal of a world is, below the world's own path."""

_FOLDER = "/portal"


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
            body = read_body(environ, self._portals.max_body_bytes)
        except HttpError as error:
            body, refused = b"", (error.code, error.sentence)
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
        return is_small_enough(environ, self._portals.max_body_bytes)

    def _tried(self, environ: Environ, is_right: bool) -> None:
        """Hold the answer back for a while, if this caller has tried too many wrong passwords."""
        if self._portals.guessing is not None:
            self._portals.guessing.hold_back(environ, self._world.name, is_right=is_right)

    def _own(self, environ: Environ, body: bytes) -> Environ:
        """The environment with the path as it is written, whatever case it was asked in, and the caller's address."""
        folder = _FOLDER if self._world.name == MAIN else f"/w/{self._world.name}{_FOLDER}"
        script = str(environ["SCRIPT_NAME"])
        return for_pages(
            environ,
            body,
            script=f"{script[: len(script) - len(folder)]}{folder}",
            path=environ["PATH_INFO"] or "/",
            trusted_proxies=self._portals.trusted_proxies,
        )
