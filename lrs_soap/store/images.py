"""Putting a world back to an image of it while it is served, and the images that are kept of it: its snapshots.

Whoever reads or writes meanwhile ends in the world as it was, without an error. Who wants to write may have to wait.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.image import Image
from lrs_soap.store.postgresql_images import PostgreSQLImages
from lrs_soap.store.sqlite_images import SQLiteImages
from lrs_soap.store.store import Store
from lrs_soap.store.versions import Versions


class Images(Protocol):
    """The images of the world in one database. All of these raise StoreUnavailable."""

    def put(self, image: Image) -> None:
        """Replace all rows of the world by those of an image."""
        ...

    def names(self) -> list[str]:
        """The names of the snapshots, in order."""
        ...

    def keep(self, name: str) -> None:
        """Keep the world as it is now as a snapshot, in place of one of that name."""
        ...

    def restore(self, name: str) -> None:
        """Replace all rows of the world by those of a snapshot. Raises NotHeld, and NotPossible for an old one."""
        ...

    def fill(self, store: Store, name: str, seed: int | None) -> None:
        """Fill another world, which has no rows yet, with those of a snapshot of this one. Raises as `restore`.

        With a `seed`, ULNs that will be issued there depend on it, else they are those of this world.
        """
        ...

    def put_first(self, image: Image) -> None:
        """As `put`, where there is nothing yet."""
        ...

    def back_up(self, target: Path, world: str, moment: datetime) -> Stamp:
        """Write a backup of the world to a file, in place of one of this name, and return what it is.

        `world` is its name, and `moment` when that is. Raises NotPossible where another program has to do it, and where
        the file is the database itself.
        """
        ...

    def copy_of(self, held: Versions) -> Path | None:
        """Where `keep_copy` keeps a backup of the world with these versions; None where it does not."""
        ...

    def keep_copy(self, held: Versions, world: str, moment: datetime) -> None:
        """Keep a backup of a world with an older schema, unless another process has brought it up to date meanwhile."""
        ...

    def older_snapshots(self) -> dict[str, Versions]:
        """The snapshots that `bring_snapshot_up_to_date` is for, by name, with their versions."""
        ...

    def bring_snapshot_up_to_date(self, name: str) -> None:
        """Give a snapshot today's tables and keys."""
        ...

    def bring_back(self, source: BinaryIO, name: str, world: str) -> Stamp:
        """Replace all rows of the world by those of a backup, brought up to date; make a SQLite file that is not there.

        `name` is what messages call the backup. If the backup is of another world than `world`, it claims no
        certificates. Raises NotPossible as `store.backup_file.unpack` does, or where another program has to do it;
        nothing is changed then.
        """
        ...

    def drop(self, name: str) -> None:
        """Delete a snapshot. Raises NotHeld."""
        ...

    def abandon(self) -> None:
        """Tell everybody who has the world open that it is going to be deleted, and delete its snapshots."""
        ...


def images_of(store: Store) -> Images:
    """The images of a store's world."""
    return SQLiteImages(store) if store.writers_take_turns else PostgreSQLImages(store)
