"""The console's cookie: signed, one for all worlds of a server, for the console's path alone."""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from lrs_soap.console.asking import ASKED

_NAME = "lrs-console"
_TAG_LENGTH = 10


def signing_key(secret: bytes, database: str) -> bytes:
    """The key by which cookies are signed: another one for each secret, and for each database.

    The secret is the server's token, so that no cookie outlives a change of that.
    """
    return hmac.new(secret, f"console {database}".encode(), hashlib.sha256).digest()


class ConsoleCookies(SecureCookieSessionInterface):
    """Keeps what a browser is given in a cookie that no page of another site has sent along.

    Cookies know no port, and two servers on one machine share them: the name tells databases apart. Over HTTPS the
    cookie is for HTTPS alone.
    """

    def __init__(self, database: str) -> None:
        tag = hashlib.sha256(database.encode()).hexdigest()[:_TAG_LENGTH]
        self._cookie_name = f"{_NAME}-{tag}"

    def get_cookie_name(self, app: Flask) -> str:
        return self._cookie_name

    def get_cookie_path(self, app: Flask) -> str:
        # Without a slash at its end, so that it is sent to that very path, too.
        root: str = request.environ[ASKED].root
        return root

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Strict"
