"""What one process takes from its callers at most, before it refuses or closes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    connections: int = 1000
    header_bytes: int = 256 * 1024
    body_bytes: int = 64 * 1024 * 1024
    unsent_bytes: int = 1024 * 1024
    """With more than this unsent, a connection's next request waits."""
    handshake_seconds: float = 10.0
    idle_seconds: float = 120.0
    send_seconds: float = 30.0
    """How long a caller may read nothing of what is sent to it."""
