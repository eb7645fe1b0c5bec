"""The body of an HTTP/1.1 request, of a known length or in chunks; in memory, or in a file if it is large."""

from __future__ import annotations

import re
from typing import BinaryIO, cast

from waitress.buffers import OverflowableBuffer
from waitress.utilities import RequestEntityTooLarge

from lrs_soap.server.request_head import Refusal, bad_request

# Beyond this a body is kept in a file.
_IN_MEMORY_BYTES = 512 * 1024
_LINE_BYTES = 1024
_TRAILER_BYTES = 8 * 1024
# A byte in a chunk of its own takes six.
_BYTES_ON_THE_WIRE = 8
_CHUNK = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")


class FixedBody:
    """A body of a length that the head has told, which arrives in several pieces."""

    def __init__(self, length: int) -> None:
        self.size = 0
        """How many bytes have been received."""
        self.is_whole = False
        """Whether all of it has been received."""
        self._length = length
        self._buffer = OverflowableBuffer(_IN_MEMORY_BYTES)

    def received(self, data: bytes) -> int:
        """Take from data what belongs to the body; how many bytes that is."""
        part = data[: self._length - self.size]
        self._buffer.append(part)
        self.size += len(part)
        self.is_whole = self.size == self._length
        return len(part)

    def stream(self) -> BinaryIO:
        """The body to be read, from its beginning."""
        return cast(BinaryIO, self._buffer.getfile())

    def close(self) -> None:
        """Forget the body."""
        self._buffer.close()


class ChunkedBody:
    """A body in chunks, of `most` bytes at most.

    `received` raises Refusal where a chunk is not what it has to be, or as soon as one is announced that is too much.
    """

    def __init__(self, most: int) -> None:
        self._buffer = OverflowableBuffer(_IN_MEMORY_BYTES)
        self._most = most
        self._on_the_wire = 0
        self._line = b""
        # How much of the current chunk, with the line's end after it, is still to come; None between chunks.
        self._left: int | None = None
        self._trailer: int | None = None
        self.is_whole = False

    @property
    def size(self) -> int:
        """How many bytes of it have been received, without what is around the chunks."""
        return len(self._buffer)

    def received(self, data: bytes) -> int:
        """Take from data what belongs to the body; how many bytes that is."""
        taken = 0
        while taken < len(data) and not self.is_whole:
            if self._left is None:
                taken += self._read_line(data, taken)
            else:
                taken += self._read_chunk(data, taken, self._left)
        self._on_the_wire += taken
        if self._on_the_wire > _BYTES_ON_THE_WIRE * self._most:
            raise too_large(self._most)
        return taken

    def stream(self) -> BinaryIO:
        """The body to be read, from its beginning."""
        return cast(BinaryIO, self._buffer.getfile())

    def close(self) -> None:
        """Forget the body."""
        self._buffer.close()

    def _read_chunk(self, data: bytes, start: int, left: int) -> int:
        text = data[start : start + max(left - 2, 0)]
        self._buffer.append(text)
        left -= len(text)
        end = data[start + len(text) : start + len(text) + left] if left <= 2 else b""
        if end != b"\r\n"[2 - left : 2 - left + len(end)]:
            raise bad_request("A chunk does not end where its size says.")
        left -= len(end)
        self._left = left or None
        return len(text) + len(end)

    def _read_line(self, data: bytes, start: int) -> int:
        """Read on in a line between chunks: the size of the next one, or a line of the trailer."""
        end = data.find(b"\n", start, start + _LINE_BYTES)
        part = data[start : end + 1] if end >= 0 else data[start : start + _LINE_BYTES]
        self._line += part
        if len(self._line) > _LINE_BYTES:
            raise bad_request("A line between chunks is too long.")
        if end >= 0:
            if not self._line.endswith(b"\r\n"):
                raise bad_request("A line between chunks must end in CR LF.")
            line, self._line = self._line[:-2], b""
            self._take_line(line)
        return len(part)

    def _take_line(self, line: bytes) -> None:
        if self._trailer is not None:
            self._trailer += len(line)
            if self._trailer > _TRAILER_BYTES:
                raise bad_request("The trailer after the chunks is too long.")
            self.is_whole = not line
            return
        chunk = _CHUNK.fullmatch(line)
        if chunk is None:
            raise bad_request("The size of a chunk is not a hexadecimal number.")
        size = int(chunk["size"], 16)
        if len(self._buffer) + size > self._most:
            raise too_large(self._most)
        if size:
            self._left = size + 2
        else:
            self._trailer = 0


def too_large(most: int) -> Refusal:
    """The refusal of a body that is larger than `most` bytes."""
    return Refusal(RequestEntityTooLarge(f"A request may have {most} bytes at most."))
