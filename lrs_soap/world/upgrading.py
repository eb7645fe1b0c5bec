"""Bringing the databases of all worlds, and their snapshots, up to today's tables and keys."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lrs_soap.clock import RealClock
from lrs_soap.errors import StoreUnavailable
from lrs_soap.exchange.exchange import MAIN_WORLD
from lrs_soap.settings import Settings
from lrs_soap.store.catalogue import Catalogue
from lrs_soap.store.images import images_of
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from lrs_soap.store.versions import TODAYS, Versions

_PATIENCE_SECONDS = 30.0
# How often to look whether another process has done the work that it has taken.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A world's database, or a snapshot of it, with the versions that it has, before it is brought up to date.

    `copy` is the backup of it that is made first, if there is one.
    """

    world: str
    snapshot: str | None
    location: str
    held: Versions
    copy: Path | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is something to do."""
        return self.held != TODAYS

    @property
    def name(self) -> str:
        """What it is called where several are listed."""
        return self.world if self.snapshot is None else f"{self.world}, snapshot {self.snapshot}"


Say = Callable[[Upgrade], None]
"""A function that is told of an upgrade before it is begun."""


def saying(log: Any) -> Say:
    """A `Say` that writes a line to a structlog logger."""

    def say(upgrade: Upgrade) -> None:
        copy = {} if upgrade.copy is None else {"copy": str(upgrade.copy)}
        facts = {"world": upgrade.world, "database": upgrade.location, "schema": upgrade.held.schema}
        log.info("migrating", **facts, to=TODAYS.schema, **copy)

    return say


def bring_up_to_date(store: Store, world: str, say: Say, *, copies: bool = True, seconds: float = 2.0) -> bool:
    """Make the tables of a world's database, or bring them up to date, and rekey it for so many seconds at most.

    Before older tables are changed, `say` is told, and with `copies` a backup is kept, where images are files. Returns
    whether the keys are today's. Several processes may do so at once. Raises StoreUnavailable.
    """
    held = store.versions()
    if held is not None and held.schema < TODAYS.schema:
        images = images_of(store)
        copy = images.copy_of(held) if copies else None
        say(Upgrade(world, None, store.location, held, copy))
        if copy is not None:
            try:
                images.keep_copy(held, world, RealClock().now())
            except StoreUnavailable as error:
                raise StoreUnavailable(f"{error} `lrs-soap migrate --no-copy` migrates without a backup.") from error
    store.migrate()
    return rekey_briefly(store, seconds=seconds)


def upgrades_of(settings: Settings) -> list[Upgrade]:
    """All that can be brought up to date, or is: the worlds with their snapshots, `main` first.

    Raises StoreUnavailable, also where something was last used by a newer program.
    """
    upgrades = []
    for world, store in _opened(settings):
        held = store.versions()
        if held is None:
            continue
        if held.are_newer:
            raise StoreUnavailable(
                f"The database {store.location} was last used by a newer lrs-soap: its schema is version {held.schema} "
                f"and its keys are version {held.keys}. Install that version or a newer one."
            )
        upgrades.append(Upgrade(world, None, store.location, held))
        snapshots = images_of(store).older_snapshots()
        upgrades += [Upgrade(world, name, store.location, older) for name, older in snapshots.items()]
    return upgrades


def upgrade(settings: Settings, say: Say, *, copies: bool = True) -> None:
    """Bring all that `upgrades_of` finds up to date, keys to the end; `say` is told of each before that is begun.

    Raises StoreUnavailable.
    """
    for world, store in _opened(settings):
        held = store.versions()
        if held is None:
            continue
        if held.schema == TODAYS.schema and held != TODAYS:
            say(Upgrade(world, None, store.location, held))
        while not bring_up_to_date(store, world, say, copies=copies, seconds=math.inf):
            time.sleep(_LOOK_SECONDS)
        images = images_of(store)
        for name, older in images.older_snapshots().items():
            say(Upgrade(world, name, store.location, older))
            images.bring_snapshot_up_to_date(name)


def _opened(settings: Settings) -> Iterator[tuple[str, Store]]:
    """Each world with a store of its database, which is open until the next one is asked for."""
    with closing(Catalogue(settings.database_url)) as catalogue:
        urls = {MAIN_WORLD: settings.database_url}
        urls |= {entry.name: catalogue.url_of(entry.number) for entry in catalogue.entries()}
    for name, url in urls.items():
        with closing(Store(url, busy_timeout=_PATIENCE_SECONDS, makes_file=False)) as store:
            yield name, store
