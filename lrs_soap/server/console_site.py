"""The console as a site: who may use it, which world is meant, size limits, and failures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from lrs_soap.errors import NotHeld, StoreUnavailable
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.server.control_site import admission_of, facts_of
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.http_request import HOLD_BACK, TURN, Environ, HttpError, address_of, body_of, caller_of
from lrs_soap.server.sending_again import SendingAgain
from lrs_soap.server.site import StartResponse
from lrs_soap.settings import Settings
from lrs_soap.web.access import Admission, RequestFacts, has_token, is_loopback, is_token, refusal_of_page
from lrs_soap.world import MAIN, World, Worlds

if TYPE_CHECKING:
    from lrs_soap.console.application import ConsoleApplication

CONSOLE_PATH = "/_lrs/console/"
"""Where the console of `main` is, and below it those of the other worlds."""

_FOLDER = "/_lrs/console"
_MOST_DIGITS = 18
_OF_THE_BODY = ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated")
_OF_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
_IN_A_WORLD = re.compile("/worlds/([^/]+)(/.*)?", re.DOTALL)


def console_address(settings: Settings, address: str) -> str | None:
    """The address at which a person opens the console of a server that is at `address`; None where nobody can.

    Raises InvalidSetting, as `admission_of` does.
    """
    admission = admission_of(settings)
    if admission is None:
        return None
    # Who listens on every address can be asked by this one.
    here = _OF_THIS_MACHINE.get(settings.host)
    if here is not None:
        address = f"{address.partition('://')[0]}://{here}:{address.rpartition(':')[2]}"
    is_for_others = here is None and settings.host.lower() != "localhost" and not is_loopback(settings.host)
    if admission.token is None and (admission.is_proxied or is_for_others):
        return None
    return f"{address}{CONSOLE_PATH}"


class ConsoleSite:
    """Lets in whoever may use the console, and passes the request to its application.

    That is made when it is asked for first, because most servers never need it.
    """

    path = CONSOLE_PATH
    is_listed = False

    def __init__(
        self,
        worlds: Worlds,
        admission: Admission,
        settings: Settings,
        *,
        secret: bytes,
        send_again: SendingAgain,
        make_check: Callable[[], Check],
    ) -> None:
        """`make_check` makes the check of the contract's facets. `secret` is that of `ConsoleApplication`."""
        self._worlds = worlds
        self._admission = admission
        self._secret = secret
        self._send_again = send_again
        self._max_body_bytes = settings.max_body_bytes
        self._trusted_proxies = frozenset(settings.trusted_proxies)
        # Each process counts for itself.
        self._guessing = Guessing(settings.password_misses) if settings.password_misses else None
        self._make_check = make_check
        self._making = Lock()
        self._application: ConsoleApplication | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if TURN in environ:
            # What an earlier request still reads, this one may put back, and would wait for.
            environ[TURN].end()
        name, path = _world_and_path(str(environ["PATH_INFO"] or "/"))
        facts = facts_of(environ, self._trusted_proxies)
        world, body, refused = self._begin(environ, facts, name)
        root = f"{str(environ['SCRIPT_NAME'])[: -len(_FOLDER)]}{_FOLDER}"
        own = self._own(environ, root if name is None else f"{root}/worlds/{name}", path, body)
        answer = partial(
            self._made().answer,
            own,
            start_response,
            name=name or MAIN,
            base=f"{own['wsgi.url_scheme']}://{own['HTTP_HOST']}{root.removesuffix(_FOLDER)}",
            root=root,
            has_token=has_token(self._admission, facts),
            tried=partial(self._tried, own),
        )
        if refused is not None:
            return answer(world=None, refused=refused)
        try:
            return answer(world=world)
        except Exception as error:  # the person gets a page with a reference, the journal the trace
            failure = Exchange(Origin.CONSOLE, world=name or MAIN, path=f"{_FOLDER}{path}", status=500, error=error)
            self._worlds.main.journal.record(failure)
            sentence = f"Nothing is known to have been changed. The service's log says more under {failure.id}."
            return answer(world=None, refused=(HTTPStatus.INTERNAL_SERVER_ERROR, sentence))

    def reads_body(self, environ: Environ) -> bool:
        length = str(environ.get("CONTENT_LENGTH") or "0")
        is_small = length.isdigit() and len(length) <= _MOST_DIGITS and int(length) <= self._max_body_bytes
        return is_small and self._refusal(facts_of(environ, self._trusted_proxies)) is None

    def _refusal(self, facts: RequestFacts) -> tuple[HTTPStatus, str] | None:
        refused = refusal_of_page(self._admission, facts)
        return None if refused is None else (refused.status, refused.sentence)

    def _begin(
        self, environ: Environ, facts: RequestFacts, name: str | None
    ) -> tuple[World | None, bytes, tuple[HTTPStatus, str] | None]:
        """The world of a name, which has looked, and the body; or why the request is not answered."""
        refused = self._refusal(facts)
        if refused is not None:
            return None, b"", refused
        try:
            body = body_of(environ, self._max_body_bytes) if _has_body(environ) else b""
        except HttpError as error:
            return None, b"", (HTTPStatus(int(error.status[:3])), error.sentence)
        try:
            world = self._worlds.at(name or MAIN)
        except NotHeld:
            return None, body, None
        except StoreUnavailable as error:
            return None, body, (HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        # What is done here may put the world back, which waits for whoever reads.
        world.end_look()
        return world, body, None

    def _own(self, environ: Environ, script: str, path: str, body: bytes) -> Environ:
        """The environment with the path as it is written, whatever case it was asked in, and the caller's address."""
        address = address_of(environ, self._trusted_proxies)
        return {
            **{name: value for name, value in environ.items() if name not in _OF_THE_BODY},
            "SCRIPT_NAME": script,
            "PATH_INFO": path,
            "HTTP_HOST": address.host,
            "wsgi.url_scheme": address.scheme,
            "REMOTE_ADDR": caller_of(environ, self._trusted_proxies),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }

    def _tried(self, environ: Environ, is_right: bool) -> None:
        """Hold the answer back for a while, if this caller has tried too many wrong tokens."""
        hold_back = environ.get(HOLD_BACK)
        if self._guessing is not None and hold_back is not None:
            seconds = self._guessing.held_seconds("", environ["REMOTE_ADDR"], is_right=is_right)
            if seconds:
                hold_back(seconds)

    def _made(self) -> ConsoleApplication:
        with self._making:
            if self._application is None:
                from lrs_soap.console.application import ConsoleApplication

                admission = self._admission
                self._application = ConsoleApplication(
                    self._worlds,
                    self._make_check(),
                    secret=self._secret if admission.token is None else admission.token.encode(),
                    send_again=self._send_again,
                    admits=None if admission.token is None else partial(is_token, admission),
                )
            return self._application


def _world_and_path(path: str) -> tuple[str | None, str]:
    """The name of the world that is meant, and the path below its console; None for `main` without its name."""
    in_a_world = _IN_A_WORLD.fullmatch(path)
    return (None, path) if in_a_world is None else (in_a_world[1], in_a_world[2] or "/")


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ
