"""Waiting for what a test means, however long a busy machine takes for it."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0
"""How many seconds anything may take that a test waits for."""


def until(what: Callable[[], object], *, patience: float = PATIENCE) -> None:
    """Return once `what` is true; fail when it is not within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline, f"not within {patience:g} seconds"
        time.sleep(0.02)
