"""Images of a world in a schema of a PostgreSQL database. The snapshots are schemas of their own.

Few rows are deleted and inserted again in a transaction that waits for every writer, and for which every writer waits.
Who reads sees the rows that there were. TRUNCATE would take them away from whoever reads. Where there are many, they
are inserted into other tables while everybody goes on. Then these take the place of the world's tables, for which
everybody waits some milliseconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import BigInteger

from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.store import steering
from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.image import NO_LEASES, NO_SESSIONS, Image, uln_key
from lrs_soap.store.steering import new_number
from lrs_soap.store.store import Store
from lrs_soap.store.tables import SCHEMA_VERSION, metadata
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.versions import Versions

# Those that others refer to come first.
_TABLES = {table.name: tuple(column.name for column in table.columns) for table in metadata.sorted_tables}
_NUMBERED = [
    table.name
    for table in metadata.sorted_tables
    if "id" in table.columns and isinstance(table.columns["id"].type, BigInteger)
]
_ULNS = "uln_numbers"
_SEQUENCES = (_ULNS, *(f"{table}_id_seq" for table in _NUMBERED))
_LONGEST_SCHEMA = 63

# To delete one costs a look at all names, so with more learners than this new tables are the quicker way.
_MANY_LEARNERS = 1000

_DELETE_ALL = "; ".join(f"DELETE FROM {table}" for table in reversed(_TABLES))


class PostgreSQLImages:
    """See `store.images.Images`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, image: Image) -> None:
        with self._store.replacing() as transaction:
            self._replace(transaction, lambda: _insert_image(transaction, image), will_be_many=False)

    def names(self) -> list[str]:
        with self._store.reading() as transaction:
            prefix = _prefix(transaction)
            # Not LIKE, in which an underscore stands for any letter.
            transaction.cursor.execute(
                "SELECT substr(nspname, %(length)s + 1) FROM pg_namespace"
                " WHERE left(nspname, %(length)s) = %(prefix)s ORDER BY 1",
                {"length": len(prefix), "prefix": prefix},
            )
            return [row[0] for row in transaction.cursor.fetchall()]

    def keep(self, name: str) -> None:
        with self._store.replacing() as transaction:
            transaction.keep_out_writers()
            schema = _schema(transaction, name)
            tables = (*_TABLES, "alembic_version")
            numbers = " UNION ALL ".join(
                f"SELECT '{each}' AS name, last_value, is_called FROM {each}" for each in _SEQUENCES
            )
            transaction.cursor.execute(
                "; ".join(
                    [
                        f"DROP SCHEMA IF EXISTS {schema} CASCADE",
                        f"CREATE SCHEMA {schema}",
                        *(f"CREATE TABLE {schema}.{table} AS SELECT * FROM {table}" for table in tables),
                        f"CREATE TABLE {schema}.sequences AS {numbers}",
                    ]
                )
            )

    def restore(self, name: str) -> None:
        with self._store.replacing() as transaction:
            schema = self._held(transaction, name)
            _refuse_if_old(transaction, schema, name)
            self._replace(
                transaction,
                lambda: _insert_snapshot(transaction, schema),
                will_be_many=_has_many_learners(transaction, schema),
            )

    def fill(self, store: Store, name: str, seed: int | None) -> None:
        with self._store.reading() as own:
            schema = self._held(own, name)
        with store.replacing() as transaction:
            _refuse_if_old(transaction, schema, name)
            _insert_snapshot(transaction, schema)
            if seed is not None:
                transaction.cursor.execute("UPDATE properties SET value = %s WHERE name = 'uln_key'", (uln_key(seed),))

    def put_first(self, image: Image) -> None:
        self.put(image)

    def back_up(self, target: Path, world: str, moment: datetime) -> Stamp:
        raise NotPossible(
            "PostgreSQL's own programs back up a database in PostgreSQL, with all worlds and snapshots: "
            f"pg_dump --format=custom --file='{target}' '{self._url}'"
        )

    def bring_back(self, source: BinaryIO, name: str, world: str) -> Stamp:
        raise NotPossible(
            "PostgreSQL's own programs restore a database in PostgreSQL, with all worlds and snapshots, from a file of "
            "pg_dump: make a new database with createdb, fill it with pg_restore --no-owner --exit-on-error "
            f"--dbname='{self._url}' '{name}', where the name of the new database stands in place of that of the old "
            "one, and start the service with it."
        )

    def copy_of(self, held: Versions) -> Path | None:
        return None

    def keep_copy(self, held: Versions, world: str, moment: datetime) -> None:
        pass  # An operator makes one by PostgreSQL's own programs.

    def older_snapshots(self) -> dict[str, Versions]:
        # Their tables have no keys and no indexes, which migrations would change.
        return {}

    def bring_snapshot_up_to_date(self, name: str) -> None:
        raise NotPossible(f"The snapshot {name} cannot be brought up to date. Take it again.")

    @property
    def _url(self) -> str:
        """Where the database is, for a program that asks for the password or finds it."""
        return self._store.location.replace(":***@", "@")

    def drop(self, name: str) -> None:
        with self._store.replacing() as transaction:
            transaction.keep_out_writers()
            transaction.cursor.execute(f"DROP SCHEMA {self._held(transaction, name)} CASCADE")

    def abandon(self) -> None:
        with self._store.writing() as transaction:
            steering.set_gone(transaction)
        for name in self.names():
            # Another process may do the same.
            with suppress(NotHeld):
                self.drop(name)

    def _replace(self, transaction: Transaction, insert: Callable[[], None], *, will_be_many: bool) -> None:
        """Replace all rows by those that `insert` inserts, into tables that are empty then."""
        schema = _own(transaction)
        if not will_be_many and not _has_many_learners(transaction, f'"{schema}"'):
            transaction.keep_out_writers()
            transaction.cursor.execute(_DELETE_ALL)
            insert()
            return
        number = secrets.token_hex(8)
        spare, old = f"lrs_spare_{number}", f"lrs_old_{number}"
        cursor = transaction.cursor
        cursor.execute("SHOW search_path")
        ((path,),) = cursor.fetchall()
        cursor.execute(f"CREATE SCHEMA {spare}; CREATE SCHEMA {old}; SET LOCAL search_path = {spare}")
        make_tables(transaction)
        insert()
        cursor.execute(f"ANALYZE {', '.join(_TABLES)}; SET LOCAL search_path = {path}")
        transaction.keep_out_writers()
        moved = [*(f"TABLE {{}}.{table}" for table in _TABLES), f"SEQUENCE {{}}.{_ULNS}"]
        own = f'"{schema}"'
        cursor.execute(
            "; ".join(
                [
                    f"LOCK TABLE {own}.steering IN ACCESS EXCLUSIVE MODE",
                    *(f"ALTER {each.format(own)} SET SCHEMA {old}" for each in moved),
                    *(f"ALTER {each.format(spare)} SET SCHEMA {own}" for each in moved),
                    f"DROP SCHEMA {old} CASCADE; DROP SCHEMA {spare} CASCADE",
                ]
            )
        )

    def _held(self, transaction: Transaction, name: str) -> str:
        """The schema of a snapshot, quoted. Raises NotHeld."""
        transaction.cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (_prefix(transaction) + name,))
        if not transaction.cursor.fetchall():
            raise NotHeld(f"There is no snapshot {name!r}.")
        return _schema(transaction, name)


def make_tables(transaction: Transaction) -> None:
    """Make all tables of a world, without rows, in the first schema of the search path."""
    metadata.create_all(transaction.connection, checkfirst=False)
    transaction.cursor.execute(f"CREATE SEQUENCE {_ULNS} MINVALUE 0 START WITH 0")


def _insert_image(transaction: Transaction, image: Image) -> None:
    counters = dict(image.connection.execute("SELECT name, value FROM counters").fetchall())
    cursor = transaction.cursor
    for table, columns in _TABLES.items():
        rows = image.connection.execute(f"SELECT {_list(columns)} FROM {table}").fetchall()
        if table == "counters":
            rows = [row for row in rows if row[0] != "uln"]
        if rows:
            with cursor.copy(f"COPY {table} ({_list(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    ids = "; ".join(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"
        for table in _NUMBERED
    )
    cursor.execute(f"{ids}; SELECT setval('{_ULNS}', {int(counters.get('uln', 0))}, false)")


def _insert_snapshot(transaction: Transaction, schema: str) -> None:
    inserts = (
        f"INSERT INTO {table} ({_list(columns)}) SELECT {_list(columns)} FROM {schema}.{table}"
        for table, columns in _TABLES.items()
    )
    # All in one way to the server and back, as every writer may wait.
    transaction.cursor.execute(
        "; ".join(
            [
                *inserts,
                f"SELECT setval(name::regclass, last_value, is_called) FROM {schema}.sequences",
                f"UPDATE steering SET version = {new_number()}, generation = {new_number()}, gone = 0",
                NO_LEASES,
                NO_SESSIONS,
            ]
        )
    )


def _refuse_if_old(transaction: Transaction, schema: str, name: str) -> None:
    """Raise NotPossible for the schema of a snapshot that has other tables."""
    transaction.cursor.execute(f"SELECT version_num FROM {schema}.alembic_version")
    if transaction.cursor.fetchall() != [(SCHEMA_VERSION,)]:
        raise NotPossible(f"The snapshot {name} was taken by another version of lrs-soap. Take it again.")


def _has_many_learners(transaction: Transaction, schema: str) -> bool:
    transaction.cursor.execute(f"SELECT 1 FROM {schema}.learners LIMIT 1 OFFSET {_MANY_LEARNERS}")
    return bool(transaction.cursor.fetchall())


def _own(transaction: Transaction) -> str:
    """The schema of the world."""
    transaction.cursor.execute("SELECT current_schema()")
    ((schema,),) = transaction.cursor.fetchall()
    return str(schema)


def _prefix(transaction: Transaction) -> str:
    return f"{_own(transaction)}__"


def _schema(transaction: Transaction, name: str) -> str:
    schema = _prefix(transaction) + name
    if len(schema.encode()) > _LONGEST_SCHEMA:
        raise NotPossible("The name of the database's schema is too long for snapshots.")
    return f'"{schema}"'


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
