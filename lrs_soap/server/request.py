"""A request as it arrives, byte by byte if need be: its head, then its body."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from waitress.utilities import Error, RequestHeaderFieldsTooLarge

from lrs_soap.server.limits import Limits
from lrs_soap.server.request_body import ChunkedBody, FixedBody, too_large
from lrs_soap.server.request_head import Refusal, RequestHead, read_head

_LARGE_BYTES = 256 * 1024
_END = b"\r\n\r\n"


class Request:
    """One request. The attributes that are not documented are those that waitress's tasks use."""

    def __init__(self, limits: Limits, url_scheme: str) -> None:
        self._limits = limits
        self.url_scheme = url_scheme
        self.is_whole = False
        """Whether it can be answered: it is complete, or refused, and `error` says why."""
        self.waits_for_leave = False
        """Whether the caller sends the body only after a 100 (Continue)."""
        self.head: RequestHead | None = None
        self.error: Error | None = None
        self._head_bytes = b""
        self._body: FixedBody | ChunkedBody | None = None
        self.headers: dict[str, str] = {}
        self.version, self.command, self.request_uri, self.path, self.query = "1.1", "", "", "", ""

    @property
    def is_large(self) -> bool:
        """Whether it may take much memory, because of what has arrived or because of what that unpacks to."""
        return self._body is not None and (len(self._body) >= _LARGE_BYTES or "CONTENT_ENCODING" in self.headers)

    def received(self, data: bytes) -> int:
        """Take what belongs to this request; how many bytes that is."""
        try:
            return self._received(data)
        except Refusal as refusal:
            self.error = refusal.error
            self.is_whole = True
            return len(data)

    def get_body_stream(self) -> BinaryIO:
        """The body to be read, from its beginning."""
        return BytesIO() if self._body is None else self._body.stream()

    def close(self) -> None:
        """Forget the body."""
        if self._body is not None:
            self._body.close()

    def _received(self, data: bytes) -> int:
        taken = 0 if self.head is not None else self._read_head(data)
        if self._body is not None and taken < len(data):
            taken += self._body.received(data[taken:])
            self.is_whole = self._body.is_whole
            if self.is_whole and isinstance(self._body, ChunkedBody):
                self.headers["CONTENT_LENGTH"] = str(len(self._body))
        return taken

    def _read_head(self, data: bytes) -> int:
        # Empty lines before a request are passed over: some clients send one after a body.
        known = len(self._head_bytes)
        whole = (self._head_bytes + data) if known else data.lstrip(b"\r\n")
        passed_over = known + len(data) - len(whole)
        # The end may have begun in what was there before.
        end = whole.find(_END, max(0, known - len(_END)))
        if (end if end >= 0 else len(whole)) > self._limits.header_bytes:
            most = self._limits.header_bytes
            raise Refusal(RequestHeaderFieldsTooLarge(f"The header of a request may have {most} bytes at most."))
        if end < 0:
            self._head_bytes = whole
            return len(data)
        self._begin(read_head(whole[:end]))
        self._head_bytes = b""
        return passed_over + end + len(_END) - known

    def _begin(self, head: RequestHead) -> None:
        self.head = head
        self.headers, self.version, self.command = head.headers, head.version, head.method
        self.request_uri, self.path, self.query = head.target, head.path, head.query
        if head.length is None:
            self._body = ChunkedBody(self._limits.body_bytes)
        elif head.length > self._limits.body_bytes:
            raise too_large(self._limits.body_bytes)
        elif head.length:
            self._body = FixedBody(head.length)
        else:
            self.is_whole = True
        self.waits_for_leave = head.expects_continue and not self.is_whole
