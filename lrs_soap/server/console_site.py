"""The console as a site: who may use it, which world is meant, size limits, and failures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from lrs_soap.errors import NotHeld, StoreUnavailable
from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.server.admission import admission_of, facts_of
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.http_request import TURN, Environ, HttpError
from lrs_soap.server.sending_again import SendingAgain
from lrs_soap.server.site import StartResponse
from lrs_soap.server.whole_request import for_pages, is_small_enough, read_body
from lrs_soap.settings import Settings
from lrs_soap.web.access import Admission, RequestFacts, has_token, is_loopback, is_token, refusal_of_page
from lrs_soap.world import MAIN, World, Worlds

if TYPE_CHECKING:
    from lrs_soap.console.application import ConsoleApplication

CONSOLE_PATH = "/_lrs/console/"
"""Where the console of `main` is, and below it those of the other worlds."""

_FOLDER = "/_lrs/console"
_OF_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
_IN_A_WORLD = re.compile("/worlds/([^/]+)(/.*)?", re.DOTALL)


def console_address(settings: Settings, address: str) -> str | None:
    """The address at which a person opens the console of a server that is at `address`; None where nobody can.

    Raises InvalidSetting, as `admission_of` does.
    """
    admission = admission_of(settings)
    if admission is None:
        return None
    # A server that listens on every address is reached by this one.
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
            # This request may put back what an earlier one still reads, and would wait for it.
            environ[TURN].end()
        name, path = _world_and_path(str(environ["PATH_INFO"] or "/"))
        facts = facts_of(environ, self._trusted_proxies)
        world, body, refused = self._begin(environ, facts, name)
        root = f"{str(environ['SCRIPT_NAME'])[: -len(_FOLDER)]}{_FOLDER}"
        # The path as it is written, whatever case it was asked in.
        script = root if name is None else f"{root}/worlds/{name}"
        own = for_pages(environ, body, script=script, path=path, trusted_proxies=self._trusted_proxies)
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
        if not is_small_enough(environ, self._max_body_bytes):
            return False
        return self._refusal(facts_of(environ, self._trusted_proxies)) is None

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
            body = read_body(environ, self._max_body_bytes)
        except HttpError as error:
            return None, b"", (error.code, error.sentence)
        try:
            world = self._worlds.at(name or MAIN)
        except NotHeld:
            return None, body, None
        except StoreUnavailable as error:
            return None, body, (HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        # What is done here may put the world back, which waits for whoever reads.
        world.end_look()
        return world, body, None

    def _tried(self, environ: Environ, is_right: bool) -> None:
        """Hold the answer back for a while, if this caller has tried too many wrong tokens."""
        if self._guessing is not None:
            self._guessing.hold_back(environ, "", is_right=is_right)

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
