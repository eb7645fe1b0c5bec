"""A world: one register with all that it needs, opened from the settings; and the worlds of one server, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

from lrs_soap.clock import Clock, clock_at
from lrs_soap.errors import InvalidSetting
from lrs_soap.exchange.exchange import MAIN_WORLD
from lrs_soap.exchange.journal import Journal
from lrs_soap.exchange.log import ExchangeLog, open_log
from lrs_soap.loading import prohibited_text
from lrs_soap.operations.work import Policy, UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.values.change import Author
from lrs_soap.sample import starting_data
from lrs_soap.settings import Settings
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

MAIN = MAIN_WORLD
"""The name of the world that a server has at its root."""

_NAME = re.compile("[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One register: its database, clock, passwords, policy, and the journal that is told of each exchange.

    Safe to share between threads; not to be carried across a fork. A context manager, which closes the world.
    """

    store: Store
    clock: Clock
    passwords: Passwords
    policy: Policy
    journal: Journal

    @classmethod
    def open(cls, settings: Settings, *, log: Any = None, prepare: bool = True) -> World:
        """The world of these settings. `log` is the structlog logger of its journal, by default the settings' own.

        Its database is made if it is not there, brought up to date, and given the starting data if it never had them. A
        small one with older keys is rekeyed.
        Without `prepare`, for a process whose parent has prepared the database, nothing is opened yet.

        Raises InvalidSetting for a database that there cannot be or a file that is not what it has to be,
        StoreUnavailable.
        """
        # What an operator can have got wrong is told before a database is made.
        policy = policy_of(settings)
        clock = clock_at(settings.clock)
        if log is None:
            log = open_log(settings.log_level, settings.log_format)
        journal = ExchangeLog(log, clock, failures_only=not settings.log_exchanges)
        world = cls(Store(settings.database_url), clock, Passwords(), policy, journal)
        if prepare:
            try:
                world.store.migrate()
                rekey_briefly(world.store)
                starting_data.fill(world.store, world.passwords, clock)
            except BaseException:
                world.close()
                raise
        return world

    def reading(self, author: Author) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that reads the register as it is at its first statement. Raises StoreUnavailable."""
        return _Unit(self, author, self.store.reading())

    def writing(self, author: Author, *, durable: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that is committed at the end of the block, and undone where an exception leaves it.

        `durable` is that of `Store.writing`, and so is what is raised. Others who write may have to wait for it.
        """
        return _Unit(self, author, self.store.writing(durable=durable))

    def close(self) -> None:
        """Close the database's connections, those in use when they are given back."""
        self.store.close()

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Worlds(Mapping[str, World]):
    """The worlds of one server, by name. Each is a register of its own: no two share a learner, a clock or a policy."""

    def __init__(self, worlds: Mapping[str, World]) -> None:
        """Raises InvalidSetting for a name that is none: up to 40 small letters, digits and hyphens."""
        for name in worlds:
            if not _NAME.fullmatch(name):
                raise InvalidSetting(f"{name!r} is no world's name: give up to 40 letters a to z, digits and hyphens.")
        self._worlds = dict(worlds)

    @classmethod
    def open(cls, settings: Settings, *, log: Any = None, prepare: bool = True) -> Worlds:
        """The worlds of these settings: `main`. The rest is as with `World.open`."""
        return cls({MAIN: World.open(settings, log=log, prepare=prepare)})

    @property
    def main(self) -> World:
        """The world at the server's root."""
        return self._worlds[MAIN]

    def __getitem__(self, name: str) -> World:
        return self._worlds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._worlds)

    def __len__(self) -> int:
        return len(self._worlds)

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


def policy_of(settings: Settings) -> Policy:
    """What the settings say of how one register decides. Raises InvalidSetting, as `prohibited_text.read`."""
    return Policy(
        prohibited=prohibited_text.read(settings.prohibited_text),
        search_age=_search_age(settings),
        batch_delay=settings.batch_delay,
        return_codes=settings.return_codes,
        hours=ServiceHours(settings.service_hours, settings.maintenance),
        strict=settings.strict,
        records_apart=settings.batch_validation == "record",
    )


def _search_age(settings: Settings) -> SearchAge | None:
    if not settings.find_before_register:
        return None
    return SearchAge(
        maximum=timedelta(seconds=settings.find_before_register_maximum),
        minimum=timedelta(seconds=settings.find_before_register_minimum),
    )


class _Unit:
    """A unit of work in a transaction of its own. A class, since a generator costs every find twice as much."""

    __slots__ = ("_author", "_transaction", "_world")

    def __init__(self, world: World, author: Author, transaction: AbstractContextManager[Transaction]) -> None:
        self._world = world
        self._author = author
        self._transaction = transaction

    def __enter__(self) -> UnitOfWork:
        transaction = self._transaction.__enter__()
        # Only now: a transaction may have waited for its turn.
        return UnitOfWork(transaction, self._world.clock.now(), self._author, self._world.policy)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._transaction.__exit__(kind, error, trace)
