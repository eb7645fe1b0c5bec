"""How often an organisation may ask: a bucket of tokens for each, which fills again at a steady rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Lock

from lrs_soap.errors import TooOften

_MINUTE = 60.0


class RateLimit:
    """Lets each organisation make a number of requests a minute, at once or spread over it. Threads may share it."""

    def __init__(self, requests_a_minute: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._most = max(1.0, requests_a_minute)
        self._a_second = requests_a_minute / _MINUTE
        self._now = now
        # What was left, and when, by UKPRN: only those that have proved their password.
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, ukprn: str) -> None:
        """Count a request. Raises TooOften, with the whole seconds after which the next one is let through."""
        now = self._now()
        with self._lock:
            left, then = self._left.get(ukprn, (self._most, now))
            left = min(self._most, left + (now - then) * self._a_second)
            if left < 1.0:
                raise TooOften(math.ceil((1.0 - left) / self._a_second))
            self._left[ukprn] = (left - 1.0, now)
