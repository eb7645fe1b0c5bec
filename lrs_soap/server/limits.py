"""What one process takes from its callers at most, before it refuses, waits or closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrs_soap.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The settings of similar names say what each is for."""

    connections: int = 1000
    header_bytes: int = 64 * 1024
    body_bytes: int = 8 * 1024 * 1024
    buffered_bytes: int = 256 * 1024 * 1024
    """Of the bodies of all connections together."""
    unsent_bytes: int = 1024 * 1024
    """Of one connection, before its next request is served."""
    handshake_seconds: float = 10.0
    header_seconds: float = 30.0
    request_seconds: float = 300.0
    idle_seconds: float = 120.0
    send_seconds: float = 30.0
    """Without any progress."""


def limits_of(settings: Settings) -> Limits:
    """The limits that an operator has set."""
    return Limits(
        connections=settings.max_connections,
        header_bytes=settings.max_header_bytes,
        body_bytes=settings.max_body_bytes,
        buffered_bytes=settings.max_buffered_bytes,
        unsent_bytes=settings.max_unsent_bytes,
        handshake_seconds=settings.handshake_timeout,
        header_seconds=settings.header_timeout,
        request_seconds=settings.request_timeout,
        idle_seconds=settings.idle_timeout,
        send_seconds=settings.send_timeout,
    )
