"""How many files and connections a process may have open, which the machine limits."""

from __future__ import annotations

import os
import resource
import selectors

# For the database, the log, modules that are imported late.
_OTHERS = 64
# Of a large body that arrives, the rest is in a file; so many of them fit into what is buffered at most.
_BODIES = 512


def open_standard() -> None:
    """Where the process was started without standard input, output or error, have those descriptors lead nowhere.

    Otherwise the next file that is opened, such as the database, would have the number that others print to.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is given, which is this one.
            os.open(os.devnull, os.O_RDWR)


def can_end(descriptor: int) -> bool:
    """Whether a process can be told of the end of what a descriptor reads: of a pipe, but not of a file."""
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(descriptor, selectors.EVENT_READ)
        except PermissionError:
            return False
    return True


def make_room(connections: int) -> int:
    """Raise this process's limit to what so many connections need, as far as it may be; how many there is room for."""
    wanted = connections + _BODIES + _OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    return max(1, soft - _OTHERS - min(_BODIES, soft // 4))
