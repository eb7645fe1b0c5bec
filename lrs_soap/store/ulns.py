"""The sequence of ULNs: each number is taken once, by whichever process."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from lrs_soap.rules import uln as rules
from lrs_soap.store import learners, properties
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.store import Transaction
from lrs_soap.store.tables import counters

_SEQUENCE = "uln"
_ADVANCE = update(counters).where(counters.c.name == _SEQUENCE).values(value=counters.c.value + bindparam("by"))
_TAKEN = Prepared(select(counters.c.value).where(counters.c.name == bindparam("name")), "name")


def issue(transaction: Transaction) -> str:
    """A new ULN, which no learner of this database has or has had. See `issue_many`."""
    return issue_many(transaction, 1)[0]


def issue_many(transaction: Transaction, count: int) -> list[str]:
    """So many new ULNs. They are taken once the writing transaction is committed, and free again if it is not.

    In PostgreSQL this waits for other transactions that have issued and not ended yet. So issue before inserting: two
    that did these in different orders could wait for each other.
    """
    key = _key(transaction)
    issued: list[str] = []
    while len(issued) < count:
        numbers = _take(transaction, count - len(issued))
        candidates = [uln for number in numbers if (uln := rules.issue(number, key)) is not None]
        loaded = learners.held_ulns(transaction, candidates)
        issued.extend(uln for uln in candidates if uln not in loaded)
    return issued


def _take(transaction: Transaction, count: int) -> range:
    # First the update, which locks the row, then the look: so no two transactions see the same number.
    transaction.execute(_ADVANCE, {"by": count})
    row = _TAKEN.row(transaction, _SEQUENCE)
    if row is None:
        raise LookupError("The database has lost the row of its ULN sequence.")
    taken: int = row[0]
    return range(taken - count, taken)


def _key(transaction: Transaction) -> bytes:
    key = properties.get(transaction, "uln_key")
    if key is None:
        raise LookupError("The database has lost the row of the key of its ULNs.")
    return bytes.fromhex(key)
