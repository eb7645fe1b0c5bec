"""How an answer goes to its caller, where it does not simply go: late in parts, in half, or not at all."""

from __future__ import annotations

from enum import Enum

_PIECE_SECONDS = 0.1
# So that what was sent is there before the machine forgets it.
_BEFORE_RESET_SECONDS = 0.2
_END_OF_HEAD = b"\r\n\r\n"


class Cut(Enum):
    """What of an answer is sent before the connection ends."""

    NOTHING = "nothing"
    HALF = "half"
    """The head, and half the body that it announces."""


class Delivery:
    """The bytes of one answer, and when each may be sent.

    One thread adds them while the answer is made. When it is whole, the leader takes them.
    """

    def __init__(self, *, cut: Cut | None = None, resets: bool = False, bytes_a_second: int | None = None) -> None:
        """With a `cut` the connection ends; `resets` says that it is reset then. Without, all is sent in the end."""
        self._cut = cut
        self.resets = resets
        self._bytes_a_second = bytes_a_second
        self._parts: list[bytes] = []
        self._rest: memoryview | None = None

    @property
    def ends_connection(self) -> bool:
        """Whether the connection ends after what is sent."""
        return self._cut is not None

    def add(self, part: bytes) -> None:
        """Add to the answer."""
        self._parts.append(part)

    def take(self, *, at_once: bool) -> tuple[bytes, float | None]:
        """What may be sent now, and after how many seconds to take more; None where this was all.

        `at_once`: there is no time to wait.
        """
        if self._rest is None:
            self._rest = memoryview(self._uncut())
        if self._bytes_a_second is not None and not at_once:
            size = max(1, int(self._bytes_a_second * _PIECE_SECONDS))
            piece, self._rest = self._rest[:size], self._rest[size:]
            return bytes(piece), size / self._bytes_a_second if self._rest else None
        everything, self._rest = bytes(self._rest), self._rest[:0]
        waits = bool(everything) and self.resets and not at_once
        return everything, _BEFORE_RESET_SECONDS if waits else None

    def _uncut(self) -> bytes:
        """What will be sent of the answer."""
        whole = b"".join(self._parts)
        if self._cut is None:
            return whole
        if self._cut is Cut.NOTHING:
            return b""
        body = whole.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        return whole[: body + (len(whole) - body) // 2]
