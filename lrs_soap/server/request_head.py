"""The head of an HTTP/1.1 request: its first line and its header fields, read as RFC 9112 says and no more leniently.

Whoever reads a request more leniently than a proxy in front of it can be made to see another request than the proxy
saw. So what the RFC lets a server repair is refused here, too: folded lines, bare line feeds, a length beside chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from waitress.utilities import BadRequest, Error, RequestHeaderFieldsTooLarge, ServerNotImplemented

from lrs_soap.exchange.exchange import Head

MOST_FIELDS = 200

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FIRST_LINE = re.compile(
    rb"(?P<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+) (?P<target>[^\x00-\x20\x7f]+) HTTP/(?P<version>[0-9]\.[0-9])"
)
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://(?P<authority>[^/?#]*)(?P<rest>.*)")
_NOT_IN_A_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(r"[0-9]{1,18}")
# The fields whose variables in WSGI's environment have no HTTP_ before them.
_VARIABLES = {"CONTENT_LENGTH": "CONTENT_LENGTH", "CONTENT_TYPE": "CONTENT_TYPE"}

# A client's next request usually has the same head. Passwords, and fields of any size, are not kept.
_HEADS_KEPT = 256
_LARGEST_KEPT_BYTES = 1024


class Refusal(Exception):
    """The request is refused before the application sees it, by `error`, and its connection closes."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.reason)
        self.error = error


def bad_request(reason: str) -> Refusal:
    """A refusal with status 400."""
    return Refusal(BadRequest(reason))


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What a request's head says. `path` is decoded, as WSGI wants it: a character for each byte."""

    method: str
    target: str
    path: str
    query: str
    version: str
    """1.0 or 1.1, which stands for later minor versions, too."""
    headers: Mapping[str, str]
    """By name in capitals with `_` for `-`; fields of the same name are joined by commas."""
    length: int | None
    """The length of the body, None where it comes in chunks."""
    keeps_connection: bool
    """Whether the caller wants to go on with this connection afterwards."""
    expects_continue: bool
    """Whether the caller waits for leave to send the body."""
    variables: Mapping[str, str]
    """What WSGI's environment has of it."""


def read_head(head: bytes) -> RequestHead:
    """Read a head: its lines, without the empty one at the end. Raises Refusal."""
    if len(head) <= _LARGEST_KEPT_BYTES:
        try:
            return _kept(head)
        except _IsSecret:
            pass
    return _read(head)


class _IsSecret(Exception):
    """A head may have a password, and is not to be kept."""


# What raises is not kept.
@lru_cache(maxsize=_HEADS_KEPT)
def _kept(head: bytes) -> RequestHead:
    lowered = head.lower()
    if b"authorization" in lowered or b"cookie" in lowered:
        raise _IsSecret
    return _read(head)


def _read(head: bytes) -> RequestHead:
    first, *lines = head.split(b"\r\n")
    start = _FIRST_LINE.fullmatch(first)
    if start is None:
        raise bad_request("Start line is invalid")
    method = start["method"].decode()
    if method != method.upper():
        raise bad_request(f'Malformed HTTP method "{method}"')
    if not start["target"].isascii():
        raise bad_request("Bad URI")
    # Another major version is answered as 1.0 is, which every client has to understand.
    version = "1.1" if start["version"].startswith(b"1.") and start["version"] != b"1.0" else "1.0"
    headers = _fields(lines)
    authority, path, query = _split(start["target"])
    if version == "1.1" and "HOST" not in headers:
        raise bad_request("A request of HTTP/1.1 must have a Host.")
    if authority is not None:
        headers["HOST"] = authority
    target = start["target"].decode()
    length = _length(headers, version)
    connection = headers.get("CONNECTION", "").lower()
    return RequestHead(
        method,
        target,
        path,
        query,
        version,
        headers,
        length,
        connection == "keep-alive" if version == "1.0" else connection != "close",
        version == "1.1" and headers.get("EXPECT", "").lower() == "100-continue",
        Head(
            {
                "REQUEST_METHOD": method,
                "REQUEST_URI": target,
                # It would be another host's address if it began with two slashes.
                "PATH_INFO": "/" + path.lstrip("/") if path.startswith("/") else path,
                "QUERY_STRING": query,
                "SERVER_PROTOCOL": f"HTTP/{version}",
                **{_VARIABLES.get(name, f"HTTP_{name}"): value for name, value in headers.items()},
            }
        ),
    )


def _fields(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > MOST_FIELDS:
        raise Refusal(RequestHeaderFieldsTooLarge(f"A request may have {MOST_FIELDS} header fields at most."))
    headers: dict[str, str] = {}
    for name, value in map(_field, lines):
        # Its environment's variable would be that of another field.
        if b"_" in name:
            continue
        key = name.upper().replace(b"-", b"_").decode()
        text = value.decode("latin-1")
        if key in headers:
            if key in ("HOST", "CONTENT_LENGTH"):
                raise bad_request("A request may have one Host and one Content-Length only.")
            text = f"{headers[key]}, {text}"
        headers[key] = text
    return headers


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name):
        raise bad_request("Invalid header")
    value = value.strip(b" \t")
    if _NOT_IN_A_VALUE.search(value):
        raise bad_request("Invalid header")
    return name, value


def _split(target: bytes) -> tuple[str | None, str, str]:
    """Authority (None unless the target is a whole URL), path and query."""
    authority = None
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is not None:
        authority = absolute["authority"].rpartition(b"@")[2].decode()
        target = absolute["rest"]
        if not target.startswith(b"/"):
            target = b"/" + target
    path, _, query = target.partition(b"#")[0].partition(b"?")
    return authority, unquote_to_bytes(path).decode("latin-1"), query.decode()


def _length(headers: dict[str, str], version: str) -> int | None:
    length, coding = headers.get("CONTENT_LENGTH"), headers.pop("TRANSFER_ENCODING", None)
    if coding is not None:
        if version == "1.0" or length is not None:
            raise bad_request("A Transfer-Encoding needs HTTP/1.1, and no Content-Length beside it.")
        codings = list(_items(coding))
        if codings == ["chunked"]:
            return None
        if "chunked" in codings:
            raise bad_request("A body may be chunked once only.")
        raise Refusal(ServerNotImplemented("The only known Transfer-Encoding is chunked."))
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length):
        raise bad_request("Content-Length is invalid")
    return int(length)


def _items(value: str) -> Iterator[str]:
    return (item.strip(" \t").lower() for item in value.split(","))
