"""A journal in memory, for tests of what it is told."""

from __future__ import annotations

from lrs_soap.exchange.exchange import Exchange


class KeptJournal:
    """Keeps every exchange, the first one first."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]
