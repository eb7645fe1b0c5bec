"""Statements for hot reads: compiled once for each kind of database, run on the driver's own cursor.

SQLAlchemy's execution machinery costs more than the look-up that it would run here.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine import Dialect

from lrs_soap.store.store import Transaction

_Values = tuple[Any, ...]


class Prepared:
    """A select with bound parameters, whose values are given in the order of `names` when it is run."""

    def __init__(self, statement: Select[Any], *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Callable[[_Values], Any]]] = {}

    def rows(self, transaction: Transaction, *values: Any) -> list[_Values]:
        """All rows, each the values of the selected columns."""
        dialect = transaction.connection.dialect
        try:
            sql, arrange = self._compiled[dialect.name]
        except KeyError:
            sql, arrange = self._compiled[dialect.name] = self._compile(dialect)
        cursor = transaction.cursor
        cursor.execute(sql, arrange(values))
        # To the end, always: SQLite keeps the snapshot of a statement that is not, beyond its transaction.
        rows: list[_Values] = cursor.fetchall()
        return rows

    def row(self, transaction: Transaction, *values: Any) -> _Values | None:
        """The first row, of a statement that finds one at most; None where there is none."""
        rows = self.rows(transaction, *values)
        return rows[0] if rows else None

    def _compile(self, dialect: Dialect) -> tuple[str, Callable[[_Values], Any]]:
        for column in self._statement.selected_columns:
            # Nothing here would call it.
            if column.type.dialect_impl(dialect).result_processor(dialect, None) is not None:
                raise TypeError(f"Column {column.name} needs converting on {dialect.name}; select it in another way.")
        compiled = self._statement.compile(dialect=dialect)
        if set(compiled.params) != set(self._names):
            raise TypeError(f"The statement has the parameters {sorted(compiled.params)}, not {sorted(self._names)}.")
        return str(compiled), self._arrangement(compiled.positiontup)

    def _arrangement(self, positions: list[str] | None) -> Callable[[_Values], Any]:
        names = self._names
        if positions is None:
            return lambda values: dict(zip(names, values, strict=True))
        if tuple(positions) == names:
            return lambda values: values
        # Of one name the first case is true, so this gives a tuple.
        return itemgetter(*(names.index(position) for position in positions))
