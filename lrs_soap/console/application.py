"""The console as a WSGI application of Flask: one for all worlds, each with pages below a path of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from lrs_soap.console import admission
from lrs_soap.console.asking import ASKED, Asked, SendAgain, url_of_server, url_of_world
from lrs_soap.console.challenges import challenges
from lrs_soap.console.clock import clock
from lrs_soap.console.cookies import ConsoleCookies, signing_key
from lrs_soap.console.jobs import jobs
from lrs_soap.console.journal import journal
from lrs_soap.console.learners import learners
from lrs_soap.console.mail import mail
from lrs_soap.console.menu import entries
from lrs_soap.console.organisations import organisations
from lrs_soap.console.policy import policy
from lrs_soap.console.scenarios import scenarios
from lrs_soap.console.snapshots import snapshots
from lrs_soap.console.worlds import worlds
from lrs_soap.errors import StoreUnavailable, WorldGone
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.web.headers import LIVE_PAGE_HEADERS
from lrs_soap.web.pages import TITLES, prepare, refuse_zeros
from lrs_soap.web.refusals import REFUSALS, status_of
from lrs_soap.world import World, Worlds

_REFUSED = "lrs_soap.refused"
_PARTS = (
    *(admission.admission, journal, learners, organisations, challenges, jobs, mail),
    *(scenarios, clock, policy, snapshots, worlds),
)

_TITLES = {
    **TITLES,
    HTTPStatus.BAD_REQUEST: "Not possible",
    HTTPStatus.FORBIDDEN: "Not for you",
    HTTPStatus.NOT_FOUND: "Not found",
}
_NOT_OURS = "This form was not sent by a page of this console, or the page is too old. Open it again."


class ConsoleApplication:
    """Answers requests about any world. Several threads may call it at the same time."""

    def __init__(
        self,
        worlds: Worlds,
        check: Check,
        *,
        secret: bytes,
        send_again: SendAgain,
        admits: Callable[[str], bool] | None = None,
    ) -> None:
        """`check`, `send_again` and `admits` are those of `Asked`. `secret` is the token of the server, if it has one.

        Otherwise it is anything that nobody knows, and that all processes of the server have.
        """
        self._worlds = worlds
        self._check = check
        self._send_again = send_again
        self._admits = admits
        database = worlds.main.store.location
        self._flask = _flask(signing_key(secret, database), database)

    def answer(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        *,
        world: World | None,
        name: str,
        base: str,
        root: str,
        has_token: bool,
        tried: Callable[[bool], None],
        refused: tuple[HTTPStatus, str] | None = None,
    ) -> Iterable[bytes]:
        """Answer a request about the world of a name. SCRIPT_NAME is the path of its console, REMOTE_ADDR who asks.

        All else is as in `Asked`. `refused` is a status and a sentence to answer with, whatever is asked. Exceptions
        that nobody foresaw leave this.
        """
        asked = Asked(
            self._worlds,
            world,
            name,
            base,
            root,
            environ["REMOTE_ADDR"],
            self._check,
            self._admits,
            has_token,
            tried,
            self._send_again,
        )
        return self._flask({**environ, ASKED: asked, _REFUSED: refused}, start_response)


def _flask(key: bytes, database: str) -> Flask:
    made = Flask(__name__, static_folder=None)
    prepare(
        made,
        headers=LIVE_PAGE_HEADERS,
        url_of_asset=url_of_server,
        show_error=_error,
        not_found="There is no such page.",
    )
    made.config["SECRET_KEY"] = key
    made.session_interface = ConsoleCookies(database)
    made.jinja_env.globals.update(url_of_server=url_of_server, url_of_world=url_of_world)
    made.before_request(_begin)
    made.before_request(refuse_zeros)
    CSRFProtect(made)
    made.before_request(admission.look)
    made.before_request(_find_world)
    made.context_processor(lambda: {"asked": g.asked, "menu": entries(), "may_leave": g.get("may_leave", False)})
    made.register_error_handler(CSRFError, lambda _: _error(HTTPStatus.BAD_REQUEST, _NOT_OURS))
    for kind in REFUSALS:
        made.register_error_handler(kind, lambda error: _error(status_of(error), str(error)))
    made.register_error_handler(StoreUnavailable, _unavailable)
    for part in _PARTS:
        made.register_blueprint(part)
    return made


def _begin() -> Response | None:
    g.asked = request.environ[ASKED]
    refused = request.environ[_REFUSED]
    return None if refused is None else _error(*refused)


def _find_world() -> Response | None:
    if g.asked.found is not None or request.endpoint == "asset":
        return None
    return _no_world()


def _no_world() -> Response:
    return _error(HTTPStatus.NOT_FOUND, f"There is no world {g.asked.name!r}. It may have been deleted.")


def _unavailable(error: StoreUnavailable) -> Response:
    """An error of the database, or the world was deleted since this request has begun, and its database with it."""
    try:
        is_gone = isinstance(error, WorldGone) or g.asked.name not in g.asked.worlds
    except StoreUnavailable:
        is_gone = False
    return _no_world() if is_gone else _error(status_of(error), str(error))


def _error(status: HTTPStatus, sentence: str) -> Response:
    """A page that says what went wrong. It asks the store for nothing, because that may be what went wrong."""
    title = _TITLES.get(status, status.phrase)
    return Response(render_template("error.html", title=title, sentence=sentence), status)
