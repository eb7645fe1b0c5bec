"""Images of a world in a SQLite file. The snapshots are files beside it."""

from __future__ import annotations

import glob
import math
import os
import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from lrs_soap.errors import NotHeld, NotPossible, StoreUnavailable
from lrs_soap.store import backup_file, steering
from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.dialects import SQLITE_ENDS, remove_sqlite_file
from lrs_soap.store.image import Image, read_only
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from lrs_soap.store.versions import TODAYS, Versions

# How long others may write before the world is put back.
_PATIENCE_SECONDS = 30.0
# Shorter than the pauses of whoever writes all the time.
_LOOK_SECONDS = 0.002


class SQLiteImages:
    """See `store.images.Images`."""

    def __init__(self, store: Store) -> None:
        self._path = Path(store.location)
        self._store = store

    def put(self, image: Image) -> None:
        lost = self._store.why_lost()
        if lost is not None:
            raise StoreUnavailable(lost)
        deadline = time.monotonic() + _PATIENCE_SECONDS

        def wait(status: int, remaining: int, total: int) -> None:
            if remaining and time.monotonic() > deadline:
                raise StoreUnavailable(f"The database file {self._path} is being written all the time.")

        try:
            target = self._connect(0)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be opened: {error}.") from error
        try:
            # In one step, which is one transaction: others go on in the file as it was.
            image.connection.backup(target, pages=-1, progress=wait, sleep=_LOOK_SECONDS)
            # It is done. If the log cannot be copied into the file now, somebody else does that later.
            with suppress(sqlite3.Error):
                target.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be replaced: {error}.") from error
        finally:
            target.close()

    def names(self) -> list[str]:
        first, last = self._ends_of("snapshot")
        return sorted(each.name[len(first) : -len(last) or None] for each in self._files("snapshot"))

    def keep(self, name: str) -> None:
        try:
            with backup_file.unfinished_beside(self._path) as unfinished:
                os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
                self._copy_to(unfinished)
                os.replace(unfinished, self._file(name))
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"A snapshot cannot be written beside {self._path}: {error}.") from error

    def restore(self, name: str) -> None:
        image = self._read(name)
        image.begin_life()
        self.put(image)

    def _read(self, name: str) -> Image:
        """The image in a snapshot. Raises as `restore`."""
        path = self._file(name)
        try:
            image = Image.of_file(path)
            is_current = image.is_current
        except sqlite3.Error as error:
            if not path.exists():
                raise _none(name) from None
            raise StoreUnavailable(f"The snapshot {path} cannot be read: {error}.") from error
        if not is_current:
            raise NotPossible(
                f"The snapshot {name} was taken by another version of lrs-soap. Take it again, or use `lrs-soap "
                "migrate`."
            )
        return image

    def fill(self, store: Store, name: str, seed: int | None) -> None:
        image = self._read(name)
        if seed is not None:
            image.number_by(seed)
        image.begin_life()
        SQLiteImages(store).put_first(image)

    def put_first(self, image: Image) -> None:
        try:
            image.write_to(self._path)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be made: {error}.") from error

    def drop(self, name: str) -> None:
        try:
            self._file(name).unlink()
        except FileNotFoundError:
            raise _none(name) from None
        except OSError as error:
            raise StoreUnavailable(f"The snapshot {name} cannot be deleted: {error.strerror}.") from error

    def abandon(self) -> None:
        try:
            target = self._connect(_PATIENCE_SECONDS)
            try:
                # Others see it without the disk, and nobody else needs it.
                target.execute("PRAGMA synchronous = OFF")
                target.execute("UPDATE steering SET version = ?, gone = 1", (steering.new_number(),))
            finally:
                target.close()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be written: {error}.") from error
        for name in self.names():
            # Another process may do the same.
            with suppress(NotHeld):
                self.drop(name)
        for each in self._files("backup"):
            each.unlink(missing_ok=True)

    def back_up(self, target: Path, world: str, moment: datetime) -> Stamp:
        if target.exists():
            if target.samefile(self._path):
                raise NotPossible(f"{target} is the database itself. Name another file for the backup.")
            if self._is_of_database(target):
                raise NotPossible(f"{target} is a database, or a part of one, and no backup. Name another file.")
        return self._back_up(target, world, moment)

    def _back_up(self, target: Path, world: str, moment: datetime, *, only_schema: str | None = None) -> Stamp:
        try:
            return backup_file.write(self._path, target, world=world, moment=moment, only_schema=only_schema)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"The backup {target} cannot be written: {backup_file.reason_of(error)}.") from error

    def copy_of(self, held: Versions) -> Path | None:
        first, last = self._ends_of("backup")
        return self._path.with_name(f"{first}{held.schema}{last}")

    def keep_copy(self, held: Versions, world: str, moment: datetime) -> None:
        target = self.copy_of(held)
        assert target is not None
        self._back_up(target, world, moment, only_schema=held.schema)

    def older_snapshots(self) -> dict[str, Versions]:
        older = {}
        for name in self.names():
            # What is no snapshot, or is gone, is left alone.
            with suppress(sqlite3.Error), closing(read_only(self._file(name))) as snapshot:
                versions = backup_file.versions_in(snapshot)
                if versions != TODAYS and not versions.are_newer:
                    older[name] = versions
        return older

    def bring_snapshot_up_to_date(self, name: str) -> None:
        try:
            with backup_file.unfinished_beside(self._path) as unfinished:
                with closing(Image.of_file(self._file(name))) as image:
                    image.write_to(unfinished)
                _bring_up_to_date(unfinished)
                with closing(sqlite3.connect(unfinished)) as snapshot:
                    # A file that is read alone needs none beside it.
                    snapshot.execute("PRAGMA journal_mode = DELETE")
                backup_file.move(unfinished, self._file(name))
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(
                f"The snapshot {self._file(name)} cannot be brought up to date: {backup_file.reason_of(error)}."
            ) from error

    def bring_back(self, source: BinaryIO, name: str, world: str) -> Stamp:
        try:
            with backup_file.unfinished_beside(self._path) as unfinished:
                stamp = backup_file.unpack(source, name, unfinished)
                _bring_up_to_date(unfinished)
                image = Image(sqlite3.connect(unfinished, isolation_level=None))
                try:
                    if stamp.world != world:
                        image.claim_no_subjects()
                    image.begin_life()
                    is_there = self._path.exists()
                    if is_there:
                        self.put(image)
                finally:
                    image.close()
                if not is_there:
                    self._put_at_nothing(unfinished)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(
                f"The backup {name} cannot be read, or not be copied beside {self._path}: "
                f"{backup_file.reason_of(error)}."
            ) from error
        return stamp

    def _put_at_nothing(self, path: Path) -> None:
        """Let a database file that nobody uses be that of the world, which has none."""
        # A log that a lost file has left would be read into this one.
        remove_sqlite_file(self._path)
        backup_file.move(path, self._path)

    def _is_of_database(self, path: Path) -> bool:
        """Whether a file is another database, or beside the world's own by SQLite. Raises StoreUnavailable."""
        beside = (Path(f"{self._path}{end}") for end in SQLITE_ENDS)
        try:
            return any(each.exists() and path.samefile(each) for each in beside) or backup_file.is_other_database(path)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be read: {error.strerror}.") from error

    def _connect(self, patience_seconds: float) -> sqlite3.Connection:
        """A connection to the world's file, if it is there. Raises sqlite3.Error."""
        uri = f"{self._path.as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=patience_seconds, isolation_level=None)

    def _copy_to(self, path: Path) -> None:
        source = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)
        target = sqlite3.connect(path, isolation_level=None)
        try:
            source.backup(target)
            # A file that is read alone needs none beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            source.close()
            target.close()

    def _file(self, name: str) -> Path:
        first, last = self._ends_of("snapshot")
        return self._path.with_name(f"{first}{name}{last}")

    def _files(self, kind: str) -> list[Path]:
        first, last = self._ends_of(kind)
        return [Path(each) for each in glob.glob(glob.escape(str(self._path.parent / first)) + "*" + glob.escape(last))]

    def _ends_of(self, kind: str) -> tuple[str, str]:
        """What the names of files of a kind, which are beside the world's own, begin and end with."""
        return f"{self._path.stem}.{kind}-", self._path.suffix


def _bring_up_to_date(path: Path) -> None:
    """Give the tables and keys of today to a database file that nobody else uses. Raises StoreUnavailable."""
    with closing(Store(f"sqlite:///{path}")) as store:
        store.migrate()
        rekey_briefly(store, seconds=math.inf)


def _none(name: str) -> NotHeld:
    return NotHeld(f"There is no snapshot {name!r}.")
