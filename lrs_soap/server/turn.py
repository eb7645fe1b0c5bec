"""One turn of the loop: what is left from request to request until all that were read together are answered."""

from __future__ import annotations

from collections.abc import Callable


class Turn:
    """Those that were read before it begins are answered in one thread, so what one leaves is new to each of them."""

    def __init__(self) -> None:
        self._ends: list[Callable[[], None]] = []

    def at_end(self, end: Callable[[], None]) -> None:
        """Have this called at the end of the turn, or before a request that shall find nothing left by others."""
        self._ends.append(end)

    def end(self) -> None:
        """End what the requests so far have left."""
        while self._ends:
            self._ends.pop()()
