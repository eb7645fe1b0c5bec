"""Guessing passwords is slowed: whoever has missed too often waits for each further answer, right or wrong."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from lrs_soap.rules.values.organisation import canonical
from lrs_soap.server.http_request import HOLD_BACK, Environ

_WINDOW_SECONDS = 60.0
_LONGEST_SECONDS = 30.0
_MOST_PAIRS = 10_000
# All of these may be one machine's.
_IPV6_NETWORK_BITS = 64


@dataclass(slots=True)
class _Pair:
    misses: deque[float]
    holds: int = field(default=0)


class Guessing:
    """How long to hold back answers to an organisation, as it is claimed, and a caller's address. Threads may share it.

    After `most` misses within a minute, further answers to this pair are held for 1 s, 2 s, 4 s and so on up to 30 s:
    those to the right password, too, so that nobody learns which it is by not waiting. The right password ends that,
    and so does a minute without a miss. It does not matter whether there is such an organisation. Callers on this
    machine are not slowed.
    """

    def __init__(self, most: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._pairs: OrderedDict[tuple[str, str], _Pair] = OrderedDict()
        self._lock = Lock()

    @property
    def has_misses(self) -> bool:
        """Whether anybody has missed lately. If not, no right answer has to be held."""
        return bool(self._pairs)

    def held_seconds(self, organisation: str, caller: str, *, is_right: bool) -> float:
        """For how long to hold this answer, to a password that was right or was not."""
        network = _network_of(caller)
        if network is None:
            return 0.0
        key = (canonical(organisation), network)
        now = self._now()
        with self._lock:
            pair = self._pairs.get(key)
            if pair is not None and now - pair.misses[-1] > _WINDOW_SECONDS:
                pair = None
            seconds = 0.0
            if pair is not None and (pair.holds or self._has_missed_too_often(pair, now)):
                seconds = min(2.0**pair.holds, _LONGEST_SECONDS)
                pair.holds += 1
            if is_right:
                self._pairs.pop(key, None)
                return seconds
            if pair is None:
                pair = self._pairs[key] = _Pair(deque(maxlen=self._most))
            pair.misses.append(now)
            self._pairs.move_to_end(key)
            if len(self._pairs) > _MOST_PAIRS:
                self._pairs.popitem(last=False)
            return seconds

    def hold_back(self, environ: Environ, organisation: str, *, is_right: bool) -> None:
        """Have the server hold back the answer to a request whose REMOTE_ADDR has tried a password, if it can."""
        hold_back = environ.get(HOLD_BACK)
        if hold_back is not None:
            seconds = self.held_seconds(organisation, environ["REMOTE_ADDR"], is_right=is_right)
            if seconds:
                hold_back(seconds)

    def _has_missed_too_often(self, pair: _Pair, now: float) -> bool:
        return len(pair.misses) == self._most and now - pair.misses[0] <= _WINDOW_SECONDS


@lru_cache(maxsize=1024)
def _network_of(caller: str) -> str | None:
    """What callers are told apart by; None for one on this machine."""
    try:
        address = ip_address(caller.partition("%")[0])
    except ValueError:
        return caller
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ip_network((address, _IPV6_NETWORK_BITS), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)
