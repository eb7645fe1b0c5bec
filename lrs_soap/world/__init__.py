"""A world: one register with everything it needs, opened from the settings. The worlds of a server have names."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any

from lrs_soap import settings as settings_module
from lrs_soap.clock import LONDON, Clock, ClockMode, RealClock, SettableClock, SteeredClock, clock_at
from lrs_soap.errors import AlreadyHeld, BegunAnew, InvalidRecord, InvalidSetting, NotHeld, NotPossible
from lrs_soap.exchange.exchange import MAIN_WORLD
from lrs_soap.exchange.exchange_journal import ExchangeJournal, JournalWriter
from lrs_soap.exchange.journal import Journal, Journals
from lrs_soap.exchange.log import ExchangeLog, open_log
from lrs_soap.loading import prohibited_text
from lrs_soap.operations.work import Policy, UnitOfWork
from lrs_soap.passwords import Passwords
from lrs_soap.rules.access.hours import ServiceHours
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.change import Author
from lrs_soap.sample import starting_data
from lrs_soap.scenarios import counting, scenario_file
from lrs_soap.scenarios.counting import Counted
from lrs_soap.settings import Settings
from lrs_soap.store import steering as steering_rows
from lrs_soap.store.exchanges import Bounds, Exchanges
from lrs_soap.store.steering import ClockSetting
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.writers import Answer, Write
from lrs_soap.world.made_worlds import MadeWorlds
from lrs_soap.world.starting_image import StartingImage
from lrs_soap.world.upgrading import bring_up_to_date, saying

MAIN = MAIN_WORLD
"""The name of the world at the root of a server."""

START = "start"
"""The name of the starting data, which no world and no snapshot has."""

_MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000
_BYTES_A_MEBIBYTE = 1024 * 1024
_NAME = re.compile("[a-z0-9-]{1,40}")


def is_name(text: str) -> bool:
    """Whether this can be the name of a world or of a snapshot: 1 to 40 small letters, digits and hyphens."""
    return _NAME.fullmatch(text) is not None


# Opens a unit of work that writes, for an author, in a generation of the world; the unit raises BegunAnew in another.
OpenUnit = Callable[[Author, int], AbstractContextManager[UnitOfWork]]


@dataclass(slots=True, eq=False)
class World:
    """One register: its database, clock, passwords and policy, and the journal that is told of each exchange.

    Threads may share a world. A forked process must not use its parent's. As a context manager it closes itself.

    A world with `settings` is steered while it serves: `clock` and `policy` are what they say, with what was changed of
    it in the database as `version` of that, which `look` keeps up to date. `generation` is another one after each reset
    or restore. Both are compared and mean nothing else. `gone` is whether it was deleted. `application` is for whoever
    serves it: what it has made of the world.
    """

    store: Store
    clock: Clock
    passwords: Passwords
    policy: Policy
    journal: Journal
    settings: Settings | None = field(default=None, repr=False)
    name: str = MAIN_WORLD
    gone: bool = False
    clock_mode: ClockMode = ClockMode.REAL
    version: int = 0
    generation: int = 0
    scenarios: tuple[Counted, ...] = ()
    """Those that may step in for a request, with counts of when they were read."""
    starting: StartingImage = field(default_factory=StartingImage, repr=False)
    application: Any = field(default=None, repr=False)
    # Tells workers that there will be work for them; that of `main` they look for by themselves.
    say_work: Callable[[], None] = field(default=lambda: None, repr=False)
    # Has certificates with these subjects lead here from the server's root; with True only if no other world has one.
    claim_subjects: Callable[[Sequence[str], bool], None] = field(default=lambda subjects, alone: None, repr=False)
    exchanges: ExchangeJournal | None = None
    """The part of the journal that can be looked into; None if there is none."""

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        log: Any = None,
        prepare: bool = True,
        makes_file: bool = True,
        writer: JournalWriter | None = None,
        metrics: Journal | None = None,
        beside: World | None = None,
    ) -> World:
        """Open the world of these settings. `log` is the structlog logger of its journal; by default a new one is made.

        `writer` is the process's writer of journals, for one that answers requests. `metrics` is a journal that all
        worlds of a server have in common. `beside` is a world of the same
        server, opened before, with which it shares what would take long to make, and what this process knows of
        passwords.

        With `prepare` the database is created if it does not exist, brought up to date, rekeyed if it has older keys
        and is small, and given the starting data if it never had them. Without `prepare` nothing is connected yet: that
        is for a process whose parent has prepared the database. `makes_file` is that of `Store`.

        Raises InvalidSetting if the database's URL or a file that a setting names is wrong, and StoreUnavailable.
        """
        # Wrong settings are reported before a database is created.
        policy = policy_of(settings, prohibited=None if beside is None else beside.policy.prohibited)
        clock = SteeredClock(clock_at(settings.clock))
        if log is None:
            log = open_log(settings.log_level, settings.log_format)
        journal: Journal
        journal = ExchangeLog(log, clock, failures_only=not settings.log_exchanges, values=settings.log_values)
        exchanges = _exchanges(settings, clock, writer)
        journals = [each for each in (exchanges, metrics) if each is not None]
        if journals:
            journal = Journals(journal, *journals)
        store = Store(
            settings.database_url,
            busy_timeout=settings.write_wait,
            # A migration or a load may take longer.
            statement_timeout=None if prepare else settings.write_wait,
            makes_file=makes_file,
        )
        mode = ClockMode.REAL if settings.clock is None else ClockMode.STILL
        if beside is None:
            brought = {} if settings.scenarios is None else scenario_file.read(settings.scenarios)
            passwords, starting = Passwords(), StartingImage(brought)
        else:
            passwords, starting = beside.passwords, beside.starting
        world = cls(
            store,
            clock,
            passwords,
            policy,
            journal,
            settings,
            clock_mode=mode,
            starting=starting,
            exchanges=exchanges,
        )
        if prepare:
            try:
                bring_up_to_date(world.store, world.name, saying(log))
                starting_data.fill(world.store, world.passwords, clock)
                with store.reading() as transaction:
                    world.look_in(transaction)
            except BaseException:
                world.close()
                raise
        return world

    def look(self) -> None:
        """Bring clock and policy up to date: a request calls this at its beginning, and `end_look` at its end.

        Other units of work look by themselves. Raises StoreUnavailable.
        """
        if self.settings is not None and self.store.look(self.version) != self.version:
            with self.store.reading() as transaction:
                self._read_again(transaction)

    def end_look(self, at_end: Callable[[Callable[[], None]], None] | None = None) -> None:
        """End what `look` may have left open, in the same thread; `at_end` is that of `Store.end_look`."""
        self.store.end_look(at_end)

    def look_in(self, transaction: Transaction) -> None:
        """As `look`, in a transaction."""
        if self.settings is not None and steering_rows.row(transaction).version != self.version:
            self._read_again(transaction)

    def _read_again(self, transaction: Transaction) -> None:
        settings = self.settings
        assert settings is not None
        row = steering_rows.row(transaction)
        clock, mode = _clock_of(settings, steering_rows.clock(transaction))
        changes = {name: json.loads(value) for name, value in steering_rows.policy(transaction).items()}
        changed = settings_module.changed(settings, changes)
        self.policy = policy_of(changed, prohibited=self.policy.prohibited, is_still=mode is ClockMode.STILL)
        if isinstance(self.clock, SteeredClock):
            self.clock.follow(clock)
        self.clock_mode = mode
        self.scenarios = counting.read(transaction)
        self.generation = row.generation
        self.gone = bool(row.gone)
        # Last: a thread that finds this version has all of it.
        self.version = row.version

    def reading(
        self,
        author: Author,
        *,
        has_looked: bool = False,
        authorise: Callable[[UnitOfWork], Author] | None = None,
    ) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that reads the register as it is at its first statement. Raises StoreUnavailable.

        `has_looked`: for a request that has looked at its beginning. `authorise` is called in the unit at first, and
        says whose it is; what it raises ends the unit.
        """
        return _Unit(self, author, self.store.reading(), looks=not has_looked, authorise=authorise)

    def writing(
        self,
        author: Author,
        *,
        durable: bool = True,
        deadline: float | None = None,
        generation: int | None = None,
    ) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that writes: committed at the end of the block, undone if an exception leaves it.

        Other writers may have to wait for it. `durable`, `deadline` and what is raised are those of `Store.writing`.
        With a `generation` that is not the world's any more, it raises BegunAnew.
        """
        return _Unit(
            self, author, self.store.writing(durable=durable, deadline=deadline), looks=True, generation=generation
        )

    def noting(self, author: Author) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that runs a single statement, as `Store.noting` does; its moment may be an old clock's."""
        return _Unit(self, author, self.store.noting(), looks=False)

    def write_later(
        self,
        write: Callable[[OpenUnit], None],
        fail: Callable[[Exception], None],
        answer: Answer,
        *,
        durable: bool,
        stands_alone: bool,
        deadline: float,
    ) -> Callable[[], bool] | None:
        """Have one of the store's writers call `write`, and `answer` after that. All else is as `Write` says it.

        If it returns a function, that has to be called soon, and does all such writes until then. While it returns
        True, it has to be called again when one of them is answered (`Writers.write_collected`).

        `write` is given what opens the unit of work in which it writes: one of its own, as `writing` does, or a part of
        a transaction that it shares with others.
        """

        def write_in(transaction: Transaction | None) -> None:
            def open_unit(author: Author, generation: int) -> AbstractContextManager[UnitOfWork]:
                if transaction is None:
                    return self.writing(author, durable=durable, deadline=deadline, generation=generation)
                return _Unit(self, author, transaction.savepoint(), looks=True, generation=generation)

            write(open_unit)

        writers, later = self.store.writers, Write(write_in, fail, answer, durable, stands_alone)
        if not writers.collects(later):
            writers.put(later, deadline)
            return None
        writers.collect(later, deadline)
        return writers.write_collected

    def retire(self) -> None:
        """Close the database's connections, but let whoever is at work in the world end that."""
        self.store.retire()

    def close(self) -> None:
        """Close the database's connections; those in use close when their transactions end."""
        if self.exchanges is not None:
            self.exchanges.close()
        self.store.close()

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
        if not is_name(name):
            raise InvalidRecord(f"has to be 1 to 40 small letters, digits and hyphens, not {name!r}", "name")
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


def policy_of(settings: Settings, *, prohibited: ProhibitedText | None = None, is_still: bool | None = None) -> Policy:
    """The policy in these settings. Raises InvalidSetting, as `prohibited_text.read` does.

    `prohibited` is the list that was read before, `is_still` whether the clock stands still if the settings do not say.
    """
    return Policy(
        prohibited=prohibited_text.read(settings.prohibited_text) if prohibited is None else prohibited,
        search_age=_search_age(settings, is_still=settings.clock is not None if is_still is None else is_still),
        batch_delay=settings.batch_delay,
        return_codes=settings.return_codes,
        hours=ServiceHours(settings.service_hours, settings.maintenance),
        strict=settings.strict,
        records_apart=settings.batch_validation == "record",
        maintenance_page=settings.maintenance_answer == "page",
        world_header=settings.world_header,
        scenario_header=settings.scenario_header,
        certificate_subjects=settings.certificate_subjects,
        desk_hours=settings.desk_hours,
        announcement=settings.announcement,
        known_users_only=settings.known_users_only,
        password_by_mail=settings.password_reset == "mail",
        suspend_after=settings.suspend_after,
        idle_seconds=settings.portal_idle_timeout,
    )


def _clock_of(settings: Settings, setting: ClockSetting | None) -> tuple[Clock, ClockMode]:
    """The clock as it was set, or as the settings say, and how it goes."""
    if setting is None:
        return clock_at(settings.clock), ClockMode.REAL if settings.clock is None else ClockMode.STILL
    if setting.mode is ClockMode.STILL:
        return SettableClock(datetime.fromtimestamp(setting.seconds, LONDON)), setting.mode
    return RealClock(ahead=setting.seconds), setting.mode


def _exchanges(settings: Settings, clock: Clock, writer: JournalWriter | None) -> ExchangeJournal | None:
    """The journal of exchanges, for a process that has a writer for it."""
    if writer is None or not settings.journal_exchanges:
        return None
    bounds = Bounds(
        exchanges=settings.journal_exchanges,
        milliseconds=settings.journal_days * _MILLISECONDS_A_DAY,
        size=settings.journal_size * _BYTES_A_MEBIBYTE,
    )
    return ExchangeJournal(Exchanges(settings.database_url, bounds), clock, writer)


def _search_age(settings: Settings, *, is_still: bool) -> SearchAge | None:
    if not settings.find_before_register:
        return None
    return SearchAge(
        maximum=timedelta(seconds=settings.find_before_register_maximum),
        # A clock that stands still would never let a search grow old enough.
        minimum=timedelta(seconds=0 if is_still else settings.find_before_register_minimum),
    )


class _Unit:
    """Opens a unit of work in a transaction. Every find does, and a class is cheaper here than a generator."""

    __slots__ = ("_author", "_authorise", "_generation", "_looks", "_transaction", "_world")

    def __init__(
        self,
        world: World,
        author: Author,
        transaction: AbstractContextManager[Transaction],
        *,
        looks: bool,
        generation: int | None = None,
        authorise: Callable[[UnitOfWork], Author] | None = None,
    ) -> None:
        """`looks`: whether clock and policy have to be brought up to date first. `generation`: of this one only.

        `authorise` says in the unit whose it is.
        """
        self._world = world
        self._author = author
        self._transaction = transaction
        self._looks = looks
        self._generation = generation
        self._authorise = authorise

    def __enter__(self) -> UnitOfWork:
        world = self._world
        transaction = self._transaction.__enter__()
        try:
            if self._looks:
                world.look_in(transaction)
                if self._generation is not None and self._generation != world.generation:
                    raise BegunAnew("The world was put back while this was under way.")
            # The clock is read afterwards, because the transaction may have waited for its turn.
            work = UnitOfWork(transaction, world.clock.now(), self._author, world.policy)
            if self._authorise is not None:
                work.author = self._authorise(work)
        except BaseException:
            # The block will not be entered, so nobody else ends the transaction.
            self._transaction.__exit__(*sys.exc_info())
            raise
        return work

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._transaction.__exit__(kind, error, trace)
