"""A request as it arrives, byte by byte if need be: its head, then its body."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import BinaryIO

from waitress.utilities import Error, RequestHeaderFieldsTooLarge

from lrs_soap.server.limits import Limits
from lrs_soap.server.request_body import ChunkedBody, FixedBody, too_large
from lrs_soap.server.request_head import Refusal, RequestHead, read_head

_LARGE_BYTES = 256 * 1024
# Read in any case, since the connection can then be kept.
_SMALL_BYTES = 64 * 1024
# So many times the largest body are passed over for the next request's sake.
_MOST_UNREAD = 8
_END = b"\r\n\r\n"
_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


class Request:
    """One request, for whoever answers it."""

    def __init__(self, limits: Limits, reads_body: Callable[[Request], bool]) -> None:
        """`reads_body` says of a request, by its head, whether whoever answers it will read the body."""
        self._limits = limits
        self._reads_body = reads_body
        self.began = time.monotonic()
        self.is_whole = False
        """Whether it can be answered: it is complete, or `error` says why it is refused."""
        self.waits_for_leave = False
        """Whether the caller sends the body only after a 100 (Continue)."""
        self.head: RequestHead | None = None
        self.error: Error | None = None
        self.version = "1.1"
        self.method = ""
        self.keeps_connection = True
        """Whether another request may follow it."""
        self.variables: Mapping[str, str] = _NO_VARIABLES
        """What WSGI's environment has of its head."""
        self.buffered_bytes = 0
        """How much of the body has arrived."""
        self.is_large = False
        """Whether it may take much memory, because of what has arrived or because of what that unpacks to."""
        self.unread = 0
        """How many bytes of a body that nobody wants follow the head."""
        self._head_bytes = b""
        # A body that arrives in one piece, as most do, needs nothing to collect it.
        self._length = 0
        self._piece = b""
        self._body: FixedBody | ChunkedBody | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything but empty lines has arrived."""
        return bool(self._head_bytes) or self.head is not None or self.error is not None

    def received(self, data: bytes) -> int:
        """Take what belongs to this request; how many bytes that is."""
        try:
            taken = 0 if self.head is not None else self._read_head(data)
            if taken < len(data) and not self.is_whole:
                taken += self._read_body(data[taken:])
            return taken
        except Refusal as refusal:
            self.refuse(refusal.error)
            return len(data)

    def refuse(self, error: Error) -> None:
        """Have it answered by an error, whatever else may arrive, and forget its body."""
        self.error = error
        self.is_whole = True
        self.close()

    def is_overdue(self, now: float) -> bool:
        """Whether it has taken too long to arrive, at this moment of the monotonic clock."""
        most = self._limits.header_seconds if self.head is None else self._limits.request_seconds
        return now - self.began >= most

    def body(self) -> BinaryIO:
        """The body to be read, from its beginning."""
        return BytesIO(self._piece) if self._body is None else self._body.stream()

    def close(self) -> None:
        """Forget the body."""
        self._piece = b""
        self.buffered_bytes = 0
        self.is_large = False
        if self._body is not None:
            self._body.close()
            self._body = None

    def _read_body(self, data: bytes) -> int:
        body = self._body
        if body is None:
            length = self._length
            if len(data) >= length:
                self._piece = data[:length]
                self.buffered_bytes = length
                self.is_whole = True
                if length >= _LARGE_BYTES:
                    self.is_large = True
                return length
            body = self._body = FixedBody(length)
        taken = body.received(data)
        self.buffered_bytes = body.size
        if body.size >= _LARGE_BYTES:
            self.is_large = True
        self.is_whole = body.is_whole
        if self.is_whole and isinstance(body, ChunkedBody):
            self.variables = {**self.variables, "CONTENT_LENGTH": str(body.size)}
        return taken

    def _read_head(self, data: bytes) -> int:
        known = self._head_bytes
        if known:
            whole = known + data
            # The end may have begun in what was there before.
            end = whole.find(_END, max(0, len(known) - len(_END)))
        else:
            # Empty lines before a request are passed over: some clients send one after a body.
            whole = data.lstrip(b"\r\n")
            end = whole.find(_END)
        most = self._limits.header_bytes
        if (end if end >= 0 else len(whole)) > most:
            raise Refusal(RequestHeaderFieldsTooLarge(f"The header of a request may have {most} bytes at most."))
        if end < 0:
            self._head_bytes = whole
            return len(data)
        self._begin(read_head(whole[:end]))
        self._head_bytes = b""
        return len(data) - (len(whole) - end - len(_END))

    def _begin(self, head: RequestHead) -> None:
        self.head = head
        self.version, self.method = head.version, head.method
        self.keeps_connection, self.variables = head.keeps_connection, head.variables
        if head.length == 0:
            self.is_whole = True
        elif head.length is None or head.length > _SMALL_BYTES:
            self._begin_large(head)
        else:
            self._length = head.length
        if not self.is_whole:
            self.is_large = "HTTP_CONTENT_ENCODING" in head.variables
            self.waits_for_leave = head.expects_continue

    def _begin_large(self, head: RequestHead) -> None:
        """Begin with a body that is large, or may be, unless it is too large or is read for nobody."""
        if not self._reads_body(self):
            self._be_answered_at_once(head)
        elif head.length is None:
            self._body = ChunkedBody(self._limits.body_bytes)
        elif head.length > self._limits.body_bytes:
            raise too_large(self._limits.body_bytes)
        else:
            self._length = head.length

    def _be_answered_at_once(self, head: RequestHead) -> None:
        self.is_whole = True
        if head.length is None or head.length > _MOST_UNREAD * self._limits.body_bytes or head.expects_continue:
            # Where the next request begins is not known, or too far away.
            self.keeps_connection = False
        else:
            self.unread = head.length
