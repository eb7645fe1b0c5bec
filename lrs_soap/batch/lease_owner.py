"""Who has a job: a process, named so that others on the same machine can tell whether it is still there."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def own() -> str:
    """A name for whoever asks in this process, another each time.

    It says in which process numbers' world it is (this start of the machine, this container's), the process's number
    there, and when the process began, since numbers come again.
    """
    return "/".join((_world(), str(os.getpid()), _begun(os.getpid()) or "", secrets.token_hex(4)))


def is_gone(owner: str) -> bool:
    """Whether the process that took this name has ended for certain; of another machine's nobody can tell."""
    world, _, rest = owner.partition("/")
    number, _, rest = rest.partition("/")
    begun, _, _ = rest.partition("/")
    if world != _world() or not begun or not number.isdecimal():
        return False
    return not _is_there(int(number), begun)


def _world() -> str:
    with suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {os.readlink(_PROC / 'self/ns/pid')}"
    return socket.gethostname()


def _is_there(process: int, begun: str) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, who may hide from us when it began
    return _begun(process) == begun


def _begun(process: int) -> str | None:
    """When a process began, in the machine's own units; None of one that has ended, or where nobody tells."""
    try:
        # After the name of the program, which may hold anything.
        _, _, facts = (_PROC / str(process) / "stat").read_text("latin-1").rpartition(") ")
    except OSError:
        return None
    state, *others = facts.split()
    return None if state in "ZX" else others[18]
