"""All the rows of a world at one moment, in memory: what a world is put back to."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from lrs_soap.store.steering import new_number
from lrs_soap.store.store import Store
from lrs_soap.store.tables import SCHEMA_VERSION

NO_LEASES = "UPDATE jobs SET lease_owner = NULL, lease_until = NULL, on_record = NULL WHERE due IS NOT NULL"
"""Whoever had a job before the world was put back does not have it any more."""

NO_SESSIONS = "DELETE FROM sessions"
"""Whoever was logged in before the world was put back is not any more."""


class Image:
    """A SQLite database in memory, whichever kind of database the world itself is in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    def made_by(cls, fill: Callable[[Store], None]) -> Image:
        """The image of a new database that `fill` has filled."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "image.db"
            store = Store.open(f"sqlite:///{path}")
            try:
                fill(store)
            finally:
                store.close()
            return cls.of_file(path)

    @classmethod
    def of_file(cls, path: Path) -> Image:
        """The image in a file that nobody writes. Raises sqlite3.Error."""
        source = read_only(path)
        try:
            return cls(_copy(source))
        finally:
            source.close()

    def copy(self) -> Image:
        """Another image with the same rows."""
        return Image(_copy(self.connection))

    @property
    def is_current(self) -> bool:
        """Whether its tables are those of this program."""
        return self.connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA_VERSION,)]

    def number_by(self, seed: int | None) -> None:
        """Have the ULNs that will be issued depend on a seed, or on chance."""
        self.connection.execute("UPDATE properties SET value = ? WHERE name = 'uln_key'", (uln_key(seed),))

    def claim_no_subjects(self) -> None:
        """Let no client's certificate lead to it, as it is another world than the one to which they lead."""
        self.connection.execute("DELETE FROM policy_changes WHERE name = 'certificate_subjects'")

    def begin_life(self) -> None:
        """Make it the beginning of another life of a world: nobody takes it for what the world was before."""
        self.connection.execute(
            "UPDATE steering SET version = ?, generation = ?, gone = 0", (new_number(), new_number())
        )
        self.connection.execute(NO_LEASES)
        self.connection.execute(NO_SESSIONS)

    def write_to(self, path: Path) -> None:
        """Make a database file of it, for its owner only, where there is none. Raises OSError and sqlite3.Error."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            target = sqlite3.connect(path, isolation_level=None)
            try:
                # Nobody reads it yet, so it is enough that all of it is on disk in the end.
                target.execute("PRAGMA synchronous = OFF")
                target.execute("PRAGMA journal_mode = OFF")
                self.connection.backup(target)
                target.execute("PRAGMA journal_mode = WAL")
            finally:
                target.close()
            os.fsync(file)
        finally:
            os.close(file)

    def close(self) -> None:
        self.connection.close()


def read_only(path: Path) -> sqlite3.Connection:
    """A connection to a SQLite file that nobody writes. Raises sqlite3.Error."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def uln_key(seed: int | None) -> str:
    """The key of the ULNs of a world, by a seed or by chance."""
    return secrets.token_hex(32) if seed is None else hashlib.sha256(f"ulns of {seed}".encode()).hexdigest()


def _copy(source: sqlite3.Connection) -> sqlite3.Connection:
    copied = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source.backup(copied)
    return copied
