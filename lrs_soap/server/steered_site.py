"""A site that answers by the clock and the policy of a world as they are when a request comes."""

from __future__ import annotations

from collections.abc import Iterable

from lrs_soap.errors import StoreUnavailable
from lrs_soap.server.http_request import TURN, Environ
from lrs_soap.server.site import Site, StartResponse
from lrs_soap.world import World


class SteeredSite:
    """Another site, which is called when its world has looked at what was changed of it."""

    def __init__(self, site: Site, world: World) -> None:
        self.path = site.path
        self.is_listed = site.is_listed
        self._site = site
        self._world = world

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        world = self._world
        turn = environ.get(TURN)
        try:
            try:  # noqa: SIM105  # a suppress takes time, and every request comes here
                world.look()
            except StoreUnavailable:
                pass  # What was known last holds, and who needs the database will be told.
            return self._site(environ, start_response)
        finally:
            world.end_look(None if turn is None else turn.at_end)

    def reads_body(self, environ: Environ) -> bool:
        return self._site.reads_body(environ)
