"""The worlds of a server, by name: those that stay, and those that are made and deleted while it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from lrs_soap.errors import AlreadyHeld, InvalidRecord, InvalidSetting, NotHeld, NotPossible
from lrs_soap.exchange.exchange_journal import JournalWriter
from lrs_soap.exchange.journal import Journal
from lrs_soap.exchange.log import open_log
from lrs_soap.settings import Settings
from lrs_soap.store import steering as steering_rows
from lrs_soap.world.made_worlds import MadeWorlds
from lrs_soap.world.names import MAIN, START, check_name, is_name
from lrs_soap.world.upgrading import saying
from lrs_soap.world.world import World


@dataclass(frozen=True, slots=True)
class WorldFacts:
    """A world's name, and after how many seconds without being asked for anything it is deleted; None for never."""

    name: str
    ttl: int | None


class Worlds(Mapping[str, World]):
    """The worlds of a server, by name. Worlds share nothing: each has its own learners, clock and policy.

    `main`, and any others that are given, stay. Others are made and deleted while the server serves, by any process.
    """

    def __init__(self, worlds: Mapping[str, World], made: MadeWorlds[World] | None = None) -> None:
        """Raises InvalidSetting for a name that is not 1 to 40 small letters, digits and hyphens."""
        for name in worlds:
            if not is_name(name):
                raise InvalidSetting(
                    f"{name!r} cannot be the name of a world. Give 1 to 40 small letters, digits and hyphens."
                )
        self._worlds = dict(worlds)
        self._made = made
        # Who claims which certificate, as of a version of `main`.
        self._claims: tuple[int | None, dict[str, list[str | None]]] = (None, {})

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        log: Any = None,
        prepare: bool = True,
        writer: JournalWriter | None = None,
        metrics: Journal | None = None,
    ) -> Worlds:
        """Open the worlds of these settings: `main`, and others when they are asked for.

        All else is as with `World.open`.
        """
        if log is None:
            log = open_log(settings.log_level, settings.log_format)
        main = World.open(settings, log=log, prepare=prepare, writer=writer, metrics=metrics)

        def open_world(own: Settings, name: str) -> World:
            world = World.open(
                own, log=log, prepare=False, makes_file=False, writer=writer, metrics=metrics, beside=main
            )
            world.name = name
            world.say_work = lambda: made.note_work(name)
            world.claim_subjects = partial(claim_subjects, name)
            return world

        def claim_subjects(name: str | None, subjects: Sequence[str], alone: bool) -> None:
            if made.claim(name, subjects, alone=alone):
                # Every process asks anew who claims what.
                with main.store.writing() as transaction:
                    steering_rows.changed(transaction)

        made = MadeWorlds(settings, main.starting, open_world)
        main.claim_subjects = partial(claim_subjects, None)
        worlds = cls({MAIN: main}, made)
        if prepare:
            try:
                main.starting.bring_scenarios(main.store)
                made.prepare(saying(log))
            except BaseException:
                worlds.close()
                raise
        return worlds

    @property
    def main(self) -> World:
        """The world at the root of the server."""
        return self._worlds[MAIN]

    def at(self, name: str, *, asks: bool = True) -> World:
        """The world of a name, which has looked, so `World.end_look` follows. Raises NotHeld, and StoreUnavailable.

        `asks`: this counts as asking it for something, which keeps it from expiring.
        """
        world = self._worlds.get(name)
        if world is not None:
            world.look()
            return world
        if self._made is None or not is_name(name):
            raise NotHeld(f"There is no world {name!r}.")
        return self._made.at(name, asks=asks)

    def claimed_by(self, subject: str) -> World | None:
        """The world beside `main` to which a client's certificate leads from the root of the server; None is `main`.

        `main` has looked before. The world has looked, so `World.end_look` follows. Raises NotPossible where several
        worlds claim the certificate, and StoreUnavailable.
        """
        if self._made is None:
            return None
        version = self.main.version
        if self._claims[0] != version:
            self._claims = version, self._made.subjects()
        names = self._claims[1].get(subject, [])
        if len(names) > 1:
            claimants = " and ".join(repr(name or MAIN) for name in names)
            raise NotPossible(f"The certificate {subject!r} is claimed by the worlds {claimants}.")
        name = names[0] if names else None
        if name is None:
            return None
        try:
            world = self._made.at(name)
        except NotHeld:
            return None
        if subject in world.policy.certificate_subjects:
            return world
        world.end_look()
        return None

    def listed(self) -> list[WorldFacts]:
        """All worlds, `main` first. Raises StoreUnavailable."""
        made = [] if self._made is None else self._made.entries()
        return [
            *(WorldFacts(name, None) for name in self._worlds),
            *(WorldFacts(entry.name, entry.ttl) for entry in made),
        ]

    def create(self, name: str, *, like: str = START, seed: int | None = None, ttl: int | None = None) -> WorldFacts:
        """Make a world with the starting data, or `like` a snapshot of `main`, that every process can serve at once.

        With the same `seed` the same ULNs will be issued. A world with a `ttl` is deleted when nobody has asked it for
        anything for so many seconds. Raises InvalidRecord for what is no name, and for a `ttl` below 1; AlreadyHeld for
        a name that there is; NotPossible for `start`; NotHeld for a snapshot that there is not; StoreUnavailable.
        """
        check_name(name)
        if ttl is not None and ttl < 1:
            raise InvalidRecord(f"has to be at least 1 second, not {ttl}", "ttl")
        if name == START:
            raise NotPossible(f"{START!r} is the starting data. Give the world another name.")
        if self._made is None or name in self._worlds:
            raise AlreadyHeld(f"There is a world {name!r} already.")
        if like != START and not is_name(like):
            raise NotHeld(f"There is no snapshot {like!r}.")
        entry = self._made.create(name, snapshot=None if like == START else like, seed=seed, ttl=ttl)
        return WorldFacts(entry.name, entry.ttl)

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots. Raises NotHeld, NotPossible for `main`, and StoreUnavailable."""
        if name in self._worlds:
            raise NotPossible(f"The world {name!r} cannot be deleted.")
        if self._made is None or not is_name(name):
            raise NotHeld(f"There is no world {name!r}.")
        self._made.delete(name)

    def delete_expired(self) -> None:
        """Delete the worlds whose `ttl` is over. Raises StoreUnavailable."""
        if self._made is not None:
            self._made.delete_expired()

    def places_with_jobs(self) -> list[str]:
        """The URLs of the databases of worlds beside those that stay in which a job was ever submitted.

        Raises StoreUnavailable.
        """
        return [] if self._made is None else self._made.places_with_jobs()

    def with_work(self) -> list[str]:
        """The worlds beside those that stay in which workers may have something to do. Raises StoreUnavailable."""
        return [] if self._made is None else self._made.with_work()

    def __getitem__(self, name: str) -> World:
        world = self._worlds.get(name)
        if world is None:
            try:
                world = self.at(name)
            except NotHeld:
                raise KeyError(name) from None
            world.end_look()
        return world

    def __iter__(self) -> Iterator[str]:
        return iter([facts.name for facts in self.listed()])

    def __len__(self) -> int:
        return len(self.listed())

    def __enter__(self) -> Worlds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every world."""
        for world in self._worlds.values():
            world.close()
        if self._made is not None:
            self._made.close()
