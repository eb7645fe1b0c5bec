"""Statements that run often: compiled once for each kind of database, and run on the driver's own cursor.

SQLAlchemy's way to execute a statement takes longer than most of these take in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import CompoundSelect, Delete, Insert, Select, Table, Update, bindparam, insert
from sqlalchemy.engine import Dialect

from lrs_soap.store.transaction import Transaction

_Values = tuple[Any, ...]


class _Statement:
    """A statement with bound parameters. Each run gives their values in the order of `names`."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any] | Update | Insert | Delete, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Callable[[_Values], Any]]] = {}

    def _on(self, transaction: Transaction) -> tuple[str, Callable[[_Values], Any]]:
        """The statement's SQL for the transaction's database, and a function that arranges its values."""
        kind = transaction.kind
        try:
            return self._compiled[kind]
        except KeyError:
            compiled = self._compiled[kind] = self._compile(transaction.connection.dialect)
            return compiled

    def _compile(self, dialect: Dialect) -> tuple[str, Callable[[_Values], Any]]:
        compiled = self._statement.compile(dialect=dialect)
        if set(compiled.params) != set(self._names):
            raise TypeError(f"The statement has the parameters {sorted(compiled.params)}, not {sorted(self._names)}.")
        return str(compiled), _arrangement(self._names, compiled.positiontup)


class Prepared(_Statement):
    """A select with bound parameters. Each run gives their values in the order of `names`."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any], *names: str) -> None:
        super().__init__(statement, *names)
        self._columns = tuple(statement.selected_columns)

    def rows(self, transaction: Transaction, *values: Any) -> list[_Values]:
        """All rows, each the values of the selected columns."""
        # What `_on` does, without a call, since every find runs several statements.
        sql, arrange = self._compiled.get(transaction.kind) or self._on(transaction)
        cursor = transaction.cursor
        cursor.execute(sql, arrange(values))
        # Always all of them: SQLite keeps an unfinished statement's snapshot, even after the transaction.
        rows: list[_Values] = cursor.fetchall()
        return rows

    def row(self, transaction: Transaction, *values: Any) -> _Values | None:
        """The row of a statement that finds at most one; None if it finds none."""
        rows = self.rows(transaction, *values)
        return rows[0] if rows else None

    def _compile(self, dialect: Dialect) -> tuple[str, Callable[[_Values], Any]]:
        for column in self._columns:
            # The driver's rows are returned as they are, so nothing would convert the value.
            if column.type.dialect_impl(dialect).result_processor(dialect, None) is not None:
                raise TypeError(f"Column {column.name} needs converting on {dialect.name}; select it in another way.")
        return super()._compile(dialect)


class PreparedUpdate(_Statement):
    """An update or delete with bound parameters, given as for `Prepared`."""

    def run(self, transaction: Transaction, *values: Any) -> int:
        """Run it and return how many rows it has changed. Raises AlreadyHeld as `Transaction.execute` does."""
        sql, arrange = self._on(transaction)
        transaction.write(sql, arrange(values))
        changed: int = transaction.cursor.rowcount
        return changed

    def run_each(self, transaction: Transaction, rows: Iterable[_Values]) -> int:
        """Run it once for the values of each row; return how many rows all of that has changed.

        Raises AlreadyHeld as `Transaction.execute` does.
        """
        each = list(rows)
        if not each:
            return 0
        sql, arrange = self._on(transaction)
        transaction.write_each(sql, list(map(arrange, each)))
        changed: int = transaction.cursor.rowcount
        return changed


class PreparedInsert(_Statement):
    """An insert of rows, each the values of `columns` in their order."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        super().__init__(insert(table).values({column: bindparam(column) for column in columns}), *columns)

    def run(self, transaction: Transaction, rows: Iterable[_Values]) -> None:
        """Insert the rows, in this order. They must not be able to violate a uniqueness."""
        sql, arrange = self._on(transaction)
        transaction.cursor.executemany(sql, map(arrange, rows))

    def add(self, transaction: Transaction, row: _Values) -> None:
        """Insert one row. Raises AlreadyHeld as `Transaction.execute` does."""
        sql, arrange = self._on(transaction)
        transaction.write(sql, arrange(row))


def _arrangement(names: tuple[str, ...], positions: list[str] | None) -> Callable[[_Values], Any]:
    """A function that turns values in the order of `names` into what the driver takes."""
    if positions is None:
        return lambda values: dict(zip(names, values, strict=True))
    if tuple(positions) == names:
        # It gives a tuple back as it is.
        return tuple
    # A single name would equal the positions, so there are several, and this gives a tuple.
    return itemgetter(*(names.index(position) for position in positions))
