"""The scenarios of a world, and how many requests have fitted each, and were hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, delete, insert, literal_column, select, update

from lrs_soap.store.prepared import Prepared, PreparedUpdate
from lrs_soap.store.steering import changed
from lrs_soap.store.tables import scenarios
from lrs_soap.store.transaction import Transaction

_ALL = Prepared(
    select(*(scenarios.c[name] for name in ("id", "name", "definition", "fitted", "hit"))).order_by(scenarios.c.id)
)
_ONE = literal_column("1", BigInteger())
_COUNT_FITTED = (
    update(scenarios)
    .where(scenarios.c.id == bindparam("number"))
    .values(fitted=scenarios.c.fitted + _ONE)
    .returning(scenarios.c.fitted, scenarios.c.hit)
)
_COUNT_HIT = PreparedUpdate(
    update(scenarios).where(scenarios.c.id == bindparam("number")).values(hit=scenarios.c.hit + _ONE), "number"
)


class HeldScenario(NamedTuple):
    """A scenario as it is held; `definition` is JSON."""

    number: int
    name: str
    definition: str
    fitted: int
    hit: int


def held(transaction: Transaction) -> list[HeldScenario]:
    """All of them, in the order in which they are tried."""
    return [HeldScenario._make(row) for row in _ALL.rows(transaction)]


def add(transaction: Transaction, name: str, definition: str, *, of_file: bool = False) -> None:
    """Add a scenario behind those that there are. Raises AlreadyHeld for its name."""
    row = {"name": name, "definition": definition, "fitted": 0, "hit": 0, "of_file": int(of_file)}
    transaction.execute(insert(scenarios), row)
    changed(transaction)


def bring(transaction: Transaction, definitions: Mapping[str, str]) -> None:
    """Have those of the server's settings, by name, in place of those that earlier settings have brought.

    Those that are the same go on as they are, and so do others of the same name.
    """
    columns = scenarios.c
    rows = transaction.execute(select(columns.name, columns.definition, columns.of_file)).all()
    gone = [row.name for row in rows if row.of_file and definitions.get(row.name) != row.definition]
    if gone:
        transaction.execute(delete(scenarios).where(columns.name.in_(gone)))
        changed(transaction)
    held = {row.name for row in rows}.difference(gone)
    for name, definition in definitions.items():
        if name not in held:
            add(transaction, name, definition, of_file=True)


def remove(transaction: Transaction, name: str | None = None) -> bool:
    """Remove a scenario, or all; whether there was one."""
    statement = delete(scenarios) if name is None else delete(scenarios).where(scenarios.c.name == name)
    removed = transaction.execute(statement).rowcount > 0
    if removed:
        changed(transaction)
    return removed


def count_fitted(transaction: Transaction, number: int) -> tuple[int, int] | None:
    """Count a request that fits: how many have fitted with it, and how many were hit. None: it is not there any more.

    Nobody else counts for this scenario before this transaction ends.
    """
    row = transaction.execute(_COUNT_FITTED, {"number": number}).one_or_none()
    return None if row is None else (int(row.fitted), int(row.hit))


def count_hit(transaction: Transaction, number: int) -> None:
    """Count that a request is hit."""
    _COUNT_HIT.run(transaction, number)
