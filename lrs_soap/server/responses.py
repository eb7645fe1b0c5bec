"""Answers over HTTP that are not SOAP: plain text, pages, and what is said of a method that is not allowed."""

from __future__ import annotations

from lrs_soap.server.http_request import Environ, HttpError
from lrs_soap.server.site import StartResponse

XML = "text/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

OK = "200 OK"
SERVER_ERROR = "500 Internal Server Error"
UNAVAILABLE = "503 Service Unavailable"

Headers = tuple[tuple[str, str], ...]


def respond(
    environ: Environ,
    start_response: StartResponse,
    status: str,
    content_type: str,
    body: bytes,
    headers: Headers = (),
) -> list[bytes]:
    """Answer with a body; a HEAD gets the same header without it."""
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def not_allowed(methods: str) -> HttpError:
    """What to raise for a method other than these, which are separated by commas."""
    return HttpError("405 Method Not Allowed", f"This can be asked by {methods} only.", (("Allow", methods),))


def page(title: str, body: str) -> bytes:
    """A page in HTML; title and body are HTML already."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    ).encode()
