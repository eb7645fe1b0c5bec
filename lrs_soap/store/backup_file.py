"""A backup: a file with all rows of a world at one moment, which this version or a newer one can bring back.

It is a SQLite database with one more table, which says what it is a backup of. Its header has an application id, by
which others know it. The user version in the header is the CRC-32 of the whole file with these two fields empty, by
which a file that was cut or changed is known.
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from lrs_soap import __version__
from lrs_soap.errors import NotPossible, StoreUnavailable
from lrs_soap.store.versions import Versions

_TABLE = "lrs_soap_backup"
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = b"LRSb"
# Where the fields are in the header of a SQLite file, each of four bytes.
_CHECKSUM_AT, _APPLICATION_ID_AT = 60, 68
_HEADER = 100
_PIECE = 1 << 20
# What stands between the name of a file and a number in that of the folder in which something for its place is made.
_UNFINISHED = ".unfinished-"


class Stamp(NamedTuple):
    """What a backup is of, with how many learners, and when and by which version of lrs-soap it was made."""

    world: str
    made: str
    lrs_soap: str
    schema: str
    keys: int
    learners: int

    @property
    def versions(self) -> Versions:
        return Versions(self.schema, self.keys)


def write(database: Path, target: Path, *, world: str, moment: datetime, only_schema: str | None = None) -> Stamp:
    """Write a backup of a database file that others may use, in place of a file of this name; all of it or nothing.

    Only its owner may read it. A link stays one, and the backup is where it leads. With `only_schema` nothing is
    written of a database with another one. Raises StoreUnavailable where the database is damaged, OSError and
    sqlite3.Error.
    """
    target = Path(os.path.realpath(target))
    with unfinished_beside(target) as unfinished:
        file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            stamp = _copy(database, unfinished, world, moment)
            _seal(file)
        finally:
            os.close(file)
        if only_schema in (None, stamp.schema):
            move(unfinished, target)
    return stamp


def is_other_database(path: Path) -> bool:
    """Whether a file is a SQLite database, and no backup that may be replaced by another. Raises OSError."""
    with open(path, "rb") as file:
        header = file.read(_HEADER)
    return header.startswith(_MAGIC) and _field(header, _APPLICATION_ID_AT) != _APPLICATION_ID


def read(source: BinaryIO, name: str) -> Stamp:
    """What a backup is of, once it is found to be whole and sound; all else is as with `unpack`.

    Raises NotPossible as that does, and StoreUnavailable.
    """
    with TemporaryDirectory() as folder:
        try:
            return unpack(source, name, Path(folder) / "backup.db")
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"The backup {name} cannot be read: {reason_of(error)}.") from error


def unpack(source: BinaryIO, name: str, target: Path) -> Stamp:
    """Make a database file of a backup, where there is none. `name` is what messages call the backup.

    Raises NotPossible where it is none, is damaged or cut, or was made by a newer program; OSError and sqlite3.Error.
    """
    header = source.read(_HEADER)
    if not header.startswith(_MAGIC) or _field(header, _APPLICATION_ID_AT) != _APPLICATION_ID:
        raise NotPossible(f"{name} is no backup that lrs-soap has made.")
    checksum = 0
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        for piece in _pieces(_without_fields(header), source):
            checksum = zlib.crc32(piece, checksum)
            file.write(piece)
    if _field(header, _CHECKSUM_AT) != _as_field(checksum):
        raise NotPossible(f"The backup {name} is damaged: it was cut or changed after it was made.")
    with closing(sqlite3.connect(target, isolation_level=None)) as database:
        stamp = Stamp(*database.execute(f"SELECT {', '.join(Stamp._fields)} FROM {_TABLE}").fetchall()[0])
        if stamp.versions.are_newer:
            raise NotPossible(
                f"The backup {name} was made by a newer lrs-soap: version {stamp.lrs_soap}, with schema {stamp.schema} "
                f"and keys {stamp.keys}, which this program does not know. Install that version or a newer one."
            )
        # Nobody else has the file, and who cannot finish begins again.
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"DROP TABLE {_TABLE}")
        if not _is_sound(database):
            raise NotPossible(f"The backup {name} is damaged.")
    return stamp


def versions_in(database: sqlite3.Connection) -> Versions:
    """The versions of what a SQLite file holds. Raises sqlite3.Error where it holds nothing of lrs-soap."""
    ((schema,),) = database.execute("SELECT version_num FROM alembic_version").fetchall()
    has_keys = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'stored_keys'").fetchall()
    keys = database.execute("SELECT key_version FROM stored_keys").fetchall() if has_keys else []
    return Versions(schema, keys[0][0] if keys else 0)


def reason_of(error: OSError | sqlite3.Error) -> str:
    """Why a file cannot be read or written, in words."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


@contextmanager
def unfinished_beside(path: Path) -> Iterator[Path]:
    """The path of what is going to take the place of a file, in a folder beside that, which goes with the block.

    What others have left there who were killed is removed. Raises OSError.
    """
    _remove_abandoned(path)
    folder, lock = _locked_folder(path)
    try:
        yield folder / path.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(path: Path) -> tuple[Path, int]:
    """A new folder beside a file, and a descriptor by which it is locked for as long as this process is there."""
    while True:
        folder = path.with_name(f"{path.name}{_UNFINISHED}{os.urandom(4).hex()}")
        folder.mkdir(0o700)
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Some file systems of networks lock no folders. There nobody takes one for abandoned, either.
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        # Somebody took it for abandoned before it was locked.
        os.close(lock)


def _remove_abandoned(path: Path) -> None:
    """Remove the folders beside a file that nobody has locked, as those were killed who had made them."""
    for each in glob.glob(f"{glob.escape(f'{path}{_UNFINISHED}')}*"):
        # Another process may have it, remove it, or be somebody else's.
        with suppress(OSError):
            lock = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(each)
            finally:
                os.close(lock)


def move(path: Path, target: Path) -> None:
    """Let a finished file take the place of another, and return when that and its bytes are on disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    os.replace(path, target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy(database: Path, path: Path, world: str, moment: datetime) -> Stamp:
    source = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(path, isolation_level=None)
    try:
        # Nobody reads it yet, so it is enough that all of it is on disk in the end.
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA journal_mode = OFF")
        source.backup(target)
        # So that all of it is in the file, and no log has to be beside it.
        target.execute("PRAGMA journal_mode = DELETE")
        if not _is_sound(target):
            raise StoreUnavailable(f"The database file {database} is damaged: restore it from an earlier backup.")
        ((learners,),) = target.execute("SELECT count(*) FROM learners").fetchall()
        stamp = Stamp(world, moment.isoformat(), __version__, *versions_in(target), learners)
        # What is copied may have been a backup itself, which somebody has opened.
        target.execute("PRAGMA user_version = 0")
        target.execute("PRAGMA application_id = 0")
        target.execute(f"DROP TABLE IF EXISTS {_TABLE}")
        target.execute(f"CREATE TABLE {_TABLE} ({', '.join(Stamp._fields)})")
        target.execute(f"INSERT INTO {_TABLE} VALUES ({', '.join('?' * len(stamp))})", stamp)
    finally:
        source.close()
        target.close()
    return stamp


def _is_sound(database: sqlite3.Connection) -> bool:
    return database.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]


def _seal(file: int) -> None:
    """Write the two fields into the header of a finished file, which has them empty."""
    checksum = 0
    with open(file, "rb", closefd=False) as whole:
        for piece in _pieces(b"", whole):
            checksum = zlib.crc32(piece, checksum)
    os.pwrite(file, _as_field(checksum), _CHECKSUM_AT)
    os.pwrite(file, _APPLICATION_ID, _APPLICATION_ID_AT)


def _pieces(first: bytes, rest: BinaryIO) -> Iterator[bytes]:
    yield first
    while piece := rest.read(_PIECE):
        yield piece


def _field(header: bytes, place: int) -> bytes:
    return header[place : place + 4]


def _without_fields(header: bytes) -> bytes:
    empty = bytearray(header)
    for place in (_CHECKSUM_AT, _APPLICATION_ID_AT):
        empty[place : place + 4] = bytes(4)
    return bytes(empty)


def _as_field(checksum: int) -> bytes:
    return checksum.to_bytes(4, "big")
