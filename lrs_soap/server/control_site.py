"""The control interface as a site: who may use it, which world is meant, and errors as JSON before anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote

from lrs_soap.control.errors import JSON, NOTHING_HERE, error_body
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.server.admission import facts_of
from lrs_soap.server.http_request import TURN, Environ, HttpError, address_of
from lrs_soap.server.responses import PLAIN, Headers, respond
from lrs_soap.server.site import StartResponse
from lrs_soap.server.whole_request import is_small_enough, read_body, with_body
from lrs_soap.web.access import AccessRefused, Admission, refusal
from lrs_soap.world import MAIN, Worlds

if TYPE_CHECKING:
    from lrs_soap.control.application import ControlApplication

_ROOT = "/_lrs"
_READING = ("GET", "HEAD")
_IN_A_WORLD = re.compile("/worlds/([^/]+)(/.+)")
# What is the server's and no world's.
_OF_THE_SERVER = re.compile("/(worlds(/.*)?|openapi[.]json)?")


class ControlSite:
    """Lets in whoever may use the control interface, and passes the request to its application.

    That is made when it is asked for first: it takes a third of a second, which most servers never need.
    """

    path = f"{_ROOT}/"
    is_listed = False

    def __init__(
        self,
        worlds: Worlds,
        admission: Admission,
        *,
        max_body_bytes: int,
        trusted_proxies: frozenset[str],
        make_check: Callable[[], Check],
    ) -> None:
        """`make_check` makes the check of the contract's facets, for learners that are loaded."""
        self._worlds = worlds
        self._admission = admission
        self._max_body_bytes = max_body_bytes
        self._trusted_proxies = trusted_proxies
        self._make_check = make_check
        self._making = Lock()
        self._application: ControlApplication | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if TURN in environ:
            # This request may delete what an earlier one still reads, and would wait for it.
            environ[TURN].end()
        if _is_for_a_person(environ):
            console = f"{str(environ['SCRIPT_NAME'])[: -len(_ROOT)]}{_ROOT}/console/"
            return respond(environ, start_response, "303 See Other", PLAIN, b"", (("Location", quote(console)),))
        refused = self._refusal(environ)
        if refused is not None:
            headers = (("WWW-Authenticate", "Bearer"),) if refused.status is HTTPStatus.UNAUTHORIZED else ()
            return _explain(environ, start_response, refused.status, refused.sentence, headers)
        try:
            body = b"" if environ["REQUEST_METHOD"] in _READING else read_body(environ, self._max_body_bytes)
        except HttpError as error:
            return _explain(environ, start_response, error.code, error.sentence)
        try:
            return self._answer(environ, start_response, body)
        except Exception as error:  # the caller gets a sentence and a reference, the journal the trace
            failure = Exchange(Origin.CONTROL, path=f"{_ROOT}{environ['PATH_INFO']}", status=500, error=error)
            self._worlds.main.journal.record(failure)
            sentence = f"The service has failed; its log says more under {failure.id}."
            return _explain(environ, start_response, HTTPStatus.INTERNAL_SERVER_ERROR, sentence)

    def reads_body(self, environ: Environ) -> bool:
        return is_small_enough(environ, self._max_body_bytes) and self._refusal(environ) is None

    def _refusal(self, environ: Environ) -> AccessRefused | None:
        return refusal(self._admission, facts_of(environ, self._trusted_proxies))

    def _answer(self, environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
        name, path = _world_and_path(environ["PATH_INFO"] or "/")
        world = self._worlds.get(name)
        if world is None:
            sentence = f"There is no world {name!r}; {_ROOT}/worlds lists them all."
            return _explain(environ, start_response, HTTPStatus.NOT_FOUND, sentence)
        if path is None:
            return _explain(environ, start_response, HTTPStatus.NOT_FOUND, NOTHING_HERE)
        if environ["REQUEST_METHOD"] not in _READING:
            # No content is the same as nothing in it.
            body = body or b"{}"
        own: Environ = {
            **with_body(environ, body),
            "CONTENT_TYPE": JSON,
            "SCRIPT_NAME": environ["SCRIPT_NAME"][: -len(_ROOT)],
            "PATH_INFO": f"{_ROOT}{path}",
        }
        base = address_of(own, self._trusted_proxies).base
        return self._made().answer(own, start_response, world=world, base=base)

    def _made(self) -> ControlApplication:
        with self._making:
            if self._application is None:
                from lrs_soap.control.application import ControlApplication

                self._application = ControlApplication(self._worlds, self._make_check())
            return self._application


def _world_and_path(path: str) -> tuple[str, str | None]:
    """The name of the world that is meant, and the path as it is for `main`; None for a path that no world has."""
    in_a_world = _IN_A_WORLD.fullmatch(path)
    if in_a_world is None:
        return MAIN, path
    name, rest = in_a_world.groups()
    return name, None if _OF_THE_SERVER.fullmatch(rest) else rest


def _is_for_a_person(environ: Environ) -> bool:
    """Whether somebody asks what is here who does not ask for JSON."""
    is_root = environ["PATH_INFO"] in ("", "/") and environ["REQUEST_METHOD"] in _READING
    return is_root and JSON not in environ.get("HTTP_ACCEPT", "").lower()


def _explain(
    environ: Environ, start_response: StartResponse, status: HTTPStatus, sentence: str, headers: Headers = ()
) -> list[bytes]:
    line = f"{status.value} {status.phrase}"
    return respond(environ, start_response, line, JSON, error_body(status, sentence), headers)
