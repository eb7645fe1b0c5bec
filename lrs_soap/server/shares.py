"""Which of several processes accepts the next connection: one that has no more of them than the others.

The machine tells all of them that somebody connects, and a process that is quick takes everybody. Connections are kept,
so the others would stay idle for as long as these callers ask.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence

# How long a connection is left to the others, who may be busy, or gone.
_PATIENCE_SECONDS = 0.05
# Where there are many connections, one process may have this part of them more than another.
_LEEWAY = 8
_COUNT_BYTES = struct.calcsize("I")


class Share:
    """One process's part of all connections."""

    def __init__(self, counts: memoryview[int], place: int, patience_seconds: float) -> None:
        self.counts = counts
        """How many connections each process has."""
        self._place = place
        self._patience_seconds = patience_seconds
        # Since when others have been left what they have not taken, and when they were left something last.
        self._left_since = self._left_last = float("-inf")

    def note(self, connections: int) -> None:
        """Let the others know how many connections this process has."""
        self.counts[self._place] = connections

    def leaves_next(self, now: float) -> bool:
        """Whether to leave a connection that waits to the others, at this moment of the monotonic clock."""
        least = min(self.counts)
        if self.counts[self._place] <= least + least // _LEEWAY:
            self._left_last = float("-inf")
            return False
        if now - self._left_last > self._patience_seconds:
            # Whoever was left to them before is not there any more.
            self._left_since = now
        self._left_last = now
        return now - self._left_since < self._patience_seconds


def connections_of(shares: Sequence[Share]) -> int:
    """How many connections all processes have together."""
    return sum(shares[0].counts)


def shares_of(processes: int, *, patience_seconds: float = _PATIENCE_SECONDS) -> list[Share]:
    """A share for each process. To be made before the processes are forked, who see each other's counts in it."""
    counts = memoryview(mmap.mmap(-1, processes * _COUNT_BYTES)).cast("I")
    return [Share(counts, place, patience_seconds) for place in range(processes)]
