"""Memory that a process no longer uses, and what the C library does with it.

The C library gives each thread that allocates a heap of its own, and returns little of what is freed in one. A large
request that one thread after the other answers would leave its size behind in each of them.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

# mallopt's name for how many heaps there may be.
_M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Have all threads of this process allocate from one heap; to be called before they start.

    Does nothing where the C library is not glibc.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the machine what is free. Does nothing where the C library is not glibc."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def taken_by(process: int) -> int:
    """How many bytes of the machine's memory a process takes; 0 where the machine does not say, or it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
