"""How much memory a server holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.running_server import RunningServer


def resident_bytes(server: RunningServer) -> int:
    """The resident memory of a server's processes; skips the test where the machine does not tell."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this machine does not tell a process's memory")
    return sum(map(_resident_bytes, (server.process.pid, *server.children())))


def _resident_bytes(pid: int) -> int:
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
