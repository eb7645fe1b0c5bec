"""The portal's cookie: signed, one for each world and database, below the path of the world's portal."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, Request, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeSerializer

from lrs_soap.errors import StoreUnavailable
from lrs_soap.operations.portal_key import make_portal_key, portal_key
from lrs_soap.portal.asking import ASKED
from lrs_soap.rules.values.change import NOBODY
from lrs_soap.world import World

_NAME = "lrs-portal"
_TAG_LENGTH = 10


class KeyOfTheWorld:
    """What Flask signs with: the key of the world that is asked, which all processes share. A descriptor."""

    def __get__(self, app: Flask | None, kind: type[Flask] | None = None) -> str | None:
        return g.get("portal_key") if app is not None else None

    def __set__(self, app: Flask, key: str) -> None:
        raise AttributeError("Each world has its own key.")


class PortalFlask(Flask):
    """Flask with the key of the world that is asked."""

    secret_key: Any = KeyOfTheWorld()


class WorldCookies(SecureCookieSessionInterface):
    """Keeps what a browser is given in a cookie of the world that it asks.

    Cookies know no port, and two servers on one machine share them: the name tells databases apart. Over HTTPS the
    cookie is for HTTPS alone.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        try:
            g.portal_key = _key_of(request.environ[ASKED].world)
        except StoreUnavailable as error:
            # Nothing can be answered yet: `raise_failure` does that where there is a page for it.
            g.store_failure = error
            return None
        return super().open_session(app, request)

    def get_cookie_name(self, app: Flask) -> str:
        return f"{_NAME}-{hashlib.sha256(g.portal_key.encode()).hexdigest()[:_TAG_LENGTH]}"

    def get_cookie_path(self, app: Flask) -> str:
        # Without a slash at its end, so that it is sent to that very path, too.
        return request.script_root

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"


def raise_failure() -> None:
    """Raise StoreUnavailable where the cookie could not be read because of that."""
    if "store_failure" in g:
        raise g.store_failure


def sealed(values: tuple[str, ...], purpose: str) -> str:
    """A text that nobody else can make, and that gives the values back for the same purpose in the same world."""
    return str(_sealer(purpose).dumps(values))


def unsealed(text: str, purpose: str) -> tuple[str, ...] | None:
    """What was sealed; None for a text that was not sealed for this purpose here."""
    try:
        values: list[str] = _sealer(purpose).loads(text)
    except BadSignature:
        return None
    return tuple(values)


def _sealer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(g.portal_key, salt=purpose)


def _key_of(world: World) -> str:
    for _ in range(2):
        with world.reading(NOBODY, has_looked=True) as work:
            key = portal_key(work)
        if key is not None:
            return key
        with world.writing(NOBODY) as work:
            make_portal_key(work)
    # The world is being put back at this very moment.
    raise StoreUnavailable("The world has no key for cookies.")
