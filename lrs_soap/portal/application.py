"""The portal as a WSGI application of Flask: one for all worlds, each with pages and cookies below its own path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from lrs_soap.errors import InvalidRecord, NotHeld, NotPossible, Refused, StoreUnavailable
from lrs_soap.portal.account import account
from lrs_soap.portal.asking import ASKED, Asked
from lrs_soap.portal.batches import batches
from lrs_soap.portal.challenges import challenges
from lrs_soap.portal.cookies import PortalFlask, WorldCookies
from lrs_soap.portal.enquiries import enquiries
from lrs_soap.portal.exceptions import exceptions
from lrs_soap.portal.find_learner import find_learner
from lrs_soap.portal.home import home
from lrs_soap.portal.learner_profile import learner_profile
from lrs_soap.portal.learning_record import learning_record
from lrs_soap.portal.login import login
from lrs_soap.portal.menu import entries, know_places
from lrs_soap.portal.record_report import record_report
from lrs_soap.portal.register_learner import register_learner
from lrs_soap.portal.signed_in import again, current_user, look, signed_in, step_of
from lrs_soap.portal.support import announced, support
from lrs_soap.portal.uln_changes import uln_changes
from lrs_soap.portal.users import hints, user_management
from lrs_soap.portal.verify_learner import verify_learner
from lrs_soap.portal.words import LABELS, shown
from lrs_soap.report.making import ReportMaker
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.web.headers import PAGE_HEADERS
from lrs_soap.web.pages import TITLES, prepare, refuse_zeros
from lrs_soap.world import World

_REFUSED = "lrs_soap.refused"
_TITLES = {**TITLES, HTTPStatus.NOT_FOUND: "Page not found"}


class PortalApplication:
    """Answers requests about any world. Several threads may call it at the same time."""

    def __init__(self, check: Check) -> None:
        """`check` checks the contract's facets of what is typed."""
        self._check = check
        self._reports = ReportMaker()
        self._flask = _flask()

    def answer(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        *,
        world: World,
        tried: Callable[[bool], None],
        refused: tuple[HTTPStatus, str] | None = None,
    ) -> Iterable[bytes]:
        """Answer a request about a world, which has looked. SCRIPT_NAME is the path of its portal.

        `tried` is told whether a password that was tried is right. `refused` is a status and a sentence to answer with,
        whatever is asked. Exceptions that nobody foresaw leave this.
        """
        about = {ASKED: Asked(world, self._check, tried, self._reports), _REFUSED: refused}
        return self._flask({**environ, **about}, start_response)


_PARTS = (
    *(home, support, login, find_learner, register_learner, learner_profile, verify_learner, learning_record),
    *(record_report, challenges, enquiries, batches, exceptions, uln_changes, account, user_management),
)


def _flask() -> Flask:
    made = PortalFlask(__name__, static_folder=None)
    prepare(made, headers=PAGE_HEADERS, url_of_asset=url_for, show_error=_error, not_found=_NOT_FOUND)
    made.session_interface = WorldCookies()
    made.jinja_env.globals.update(user=None, labels=LABELS, shown=shown)
    made.before_request(_begin)
    made.before_request(refuse_zeros)
    made.before_request(look)
    CSRFProtect(made)
    made.context_processor(_of_every_page)
    made.register_error_handler(CSRFError, _not_ours)
    # Another organisation's is not there either.
    made.register_error_handler(NotHeld, lambda _: _error(HTTPStatus.NOT_FOUND, _NOT_FOUND))
    for kind in (Refused, NotPossible, InvalidRecord):
        made.register_error_handler(kind, lambda error: _error(HTTPStatus.CONFLICT, f"Nothing was changed. {error}"))
    made.register_error_handler(StoreUnavailable, lambda _: _error(HTTPStatus.SERVICE_UNAVAILABLE, _UNAVAILABLE))
    for part in _PARTS:
        made.register_blueprint(part)
    know_places(made)
    return made


_NOT_FOUND = "There is no such page, or it is not yours."
_NOT_OURS = "This form was not sent by a page of this portal, or the page is too old. Open it again."
_UNAVAILABLE = "The service cannot reach its database now. Nothing was changed. Try again in a moment."


def _begin() -> Response | None:
    g.asked = request.environ[ASKED]
    refused = request.environ[_REFUSED]
    return None if refused is None else _error(*refused)


def _of_every_page() -> dict[str, Any]:
    """What every template can show."""
    signed = signed_in()
    user = current_user() if signed is not None and step_of(signed) is None else None
    return {"announced": announced(), "menu": entries(), "user": user, "hints_of_users": hints}


def _not_ours(error: CSRFError) -> AnyResponse:
    """A form whose token is wrong: the page again, with what was sent, if that can be, or else an error."""
    return again() or _error(HTTPStatus.BAD_REQUEST, _NOT_OURS)


def _error(status: HTTPStatus, sentence: str) -> Response:
    """A page that says what went wrong. It asks the store for nothing, because that may be what went wrong."""
    template = current_app.jinja_env.get_template("error.html")
    return Response(template.render(title=_TITLES.get(status, status.phrase), sentence=sentence), status)
