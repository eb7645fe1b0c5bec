"""The texts of learning events that were asked for before: a record is often asked for again, and takes long to write.

A text is used again only if the database says, in the transaction that answers, that the person still has the same
events in the same version: whatever changes an event gives it a higher revision, and an ID never comes again. After a
reset the same IDs may be those of other events, but that is another generation of the world. So no text is ever out of
date, whichever process writes.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from lrs_soap.operations.get_learning_events import RecordAsked
from lrs_soap.wsdl.writing import WrittenRows

_MOST_BYTES = 4 * 1024 * 1024
# A text that would take the place of so many others is not kept.
_LEAST_TEXTS = 8


class RecordTexts:
    """Keeps the texts that were used last, up to a few megabytes. Threads may share it. Each world has its own."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._texts: dict[Hashable, tuple[tuple[str, ...], WrittenRows]] = {}
        self._bytes = 0
        self._lock = Lock()

    def of(self, generation: int, asked: RecordAsked) -> KeptText:
        """The text of the events with which the same question was answered before, in this generation of the world."""
        key = (generation, asked.uln, asked.user_type, asked.fields)
        with self._lock:
            kept = self._texts.pop(key, None)
            if kept is None:
                return KeptText(self, key)
            # The last one is the one that was used last.
            self._texts[key] = kept
        return KeptText(self, key, *kept)

    def keep(self, key: Hashable, versions: tuple[str, ...], text: WrittenRows) -> None:
        """Keep a text, in place of those that were not used for longest."""
        size = _size_of(versions, text)
        if size > self._most_bytes / _LEAST_TEXTS:
            return
        with self._lock:
            self._drop(key)
            self._texts[key] = (versions, text)
            self._bytes += size
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._texts)))

    def _drop(self, key: Hashable) -> None:
        dropped = self._texts.pop(key, None)
        if dropped is not None:
            self._bytes -= _size_of(*dropped)


@dataclass(frozen=True, slots=True)
class KeptText:
    """The versions of a person's events and the text of those that may be seen; both are None if no text is kept."""

    texts: RecordTexts
    key: Hashable
    versions: tuple[str, ...] | None = None
    text: WrittenRows | None = None

    def keep(self, versions: tuple[str, ...], text: WrittenRows) -> None:
        """Keep this text in place of the other."""
        self.texts.keep(self.key, versions, text)


def _size_of(versions: tuple[str, ...], text: WrittenRows) -> int:
    return sys.getsizeof(text) + sum(map(sys.getsizeof, versions))
