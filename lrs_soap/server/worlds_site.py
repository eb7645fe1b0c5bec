"""The worlds beside `main`, each an application of its own below `/w/NAME`."""

from __future__ import annotations

from collections.abc import Iterable

from lrs_soap.errors import NotHeld, StoreUnavailable
from lrs_soap.server.application import Application
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.ports import Ports
from lrs_soap.server.site import StartResponse
from lrs_soap.world import World, Worlds


class WorldsSite:
    """Finds the world by the path, and passes the request to its application, with `/w/NAME` in SCRIPT_NAME."""

    path = "/w/"
    is_listed = False

    def __init__(self, worlds: Worlds, ports: Ports) -> None:
        self._worlds = worlds
        self._ports = ports

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        world = self._enter(environ)
        try:
            return self._application_of(world)(environ, start_response)
        finally:
            world.end_look()

    def reads_body(self, environ: Environ) -> bool:
        try:
            world = self._enter(environ)
        except HttpError:
            return False
        try:
            return self._application_of(world).reads_body(environ)
        finally:
            world.end_look()

    def _enter(self, environ: Environ) -> World:
        """The world that a path names, which has looked; the environment is then that of its application."""
        name, slash, rest = str(environ["PATH_INFO"]).removeprefix("/").partition("/")
        try:
            world = self._worlds.at(name.lower())
        except NotHeld as error:
            raise HttpError("404 Not Found", str(error)) from None
        except StoreUnavailable as error:
            raise HttpError("503 Service Unavailable", str(error)) from error
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{name}"
        environ["PATH_INFO"] = f"{slash}{rest}"
        return world

    def _application_of(self, world: World) -> Application:
        application = world.application
        if application is None:
            sites = self._ports.of(world)
            application = world.application = Application([FrontPage(sites), *sites], journal=world.journal)
        made: Application = application
        return made
