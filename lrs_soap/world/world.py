"""A world: one register with everything it needs, opened from the settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

from lrs_soap import settings as settings_module
from lrs_soap.clock import LONDON, Clock, ClockMode, RealClock, SettableClock, SteeredClock, clock_at
from lrs_soap.errors import BegunAnew
from lrs_soap.exchange.exchange import MAIN_WORLD
from lrs_soap.exchange.exchange_journal import ExchangeJournal, JournalWriter
from lrs_soap.exchange.journal import Journal, Journals
from lrs_soap.exchange.log import ExchangeLog, open_log
from lrs_soap.operations.work import Policy, UnitOfWork
from lrs_soap.passwords import Passwords
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
from lrs_soap.world.policy import policy_of
from lrs_soap.world.starting_image import StartingImage
from lrs_soap.world.upgrading import bring_up_to_date, saying

_MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000
_BYTES_A_MEBIBYTE = 1024 * 1024

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
        worlds of a server have in common. `beside` is a world of the same server, opened before, with which it shares
        what would take long to make, and what this process knows of passwords.

        With `prepare` the database is created if it does not exist, brought up to date, rekeyed if it has older keys
        and is small, and given the starting data if it never had them. Without `prepare` nothing is connected yet: that
        is for a process whose parent has prepared the database. `makes_file` is that of `Store`.

        Raises InvalidSetting if the database's URL or a file that a setting names is wrong, and StoreUnavailable.
        """
        # Wrong settings are reported before a database is created.
        policy = policy_of(settings, prohibited=None if beside is None else beside.policy.prohibited)
        clock_now, mode = _clock_of(settings, None)
        clock = SteeredClock(clock_now)
        if log is None:
            log = open_log(settings.log_level, settings.log_format)
        exchanges = _exchanges(settings, clock, writer)
        store = Store(
            settings.database_url,
            busy_timeout=settings.write_wait,
            # A migration or a load may take longer.
            statement_timeout=None if prepare else settings.write_wait,
            makes_file=makes_file,
        )
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
            _journal(settings, clock, log, exchanges, metrics),
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
        return _ReadingUnit(self, author, has_looked, authorise)

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


def _clock_of(settings: Settings, setting: ClockSetting | None) -> tuple[Clock, ClockMode]:
    """The clock as it was set, or as the settings say, and how it goes."""
    if setting is None:
        return clock_at(settings.clock), ClockMode.REAL if settings.clock is None else ClockMode.STILL
    if setting.mode is ClockMode.STILL:
        return SettableClock(datetime.fromtimestamp(setting.seconds, LONDON)), setting.mode
    return RealClock(ahead=setting.seconds), setting.mode


def _journal(settings: Settings, clock: Clock, log: Any, *others: Journal | None) -> Journal:
    """The log, and with it those of the other journals that there are."""
    exchange_log = ExchangeLog(log, clock, failures_only=not settings.log_exchanges, values=settings.log_values)
    journals = [each for each in others if each is not None]
    return Journals(exchange_log, *journals) if journals else exchange_log


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


class _Unit:
    """Opens a unit of work in a transaction that writes. Every write does, and a class is cheaper than a generator."""

    __slots__ = ("_author", "_generation", "_looks", "_transaction", "_world")

    def __init__(
        self,
        world: World,
        author: Author,
        transaction: AbstractContextManager[Transaction],
        *,
        looks: bool,
        generation: int | None = None,
    ) -> None:
        """`looks`: whether clock and policy have to be brought up to date first. `generation`: of this one only."""
        self._world = world
        self._author = author
        self._transaction = transaction
        self._looks = looks
        self._generation = generation

    def __enter__(self) -> UnitOfWork:
        world = self._world
        transaction = self._transaction.__enter__()
        try:
            if self._looks:
                world.look_in(transaction)
                if self._generation is not None and self._generation != world.generation:
                    raise BegunAnew("The world was put back while this was under way.")
            # The clock is read afterwards, because the transaction may have waited for its turn.
            return UnitOfWork(transaction, world.clock.now(), self._author, world.policy)
        except BaseException:
            # The block will not be entered, so nobody else ends the transaction.
            self._transaction.__exit__(*sys.exc_info())
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._transaction.__exit__(kind, error, trace)


class _ReadingUnit(UnitOfWork):
    """A unit of work that reads, and opens and ends itself: every find has one, and needs no other object for that."""

    __slots__ = ("_authorise", "_has_looked", "_world")

    def __init__(
        self, world: World, author: Author, has_looked: bool, authorise: Callable[[UnitOfWork], Author] | None
    ) -> None:
        """What `World.reading` is given."""
        self._world = world
        self.author = author
        self._has_looked = has_looked
        self._authorise = authorise

    def __enter__(self) -> UnitOfWork:
        world = self._world
        transaction = self.transaction = world.store.begin_reading()
        try:
            if not self._has_looked:
                world.look_in(transaction)
            self.now = world.clock.now()
            self.policy = world.policy
            if self._authorise is not None:
                self.author = self._authorise(self)
        except BaseException as error:
            # The block will not be entered, so nobody else ends the transaction.
            world.store.end_reading(transaction, error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._world.store.end_reading(self.transaction, error)
