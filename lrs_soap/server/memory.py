"""Memory that a process no longer uses, and what the C library does with it.

The C library gives each thread that allocates a heap of its own, and returns little of what is freed in one. A large
request that one thread after the other answers would leave its size behind in each of them.
"""

from __future__ import annotations

import ctypes
import gc
import os
from contextlib import suppress
from pathlib import Path

# mallopt's names for how many heaps there may be, and from what size on a block is the machine's own.
_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
# Left to itself, the C library raises this to the size of the largest block that was freed. The next ones, such as the
# 19 MiB that a password is checked in, then stay in the heap.
_OWN_BLOCK_BYTES = 4 * 1024 * 1024


def share_one_heap() -> None:
    """Have all threads of this process allocate from one heap, and large blocks from the machine, which gets them back.

    To be called before the threads start. Does nothing where the C library is not glibc.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _OWN_BLOCK_BYTES)


def keep_what_is_there() -> None:
    """Have the collector leave alone what this process has until now; to be called when it begins to serve.

    It has all of that until its end. To look through it each time takes as long as a hundred requests.
    """
    gc.collect()
    gc.freeze()


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
