"""The sequence of ULNs: each number is taken once, by one process."""

from __future__ import annotations

from lrs_soap.rules.values import uln as rules
from lrs_soap.store import learners, properties
from lrs_soap.store.transaction import Transaction

_SEQUENCE = "uln"


def issue(transaction: Transaction) -> str:
    """Issue a new ULN, which no learner of this database has or has had. See `issue_many`."""
    return issue_many(transaction, 1)[0]


def issue_many(transaction: Transaction, count: int) -> list[str]:
    """Issue `count` new ULNs.

    When the writing transaction is rolled back, they are free again on SQLite and lost on PostgreSQL. Nobody waits for
    them longer than for the transaction itself.
    """
    if not count:
        return []
    key = _key(transaction)
    issued: list[str] = []
    while len(issued) < count:
        numbers = transaction.next_numbers(_SEQUENCE, count - len(issued))
        candidates = [uln for number in numbers if (uln := rules.issue(number, key)) is not None]
        loaded = learners.held_ulns(transaction, candidates)
        issued.extend(uln for uln in candidates if uln not in loaded)
    return issued


def _key(transaction: Transaction) -> bytes:
    key = properties.get(transaction, "uln_key")
    if key is None:
        raise LookupError("The database has lost the row of the key of its ULNs.")
    return bytes.fromhex(key)
