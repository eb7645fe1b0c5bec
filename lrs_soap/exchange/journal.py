"""The journal: keeps a record of every exchange."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from lrs_soap.errors import InvalidRecord, LrsError
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.rules.values.decided_against import DecidedAgainst
from lrs_soap.rules.values.finding import Finding


class Journal(Protocol):
    """Keeps exchanges. Several threads may call it at the same time."""

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange that is over. Never raises, because a broken journal must not withhold an answer.

        Whoever sends the answer has taken it from the exchange before, because it may be packed.
        """
        ...


class Journals:
    """Several journals as one."""

    def __init__(self, *journals: Journal) -> None:
        self._journals = journals

    def record(self, exchange: Exchange) -> None:
        for each in self._journals:
            each.record(exchange)


@contextmanager
def recording(
    journal: Journal, exchange: Exchange, *, refusals: tuple[type[Exception], ...] = (LrsError,)
) -> Iterator[Exchange]:
    """Record an exchange when the block ends, with the exception that ended it.

    `refusals` are exceptions that tell the caller why it cannot be done. Their text becomes a finding, and what a rule
    has decided against it the decision. Any other exception becomes the exchange's error.
    """
    try:
        yield exchange
    except refusals as refusal:
        if isinstance(refusal, DecidedAgainst):
            exchange.decide(refusal.decision)
        exchange.findings.append(_finding_of(refusal))
        raise
    except Exception as error:
        exchange.error = error
        raise
    finally:
        journal.record(exchange)


def _finding_of(refusal: Exception) -> str:
    sentence = str(refusal) or type(refusal).__name__
    if isinstance(refusal, InvalidRecord):
        return Finding(sentence, f"{refusal.field or 'a record'}: not valid")
    return sentence
