"""The console as a WSGI application of Flask: one for all worlds, each with pages below a path of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from lrs_soap import __version__
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
from lrs_soap.web.assets import TEMPLATES, asset
from lrs_soap.web.headers import LIVE_PAGE_HEADERS, NOT_KEPT
from lrs_soap.web.refusals import REFUSALS, status_of
from lrs_soap.world import World, Worlds

_REFUSED = "lrs_soap.refused"
_KEPT = ("Cache-Control", "public, max-age=31536000, immutable")
_PARTS = (
    *(
        admission.admission,
        journal,
        learners,
        organisations,
        challenges,
        jobs,
        mail,
        scenarios,
        clock,
        policy,
        snapshots,
        worlds,
    ),
)

_TITLES = {
    HTTPStatus.BAD_REQUEST: "Not possible",
    HTTPStatus.FORBIDDEN: "Not for you",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Not possible here",
    HTTPStatus.CONFLICT: "Not possible now",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service has failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available now",
}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is no such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This page cannot be asked in this way. Go back, and use the page's own buttons.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than this service reads.",
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
    made.config.update(
        SECRET_KEY=key,
        PROPAGATE_EXCEPTIONS=True,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        # A form is as old as its session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    made.session_interface = ConsoleCookies(database)
    environment = made.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.loader = ChoiceLoader([FileSystemLoader(f"{made.root_path}/templates"), FileSystemLoader(TEMPLATES)])
    environment.globals.update(
        version=__version__,
        asset_url=_asset_url,
        is_wrong=False,
        url_of_server=url_of_server,
        url_of_world=url_of_world,
    )
    made.before_request(_begin)
    CSRFProtect(made)
    made.before_request(admission.look)
    made.before_request(_find_world)
    made.context_processor(lambda: {"asked": g.asked, "menu": entries(), "may_leave": g.get("may_leave", False)})
    made.after_request(_protect)
    made.register_error_handler(HTTPException, _explain)
    made.register_error_handler(CSRFError, lambda _: _error(HTTPStatus.BAD_REQUEST, _NOT_OURS))
    for kind in REFUSALS:
        made.register_error_handler(kind, lambda error: _error(status_of(error), str(error)))
    made.register_error_handler(StoreUnavailable, _unavailable)
    made.add_url_rule("/assets/<name>", "asset", _asset)
    for part in _PARTS:
        made.register_blueprint(part)
    return made


def _begin() -> Response | None:
    g.asked = request.environ[ASKED]
    refused = request.environ[_REFUSED]
    if refused is not None:
        return _error(*refused)
    # No database takes the character 0, and nobody types it.
    values = (value for part in (request.args, request.form) for pair in part.items(multi=True) for value in pair)
    if "\0" in request.path or any("\0" in value for value in values):
        abort(400, "What was sent has a character in it that is no text.")
    return None


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


def _protect(response: Response) -> Response:
    response.headers.extend(LIVE_PAGE_HEADERS)
    if "Cache-Control" not in response.headers:
        response.headers.extend([NOT_KEPT])
    return response


def _asset_url(name: str) -> str:
    found = asset(name)
    assert found is not None
    return url_of_server("asset", name=name, v=found.version)


def _asset(name: str) -> Response:
    found = asset(name)
    if found is None:
        abort(404)
    return Response(found.content, mimetype=None, content_type=found.media_type, headers=[_KEPT])


def _explain(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status in (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT):
        return error.get_response()  # type: ignore[return-value]
    answer = _error(status, _SENTENCES.get(status) or error.description or status.phrase)
    answer.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
    return answer


def _error(status: HTTPStatus, sentence: str) -> Response:
    """A page that says what went wrong. It asks the store for nothing, because that may be what went wrong."""
    title = _TITLES.get(status, status.phrase)
    return Response(render_template("error.html", title=title, sentence=sentence), status)
