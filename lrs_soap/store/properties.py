"""What is true of one database, a text a name."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import properties
from lrs_soap.store.transaction import Transaction

_VALUE = Prepared(select(properties.c.value).where(properties.c.name == bindparam("name")), "name")


def get(transaction: Transaction, name: str) -> str | None:
    """The value of the property, or None."""
    row = _VALUE.row(transaction, name)
    return None if row is None else str(row[0])


def add(transaction: Transaction, name: str, value: str) -> None:
    """Give a value to a property that has none. Raises AlreadyHeld where it has: of several processes one succeeds."""
    with transaction.savepoint():
        transaction.execute(insert(properties), {"name": name, "value": value})
