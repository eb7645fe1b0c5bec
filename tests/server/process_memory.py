"""How much memory a server holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_server import RunningServer


def resident_bytes(server: RunningServer) -> int:
    """The resident memory of a server's process; skips the test where the machine does not tell."""
    status = Path(f"/proc/{server.process.pid}/status")
    if not status.exists():
        pytest.skip("this machine does not tell a process's memory")
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
