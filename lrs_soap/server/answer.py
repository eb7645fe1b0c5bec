"""The answer to a request, as WSGI (PEP 3333) has an application give it, and as HTTP/1.1 (RFC 9112) has it sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence, Sized
from datetime import datetime, timezone
from email.utils import format_datetime
from functools import lru_cache
from operator import itemgetter
from types import TracebackType
from typing import cast

from waitress.task import hop_by_hop
from waitress.utilities import Error

from lrs_soap.server.http_request import Environ
from lrs_soap.server.request import Request
from lrs_soap.server.service import SOFTWARE, Service

# So many sets of names that answers have in their header.
_HEADERS_KEPT = 64
# What the numbers of statuses begin with whose answers have no body.
_WITHOUT_BODY = ("1", "204", "304")
_name = itemgetter(0)

_logger = logging.getLogger(__name__)

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Answer:
    """One answer. Its head is written with the first part of its body."""

    def __init__(self, request: Request, service: Service, write: Callable[[bytes], object]) -> None:
        """`write` takes the bytes that are to be sent."""
        self.is_begun = False
        """Whether something is written, so that no other answer can be given instead."""
        self.is_last = not request.keeps_connection
        """Whether the connection closes after it."""
        self._request = request
        self._service = service
        self._write = write
        # The names of the header's fields; the status, and the fields' values. Nothing before it is started.
        self._names: tuple[str, ...] = ()
        self._texts: list[str] = []
        # Whether an answer with this status has a body.
        self._has_body = False
        self._length: int | None = None
        self._added = 0
        self._is_chunked = False

    def give(self, application: Callable[..., Iterable[bytes]], environ: Environ) -> None:
        """Have an application give it. Raises what the application raises, and where it does not keep to WSGI."""
        parts = application(environ, self._start)
        try:
            for part in parts:
                if self._length is None and not self.is_begun and _is_single(parts):
                    self._length = len(part)
                # The head waits for the first part that is not empty.
                if part:
                    self._add(part)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        self._finish()

    def refuse(self, error: Error) -> None:
        """Give an error, after which the connection closes."""
        # waitress's hints say that the body is text.
        status, headers, body = cast("tuple[str, list[tuple[str, str]], bytes]", error.to_response(SOFTWARE))
        self._names, self._texts = tuple([name for name, _ in headers]), [status, *(value for _, value in headers)]
        self._has_body = True
        self._length = len(body)
        self.is_last = True
        self._add(body)

    def _start(
        self, status: str, headers: Sequence[tuple[str, str]], exc_info: _ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """WSGI's `start_response`."""
        if exc_info is not None and self.is_begun:
            raise exc_info[1]
        if exc_info is None and self._texts:
            raise AssertionError("start_response is called a second time, without exc_info")
        names, texts = [], [status]
        for name, value in headers:
            names.append(name)
            texts.append(value)
        _check_texts(texts)
        self._names, places_of_length = _names(tuple(names))
        self._length = None
        for place in places_of_length:
            self._length = int(texts[place])
        self._texts = texts
        self._has_body = not status.startswith(_WITHOUT_BODY)
        return self._add

    def _add(self, part: bytes) -> None:
        """Add to the body; what `start_response` returns."""
        if not self._texts:
            raise RuntimeError("start_response has to be called before the body is written")
        if self.is_begun:
            self._write(self._framed(part))
        else:
            head = self._head()
            self.is_begun = True
            self._write(head + self._framed(part))

    def _finish(self) -> None:
        if self._length is not None and self._added < self._length and self._request.method != "HEAD":
            # The caller would wait for the rest.
            self.is_last = True
            _logger.warning("An answer is shorter than its Content-Length says")
        if not self.is_begun:
            self._add(b"")
        if self._is_chunked and self._request.method != "HEAD":
            self._write(b"0\r\n\r\n")

    def _head(self) -> bytes:
        """The status line and the header, with what the server adds; decides how the body is framed."""
        version = self._request.version
        has_length = self._length is not None and self._has_body
        if not has_length or self._service.is_stopping:
            self.is_last = True
        self._is_chunked = self._has_body and not has_length and version == "1.1"
        layout = _layout(self._names, version, has_length, self._is_chunked, self.is_last)
        date = _date(self._service.clock.now())
        return layout.format(date, self._length, *self._texts).encode("latin-1")

    def _framed(self, part: bytes) -> bytes:
        """A part of the body as it is sent."""
        added = self._added
        self._added += len(part)
        if not self._has_body or self._request.method == "HEAD":
            return b""
        if self._is_chunked:
            return b"%X\r\n%s\r\n" % (len(part), part) if part else b""
        if self._length is not None and self._added > self._length:
            _logger.warning("An answer is longer than its Content-Length says, and is cut")
            return part[: max(0, self._length - added)]
        return part


def _is_single(parts: Iterable[bytes]) -> bool:
    return isinstance(parts, Sized) and len(parts) == 1


@lru_cache(maxsize=_HEADERS_KEPT)
def _layout(names: tuple[str, ...], version: str, has_length: bool, is_chunked: bool, is_last: bool) -> str:
    """The head of answers with fields of these names, to be formatted with a date, a length, a status and the values.

    A length among the names is left out where the answer is not to have any.
    """
    fields = [
        (name.replace("{", "{{").replace("}", "}}"), f"{{{place}}}")
        for place, name in enumerate(names, start=3)
        if has_length or name != "Content-Length"
    ]
    if has_length and "Content-Length" not in names:
        fields.append(("Content-Length", "{1}"))
    if is_last:
        fields.append(("Connection", "close"))
    elif version == "1.0":
        fields.append(("Connection", "Keep-Alive"))
    if is_chunked:
        fields.append(("Transfer-Encoding", "chunked"))
    fields.append(("Via" if "Server" in names else "Server", SOFTWARE))
    if "Date" not in names:
        fields.append(("Date", "{0}"))
    fields.sort(key=_name)
    lines = "".join([f"{name}: {value}\r\n" for name, value in fields])
    return f"HTTP/{version} {{2}}\r\n{lines}\r\n"


@lru_cache(maxsize=_HEADERS_KEPT)
def _names(given: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names of header fields as they are written, and which of them are Content-Length, counted from 1.

    Raises AssertionError and ValueError for one that may not be.
    """
    names = tuple(map(_header_name, given))
    return names, tuple([place for place, name in enumerate(names, start=1) if name == "Content-Length"])


def _header_name(name: str) -> str:
    _check_texts((name,))
    if name.lower() in hop_by_hop:
        raise AssertionError("an application may not have a say in the connection")
    return "-".join(part.capitalize() for part in name.split("-"))


def _check_texts(texts: Iterable[str]) -> None:
    try:
        text = "".join(texts)
    except TypeError:
        raise AssertionError("what is in a header has to be a string") from None
    if "\r" in text or "\n" in text:
        raise ValueError("what is in a header may not have line ends")


@lru_cache(maxsize=1)
def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(timezone.utc), usegmt=True)
