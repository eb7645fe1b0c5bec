"""How many processes of each kind are at work, as the parent tells those that it has forked."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence

SERVER, WORKER, REKEYING = "server", "worker", "rekeying"
"""The kinds of processes: those that answer, that do batch jobs, and that rekey the database."""

_NUMBER_BYTES = struct.calcsize("Q")


class ProcessCounts:
    """Numbers in memory that the parent shares with those that it forks. The parent alone writes them."""

    def __init__(self, kinds: Sequence[str]) -> None:
        """To be made before the processes are forked. `kinds` are the names of their posts."""
        self._places = {kind: 2 * place for place, kind in enumerate(dict.fromkeys(kinds))}
        self._numbers = memoryview(mmap.mmap(-1, max(1, 2 * len(self._places)) * _NUMBER_BYTES)).cast("Q")

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of processes that there can be."""
        return tuple(self._places)

    def at_work(self, kind: str) -> int:
        """How many processes of a kind have begun and go on."""
        return self._numbers[self._places[kind]]

    def ended(self, kind: str) -> int:
        """How many of them have ended although nobody had told them to."""
        return self._numbers[self._places[kind] + 1]

    def note(self, at_work: Sequence[str]) -> None:
        """Let everybody know of which kinds the processes are that are at work now."""
        for kind, place in self._places.items():
            self._numbers[place] = at_work.count(kind)

    def note_end(self, kind: str) -> None:
        """A process of this kind has ended although nobody had told it to."""
        self._numbers[self._places[kind] + 1] += 1
