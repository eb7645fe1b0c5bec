"""The journal: what is told of every exchange."""

from __future__ import annotations

from typing import Protocol

from lrs_soap.exchange.exchange import Exchange


class Journal(Protocol):
    """Keeps exchanges. Threads tell it at the same time."""

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange that is over. Raises nothing: a journal that fails is no reason to withhold an answer."""
        ...
