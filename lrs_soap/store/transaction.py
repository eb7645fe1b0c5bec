"""An open transaction of a store, on either kind of database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table
from sqlalchemy.exc import DBAPIError, IntegrityError

from lrs_soap.errors import AlreadyHeld
from lrs_soap.store.dialects import Dialect

_ALREADY_HELD = "The store holds another row with a value that must be unique."


class Transaction:
    """An open transaction. Whoever opened it commits it or rolls it back.

    `connection` takes SQLAlchemy's statements; `cursor` is the driver's own, for `store.prepared`. `before_write` is
    a hook for tests: operations call it after they have read and before they write, so that a test can let a rival
    write at exactly that moment. `failure` is an error in a savepoint that has ended the whole transaction, which can
    only be rolled back then.
    """

    __slots__ = (
        "_data_version",
        "_dialect",
        "_is_known",
        "_only_reads",
        "_remembered",
        "_sees_one_moment",
        "before_write",
        "connection",
        "cursor",
        "failure",
        "idle_since",
        "kind",
    )

    def __init__(self, connection: Connection, cursor: Any, dialect: Dialect, *, only_reads: bool = False) -> None:
        """`only_reads`: all transactions on this connection do."""
        self.connection = connection
        self.cursor = cursor
        self.kind = connection.dialect.name
        """The kind of database, as SQLAlchemy calls it."""
        self.before_write: Callable[[], None] = _nothing
        self.failure: BaseException | None = None
        self.idle_since = 0.0
        """When the last transaction on this connection ended, by the monotonic clock; for `store.idle`."""
        self._dialect = dialect
        self._only_reads = only_reads
        self._data_version: int | None = None
        self._remembered: dict[Any, Any] = {}
        # Whether what is remembered is known to be as this transaction sees it.
        self._is_known = False
        self._sees_one_moment = False

    def begun(self, *, sees_one_moment: bool) -> None:
        """To be called when it has begun (again). `sees_one_moment`: it reads the database as it is at one moment."""
        self.failure = None
        self._is_known = False
        self._sees_one_moment = sees_one_moment

    def remembered(self) -> dict[Any, Any]:
        """What was read on this connection before, by keys of whoever keeps it here: for what every request reads.

        It is empty if anybody has written since. Where that cannot be known, it is what this transaction has read, or
        empty if it may write.
        """
        if not self._is_known:
            version = self._dialect.data_version(self.cursor) if self._only_reads else None
            if version is None or version != self._data_version:
                self._data_version = version
                self._remembered = {}
            self._is_known = self._sees_one_moment
        return self._remembered

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run a statement, once for each of several `parameters`. Raises AlreadyHeld when a uniqueness is violated.

        After AlreadyHeld, PostgreSQL accepts no statement until the transaction or savepoint is rolled back.
        """
        try:
            return self.connection.execute(statement, parameters)
        except IntegrityError as error:
            if self._dialect.is_duplicate(error.orig):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def write(self, sql: str, values: Any) -> None:
        """Run a statement of the driver's that writes, on `cursor`. Raises AlreadyHeld as `execute` does."""
        try:
            self.cursor.execute(sql, values)
        except Exception as error:
            if self._dialect.is_duplicate(error):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def write_each(self, sql: str, values: Sequence[Any]) -> None:
        """Run a statement of the driver's once for each of `values`. Raises AlreadyHeld as `execute` does."""
        try:
            self.cursor.executemany(sql, values)
        except Exception as error:
            if self._dialect.is_duplicate(error):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def insert_rows(self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert very many rows, each the values of `columns`. Raises AlreadyHeld as `execute` does.

        Other errors are the driver's own, and their messages may contain the rows' values.
        """
        try:
            self._dialect.insert_rows(self.cursor, table.name, columns, rows)
        except Exception as error:
            if self._dialect.is_duplicate(error):
                raise AlreadyHeld(_ALREADY_HELD) from error
            raise

    def keep_out_writers(self) -> None:
        """In a transaction that replaces everything, wait for everybody who writes, and have others wait (`Store`)."""
        self._dialect.keep_out_writers(self.cursor)

    def take_turns(self, table: str) -> None:
        """Wait until no other transaction adds to this table, whose numbers grow as its rows become visible."""
        self._dialect.take_turns(self.cursor, table)

    def next_numbers(self, sequence: str, count: int) -> Sequence[int]:
        """Take the next `count` numbers of a sequence, ascending. No other transaction gets them.

        When this transaction is rolled back, they are free again on SQLite and lost on PostgreSQL.
        """
        return self._dialect.next_numbers(self.cursor, sequence, count)

    def expect_many(self) -> None:
        """Prepare this connection for inserts of very many rows; it stays prepared until it is closed."""
        self._dialect.expect_many(self.cursor)

    def savepoint(self) -> AbstractContextManager[Transaction]:
        """This transaction, for a block whose writes are taken back if an exception leaves it.

        The transaction can go on after that. Savepoints can be nested. An error that ends the whole
        transaction (`Dialect.explain`) is left to whoever opened it.
        """
        return _Savepoint(self)

    def _take_back(self, error: BaseException) -> None:
        """Take back what was written since the newest savepoint, if this error has left it."""
        if self._dialect.explain(driver_error(error)) is not None:
            # SQLite may have rolled back everything, and there is no savepoint left.
            self.failure = error
            return
        try:
            self.cursor.execute("ROLLBACK TO SAVEPOINT inner_step")
            self.cursor.execute("RELEASE SAVEPOINT inner_step")
        except Exception as failure:
            self.failure = failure
            raise


class _Savepoint:
    """A block of a transaction. Every write is in one, and a class is cheaper here than a generator."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def __enter__(self) -> Transaction:
        # One name is enough: both databases roll back to, and release, the newest savepoint of that name.
        self._transaction.cursor.execute("SAVEPOINT inner_step")
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._transaction.cursor.execute("RELEASE SAVEPOINT inner_step")
                return
            except BaseException as failure:
                self._transaction._take_back(failure)
                raise
        self._transaction._take_back(error)


def driver_error(error: BaseException) -> BaseException:
    """The driver's own error, where SQLAlchemy has wrapped one, else the error itself."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _nothing() -> None:
    """Do nothing before a write, as always outside tests."""
