"""Images of a world in a schema of a PostgreSQL database. The snapshots are schemas of their own.

All rows are deleted and inserted again in a transaction for which every writer waits, and which waits for every writer
(`Mode.REPLACING`). Who reads sees the rows that there were. TRUNCATE would take them away from whoever reads.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import BigInteger

from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.store import steering
from lrs_soap.store.image import NO_LEASES, NO_SESSIONS, Image, uln_key
from lrs_soap.store.steering import new_number
from lrs_soap.store.store import Store
from lrs_soap.store.tables import SCHEMA_VERSION, metadata
from lrs_soap.store.transaction import Transaction

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

_DELETE_ALL = "; ".join(f"DELETE FROM {table}" for table in reversed(_TABLES))


class PostgreSQLImages:
    """See `store.images.Images`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, image: Image) -> None:
        counters = dict(image.connection.execute("SELECT name, value FROM counters").fetchall())
        with self._store.replacing() as transaction:
            cursor = transaction.cursor
            cursor.execute(_DELETE_ALL)
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
            self._insert(transaction, self._held(transaction, name), name)

    def fill(self, store: Store, name: str, seed: int | None) -> None:
        with self._store.reading() as own:
            schema = self._held(own, name)
        with store.replacing() as transaction:
            PostgreSQLImages(store)._insert(transaction, schema, name)
            if seed is not None:
                transaction.cursor.execute("UPDATE properties SET value = %s WHERE name = 'uln_key'", (uln_key(seed),))

    def put_first(self, image: Image) -> None:
        self.put(image)

    def _insert(self, transaction: Transaction, schema: str, name: str) -> None:
        """Replace all rows by those in the schema of a snapshot. Raises NotPossible."""
        cursor = transaction.cursor
        cursor.execute(f"SELECT version_num FROM {schema}.alembic_version")
        if cursor.fetchall() != [(SCHEMA_VERSION,)]:
            raise NotPossible(f"The snapshot {name} was taken by another version of lrs-soap. Take it again.")
        inserts = (
            f"INSERT INTO {table} ({_list(columns)}) SELECT {_list(columns)} FROM {schema}.{table}"
            for table, columns in _TABLES.items()
        )
        # All in one way to the server and back, as every writer waits.
        cursor.execute(
            "; ".join(
                [
                    _DELETE_ALL,
                    *inserts,
                    f"SELECT setval(name::regclass, last_value, is_called) FROM {schema}.sequences",
                    f"UPDATE steering SET version = {new_number()}, generation = {new_number()}, gone = 0",
                    NO_LEASES,
                    NO_SESSIONS,
                ]
            )
        )

    def drop(self, name: str) -> None:
        with self._store.replacing() as transaction:
            transaction.cursor.execute(f"DROP SCHEMA {self._held(transaction, name)} CASCADE")

    def abandon(self) -> None:
        with self._store.writing() as transaction:
            steering.set_gone(transaction)
        for name in self.names():
            # Another process may do the same.
            with suppress(NotHeld):
                self.drop(name)

    def _held(self, transaction: Transaction, name: str) -> str:
        """The schema of a snapshot, quoted. Raises NotHeld."""
        transaction.cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (_prefix(transaction) + name,))
        if not transaction.cursor.fetchall():
            raise NotHeld(f"There is no snapshot {name!r}.")
        return _schema(transaction, name)


def _prefix(transaction: Transaction) -> str:
    transaction.cursor.execute("SELECT current_schema()")
    ((schema,),) = transaction.cursor.fetchall()
    return f"{schema}__"


def _schema(transaction: Transaction, name: str) -> str:
    schema = _prefix(transaction) + name
    if len(schema.encode()) > _LONGEST_SCHEMA:
        raise NotPossible("The name of the database's schema is too long for snapshots.")
    return f'"{schema}"'


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
