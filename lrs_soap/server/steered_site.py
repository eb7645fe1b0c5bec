"""A site that answers by the clock and the policy of a world as they are when a request comes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from lrs_soap.errors import StoreUnavailable
from lrs_soap.server.http_request import Environ
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
        try:
            # Where the database is not there, what was known last holds, and who needs it will be told.
            with suppress(StoreUnavailable):
                world.look()
            return self._site(environ, start_response)
        finally:
            world.end_look()

    def reads_body(self, environ: Environ) -> bool:
        return self._site.reads_body(environ)
