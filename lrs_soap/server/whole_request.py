"""A request whose body was read as a whole, as the sites before an application of Flask pass it on."""

from __future__ import annotations

from io import BytesIO

from lrs_soap.server.http_request import Environ, address_of, body_of, caller_of

# No body has a longer Content-Length.
_MOST_DIGITS = 18
# They say how a body comes that is there as a whole.
_OF_THE_BODY = ("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated")


def has_body(environ: Environ) -> bool:
    """Whether a request has a body, by its head."""
    return environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ


def is_small_enough(environ: Environ, most: int) -> bool:
    """Whether a request has `most` bytes at most, by its Content-Length. A body in chunks is not known to have more."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    return length.isdigit() and len(length) <= _MOST_DIGITS and int(length) <= most


def read_body(environ: Environ, most: int) -> bytes:
    """The body of a request; empty if it has none. Raises HttpError as `body_of` does."""
    return body_of(environ, most) if has_body(environ) else b""


def with_body(environ: Environ, body: bytes) -> Environ:
    """A copy of an environment with a body that was read."""
    return {
        **{name: value for name, value in environ.items() if name not in _OF_THE_BODY},
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


def for_pages(environ: Environ, body: bytes, *, script: str, path: str, trusted_proxies: frozenset[str]) -> Environ:
    """A copy of an environment with a body that was read, for an application with pages.

    SCRIPT_NAME is `script`, and PATH_INFO is `path`. Host, scheme and REMOTE_ADDR are those of the caller, also where
    it came through trusted proxies.
    """
    address = address_of(environ, trusted_proxies)
    return {
        **with_body(environ, body),
        "SCRIPT_NAME": script,
        "PATH_INFO": path,
        "HTTP_HOST": address.host,
        "wsgi.url_scheme": address.scheme,
        "REMOTE_ADDR": caller_of(environ, trusted_proxies),
    }
