"""Memory that a process no longer uses, and what the C library does with it.

The C library gives each thread that allocates a heap of its own, and returns little of what is freed in one. A large
request that one thread after the other answers would leave its size behind in each of them.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

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
