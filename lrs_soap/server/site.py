"""Sites: each answers at a path of its own, and together they are the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from lrs_soap.server.http_request import Environ

StartResponse = Callable[..., Any]
"""WSGI's `start_response(status, headers, exc_info=None)`."""


class Site(Protocol):
    """A WSGI application at a path of the server."""

    path: str
    """The path at which it answers, below that of the application. Upper and lower case are the same.

    A path without a slash at its end is that one resource, and so is `/`; the site gets the environment unchanged. A
    path like `/portal/` is a folder, and everything beneath it belongs to the site. The site then has the folder in
    SCRIPT_NAME and the rest of the path in PATH_INFO.
    """
    is_listed: bool
    """Whether the front page links to it."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request. The application answers for it if it raises HttpError, or 500 for any other exception.

        Several threads may call it at the same time.
        """
        ...

    def reads_body(self, environ: Environ) -> bool:
        """Whether a request with this head, and a large body, has to be read as a whole before it is answered.

        Where it has not, because the answer will be a refusal, the server answers at once.
        """
        ...
