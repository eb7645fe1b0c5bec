"""What comes back for a request, and what may not be in it."""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from fuzz.requests import SpoiledRequest
from tests.kit.answer_schema import assert_valid

PATIENCE = 60.0
_CONTENT_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
# A method, a version or an encoding that the service does not have.
_NOT_HERE = (501, 505)


@dataclass(frozen=True, slots=True)
class Answered:
    """All that came back for a request, and how many seconds it took; `failure` is what kept it from coming."""

    data: bytes
    seconds: float
    failure: str | None = None


def send(url: str, data: bytes) -> Answered:
    """Send bytes on a connection of their own, say that there are no more, and read until the server closes it."""
    began = time.monotonic()
    received = bytearray()
    try:
        with _connected(url) as connection:
            try:
                connection.sendall(data)
                # On the connection itself, because TLS could not be read any more after that.
                with socket.socket(fileno=socket.dup(connection.fileno())) as under_tls:
                    under_tls.shutdown(socket.SHUT_WR)
                while block := connection.recv(65536):
                    received += block
            except (ConnectionError, ssl.SSLError):
                # It was refused before it was sent, or there is no more to come.
                pass
    except OSError as error:
        return Answered(bytes(received), time.monotonic() - began, f"no answer and no end: {error!r}")
    return Answered(bytes(received), time.monotonic() - began)


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((str(parts.hostname), parts.port), timeout=PATIENCE)
    return connection if parts.scheme == "http" else _trusting_anybody().wrap_socket(connection)


def _trusting_anybody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def what_is_wrong_with(request: SpoiledRequest, answered: Answered) -> str | None:
    """What should not have come back, or None. How long it took is judged elsewhere."""
    if answered.failure is not None:
        return answered.failure
    rest = answered.data
    if request.is_whole and not rest:
        return "no answer"
    while rest:
        head, end, rest = rest.partition(b"\r\n\r\n")
        status = _STATUS.match(head)
        if status is None or not end:
            return f"no answer of HTTP: {head[:100]!r}"
        length = _CONTENT_LENGTH.search(head)
        # That of an answer to HEAD has no body, and maybe another answer in its place.
        body = b"" if rest.startswith(b"HTTP/1.") or length is None else rest[: int(length[1])]
        if length is not None and len(body) < int(length[1]) and b"HEAD" not in request.data:
            return "an answer that is cut off"
        rest = rest[len(body) :]
        wrong = _wrong_in(int(status[1]), head, body)
        if wrong is not None:
            return wrong
    return None


def _wrong_in(status: int, head: bytes, body: bytes) -> str | None:
    if b"WSEC0999" in body or b"InternalServiceFault" in body:
        return "a failure of the service itself"
    is_fault = b":Fault>" in body
    if status >= 500 and status not in _NOT_HERE and not (status == 500 and is_fault):
        return f"an unforeseen status {status}"
    if b":Envelope" in body[:200]:
        try:
            assert_valid(body)
        except (AssertionError, etree.LxmlError) as error:
            return f"an answer that no schema has: {error}"
    return None
