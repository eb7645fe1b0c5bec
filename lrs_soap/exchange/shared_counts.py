"""Counts by key, which all processes of a server add to, and any of them can read, whoever has died meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from mmap import mmap
from typing import NamedTuple

from lrs_soap.exchange.slots import Slots

OTHER = "other"
"""The key under which counts are whose key has no row of its own."""

_SLOTS = 256
_BYTES = 8
# Of a longer key only the beginning counts.
_KEY_BYTES = 120
_PART = "\0"


class Table(NamedTuple):
    """A table of counts: how many keys can have a row, and how many numbers are in it."""

    most_keys: int
    width: int = 1


class SharedCounts:
    """Tables of numbers in memory that a process shares with those that are forked from it.

    A key gets a row when somebody first counts for it, and keeps that for as long as the server lives. Each process
    adds to numbers of its own, so that nobody waits for another. A process that takes the place of one that has died
    goes on with its numbers, so no sum ever becomes smaller.
    """

    def __init__(self, tables: Mapping[str, Table]) -> None:
        """`tables` by their names. To be made before processes are forked."""
        self._tables = dict(tables)
        # The numbers of one process: those of each table in turn, whose last row is that of all other keys.
        self._first_numbers: dict[str, int] = {}
        # The keys of each table in turn, and before them how many there are.
        self._first_keys: dict[str, int] = {}
        stride = key_bytes = 0
        for name, table in tables.items():
            self._first_numbers[name], self._first_keys[name] = stride, key_bytes
            stride += (table.most_keys + 1) * table.width
            key_bytes += _BYTES + table.most_keys * _KEY_BYTES
        self._stride = stride
        self._keys = mmap(-1, key_bytes)
        self.numbers = memoryview(mmap(-1, (_SLOTS + 1) * stride * _BYTES)).cast("d")
        """All numbers. `place` says which are whose."""
        # How many slots were ever taken: the others need not be looked at, which would use their memory.
        self._used = memoryview(mmap(-1, _BYTES)).cast("Q")
        self.slots = Slots(_SLOTS, taken=self._note_taken)

    def place(self, table: str, *key: str) -> int:
        """Where this process's numbers for a key begin. The parts of a key are texts without the character 0.

        If there are more processes than can count, it is a place that nobody reads.
        """
        slot = self.slots.own()
        if slot is None:
            slot = _SLOTS
        return slot * self._stride + self._first_numbers[table] + self._row(table, key) * self._tables[table].width

    def sums(self, table: str) -> dict[tuple[str, ...], list[float]]:
        """The numbers of each key, of all processes together, in the order in which the keys came.

        Those of keys without a row are under `OTHER` alone, if there are any.
        """
        keys = [tuple(key.decode("utf-8", "replace").split(_PART)) for key in self._known(table)]
        rows = {key: self._sum(table, row) for row, key in enumerate(keys)}
        others = self._sum(table, self._tables[table].most_keys)
        if any(others):
            # Somebody may be called so.
            rows[(OTHER,)] = [sum(each) for each in zip(others, rows.get((OTHER,), [0.0] * len(others)), strict=True)]
        return rows

    def _sum(self, table: str, row: int) -> list[float]:
        width = self._tables[table].width
        first = self._first_numbers[table] + row * width
        starts = [slot * self._stride + first for slot in range(self._used[0])]
        return [sum(self.numbers[start + place] for start in starts) for place in range(width)]

    def _row(self, table: str, key: Sequence[str]) -> int:
        """The row of a key, which may be a new one, or that of all others."""
        encoded = _PART.join(key).encode("utf-8", "replace")[:_KEY_BYTES]
        others = self._tables[table].most_keys
        known = self._known(table)
        if encoded not in known and len(known) < others:
            with self.slots.alone() as is_alone:
                # Another process may have been faster.
                known = self._known(table)
                if is_alone and encoded not in known and len(known) < others:
                    self._add(table, len(known), encoded)
                    return len(known)
        return known.index(encoded) if encoded in known else others

    def _known(self, table: str) -> list[bytes]:
        first = self._first_keys[table]
        count = int.from_bytes(self._keys[first : first + _BYTES], "little")
        starts = range(first + _BYTES, first + _BYTES + count * _KEY_BYTES, _KEY_BYTES)
        return [self._keys[start : start + _KEY_BYTES].rstrip(b"\0") for start in starts]

    def _add(self, table: str, row: int, key: bytes) -> None:
        first = self._first_keys[table]
        start = first + _BYTES + row * _KEY_BYTES
        self._keys[start : start + _KEY_BYTES] = key.ljust(_KEY_BYTES, b"\0")
        # Last: from now on others find it.
        self._keys[first : first + _BYTES] = (row + 1).to_bytes(_BYTES, "little")

    def _note_taken(self, slot: int) -> None:
        self._used[0] = max(self._used[0], slot + 1)
