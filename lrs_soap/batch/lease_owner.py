"""Names for processes that own jobs. From a name others on the same machine can tell whether the process still runs."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def new_name() -> str:
    """A name for an owner in this process, a different one each time.

    It contains the process namespace (this boot of the machine, this container), the process's number in it, and when
    the process started, since numbers are reused.
    """
    return "/".join((_process_namespace(), str(os.getpid()), _start_of(os.getpid()) or "", secrets.token_hex(4)))


def is_gone(owner: str) -> bool:
    """Whether the process with this name has certainly ended. Of a process on another machine nobody can tell."""
    namespace, _, rest = owner.partition("/")
    number, _, rest = rest.partition("/")
    started, _, _ = rest.partition("/")
    if namespace != _process_namespace() or not started or not number.isdecimal():
        return False
    return not _is_running(int(number), started)


def _process_namespace() -> str:
    with suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {os.readlink(_PROC / 'self/ns/pid')}"
    return socket.gethostname()


def _is_running(process: int, started: str) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's process, which may hide from us when it started
    return _start_of(process) == started


def _start_of(process: int) -> str | None:
    """When a process started, in the machine's own units; None if it has ended, or the machine does not tell."""
    try:
        # After the program's name, which may contain anything.
        _, _, facts = (_PROC / str(process) / "stat").read_text("latin-1").rpartition(") ")
    except OSError:
        return None
    state, *others = facts.split()
    return None if state in "ZX" else others[18]
