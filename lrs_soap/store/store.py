"""A database, its connections, and the transactions on them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from sqlalchemy import MetaData, inspect, select
from sqlalchemy.exc import DBAPIError

from lrs_soap.errors import StoreUnavailable
from lrs_soap.store import key_version, versions
from lrs_soap.store.dialects import Mode, dialect_of
from lrs_soap.store.hanging import Watch
from lrs_soap.store.idle import IdleConnections
from lrs_soap.store.tables import SCHEMA_VERSION, schema_version
from lrs_soap.store.transaction import Transaction, driver_error
from lrs_soap.store.versions import Versions
from lrs_soap.store.writers import Writers

# Where writers need not take turns, so many threads of one process write at the same time.
_MOST_WRITERS = 4
# A transaction may last for as long as so many statements may, each of which is much quicker.
_MOST_STATEMENTS = 2
# What a transaction remembers the version of what steers the world by.
_VERSION = "version"


class Store:
    """The database behind a URL. Threads can share it; a forked process needs its own.

    Connections stay open between transactions, those to a server for a few seconds. The one that was used last is
    taken first, so that a thread usually gets its own again.
    """

    def __init__(
        self,
        url: str,
        *,
        busy_timeout: float = 5.0,
        statement_timeout: float | None = None,
        makes_file: bool = True,
    ) -> None:
        """`url` as in `sqlite:///lrs.db`, `sqlite:////srv/lrs.db`, `postgresql://user:password@host/database`.

        `busy_timeout` is how many seconds a transaction waits for its turn, `statement_timeout` how many seconds a
        database server works on one statement; None is without end. Without `makes_file` it is StoreUnavailable where
        there is no file, for one that others may delete. This opens no connection. Raises InvalidSetting
        for a URL that names no such database.
        """
        self._dialect = dialect_of(url, busy_timeout, statement_timeout, makes_file=makes_file)
        self._engine = self._dialect.engine()
        self.driver_errors: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        self._busy_timeout = busy_timeout
        self._readers: deque[Transaction] = deque()
        # Where writers take turns, they share one connection, and the readers' connections cannot write.
        self._writers: deque[Transaction] = deque() if self._dialect.single_writer else self._readers
        self._noters: deque[Transaction] = deque()
        self._kept = IdleConnections((self._readers, self._noters), self._discard) if self._dialect.is_server else None
        self._turn = threading.Lock() if self._dialect.single_writer else None
        self._ahead = _AheadOfThread()
        self._closed = self._is_retired = False
        self._watch = (
            Watch(_MOST_STATEMENTS * statement_timeout)
            if statement_timeout is not None and self._dialect.is_server
            else None
        )
        self.writers = (
            Writers(1, busy_timeout, self._begin_shared, self.writing_at_once)
            if self._dialect.single_writer
            else Writers(_MOST_WRITERS, busy_timeout)
        )
        """The threads in which a process that answers requests has them written."""

    @classmethod
    def open(cls, url: str, *, busy_timeout: float = 5.0) -> Store:
        """A store whose tables exist and are up to date. Raises InvalidSetting, StoreUnavailable."""
        store = cls(url, busy_timeout=busy_timeout)
        store.migrate()
        return store

    def __repr__(self) -> str:
        return f"<Store {self._dialect!r}>"

    @property
    def writers_take_turns(self) -> bool:
        """Whether a writing transaction makes all others wait, also those of other processes."""
        return self._dialect.single_writer

    @property
    def location(self) -> str:
        """Where the database is, as a person is told: a file's whole path, or a URL without its password."""
        return self._dialect.location

    def exists(self) -> bool:
        """Whether there is a database with lrs-soap's tables; nothing is made. Raises StoreUnavailable."""
        if not self._dialect.may_exist():
            return False
        with self.reading() as transaction:
            return inspect(transaction.connection).has_table(schema_version.name)

    def versions(self) -> Versions | None:
        """The versions of the database's tables and keys; None where it has none. Raises StoreUnavailable."""
        if not self._dialect.may_exist():
            return None
        with self.reading() as transaction:
            return versions.held(transaction)

    def migrate(self) -> None:
        """Create the tables, or bring them up to date; several processes may do so at the same time.

        Raises StoreUnavailable when the database cannot be used or was last used by a newer program.
        """
        with self.writing() as transaction:
            if not _is_up_to_date(transaction):
                # Alembic takes long to import, and the database is usually up to date.
                from lrs_soap.store import migrations

                self._dialect.lock_for_migration(transaction.connection)
                migrations.upgrade(transaction.connection)
            key_version.settle(transaction)

    def look(self, known: int | None = None) -> int:
        """The version of what steers the world, as it is now (`store.steering`).

        A request calls this at its beginning, and `end_look` in the same thread at its end. It begins the transaction
        of the thread's next `reading`, or takes the one that the request before has left, if its version is the
        `known` one. Raises StoreUnavailable, as that `reading` does then.
        """
        ahead = self._ahead.own
        if ahead.left is not None and ahead.left_version != known:
            self._end_left()
        if ahead.left is None:
            ahead.left, ahead.left_version = self._begin_to_look()
        ahead.transaction = ahead.looked = ahead.left
        ahead.left = None
        return ahead.left_version

    def end_look(self, at_end: Callable[[Callable[[], None]], None] | None = None) -> None:
        """End what `look` has begun; or leave it, unless it has failed, to the requests that come next in this thread.

        `at_end` takes what is to be called in this thread before anybody hears the answers to those.
        """
        ahead = self._ahead.own
        ahead.error = None
        if ahead.transaction is not None:
            ahead.left, ahead.transaction = ahead.transaction, None
        ahead.looked = None
        if ahead.left is None:
            return
        if at_end is None:
            self._end_left()
        elif not ahead.is_to_end:
            ahead.is_to_end = True
            at_end(self._end_left)

    def make_tables(self, tables: MetaData) -> None:
        """Make tables that are apart from the migrations, if they do not exist; several processes may do so at once.

        Raises StoreUnavailable.
        """
        with self.writing(durable=False) as transaction:
            self._dialect.lock_for_migration(transaction.connection)
            tables.create_all(transaction.connection)

    def reading(self) -> AbstractContextManager[Transaction]:
        """A transaction that reads. It sees the database as it is at its first statement, and waits for no writer.

        Raises StoreUnavailable.
        """
        return _Reading(self)

    def begin_reading(self) -> Transaction:
        """Begin a transaction that reads, as `reading` does, for whoever calls `end_reading` when it is over.

        It is the one that this thread's `look` has begun, if there is one. Raises StoreUnavailable.
        """
        ahead = self._ahead.own
        if ahead.error is not None:
            error, ahead.error = ahead.error, None
            raise error
        transaction, ahead.transaction = ahead.transaction, None
        return transaction or self._begin(self._readers, Mode.READING, time.monotonic() + self._busy_timeout)

    def end_reading(self, transaction: Transaction, error: BaseException | None) -> None:
        """End a transaction of `begin_reading`, or leave it to `end_look`. An error that has left it is given.

        Raises StoreUnavailable, also if that error is the database's own.
        """
        ahead = self._ahead.own
        if transaction is ahead.looked:
            ahead.looked = None
            if error is None:
                ahead.left = transaction
                return
        if error is not None:
            self._fail(transaction, self._readers, error)
            return
        try:
            transaction.cursor.execute("COMMIT")
        except BaseException as uncommitted:
            self._fail(transaction, self._readers, uncommitted)
            raise
        self._give_back(transaction, self._readers)

    @contextmanager
    def writing(self, *, durable: bool = True, deadline: float | None = None) -> Iterator[Transaction]:
        """A transaction that writes. It is committed at the end of the block, or rolled back if an exception leaves it.

        A `durable` commit waits until it, and every commit before it, is on disk. One that is not durable does not
        wait: if the machine stops suddenly it may be lost, but only as a whole, and only with all that come after it.

        It has to begin before a `deadline` of the monotonic clock, by default after the store's busy timeout.

        On SQLite there is one at a time, so never open one inside another. Raises StoreUnavailable.
        """
        # What is written to a file that is not there any more is lost with it.
        self._refuse_if_lost()
        now = time.monotonic()
        if deadline is None:
            deadline = now + self._busy_timeout
        if deadline < now:
            raise self._kept_waiting()
        mode = Mode.WRITING if durable else Mode.WRITING_AHEAD
        if self._turn is None:
            yield from self._transaction(mode, deadline=deadline)
        elif self._turn.acquire(timeout=deadline - now):
            try:
                yield from self._transaction(mode, deadline=deadline)
            finally:
                self._turn.release()
        else:
            raise self._kept_waiting()

    def writing_at_once(self, durable: bool) -> AbstractContextManager[Transaction] | None:
        """A transaction that writes, as `writing` opens it, to be entered; None if it cannot begin at once.

        It cannot while others write. Only where writers take turns. Another thread may end it.
        """
        turn, mode = self._turn, Mode.WRITING if durable else Mode.WRITING_AHEAD
        if turn is None or self._dialect.why_lost() is not None or not turn.acquire(blocking=False):
            return None
        try:
            transaction = self._begin_now(self._writers, mode, time.monotonic())
        except BaseException as error:
            turn.release()
            if isinstance(error, (StoreUnavailable, DBAPIError, self.driver_errors)):
                return None
            raise
        return self._in_turn(turn, transaction, mode)

    @contextmanager
    def _in_turn(self, turn: threading.Lock, transaction: Transaction, mode: Mode) -> Iterator[Transaction]:
        try:
            yield from self._begun(transaction, mode)
        finally:
            turn.release()

    @contextmanager
    def replacing(self) -> Iterator[Transaction]:
        """A transaction that writes for as long as it takes, and keeps other writers out from when it says so.

        Only for a store without a `statement_timeout`. Raises StoreUnavailable.
        """
        yield from self._transaction(Mode.REPLACING, deadline=time.monotonic() + self._busy_timeout)

    @contextmanager
    def noting(self) -> Iterator[Transaction]:
        """A transaction of a single statement, which writes. Its commit is not durable (see `writing`).

        It takes a server one journey where `writing` takes three. It can be within a transaction that reads. Raises
        StoreUnavailable.
        """
        if self._turn is None:
            yield from self._transaction(Mode.NOTING, deadline=time.monotonic() + self._busy_timeout)
        else:
            with self.writing(durable=False) as transaction:
                yield transaction

    def _begin_shared(self, durable: bool, deadline: float) -> AbstractContextManager[Transaction]:
        return self.writing(durable=durable, deadline=deadline)

    def retire(self) -> None:
        """As `close`, but whoever still has something to do with the store may go on, on connections made for that."""
        self._is_retired = True
        for idle in (self._readers, self._writers, self._noters):
            while idle:
                self._discard(idle.pop())

    def close(self) -> None:
        """Close the connections that are not in use, and the others when their transactions end."""
        self._closed = True
        self.retire()

    def why_lost(self) -> str | None:
        """A sentence if the database's file was removed or replaced since this store was made, else None."""
        return self._dialect.why_lost()

    def _refuse_if_lost(self) -> None:
        lost = self._dialect.why_lost()
        if lost is not None:
            raise StoreUnavailable(lost)

    def _kept_waiting(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"The database {self._dialect!r} was being written by another part of this program for longer than "
            f"{self._busy_timeout:g} seconds."
        )

    def _begin_to_look(self) -> tuple[Transaction, int]:
        """A transaction that reads, and the version of what steers the world. Raises StoreUnavailable."""
        transaction: Transaction | None = None
        try:
            transaction = self._begin(self._readers, self._dialect.looking, time.monotonic() + self._busy_timeout)
            remembered = transaction.remembered()
            version = remembered.get(_VERSION)
            if version is None:
                version = remembered[_VERSION] = self._dialect.looked(transaction.cursor)
        except BaseException as error:
            if transaction is not None:
                self._discard(transaction)
            sentence = self._dialect.explain(driver_error(error))
            if sentence is None and not isinstance(error, StoreUnavailable):
                raise
            unavailable = self._ahead.own.error = StoreUnavailable(sentence or str(error))
            raise unavailable from error
        return transaction, version

    def _end_left(self) -> None:
        ahead = self._ahead.own
        ahead.is_to_end = False
        transaction, ahead.left = ahead.left, None
        if transaction is not None:
            self._roll_back(transaction, self._readers)

    def _transaction(self, mode: Mode, *, deadline: float) -> Iterator[Transaction]:
        yield from self._begun(self._begin(self._idle(mode), mode, deadline), mode)

    def _begun(self, transaction: Transaction, mode: Mode) -> Iterator[Transaction]:
        """Let a transaction be used, and end it."""
        idle = self._idle(mode)
        try:
            yield transaction
            if mode is not Mode.NOTING:
                transaction.cursor.execute("COMMIT")
        except BaseException as error:
            self._fail(transaction, idle, error)
            raise
        self._give_back(transaction, idle)

    def _idle(self, mode: Mode) -> deque[Transaction]:
        if mode is Mode.NOTING:
            return self._noters
        return self._writers if mode.writes else self._readers

    def _begin(self, idle: deque[Transaction], mode: Mode, deadline: float) -> Transaction:
        while True:
            try:
                return self._begin_now(idle, mode, deadline)
            except (DBAPIError, self.driver_errors) as error:
                if not self._dialect.is_busy(driver_error(error)) or time.monotonic() >= deadline:
                    self._refuse_if_unavailable(error)
                    raise
            time.sleep(self._dialect.poll_seconds)

    def _begin_now(self, idle: deque[Transaction], mode: Mode, deadline: float) -> Transaction:
        try:
            transaction, is_new = idle.pop(), False
        except IndexError:
            transaction, is_new = self._connect(mode), True
        if self._watch is not None:
            self._watch.begin(transaction.cursor.connection)
        try:
            self._dialect.begin(transaction.cursor, mode, deadline - time.monotonic())
        except self.driver_errors as error:
            if self._dialect.is_busy(error):
                idle.append(transaction)
                raise
            self._discard(transaction)
            if is_new or time.monotonic() >= deadline:
                raise
            # The database server was restarted and has dropped this connection. A new one may work.
            return self._begin_now(idle, mode, deadline)
        transaction.begun(sees_one_moment=not mode.writes)
        return transaction

    def _connect(self, mode: Mode) -> Transaction:
        if self._closed:
            raise StoreUnavailable(f"The store {self._dialect!r} has been closed.")
        self._refuse_if_lost()
        self._dialect.make_file()
        connection = self._engine.connect()
        try:
            cursor = connection.connection.cursor()
            self._dialect.prepare(cursor, for_writing=mode.writes)
            if mode is Mode.NOTING:
                self._dialect.prepare_to_note(cursor)
        except BaseException:
            connection.close()
            raise
        return Transaction(
            connection, cursor, self._dialect, only_reads=self._dialect.single_writer and not mode.writes
        )

    def _fail(self, transaction: Transaction, idle: deque[Transaction], error: BaseException) -> None:
        """End a transaction that an error has left. Raises StoreUnavailable if the error is the database's own."""
        self._roll_back(transaction, idle)
        self._refuse_if_unavailable(error)

    def _refuse_if_unavailable(self, error: BaseException) -> None:
        sentence = self._dialect.explain(driver_error(error))
        if sentence is not None:
            raise StoreUnavailable(sentence) from error

    def _roll_back(self, transaction: Transaction, idle: deque[Transaction]) -> None:
        try:
            transaction.cursor.execute("ROLLBACK")
        except self.driver_errors:
            # The error that led here says more than this one, and closing the connection rolls back too.
            self._discard(transaction)
        else:
            self._give_back(transaction, idle)

    def _give_back(self, transaction: Transaction, idle: deque[Transaction]) -> None:
        if self._is_retired:
            self._discard(transaction)
            return
        if self._watch is not None:
            self._watch.end(transaction.cursor.connection)
        if self._kept is None:
            idle.append(transaction)
        else:
            self._kept.keep(transaction, idle)

    def _discard(self, transaction: Transaction) -> None:
        if self._watch is not None:
            self._watch.end(transaction.cursor.connection)
        # Not close(): that would first try to roll back on a connection that may be gone.
        transaction.connection.invalidate()
        transaction.connection.close()


class _Ahead:
    """What the look of a thread has begun, or how it has failed."""

    __slots__ = ("error", "is_to_end", "left", "left_version", "looked", "transaction")

    def __init__(self) -> None:
        self.transaction: Transaction | None = None
        """For the next reading."""
        self.error: StoreUnavailable | None = None
        self.looked: Transaction | None = None
        """The same, until that reading ends."""
        self.left: Transaction | None = None
        """For the next look, or to be ended."""
        self.left_version = 0
        self.is_to_end = False
        """Whether somebody will end what is left."""


class _AheadOfThread(threading.local):
    """Each thread's own. All of it is in one attribute, because those of a thread take ten times as long to get."""

    def __init__(self) -> None:
        self.own = _Ahead()


class _Reading:
    """A transaction that reads."""

    __slots__ = ("_store", "_transaction")

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Transaction:
        self._transaction = self._store.begin_reading()
        return self._transaction

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.end_reading(self._transaction, error)


def _is_up_to_date(transaction: Transaction) -> bool:
    if not inspect(transaction.connection).has_table(schema_version.name):
        return False
    return transaction.execute(select(schema_version.c.version_num)).scalars().all() == [SCHEMA_VERSION]
