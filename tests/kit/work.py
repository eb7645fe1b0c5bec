"""Worlds over a store that the test has opened, and units of work in a transaction of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lrs_soap.clock import LONDON, Clock, SettableClock
from lrs_soap.operations.work import Policy, UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.change import Author
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.world import World
from tests.kit.kept_journal import KeptJournal

NOW = datetime(2025, 3, 10, 12, 30, tzinfo=LONDON)
AUTHOR = Author("TEST0001", "A Tester")


def unit(transaction: Transaction, *, now: datetime = NOW, author: Author = AUTHOR, **policy: Any) -> UnitOfWork:
    """A unit of work by a tester of TEST0001, in March 2025, under the default policy but for what is given."""
    return UnitOfWork(transaction, now, author, Policy(**policy))


def world_over(store: Store, *, clock: Clock | None = None, passwords: Passwords | None = None, **policy: Any) -> World:
    """A world in March 2025 or by a clock, with a journal in memory, and the default policy but for what is given."""
    return World(store, clock or SettableClock(NOW), passwords or Passwords(), Policy(**policy), KeptJournal())
