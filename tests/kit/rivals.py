"""What others do between a transaction's look and its write."""

from __future__ import annotations

from collections.abc import Callable

from lrs_soap.store.transaction import Transaction


def once(action: Callable[[], object], transaction: Transaction) -> None:
    """Let `action` happen before the transaction's next write, and no other."""
    nothing = transaction.before_write

    def act() -> None:
        transaction.before_write = nothing
        action()

    transaction.before_write = act
