"""What the applications with pages for people share: templates, style sheet, headers, entries of a menu, and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, abort, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from lrs_soap import __version__
from lrs_soap.web.assets import TEMPLATES, asset
from lrs_soap.web.headers import NOT_KEPT

_KEPT = ("Cache-Control", "public, max-age=31536000, immutable")

TITLES: Mapping[HTTPStatus, str] = {
    HTTPStatus.METHOD_NOT_ALLOWED: "Not possible here",
    HTTPStatus.CONFLICT: "Not possible now",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service has failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available now",
}
"""The headings of pages that say what went wrong, where every application has the same."""

_SENTENCES = {
    HTTPStatus.METHOD_NOT_ALLOWED: "This page cannot be asked in this way. Go back, and use the page's own buttons.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than this service reads.",
}

ShowError = Callable[[HTTPStatus, str], Response]
"""Makes the page of an error, of a status and a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the menu, and those below it."""

    text: str
    address: str
    is_current: bool
    below: tuple[Entry, ...] = ()


def prepare(
    application: Flask,
    *,
    headers: Iterable[tuple[str, str]],
    url_of_asset: Callable[..., str],
    show_error: ShowError,
    not_found: str,
) -> None:
    """Give an application its templates, the files that they need, the headers of its answers, and pages of errors.

    `headers` are those of every answer. `url_of_asset` is `url_for`, or what makes the address of an endpoint in its
    place. `not_found` is the sentence for a page that is not there.
    """
    application.config.update(
        PROPAGATE_EXCEPTIONS=True,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        # A form is as old as its session.
        WTF_CSRF_TIME_LIMIT=None,
        # A form's token belongs to the browser's cookie, and is enough: not every browser says over HTTPS where it was.
        WTF_CSRF_SSL_STRICT=False,
    )
    environment = application.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.loader = ChoiceLoader(
        [FileSystemLoader(f"{application.root_path}/templates"), FileSystemLoader(TEMPLATES)]
    )

    def asset_url(name: str) -> str:
        found = asset(name)
        assert found is not None
        return url_of_asset("asset", name=name, v=found.version)

    def protect(response: Response) -> Response:
        response.headers.extend(headers)
        if "Cache-Control" not in response.headers:
            response.headers.extend([NOT_KEPT])
        return response

    def explain(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        if status in (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT):
            return error.get_response()  # type: ignore[return-value]
        known = not_found if status is HTTPStatus.NOT_FOUND else _SENTENCES.get(status)
        answer = show_error(status, known or error.description or status.phrase)
        answer.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
        return answer

    environment.globals.update(version=__version__, asset_url=asset_url, is_wrong=False, menu=())
    application.after_request(protect)
    application.register_error_handler(HTTPException, explain)
    application.add_url_rule("/assets/<name>", "asset", _asset)


def refuse_zeros() -> None:
    """Refuse the character 0, which no database takes and nobody types. Raises BadRequest."""
    values = (value for part in (request.args, request.form) for pair in part.items(multi=True) for value in pair)
    if "\0" in request.path or any("\0" in value for value in values):
        abort(HTTPStatus.BAD_REQUEST, "What was sent has a character in it that is no text.")


def _asset(name: str) -> Response:
    found = asset(name)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(found.content, mimetype=None, content_type=found.media_type, headers=[_KEPT])
