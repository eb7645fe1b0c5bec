"""What the server is made of: sites, each of which answers at a path of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from lrs_soap.server.http_request import Environ

StartResponse = Callable[..., Any]
"""WSGI's `start_response(status, headers, exc_info=None)`."""


class Site(Protocol):
    """A WSGI application at a path of the server."""

    path: str
    """Where it answers, in any case of letters, below the address at which the server itself is reached.

    Without a slash at the end it is one resource, which gets the environment as it came. With one, `/portal/`, all
    beneath it is the site's too: it gets its path in SCRIPT_NAME, and the rest in PATH_INFO.
    """
    is_listed: bool
    """Whether the front page links to it."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request. What it raises before it answers becomes an answer too: HttpError as it says, others 500.

        Threads call it at the same time.
        """
        ...

    def reads_body(self, environ: Environ) -> bool:
        """Whether a request with this head, and a large body, has to be read as a whole before it is answered.

        Where it has not, because the answer will be a refusal, the server answers at once.
        """
        ...
