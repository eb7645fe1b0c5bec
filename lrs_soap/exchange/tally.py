"""How many exchanges each process of a server has recorded, and how many of them it has written."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from mmap import mmap
from threading import Lock

_SLOTS = 256
_BYTES = 8
# The first number counts who has asked for everything to be written. A slot has how many are recorded, and written.
_NUMBERS = 1 + 2 * _SLOTS
_LOOK_SECONDS = 0.002


class Tally:
    """Numbers in memory that a process shares with those that are forked from it. Each process has a slot of its own.

    A slot belongs to a process by a lock on a byte of the memory's file, which ends with the process, however it ends.
    """

    def __init__(self) -> None:
        # Open for as long as the processes live.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._file.truncate(_NUMBERS * _BYTES)
        self._memory = mmap(self._file.fileno(), _NUMBERS * _BYTES)
        self._numbers = memoryview(self._memory).cast("Q")
        self._taking = Lock()
        self._process = 0
        self._slot: int | None = None

    @property
    def asked(self) -> int:
        """Another number whenever somebody has asked for everything to be written."""
        return self._numbers[0]

    @property
    def recorded(self) -> int:
        """How many exchanges this process has recorded; 0 if all slots are taken."""
        slot = self._own_slot()
        return 0 if slot is None else self._numbers[slot]

    def count(self) -> None:
        """This process has recorded one more. One thread at a time may call this."""
        slot = self._own_slot()
        if slot is not None:
            self._numbers[slot] += 1

    def written(self, recorded: int) -> None:
        """This process has written so many of those that it has recorded."""
        slot = self._own_slot()
        if slot is not None:
            self._numbers[slot + 1] = recorded

    def await_others(self, seconds: float) -> None:
        """Ask every other process to write, and wait until those that live have, at most for so many seconds."""
        own = self._own_slot()
        deadline = time.monotonic() + seconds
        waited_for = {
            slot: self._numbers[slot]
            for slot in range(1, _NUMBERS, 2)
            if slot != own and self._numbers[slot] != self._numbers[slot + 1]
        }
        if not waited_for:
            return
        self._numbers[0] += 1
        while waited_for and time.monotonic() < deadline:
            for slot, recorded in list(waited_for.items()):
                if self._numbers[slot + 1] >= recorded or not self._is_taken(slot):
                    del waited_for[slot]
            time.sleep(_LOOK_SECONDS)

    def _own_slot(self) -> int | None:
        """The place of this process's numbers; None if there are more processes than slots."""
        if self._process != os.getpid():
            with self._taking:
                if self._process != os.getpid():
                    self._slot = self._take_slot()
                    self._process = os.getpid()
        return self._slot

    def _take_slot(self) -> int | None:
        for slot in range(1, _NUMBERS, 2):
            if self._lock(slot):
                # What a process before has not written, nobody can write.
                self._numbers[slot] = self._numbers[slot + 1] = 0
                return slot
        return None

    def _is_taken(self, slot: int) -> bool:
        if not self._lock(slot):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)
        return False

    def _lock(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True
