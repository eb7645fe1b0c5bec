"""The worlds beside `main`: made, opened, deleted, and expired, while any number of processes serve them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Protocol, TypeVar

from lrs_soap.clock import RealClock, clock_at
from lrs_soap.errors import NotHeld, StoreUnavailable
from lrs_soap.settings import Settings
from lrs_soap.store import steering
from lrs_soap.store.catalogue import Catalogue, Entry
from lrs_soap.store.images import images_of
from lrs_soap.store.store import Store
from lrs_soap.world.starting_image import StartingImage
from lrs_soap.world.upgrading import Say, bring_up_to_date

_PATIENCE_SECONDS = 30.0
# How often a process notes that it is asked for a world that expires, at most.
_NOTE_SECONDS = 10.0
# How long workers look for a job that somebody said was about to be submitted.
_WORK_SECONDS = 60


class Opened(Protocol):
    """What is known here of a world that is open."""

    gone: bool

    def look(self) -> None: ...

    def end_look(self) -> None: ...

    def retire(self) -> None: ...


W = TypeVar("W", bound=Opened)


@dataclass(slots=True)
class _Known(Generic[W]):
    """A world that this process has open; when it has last noted that it was asked for it, and for a job."""

    world: W
    entry: Entry
    asked: float
    worked: float = 0.0


class MadeWorlds(Generic[W]):
    """Those of one server, by name. Threads may share it. A process has the ones open that it was last asked for."""

    def __init__(self, settings: Settings, starting: StartingImage, open_world: Callable[[Settings, str], W]) -> None:
        """`open_world` opens the world with these settings and this name. Nothing is connected yet."""
        self._settings = settings
        self._starting = starting
        self._open_world = open_world
        self._catalogue = Catalogue(settings.database_url)
        self._open: OrderedDict[str, _Known[W]] = OrderedDict()
        self._lock = Lock()

    def prepare(self, say: Say) -> None:
        """Bring the databases of all worlds, and their scenarios, up to date, as those of `main` when a server starts.

        `say` is told of those with older tables. Raises StoreUnavailable.
        """
        for entry in self._catalogue.entries():
            url = self._catalogue.url_of(entry.number)
            with closing(Store(url, busy_timeout=_PATIENCE_SECONDS, makes_file=False)) as store:
                if store.exists():
                    bring_up_to_date(store, entry.name, say)
                    self._starting.bring_scenarios(store)
                else:
                    # A deletion came as far as that before the machine stopped.
                    self._catalogue.remove(entry.name)

    def at(self, name: str, *, asks: bool = True) -> W:
        """The world of a name, which has looked (`World.look`). Raises NotHeld, and StoreUnavailable.

        `asks`: this counts as asking it for something.
        """
        for _ in range(2):
            known = self._known(name)
            if self._is_there(known):
                if asks:
                    self._note_asked(known)
                return known.world
            known.world.end_look()
            self._forget(known)
        raise _none(name)

    def entries(self) -> list[Entry]:
        """All worlds that have not expired, by name. Raises StoreUnavailable."""
        now = _now()
        return [entry for entry in self._catalogue.entries() if not entry.is_expired(now)]

    def create(self, name: str, *, snapshot: str | None, seed: int | None, ttl: int | None) -> Entry:
        """Make a world with the starting data, or with those of a snapshot of `main`.

        Raises AlreadyHeld, NotHeld where there is no such snapshot, NotPossible for an old one, and StoreUnavailable.
        """
        self.delete_expired()
        entry = self._catalogue.reserve(name, ttl=ttl, now=_now(), may_have_jobs=snapshot is not None)
        try:
            self._catalogue.make_place(entry)
            self._fill(entry, snapshot, seed)
            self._catalogue.show(entry)
        except BaseException:
            self._catalogue.remove(name)
            raise
        return entry

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots. Raises NotHeld, and StoreUnavailable."""
        if not self._catalogue.remove(name):
            raise _none(name)
        with self._lock:
            known = self._open.pop(name, None)
        if known is not None:
            known.world.retire()

    def delete_expired(self) -> None:
        """Delete the worlds that nobody has asked for anything for longer than they said. Raises StoreUnavailable.

        Those that somebody began to make long ago are deleted, too.
        """
        now = _now()
        for entry in self._catalogue.entries(with_unready=True):
            if entry.is_expired(now):
                self._catalogue.remove(entry.name)

    def with_work(self) -> list[str]:
        """The worlds in which a job was submitted lately, by name. Raises StoreUnavailable."""
        since = _now() - _WORK_SECONDS
        return [entry.name for entry in self._catalogue.entries() if entry.work >= since]

    def places_with_jobs(self) -> list[str]:
        """The URLs of the databases of worlds in which a job was ever submitted. Raises StoreUnavailable."""
        return [self._catalogue.url_of(entry.number) for entry in self._catalogue.entries() if entry.work]

    def note_work(self, name: str) -> None:
        """Have workers look for jobs in a world, one of which is about to be submitted or is not done yet."""
        with self._lock:
            known = self._open.get(name)
        if known is None:
            return
        now = time.monotonic()
        if now - known.worked >= _WORK_SECONDS / 4:
            known.worked = now
            self._catalogue.note_work(known.entry, _now())

    def subjects(self) -> dict[str, list[str | None]]:
        """By the subject of a certificate, the worlds that claim it (`Catalogue.subjects`). Raises StoreUnavailable."""
        return self._catalogue.subjects()

    def claim(self, name: str | None, subjects: Iterable[str], *, alone: bool) -> bool:
        """Let a world claim subjects of certificates (`Catalogue.claim`). Raises AlreadyHeld, and StoreUnavailable."""
        return self._catalogue.claim(name, subjects, alone=alone)

    def close(self) -> None:
        """Close all that are open."""
        with self._lock:
            opened = list(self._open.values())
            self._open.clear()
        for known in opened:
            known.world.retire()
        self._catalogue.close()

    def _known(self, name: str) -> _Known[W]:
        with self._lock:
            known = self._open.get(name)
            if known is not None:
                self._open.move_to_end(name)
                return known
        entries = {entry.name: entry for entry in self._catalogue.entries()}
        self._forget_all_but({entry.number for entry in entries.values()})
        entry = entries.get(name)
        if entry is None or entry.is_expired(_now()):
            raise _none(name)
        url = self._catalogue.url_of(entry.number)
        opened = _Known(self._open_world(self._settings.model_copy(update={"database_url": url}), name), entry, 0.0)
        with self._lock:
            # Another thread may have been faster.
            known = self._open.setdefault(name, opened)
            longest_unused = []
            while len(self._open) > self._settings.max_open_worlds:
                longest_unused.append(self._open.popitem(last=False)[1])
        for each in longest_unused:
            each.world.retire()
        return known

    def _is_there(self, known: _Known[W]) -> bool:
        try:
            known.world.look()
        except StoreUnavailable:
            entry = self._catalogue.entry(known.entry.name)
            return entry is not None and entry.number == known.entry.number
        return not known.world.gone

    def _forget_all_but(self, numbers: set[int]) -> None:
        """Close those that other processes have deleted, for which nobody may ever ask again."""
        with self._lock:
            gone = [known for known in self._open.values() if known.entry.number not in numbers]
        for known in gone:
            self._forget(known)

    def _forget(self, known: _Known[W]) -> None:
        with self._lock:
            if self._open.get(known.entry.name) is known:
                del self._open[known.entry.name]
        known.world.retire()

    def _note_asked(self, known: _Known[W]) -> None:
        ttl = known.entry.ttl
        now = time.monotonic()
        if ttl is not None and now - known.asked >= min(_NOTE_SECONDS, ttl / 4):
            known.asked = now
            self._catalogue.note_asked(known.entry, _now())

    def _fill(self, entry: Entry, snapshot: str | None, seed: int | None) -> None:
        with closing(Store(self._catalogue.url_of(entry.number), busy_timeout=_PATIENCE_SECONDS)) as store:
            if snapshot is not None:
                with closing(Store(self._settings.database_url, busy_timeout=_PATIENCE_SECONDS)) as main:
                    images_of(main).fill(store, snapshot, seed)
                # They lead to `main`, if it claims any.
                with store.writing() as transaction:
                    steering.change_policy(transaction, {"certificate_subjects": None})
                return
            with closing(self._starting.image(clock_at(self._settings.clock))) as image:
                image.number_by(seed)
                image.begin_life()
                images_of(store).put_first(image)


def _now() -> int:
    return int(RealClock().now().timestamp())


def _none(name: str) -> NotHeld:
    return NotHeld(f"There is no world {name!r}.")
