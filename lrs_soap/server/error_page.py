"""The pages that servers in front of a service show in place of an answer."""

from __future__ import annotations

from http import HTTPStatus

_TYPE = "text/html"


def error_page(status: int, body: str | None, content_type: str | None) -> tuple[str, str, bytes]:
    """The status line, media type and body of a page; without a `body`, that of an ordinary proxy."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    line = f"{status} {phrase}"
    if body is None:
        body = (
            f"<html><head><title>{line}</title></head><body><center><h1>{line}</h1></center><hr></body></html>\n"
            if status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
            else ""
        )
    return line, content_type or _TYPE, body.encode("utf-8", "replace")
