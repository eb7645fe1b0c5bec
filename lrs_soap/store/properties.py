"""Properties of a database, such as the key of its ULNs: texts by name."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from lrs_soap.store.prepared import Prepared
from lrs_soap.store.tables import properties
from lrs_soap.store.transaction import Transaction

_VALUE = Prepared(select(properties.c.value).where(properties.c.name == bindparam("name")), "name")


def get(transaction: Transaction, name: str) -> str | None:
    """The property's value; None if it has none."""
    row = _VALUE.row(transaction, name)
    return None if row is None else str(row[0])


def add(transaction: Transaction, name: str, value: str) -> None:
    """Give a value to a property that has none. Raises AlreadyHeld if it has one: of several processes one succeeds."""
    with transaction.savepoint():
        transaction.execute(insert(properties), {"name": name, "value": value})
