"""Asking a WSGI application in this process, under the standard library's validator of such applications."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from tests.kit.soap_messages import Answer

Application = Callable[..., Iterable[bytes]]


def ask_wsgi(
    application: Application,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    **environ: Any,
) -> Answer:
    """The application's answer to a request, which both have to keep to WSGI for; AssertionError where one does not.

    `environ` is what the environment has besides or instead.
    """
    path, _, query = target.partition("?")
    request: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "lrs.example",
        "wsgi.input": BytesIO(body or b""),
    }
    if body is not None:
        request |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "text/xml; charset=utf-8"}
    request |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    request |= environ
    setup_testing_defaults(request)
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return _not_written

    parts = validator(application)(request, start_response)
    try:
        content = b"".join(parts)
    finally:
        parts.close()
    status, given = started[-1]
    return Answer(int(status[:3]), {name.lower(): value for name, value in given}, content)


def _not_written(data: bytes) -> None:
    raise AssertionError("an answer is iterated over, not written")
