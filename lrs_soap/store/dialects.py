"""What SQLite and PostgreSQL do differently: the one module with SQL that only one of them understands."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, BigInteger, ColumnElement, Connection, Engine, Text, create_engine, literal_column, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.functions import FunctionElement

from lrs_soap.errors import InvalidSetting

_LOOK = "SELECT version FROM steering"

FLEETING = "is fleeting"
"""The key of a table's `info` for one whose rows may be lost when the database's server crashes."""

SQLITE_ENDS = ("-shm", "-wal", "-journal")
"""What the names of the files that SQLite keeps beside a database end with."""

# The code of PostgreSQL's error.
_NO_SUCH_TABLE = "42P01"
# Parts of what PostgreSQL says, in English, when all connections are in use: of the server, of others than its
# administrators, of a database or role.
_NO_CONNECTION_LEFT = ("too many clients already", "connection slots are reserved", "too many connections for")

_EXAMPLES = "'sqlite:///lrs.db' or 'postgresql://user:password@host/database'"


class milliseconds_now(FunctionElement[int]):
    """In a statement: the milliseconds since 1970 by the database's clock at the time it runs."""

    type = BigInteger()
    inherit_cache = True


def milliseconds_from_now(seconds: int) -> ColumnElement[int]:
    """In a statement: the milliseconds since 1970 by the database's clock, so many seconds after it runs."""
    return milliseconds_now() + literal_column(str(seconds * 1000), BigInteger())


@compiles(milliseconds_now, "sqlite")
def _milliseconds_in_sqlite(element: milliseconds_now, compiler: Any, **options: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(milliseconds_now, "postgresql")
def _milliseconds_in_postgresql(element: milliseconds_now, compiler: Any, **options: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(CreateTable, "postgresql")
def _create_in_postgresql(element: CreateTable, compiler: Any, **options: Any) -> str:
    statement: str = compiler.visit_create_table(element, **options)
    return statement.replace("TABLE", "UNLOGGED TABLE", 1) if element.element.info.get(FLEETING) else statement


class joined_texts(FunctionElement[str]):
    """In a statement: the texts of a column in one text, in any order with a space between them; null without any."""

    type = Text()
    inherit_cache = True


@compiles(joined_texts, "sqlite")
def _joined_in_sqlite(element: joined_texts, compiler: Any, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, ' ')"


@compiles(joined_texts, "postgresql")
def _joined_in_postgresql(element: joined_texts, compiler: Any, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ' ')"


class joined_values(FunctionElement[str]):
    """In a statement: the values of several columns in one text, a JSON array."""

    type = Text()
    inherit_cache = True


@compiles(joined_values, "sqlite")
def _array_in_sqlite(element: joined_values, compiler: Any, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


@compiles(joined_values, "postgresql")
def _array_in_postgresql(element: joined_values, compiler: Any, **options: Any) -> str:
    return f"CAST(json_build_array({compiler.process(element.clauses, **options)}) AS TEXT)"


class Mode(Enum):
    """What a transaction is for."""

    READING = "reading"
    """Reads the database as it was at one moment."""
    LOOKING = "looking"
    """Like READING, and begins with the version of what steers the world (`store.steering`)."""
    WRITING = "writing"
    """Changes the database, and sees what others commit in the meantime."""
    WRITING_AHEAD = "writing ahead"
    """Like WRITING, but its commit does not wait for the disk."""
    REPLACING = "replacing"
    """Like WRITING, for as long as it takes. Others write meanwhile, until it keeps them out."""
    NOTING = "noting"
    """Runs one statement that changes the database: no transaction is begun, and its commit does not wait either."""

    @property
    def writes(self) -> bool:
        return self in _WRITING_MODES


_WRITING_MODES = (Mode.WRITING, Mode.WRITING_AHEAD, Mode.REPLACING, Mode.NOTING)


class Dialect(Protocol):
    """One kind of database, at one address."""

    is_server: bool
    """Whether it is a server, which may stand still while somebody waits for it, and takes so many connections only."""
    single_writer: bool
    """Whether the writers of one process must take turns. Otherwise some of them would wait too long."""
    poll_seconds: float
    """How long to wait before the next try while the database is busy."""
    looking: Mode
    """In which mode a transaction that looks is begun: LOOKING where that saves a way to a server and back."""

    @property
    def location(self) -> str:
        """Where the database is, as a person is told: a file's whole path, or a URL without its password."""
        ...

    def may_exist(self) -> bool:
        """Whether connecting to the database makes nothing: it exists already, or connecting never makes one."""
        ...

    def make_file(self) -> None:
        """Make the database's file for this user only, if the database is a file that does not exist yet."""
        ...

    def why_lost(self) -> str | None:
        """A sentence if the database is a file that was removed or replaced since this dialect was made, else None."""
        ...

    def engine(self) -> Engine:
        """The engine that makes connections, in autocommit mode: the store itself begins and ends transactions."""
        ...

    def prepare(self, cursor: Any, *, for_writing: bool) -> None:
        """Prepare a new connection, by its driver's cursor."""
        ...

    def prepare_to_note(self, cursor: Any) -> None:
        """Prepare a new connection for nothing but NOTING. Not called where there is a single writer."""
        ...

    def begin(self, cursor: Any, mode: Mode, patience_seconds: float) -> None:
        """Begin a transaction, whose statements wait for others' locks for so long, where they wait by themselves."""
        ...

    def looked(self, cursor: Any) -> int:
        """The version of what steers the world, to be asked for at once in a transaction that looks."""
        ...

    def data_version(self, cursor: Any) -> int | None:
        """In a transaction that reads, a number that is another one if any other connection has written since.

        None if the database has no such number.
        """
        ...

    def lock_for_migration(self, connection: Connection) -> None:
        """In a writing transaction, wait until no other process migrates the database."""
        ...

    def keep_out_writers(self, cursor: Any) -> None:
        """In a transaction that is REPLACING, wait until nobody else writes, and have those who want to wait.

        Not called where there is a single writer.
        """
        ...

    def take_turns(self, cursor: Any, table: str) -> None:
        """In a writing transaction, wait until no other adds to a table whose numbers shall grow as rows are seen."""
        ...

    def next_numbers(self, cursor: Any, sequence: str, count: int) -> Sequence[int]:
        """In a writing transaction, take the next `count` numbers of a sequence, ascending."""
        ...

    def insert_rows(self, cursor: Any, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, each the values of `columns` in their order."""
        ...

    def expect_many(self, cursor: Any) -> None:
        """Prepare a connection for inserts of very many rows."""
        ...

    def is_busy(self, error: BaseException) -> bool:
        """Whether a second try may succeed: another process is writing, or has the server's last connection."""
        ...

    def is_duplicate(self, error: BaseException | None) -> bool:
        """Whether the driver's error means that a uniqueness was violated."""
        ...

    def explain(self, error: BaseException) -> str | None:
        """A sentence for a driver's error about the database itself, which ends the transaction; None for any other."""
        ...


def dialect_of(
    url: str, busy_timeout: float, statement_timeout: float | None = None, *, makes_file: bool = True
) -> Dialect:
    """The kind of database that `url` names. Raises InvalidSetting if it names none; the message has no password.

    Without `makes_file` connecting never makes a file where there is none.
    """
    if "://" not in url:
        raise InvalidSetting(f"The database is given by a URL such as {_EXAMPLES}, not by the path of a file.")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidSetting(f"The database's URL cannot be read; it looks like {_EXAMPLES}.") from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return SQLite(parsed, busy_timeout, makes_file=makes_file)
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return PostgreSQL(parsed, busy_timeout, statement_timeout)
    raise InvalidSetting(f"There is no database of the kind '{parsed.drivername}'; a URL looks like {_EXAMPLES}.")


def beside(url: str, suffix: str) -> str:
    """The URL of what belongs to a database and is no part of it: a SQLite file beside its own, or the same database.

    Raises InvalidSetting as `dialect_of` does.
    """
    dialect_of(url, 0)
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return url
    return parsed.set(database=f"{parsed.database}{suffix}").render_as_string(hide_password=False)


def remove_sqlite_file(path: Path) -> None:
    """Remove a SQLite file, and what SQLite keeps beside it, which nobody can make again then."""
    for end in ("", *SQLITE_ENDS):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


class SQLite:
    """A file, which several processes of one machine can use."""

    is_server = False
    single_writer = True
    # Long enough to cost little, short enough to find the gap between two transactions of another process.
    poll_seconds = 0.002
    looking = Mode.READING

    def __init__(self, url: URL, busy_timeout: float, *, makes_file: bool = True) -> None:
        if url.host:
            raise InvalidSetting(
                f"A SQLite URL has three slashes before a relative path and four before an absolute one: "
                f"'sqlite:///{url.host}{'/' + url.database if url.database else ''}'."
            )
        if not url.database or url.database == ":memory:" or url.database.startswith("file:") or url.query:
            raise InvalidSetting("A SQLite URL names a file and nothing else, as 'sqlite:///lrs.db' does.")
        self._url = url.set(drivername="sqlite+pysqlite")
        self._path = Path(url.database)
        self._busy_timeout = busy_timeout
        self._makes_file = makes_file
        self._explanations = _sqlite_explanations(url.database, busy_timeout)
        # Which file it is, as long as connections to it may be open: one of the same name may be another.
        self._identity = self._identity_now()

    def __repr__(self) -> str:
        return str(self._url)

    @property
    def location(self) -> str:
        return str(self._path.resolve())

    def may_exist(self) -> bool:
        return self._path.exists()

    def make_file(self) -> None:
        if not self._makes_file:
            return
        # SQLite would let others read it, and gives the files beside it the same mode. What else may go wrong here,
        # SQLite tells better.
        with suppress(OSError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        self._identity = self._identity or self._identity_now()

    def why_lost(self) -> str | None:
        if self._identity is None or (now := self._identity_now()) == self._identity:
            return None
        happened = "is not there any more" if now is None else "has been replaced by another file"
        return f"The database file {self._path} {happened}. Put it back, or start the service again."

    def _identity_now(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def engine(self) -> Engine:
        # One thread at a time uses a connection, but not always the one that opened it.
        return create_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": self._busy_timeout, "check_same_thread": False},
            **({} if self._makes_file else {"creator": self._connect_to_what_is_there}),
        )

    def _connect_to_what_is_there(self) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=self._busy_timeout, check_same_thread=False)

    def prepare(self, cursor: Any, *, for_writing: bool) -> None:
        cursor.execute("PRAGMA foreign_keys = ON")
        if for_writing:
            # The file keeps this, and whoever only looks at one of another program or version leaves it as it is.
            cursor.execute("PRAGMA journal_mode = WAL")
            # The store itself waits: SQLite's sleeps grow to 100 ms, so it would miss the short gaps between the
            # transactions of another process that writes all the time.
            cursor.execute("PRAGMA busy_timeout = 0")
            # What savepoints may have to take back is kept in memory, not in a file that each transaction makes.
            cursor.execute("PRAGMA temp_store = MEMORY")
        else:
            cursor.execute("PRAGMA query_only = ON")

    def prepare_to_note(self, cursor: Any) -> None:
        pass  # Whoever notes is a writer among the others.

    def begin(self, cursor: Any, mode: Mode, patience_seconds: float) -> None:
        if not mode.writes:
            cursor.execute("BEGIN")
            return
        # The write-ahead log is in order, so a commit that is synchronised saves those before it too.
        cursor.execute(f"PRAGMA synchronous = {'NORMAL' if mode is Mode.WRITING_AHEAD else 'FULL'}")
        cursor.execute("BEGIN IMMEDIATE")

    def looked(self, cursor: Any) -> int:
        cursor.execute(_LOOK)
        # All rows, because an unfinished statement keeps its snapshot.
        ((version,),) = cursor.fetchall()
        return int(version)

    def data_version(self, cursor: Any) -> int | None:
        cursor.execute("PRAGMA data_version")
        ((version,),) = cursor.fetchall()
        return int(version)

    def lock_for_migration(self, connection: Connection) -> None:
        pass  # BEGIN IMMEDIATE has locked the database.

    def keep_out_writers(self, cursor: Any) -> None:
        pass  # Whoever writes is alone already.

    def take_turns(self, cursor: Any, table: str) -> None:
        pass  # Writers take turns anyway.

    def next_numbers(self, cursor: Any, sequence: str, count: int) -> Sequence[int]:
        cursor.execute("UPDATE counters SET value = value + ? WHERE name = ?", (count, sequence))
        cursor.execute("SELECT value FROM counters WHERE name = ?", (sequence,))
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"The database has lost the row of its sequence {sequence!r}.")
        taken: int = row[0]
        return range(taken - count, taken)

    def insert_rows(self, cursor: Any, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        placeholders = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({_list(columns)}) VALUES ({placeholders})", rows)

    def expect_many(self, cursor: Any) -> None:
        # In KiB. Rows come in no order of some indexes, whose pages are read again and again if they do not fit.
        cursor.execute("PRAGMA cache_size = -65536")

    def is_busy(self, error: BaseException) -> bool:
        return isinstance(error, sqlite3.OperationalError) and "is locked" in str(error)

    def is_duplicate(self, error: BaseException | None) -> bool:
        return isinstance(error, sqlite3.IntegrityError) and str(error).startswith("UNIQUE constraint failed")

    def explain(self, error: BaseException) -> str | None:
        if not isinstance(error, sqlite3.Error):
            return None
        # By the text, because Python 3.10 does not have the error's number.
        return next((sentence for text, sentence in self._explanations if text in str(error)), None)


def _sqlite_explanations(path: str, busy_timeout: float) -> tuple[tuple[str, str], ...]:
    """Sentences for SQLite's errors, each after a part of the error's own text."""
    file = f"The database file {path}"
    return (
        ("is locked", f"{file} has been locked by another program for longer than {busy_timeout:g} seconds."),
        ("is full", f"{file} cannot grow: its disk is full."),
        ("unable to open", f"{file} cannot be opened: its folder must exist, and this user be able to write there."),
        ("readonly database", f"{file} can be read but not written by this user."),
        ("malformed", f"{file} is damaged: restore it from a backup."),
        ("not a database", f"{file} is not a SQLite database, or is damaged."),
        ("disk I/O error", f"{file} cannot be read or written: its disk reports an error."),
        ("no such table", f"{file} has not been set up yet, or is not a database of lrs-soap."),
    )


class PostgreSQL:
    """A server, which psycopg connects to."""

    is_server = True
    single_writer = False
    # A try makes the server start a process.
    poll_seconds = 0.05
    looking = Mode.LOOKING

    _READ_ONLY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    # Whoever puts other tables in the place of these (`store.postgresql_images`) waits for those who read, and has them
    # wait. This comes before the first look at any row, because only rows that there are then are seen.
    _READING = f"{_READ_ONLY}; LOCK TABLE steering IN ACCESS SHARE MODE"
    # Writing is read committed, so that the rival's row can be read after a uniqueness error.
    _BEGIN: Mapping[Mode, str] = {
        Mode.READING: _READING,
        Mode.LOOKING: f"{_READING}; {_LOOK}",
        Mode.WRITING: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        Mode.WRITING_AHEAD: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off",
        Mode.REPLACING: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 0",
    }

    # A server that is gone without a word, such as a machine without power, is noticed within a minute.
    _NOTICING_ITS_END: Mapping[str, int] = {
        "keepalives": 1,
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 30_000,
    }

    # Any number that nothing else in the same database locks.
    _MIGRATION_LOCK = 7_201_966
    # Whoever writes shares the lock of the schema, which whoever replaces all of it has alone.
    _SCHEMA_LOCK = "7201967, hashtext(current_schema())"

    def __init__(self, url: URL, busy_timeout: float, statement_timeout: float | None) -> None:
        if url.host and "@" in url.host:
            raise InvalidSetting("In a database's URL, an @ in the user name or password is written %40.")
        self._url = url.set(drivername="postgresql+psycopg")
        self._busy_timeout = busy_timeout
        self._statement_timeout = statement_timeout

    def __repr__(self) -> str:
        return self.location

    @property
    def location(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def may_exist(self) -> bool:
        return True

    def make_file(self) -> None:
        pass  # Its files are the server's.

    def why_lost(self) -> str | None:
        return None

    def engine(self) -> Engine:
        try:
            return create_engine(
                self._url,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                hide_parameters=True,
                connect_args={"connect_timeout": max(2, math.ceil(self._busy_timeout)), **self._NOTICING_ITS_END},
            )
        except (ImportError, NoSuchModuleError):
            raise InvalidSetting("PostgreSQL needs its driver: pip install 'lrs-soap[postgresql]'.") from None

    def prepare(self, cursor: Any, *, for_writing: bool) -> None:
        cursor.execute(f"SET lock_timeout = {math.ceil(self._busy_timeout * 1000)}")
        if self._statement_timeout is not None:
            cursor.execute(f"SET statement_timeout = {math.ceil(self._statement_timeout * 1000)}")

    def prepare_to_note(self, cursor: Any) -> None:
        cursor.execute("SET synchronous_commit = off")

    def begin(self, cursor: Any, mode: Mode, patience_seconds: float) -> None:
        if mode is Mode.NOTING:
            return
        begin = self._BEGIN[mode]
        if mode.writes:
            # 0 would be without end.
            begin += f"; SET LOCAL lock_timeout = {max(1, math.ceil(patience_seconds * 1000))}"
        if mode.writes and mode is not Mode.REPLACING:
            begin += f"; SELECT pg_advisory_xact_lock_shared({self._SCHEMA_LOCK})"
        try:
            cursor.execute(begin)
        except Exception as error:
            if mode is not Mode.READING or getattr(error, "sqlstate", None) != _NO_SUCH_TABLE:
                raise
            # Nothing is there yet, and whoever reads wants to know that.
            cursor.execute(f"ROLLBACK; {self._READ_ONLY}")

    def keep_out_writers(self, cursor: Any) -> None:
        cursor.execute(f"SELECT pg_advisory_xact_lock({self._SCHEMA_LOCK})")

    def looked(self, cursor: Any) -> int:
        cursor.nextset()
        cursor.nextset()
        ((version,),) = cursor.fetchall()
        return int(version)

    def data_version(self, cursor: Any) -> int | None:
        return None

    def lock_for_migration(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self._MIGRATION_LOCK})")

    def take_turns(self, cursor: Any, table: str) -> None:
        # Held until the rows can be seen.
        cursor.execute("SELECT pg_advisory_xact_lock(CAST(CAST(%s AS regclass) AS oid)::bigint)", (table,))

    def next_numbers(self, cursor: Any, sequence: str, count: int) -> Sequence[int]:
        # A row in `counters` would be locked until the commit, and all registrations would wait for it. A sequence is
        # not locked, but the numbers of transactions that are rolled back are lost.
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", (f"{sequence}_numbers", count))
        return [row[0] for row in cursor.fetchall()]

    def insert_rows(self, cursor: Any, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        with cursor.copy(f"COPY {table} ({_list(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def expect_many(self, cursor: Any) -> None:
        pass  # The server has its own settings for memory.

    def is_busy(self, error: BaseException) -> bool:
        # PostgreSQL itself waits for writers. An error in connecting has no code.
        return any(text in str(error) for text in _NO_CONNECTION_LEFT)

    def is_duplicate(self, error: BaseException | None) -> bool:
        return getattr(error, "sqlstate", None) == "23505"

    def explain(self, error: BaseException) -> str | None:
        import psycopg

        sqlstate = getattr(error, "sqlstate", None)
        if sqlstate == _NO_SUCH_TABLE:
            return f"The database {self!r} has not been set up yet, or is not a database of lrs-soap."
        if sqlstate == "55P03":
            return f"The database {self!r} has been locked for longer than {self._busy_timeout:g} seconds."
        if sqlstate == "57014":
            return (
                f"The database {self!r} has worked on a statement for longer than {self._statement_timeout:g} seconds."
            )
        if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
            return f"The database {self!r} cannot be used: {self._without_password(str(error).strip())}"
        return None

    def _without_password(self, text: str) -> str:
        return text.replace(str(self._url.password), "***") if self._url.password else text
