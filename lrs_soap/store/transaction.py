"""An open transaction of a store, on either kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from lrs_soap.errors import AlreadyHeld
from lrs_soap.store.dialects import Dialect

_ALREADY_HELD = "The store holds another row with a value that must be unique."


class Transaction:
    """An open transaction; whoever opened it ends it.

    `connection` takes SQLAlchemy's statements, `cursor` is the driver's own, for `store.prepared`. `before_write` is
    for tests: operations call it between what they have read and what they write, so that a test can put a rival's
    write there, where no clock would find the moment.
    """

    __slots__ = ("_dialect", "before_write", "connection", "cursor")

    def __init__(self, connection: Connection, cursor: Any, dialect: Dialect) -> None:
        self.connection = connection
        self.cursor = cursor
        self.before_write: Callable[[], None] = _nothing
        self._dialect = dialect

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run a statement, once for each of several `parameters`. Raises AlreadyHeld for what must be unique.

        After AlreadyHeld, PostgreSQL takes no more statements until the transaction or savepoint is rolled back.
        """
        try:
            return self.connection.execute(statement, parameters)
        except IntegrityError as error:
            if self._dialect.is_duplicate(error.orig):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def write(self, sql: str, values: Any) -> None:
        """Run a driver's statement that writes, on `cursor`. Raises AlreadyHeld as `execute` does."""
        try:
            self.cursor.execute(sql, values)
        except Exception as error:
            if self._dialect.is_duplicate(error):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def insert_rows(self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert very many rows, each the values of `columns`. Raises AlreadyHeld as `execute` does.

        Other errors are the driver's own, and may show what was to be written.
        """
        try:
            self._dialect.insert_rows(self.cursor, table.name, columns, rows)
        except Exception as error:
            if self._dialect.is_duplicate(error):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def next_numbers(self, sequence: str, count: int) -> Sequence[int]:
        """So many numbers of a sequence, ascending, which no other transaction that is committed has or will have.

        Whether they are free again where this transaction is undone is the database's business.
        """
        return self._dialect.next_numbers(self.cursor, sequence, count)

    def expect_many(self) -> None:
        """Make this connection, for as long as it lives, ready for inserts of very many rows."""
        self._dialect.expect_many(self.cursor)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo, where an exception leaves the block, what was done in it, and let the transaction go on."""
        self.cursor.execute("SAVEPOINT inner_step")
        try:
            yield
        except BaseException as error:
            # What is the database's own trouble ends the whole transaction; SQLite has undone it by now.
            if self._dialect.explain(driver_error(error)) is None:
                self.cursor.execute("ROLLBACK TO SAVEPOINT inner_step")
                self.cursor.execute("RELEASE SAVEPOINT inner_step")
            raise
        self.cursor.execute("RELEASE SAVEPOINT inner_step")


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error, where SQLAlchemy has wrapped one, else the error itself."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _nothing() -> None:
    """What happens before a write when nobody tests."""
