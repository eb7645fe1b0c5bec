"""A database with the starting data, kept from one test run to the next, because to make one takes half a second."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import lrs_soap


class ReadyDatabase:
    """The ready database of this program in a folder, which any number of test runs may share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # One that another version of the program has made has other tables or learners.
        self._file = folder / f"{_fingerprint()}.db"

    def copy_to(self, database: Path) -> None:
        """Copy it there, if there is one. Raises OSError."""
        if self._file.is_file():
            shutil.copyfile(self._file, database)

    def keep(self, database: Path) -> None:
        """Keep a copy of a database that has just been made, and none of another version's.

        Nothing is done where there is one, or where the folder cannot be written: the next run then takes longer.
        """
        if self._file.exists():
            return
        part = self._folder / f"{os.getpid()}.part"
        try:
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
            for each in self._folder.glob("*.db"):
                each.unlink(missing_ok=True)
            part.replace(self._file)
        except (OSError, sqlite3.Error):
            part.unlink(missing_ok=True)


def _fingerprint() -> str:
    """What tells this program's files from those of any other version, also from those before the last change."""
    root = Path(lrs_soap.__file__).parent
    found = hashlib.sha256()
    for folder in ("store", "sample"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix != ".pyc" and path.is_file():
                facts = path.stat()
                found.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]
