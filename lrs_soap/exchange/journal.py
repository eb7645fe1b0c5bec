"""The journal: what is told of every exchange."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from lrs_soap.errors import LrsError
from lrs_soap.exchange.exchange import Exchange


class Journal(Protocol):
    """Keeps exchanges. Threads tell it at the same time."""

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange that is over. Raises nothing: a journal that fails is no reason to withhold an answer."""
        ...


@contextmanager
def recording(journal: Journal, exchange: Exchange) -> Iterator[Exchange]:
    """Tell the journal of an exchange when the block is over, and of the exception that has left it.

    What the service itself raises is a finding: it says to whoever asked why it cannot be done.
    """
    try:
        yield exchange
    except LrsError as refusal:
        exchange.findings.append(str(refusal))
        raise
    except Exception as error:
        exchange.error = error
        raise
    finally:
        journal.record(exchange)
