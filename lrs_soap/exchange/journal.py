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
def recording(
    journal: Journal, exchange: Exchange, *, refusals: tuple[type[Exception], ...] = (LrsError,)
) -> Iterator[Exchange]:
    """Tell the journal of an exchange when the block is over, and of the exception that has left it.

    `refusals` say to whoever asked why it cannot be done: their text is a finding. Any other exception is an error.
    """
    try:
        yield exchange
    except refusals as refusal:
        exchange.findings.append(str(refusal) or type(refusal).__name__)
        raise
    except Exception as error:
        exchange.error = error
        raise
    finally:
        journal.record(exchange)
