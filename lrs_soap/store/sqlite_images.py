"""Images of a world in a SQLite file. The snapshots are files beside it."""

from __future__ import annotations

import glob
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from lrs_soap.errors import NotHeld, NotPossible, StoreUnavailable
from lrs_soap.store.image import Image
from lrs_soap.store.steering import new_number
from lrs_soap.store.store import Store

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
            target.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be replaced: {error}.") from error
        finally:
            target.close()

    def names(self) -> list[str]:
        first, last = self._ends
        pattern = glob.escape(str(self._path.parent / first)) + "*" + glob.escape(last)
        return sorted(Path(each).name[len(first) : -len(last) or None] for each in glob.glob(pattern))

    def keep(self, name: str) -> None:
        unfinished = self._path.with_name(f"{self._path.name}.{os.getpid()}-{time.monotonic_ns()}")
        try:
            os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._copy_to(unfinished)
            os.replace(unfinished, self._file(name))
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"A snapshot cannot be written beside {self._path}: {error}.") from error
        finally:
            for end in ("", "-journal", "-wal", "-shm"):
                Path(f"{unfinished}{end}").unlink(missing_ok=True)

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
            raise NotPossible(f"The snapshot {name} was taken by another version of lrs-soap. Take it again.")
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
                target.execute("UPDATE steering SET version = ?, gone = 1", (new_number(),))
            finally:
                target.close()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database file {self._path} cannot be written: {error}.") from error
        for name in self.names():
            # Another process may do the same.
            with suppress(NotHeld):
                self.drop(name)

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
        first, last = self._ends
        return self._path.with_name(f"{first}{name}{last}")

    @property
    def _ends(self) -> tuple[str, str]:
        """What the names of the snapshots' files begin and end with."""
        return f"{self._path.stem}.snapshot-", self._path.suffix


def _none(name: str) -> NotHeld:
    return NotHeld(f"There is no snapshot {name!r}.")
