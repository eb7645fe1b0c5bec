"""How many exchanges each process of a server has recorded, and how many of them it has written."""

from __future__ import annotations

import time
from mmap import mmap

from lrs_soap.exchange.slots import Slots

_SLOTS = 256
_BYTES = 8
# The first number counts who has asked for everything to be written. Each slot has how many are recorded, and written.
_NUMBERS = 1 + 2 * _SLOTS
_LOOK_SECONDS = 0.002


class Tally:
    """Numbers in memory that a process shares with those that are forked from it. Each has a slot of its own."""

    def __init__(self) -> None:
        numbers = memoryview(mmap(-1, _NUMBERS * _BYTES)).cast("Q")
        self._asked, self._recorded, self._written = numbers[:1], numbers[1 : 1 + _SLOTS], numbers[1 + _SLOTS :]
        self._slots = Slots(_SLOTS, taken=self._begin)

    @property
    def asked(self) -> int:
        """Another number whenever somebody has asked for everything to be written."""
        return self._asked[0]

    @property
    def recorded(self) -> int:
        """How many exchanges this process has recorded; 0 if all slots are taken."""
        slot = self._slots.own()
        return 0 if slot is None else self._recorded[slot]

    def count(self) -> None:
        """This process has recorded one more. One thread at a time may call this."""
        slot = self._slots.slot
        if slot is None:
            slot = self._slots.own()
        if slot is not None:
            self._recorded[slot] += 1

    def written(self, recorded: int) -> None:
        """This process has written so many of those that it has recorded."""
        slot = self._slots.own()
        if slot is not None:
            self._written[slot] = recorded

    def await_others(self, seconds: float) -> None:
        """Ask every other process to write, and wait until those that live have, at most for so many seconds."""
        own = self._slots.own()
        deadline = time.monotonic() + seconds
        waited_for = {
            slot: self._recorded[slot]
            for slot in range(_SLOTS)
            if slot != own and self._recorded[slot] != self._written[slot]
        }
        if not waited_for:
            return
        self._asked[0] += 1
        while waited_for and time.monotonic() < deadline:
            for slot, recorded in list(waited_for.items()):
                if self._written[slot] >= recorded or not self._slots.is_taken(slot):
                    del waited_for[slot]
            time.sleep(_LOOK_SECONDS)

    def _begin(self, slot: int) -> None:
        # What a process before has not written, nobody can write.
        self._recorded[slot] = self._written[slot] = 0
