"""What the operator does in a world that serves: changes that the journal records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lrs_soap.exchange.exchange import Exchange, Origin
from lrs_soap.exchange.journal import recording
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.world import World


@contextmanager
def changing(world: World, origin: Origin, what: str, *, caller: str | None = None) -> Iterator[Exchange]:
    """Record in the journal that the operator does this; what is refused becomes a finding, and the decision.

    `caller` is the address from which it is asked.
    """
    exchange = Exchange(origin, world=world.name, operation=what, author=OPERATOR, caller=caller)
    with recording(world.journal, exchange):
        yield exchange


@contextmanager
def writing(
    world: World, origin: Origin, what: str, *, caller: str | None = None
) -> Iterator[tuple[UnitOfWork, Exchange]]:
    """A unit of work of the operator that writes, and its record in the journal."""
    with changing(world, origin, what, caller=caller) as exchange, world.writing(OPERATOR) as work:
        yield work, exchange
