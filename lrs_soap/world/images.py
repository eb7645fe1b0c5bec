"""Putting a world back while it serves: to its starting data, or to a snapshot or a backup that was made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lrs_soap.clock import RealClock, clock_at
from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.settings import Settings
from lrs_soap.store import steering
from lrs_soap.store.backup_file import Stamp
from lrs_soap.store.images import Images, images_of
from lrs_soap.store.store import Store
from lrs_soap.world import START, World
from lrs_soap.world.names import check_name, is_name

# How long to wait for those who write.
_PATIENCE_SECONDS = 30.0


def reset(world: World, *, seed: int | None = None) -> None:
    """Put a world back to the starting data, and its clock and policy to what the settings say. Snapshots stay.

    With the same `seed`, a number, the same ULNs are issued from then on. Raises StoreUnavailable.
    """
    image = world.starting.image(clock_at(_settings(world).clock))
    try:
        image.number_by(seed)
        image.begin_life()
        with _images(world) as images:
            images.put(image)
    finally:
        image.close()
    _claim_subjects(world)


def snapshots(world: World) -> list[str]:
    """The names of the snapshots of a world, in order. Raises StoreUnavailable."""
    with _images(world) as images:
        return images.names()


def take_snapshot(world: World, name: str) -> None:
    """Keep the whole of a world under a name, its clock and policy too, in place of an older snapshot.

    Raises InvalidRecord for what is no name, NotPossible for `start`, and StoreUnavailable.
    """
    check_name(name)
    if name == START:
        raise NotPossible(f"{START!r} is the starting data. Give the snapshot another name.")
    with _images(world) as images:
        images.keep(name)


def restore(world: World, name: str) -> None:
    """Put a world back to a snapshot, or to the starting data (`start`).

    Raises NotHeld, NotPossible for a snapshot of another version of the program, and StoreUnavailable.
    """
    if name == START:
        reset(world)
        return
    with _images(world) as images:
        images.restore(_known(name))
    _claim_subjects(world)
    # It may have jobs that are not done.
    world.say_work()


def delete_snapshot(world: World, name: str) -> None:
    """Delete a snapshot. Raises NotHeld, and StoreUnavailable."""
    with _images(world) as images:
        images.drop(_known(name))


def back_up(world: World, target: Path) -> Stamp:
    """Write the whole of a world, clock and policy too, to a file, in place of one of this name; return what it is.

    Whoever uses the world goes on. Only the file's owner may read it, and it is there whole or not at all. The world's
    database may be one of an older version. Raises NotPossible on PostgreSQL, and StoreUnavailable.
    """
    with _images(world) as images:
        return images.back_up(target, world.name, RealClock().now())


def restore_backup(world: World, source: BinaryIO, name: str) -> Stamp:
    """Put a world back to a backup, brought up to date before that; `name` is what messages call the backup.

    The world's database may be of any version, and a SQLite file may be missing. Raises NotPossible for what is no
    backup, is damaged, or was made by a newer program, and on PostgreSQL; StoreUnavailable. Nothing is changed then.
    """
    with _images(world) as images:
        stamp = images.bring_back(source, name, world.name)
    _claim_subjects(world)
    world.say_work()
    return stamp


def _claim_subjects(world: World) -> None:
    """Have the certificates lead here whose subjects are in the policy that was brought back."""
    with world.store.reading() as transaction:
        subjects = steering.policy(transaction).get("certificate_subjects", "[]")
    world.claim_subjects(json.loads(subjects), False)


def _known(name: str) -> str:
    """A name that a snapshot may have, which goes into the name of a file or of a schema. Raises NotHeld."""
    if not is_name(name):
        raise NotHeld(f"There is no snapshot {name!r}.")
    return name


def _settings(world: World) -> Settings:
    if world.settings is None:
        raise NotPossible("Only a world that was opened with settings can be put back.")
    return world.settings


@contextmanager
def _images(world: World) -> Iterator[Images]:
    # Not the world's own store, whose statements have a time limit.
    store = Store(_settings(world).database_url, busy_timeout=_PATIENCE_SECONDS, makes_file=False)
    try:
        yield images_of(store)
    finally:
        store.close()
