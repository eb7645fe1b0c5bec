"""The control interface as a WSGI application of Flask, whose documents flask-openapi3 makes of its models."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from lrs_soap import __version__
from lrs_soap.control.about import about
from lrs_soap.control.answering import Asked
from lrs_soap.control.challenges import challenges
from lrs_soap.control.documents import in_every_world
from lrs_soap.control.errors import JSON, NOTHING_HERE, ControlError, error_body
from lrs_soap.control.exchanges import exchanges
from lrs_soap.control.jobs import jobs
from lrs_soap.control.learners import learners
from lrs_soap.control.models import Error
from lrs_soap.control.organisations import organisations
from lrs_soap.control.scenarios import scenarios
from lrs_soap.control.steering import steering
from lrs_soap.control.users import users
from lrs_soap.errors import LrsError
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.web.refusals import REFUSALS, sentence_of, status_of
from lrs_soap.world import World, Worlds

_ASKED = "lrs_soap.asked"


class ControlApplication:
    """Answers those who have been let in. Several threads may call it at the same time."""

    def __init__(self, worlds: Worlds, check: Check) -> None:
        """`check` checks the contract's facets of learners that are loaded."""
        self._worlds = worlds
        self._check = check
        self._flask = _flask()

    def answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any], *, world: World, base: str
    ) -> Iterable[bytes]:
        """Answer a request about a world. `base` is the address at which the server was asked.

        Exceptions that nobody foresaw leave this.
        """
        asked = Asked(world, self._worlds, base, self._check)
        return self._flask({**environ, _ASKED: asked}, start_response)


def _flask() -> OpenAPI:
    made = OpenAPI(
        __name__,
        info=Info(title="lrs-soap control interface", version=__version__),
        doc_ui=False,
        static_folder=None,
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        # Without `control = token` nothing is needed.
        openapi_extensions={"security": [{}, {"token": []}]},
        validation_error_status=400,
        validation_error_model=Error,
        validation_error_callback=_not_valid,
    )
    made.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
    made.before_request(_begin)
    made.register_error_handler(HTTPException, _explain)
    made.register_error_handler(ControlError, lambda error: _error(error.status, error.sentence))
    for kind in REFUSALS:
        made.register_error_handler(kind, _refused)
    for part in (about, steering, scenarios, exchanges, learners, organisations, users, jobs, challenges):
        made.register_api(part)
    document = json.dumps(in_every_world(made.api_doc))
    made.add_url_rule("/_lrs/openapi.json", "openapi", lambda: Response(document, mimetype=JSON))
    return made


def _begin() -> None:
    """Refuse what the function that is asked for does not take, because flask-openapi3 would pass over it."""
    g.asked = request.environ[_ASKED]
    if request.endpoint is None:
        return
    takes = inspect.signature(current_app.view_functions[request.endpoint]).parameters
    if request.args and "query" not in takes:
        raise ControlError(HTTPStatus.BAD_REQUEST, f"{next(iter(request.args))}: Nothing is asked by a query here.")
    body = request.get_data()
    if body and _value_of(body) != {} and "body" not in takes:
        raise ControlError(HTTPStatus.BAD_REQUEST, "Nothing is taken in the body here.")


def _value_of(body: bytes) -> Any:
    """The value of a body. Raises ControlError where it is not JSON, or a text: JSON would be read out of that."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        where = f": {error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ControlError(HTTPStatus.BAD_REQUEST, f"The request is not JSON{where}.") from error
    if isinstance(value, str):
        raise ControlError(HTTPStatus.BAD_REQUEST, "The request is a text, and has to be an object or a list.")
    return value


def _refused(error: LrsError) -> Response:
    return _error(status_of(error), str(error))


def _not_valid(error: ValidationError) -> Response:
    return _error(HTTPStatus.BAD_REQUEST, sentence_of(error))


def _explain(error: HTTPException) -> Response:
    if error.response is not None:
        # An answer that was made already, by `_not_valid`.
        return error.response  # type: ignore[return-value]
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = _error(status, NOTHING_HERE if status is HTTPStatus.NOT_FOUND else error.description or status.phrase)
    answer.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
    return answer


def _error(status: HTTPStatus, sentence: str) -> Response:
    return Response(error_body(status, sentence), status, mimetype=JSON)
