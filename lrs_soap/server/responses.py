"""HTTP responses: media types, status lines, and functions that respond."""

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
    """Respond with a body. HEAD gets the same header and no body."""
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def not_allowed(methods: str) -> HttpError:
    """The error to raise for any other method. `methods` are the allowed ones, separated by commas."""
    return HttpError("405 Method Not Allowed", f"This can be asked by {methods} only.", (("Allow", methods),))


def page(title: str, body: str) -> bytes:
    """An HTML page. `title` and `body` are HTML, with their values already escaped."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        # Links need to be apart, for whoever hits them by finger.
        f"<style>li{{margin:0.6em 0}}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>\n"
    ).encode()
