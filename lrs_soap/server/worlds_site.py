"""The worlds beside `main`, each an application of its own below `/w/NAME`, or by its name in a header."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lrs_soap.errors import NotHeld, NotPossible, StoreUnavailable
from lrs_soap.server.application import Application
from lrs_soap.server.front_page import FrontPage
from lrs_soap.server.http_request import CERTIFICATE_SUBJECT, Environ, HttpError
from lrs_soap.server.portal_site import PORTAL_PATH, Portals
from lrs_soap.server.ports import Ports
from lrs_soap.server.site import Site, StartResponse
from lrs_soap.world import World, Worlds

_HEADER = "HTTP_LRS_WORLD"


class WorldsSite:
    """Finds the world by the path, and passes the request to its application, with `/w/NAME` in SCRIPT_NAME."""

    path = "/w/"
    is_listed = False

    def __init__(self, worlds: Worlds, ports: Ports, portals: Portals) -> None:
        self._worlds = worlds
        self._ports = ports
        self._portals = portals

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(self._enter(environ), environ, start_response)

    def reads_body(self, environ: Environ) -> bool:
        return self.reads_body_in(self._enter, environ)

    def answer(self, world: World, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request to a world, which has looked, by its application."""
        try:
            return self.application_of(world)(environ, start_response)
        finally:
            world.end_look()

    def reads_body_in(self, find: Callable[[Environ], World], environ: Environ) -> bool:
        """What `reads_body` of the application says of the world that `find` finds, which has looked.

        It is false where `find` raises HttpError or StoreUnavailable.
        """
        try:
            world = find(environ)
        except (HttpError, StoreUnavailable):
            return False
        try:
            return self.application_of(world).reads_body(environ)
        finally:
            world.end_look()

    def named_in_header(self, name: str) -> World:
        """The world of a name that came in a header, which has looked. Raises HttpError where it is none for that.

        Raises StoreUnavailable, too.
        """
        world = self._named(name)
        if world.policy.world_header:
            return world
        world.end_look()
        raise HttpError(
            "404 Not Found", f"The world {name!r} is not found by a header unless its world_header is true."
        )

    def claimed_by(self, subject: str) -> World | None:
        """The world to which a client's certificate leads, which has looked; None is `main`, which looked before.

        Raises HttpError where several worlds claim the certificate, and StoreUnavailable.
        """
        try:
            return self._worlds.claimed_by(subject)
        except NotPossible as error:
            raise HttpError("409 Conflict", str(error)) from None

    def application_of(self, world: World) -> Application:
        """The application of a world, which is made once."""
        application = world.application
        if application is None:
            sites: list[Site] = [*self._ports.of(world), self._portals.of(world)]
            application = world.application = Application(
                [FrontPage(sites, portal=PORTAL_PATH), *sites], journal=world.journal
            )
        made: Application = application
        return made

    def _named(self, name: str) -> World:
        try:
            return self._worlds.at(name.lower())
        except NotHeld as error:
            raise HttpError("404 Not Found", str(error)) from None

    def _enter(self, environ: Environ) -> World:
        """The world that a path names, which has looked; the environment is then that of its application."""
        name, slash, rest = str(environ["PATH_INFO"]).removeprefix("/").partition("/")
        world = self._named(name)
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{name}"
        environ["PATH_INFO"] = f"{slash}{rest}"
        return world


class PortOfWorlds:
    """A port at the server's root: that of `main`, or of the world that the header LRS-World names."""

    def __init__(self, port: Site, worlds: WorldsSite) -> None:
        self.path = port.path
        self.is_listed = port.is_listed
        self._port = port
        self._worlds = worlds

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if _HEADER not in environ:
            return self._port(environ, start_response)
        return self._worlds.answer(self._named(environ), environ, start_response)

    def reads_body(self, environ: Environ) -> bool:
        if _HEADER not in environ:
            return self._port.reads_body(environ)
        return self._worlds.reads_body_in(self._named, environ)

    def _named(self, environ: Environ) -> World:
        return self._worlds.named_in_header(str(environ[_HEADER]))


class PortByCertificate:
    """A port at the server's root: that of `main`, which has looked, or of the world that claims the certificate."""

    def __init__(self, port: Site, worlds: WorldsSite) -> None:
        self.path = port.path
        self.is_listed = port.is_listed
        self._port = port
        self._worlds = worlds

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        subject = environ.get(CERTIFICATE_SUBJECT)
        world = None if subject is None else self._worlds.claimed_by(str(subject))
        if world is None:
            return self._port(environ, start_response)
        return self._worlds.answer(world, environ, start_response)

    def reads_body(self, environ: Environ) -> bool:
        # The ports of all worlds read the same.
        return self._port.reads_body(environ)
