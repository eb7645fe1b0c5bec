"""Bring the stored keys of a database up to date with the rules, while others read and write it.

Once a program with newer rules has opened the database, everything that is written has newer keys. Rekeying looks at
the learners who are held, in the order of date of birth and ULN, and rewrites those whose keys differ from what the
rules make of them now. It does so in portions. Each is a short transaction that also notes how far it has come, so
that another process can go on from there. A lease says which process does the work.

A learner keeps the old identity keys where another learner has the new ones. These may become free during the same
pass, so a pass that has rewritten anything and left such learners is followed by another.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, case, func, literal_column, null, or_, select, update

from lrs_soap.errors import AlreadyHeld, RekeyingLost
from lrs_soap.rules.names.lookup_keys import KEY_VERSION, NameKey, name_keys_of
from lrs_soap.rules.values.learner import HELD_FIELDS, Learner
from lrs_soap.store import key_version, tables
from lrs_soap.store import name_keys as held_name_keys
from lrs_soap.store.dialects import milliseconds_from_now, milliseconds_now
from lrs_soap.store.learner_rows import HAS_IDENTITY, IDENTITY_COLUMNS, IDENTITY_KEYS, identity_keys_of
from lrs_soap.store.prepared import Prepared, PreparedUpdate
from lrs_soap.store.store import Store
from lrs_soap.store.tables import NOT_DELETED, learners, stored_keys
from lrs_soap.store.transaction import Transaction

# How long a portion keeps other writers waiting, and how many learners are read for it at most.
_PORTION_SECONDS = 0.02
_PORTION = 500
# So many are rewritten before a portion looks at the time.
_AT_ONCE = 20
# Between portions, where writers take turns: a server that waits looks every 2 ms.
_PAUSE_SECONDS = 0.004
_LEASE_SECONDS = 10
_LAST_ULN = "9999999999"

_TARGET = literal_column(str(KEY_VERSION), Integer())
_EMPTY, _ZERO = literal_column("''", Text()), literal_column("0", BigInteger())
_IS_BEGUN = stored_keys.c.target_version == _TARGET
_RENEWED = {"lease_until": milliseconds_from_now(_LEASE_SECONDS)}
_GIVEN_BACK = {"lease_owner": null(), "lease_until": null()}

_TAKE = PreparedUpdate(
    update(stored_keys)
    .where(
        stored_keys.c.key_version < _TARGET,
        stored_keys.c.target_version <= _TARGET,
        or_(
            stored_keys.c.lease_owner.is_(None),
            stored_keys.c.lease_owner == bindparam("owner"),
            stored_keys.c.lease_until < milliseconds_now(),
        ),
    )
    .values(
        target_version=_TARGET,
        date_of_birth=case((_IS_BEGUN, stored_keys.c.date_of_birth), else_=_EMPTY),
        uln=case((_IS_BEGUN, stored_keys.c.uln), else_=_EMPTY),
        rewritten=case((_IS_BEGUN, stored_keys.c.rewritten), else_=_ZERO),
        kept=case((_IS_BEGUN, stored_keys.c.kept), else_=_ZERO),
        lease_owner=bindparam("new_owner"),
        **_RENEWED,
    ),
    *("owner", "new_owner"),
)
_PROGRESS = Prepared(select(*(stored_keys.c[name] for name in ("date_of_birth", "uln", "rewritten", "kept"))))
_OWN = update(stored_keys).where(stored_keys.c.lease_owner == bindparam("owner"))
_RENEW = PreparedUpdate(_OWN.values(**_RENEWED), "owner")
_NOTE_PROGRESS = PreparedUpdate(
    _OWN.values(
        date_of_birth=bindparam("date"), uln=bindparam("at"), rewritten=bindparam("new"), kept=bindparam("old")
    ),
    *("owner", "date", "at", "new", "old"),
)
_RELEASE = PreparedUpdate(_OWN.values(**_GIVEN_BACK), "owner")
_FINISH = PreparedUpdate(_OWN.values(key_version=_TARGET, **_GIVEN_BACK), "owner")

_LEARNERS = Prepared(
    select(*(learners.c[name] for name in (*HELD_FIELDS, *IDENTITY_KEYS)))
    .where(NOT_DELETED, learners.c.date_of_birth == bindparam("date"), learners.c.uln > bindparam("after"))
    .order_by(learners.c.uln)
    .limit(literal_column(str(_PORTION)))
    .offset(literal_column("0")),
    *("date", "after"),
)
_NAME_KEYS = Prepared(
    select(*(tables.name_keys.c[field] for field in NameKey._fields)).where(
        tables.name_keys.c.date_of_birth == bindparam("date"),
        tables.name_keys.c.uln > bindparam("after"),
        tables.name_keys.c.uln <= bindparam("last"),
    ),
    *("date", "after", "last"),
)
_NEXT_DATES = tuple(
    Prepared(statement, "date")
    for statement in (
        select(func.min(learners.c.date_of_birth)).where(NOT_DELETED, learners.c.date_of_birth > bindparam("date")),
        select(func.min(tables.name_keys.c.date_of_birth)).where(tables.name_keys.c.date_of_birth > bindparam("date")),
    )
)
_LOCKED = select(*(learners.c[name] for name in HELD_FIELDS)).order_by(learners.c.uln).with_for_update()
_SET_IDENTITY = PreparedUpdate(
    update(learners)
    .where(learners.c.uln == bindparam("learner"))
    .values({name: bindparam(f"new_{name}") for name in IDENTITY_KEYS}),
    *("learner", *(f"new_{name}" for name in IDENTITY_KEYS)),
)
_HOLDER = Prepared(select(learners.c.uln).where(*HAS_IDENTITY), *IDENTITY_COLUMNS)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass over the learners has come.

    Done are those born before `date_of_birth`, and those born on it with a ULN up to `uln`. `rewritten` of them have
    new keys, `kept` had to keep their identity keys because another learner has the new ones.
    """

    date_of_birth: str
    uln: str
    rewritten: int
    kept: int


@dataclass(frozen=True, slots=True)
class KeptIdentity:
    """A learner with identity keys of older rules; `held_by` is the ULN of the learner with the new ones, if any."""

    uln: str
    held_by: str | None


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held under a date of birth and a ULN: a learner who is not deleted, name keys, or both."""

    date_of_birth: str
    uln: str
    learner: Learner | None
    identity: tuple[str, ...]
    name_keys: frozenset[NameKey]

    @property
    def has_old_identity(self) -> bool:
        return self.learner is not None and self.identity != identity_keys_of(self.learner)

    @property
    def has_old_name_keys(self) -> bool:
        return self.name_keys != frozenset(name_keys_of(self.learner) if self.learner else ())


_START = Progress("", "", 0, 0)


class Rekeying:
    """The rekeying of a database by the process that has the lease (see `take`)."""

    def __init__(self, store: Store, owner: str, progress: Progress) -> None:
        self.progress = progress
        self._store = store
        self._owner = owner
        self._ahead: deque[_Held] = deque()
        self._read_to = progress
        self._is_all_read = False

    def do_portion(self) -> bool:
        """Rewrite the keys of some learners; return whether there is more to do.

        Raises RekeyingLost where another process has taken over, and StoreUnavailable. After either, `take` it again.
        """
        if not self._ahead:
            self._read()
        with self._store.writing(durable=self._is_all_read) as transaction:
            if _RENEW.run(transaction, self._owner) != 1:
                raise RekeyingLost("Another process has taken over the rekeying of the database.")
            self._rewrite(transaction)
            is_pass_over = self._is_all_read and not self._ahead
            if is_pass_over and not (self.progress.kept and self.progress.rewritten):
                _FINISH.run(transaction, self._owner)
                return False
            if is_pass_over:
                self.progress = _START
            noted = self.progress
            _NOTE_PROGRESS.run(transaction, self._owner, noted.date_of_birth, noted.uln, noted.rewritten, noted.kept)
        return True

    def run(self, goes_on: Callable[[], bool]) -> bool:
        """Do portions to the end, or until one after which `goes_on` is false; return whether the end is reached.

        Raises as `do_portion` does.
        """
        pause = _PAUSE_SECONDS if self._store.writers_take_turns else 0.0
        while self.do_portion():
            if not goes_on():
                self._release()
                return False
            time.sleep(pause)
        return True

    def _release(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        with self._store.writing(durable=False) as transaction:
            _RELEASE.run(transaction, self._owner)

    def _read(self) -> None:
        """Read a portion of learners, and remember those whose keys are to be rewritten."""
        with self._store.reading() as transaction:
            held = list(islice(_held_after(transaction, self.progress.date_of_birth, self.progress.uln), _PORTION))
        self._ahead.extend(each for each in held if each.has_old_identity or each.has_old_name_keys)
        self._is_all_read = len(held) < _PORTION
        self._read_to = self.progress
        if held:
            self._read_to = replace(self.progress, date_of_birth=held[-1].date_of_birth, uln=held[-1].uln)

    def _rewrite(self, transaction: Transaction) -> None:
        """Rewrite the keys of those who have been read, as many as there is time for, and move on to the last one."""
        rewritten, kept = self.progress.rewritten, self.progress.kept
        date_of_birth, uln = self._read_to.date_of_birth, self._read_to.uln
        ends = time.monotonic() + _PORTION_SECONDS
        while self._ahead:
            several = [self._ahead.popleft() for _ in range(min(_AT_ONCE, len(self._ahead)))]
            more_rewritten, more_kept = _rewrite(transaction, several)
            rewritten += more_rewritten
            kept += more_kept
            if self._ahead and time.monotonic() >= ends:
                date_of_birth, uln = several[-1].date_of_birth, several[-1].uln
                break
        self.progress = Progress(date_of_birth, uln, rewritten, kept)


def take(store: Store, *, owner: str) -> Rekeying | None:
    """The rekeying of this database; None where there is nothing to do, or another process does it.

    It goes on where the last process has stopped. `owner` is a name that no other process uses. It has the work by a
    lease of 10 s, which each portion renews. Raises StoreUnavailable.
    """
    with store.reading() as transaction:
        if key_version.is_current(transaction):
            return None
    with store.writing(durable=False) as transaction:
        if _TAKE.run(transaction, owner, owner) != 1:
            return None
        return Rekeying(store, owner, Progress(*_PROGRESS.rows(transaction)[0]))


def rekey_briefly(store: Store, *, seconds: float = 2.0) -> bool:
    """Rekey a database for so long at most, enough for a small one; return whether its keys are today's.

    Raises StoreUnavailable.
    """
    ends = time.monotonic() + seconds
    rekeying = take(store, owner=secrets.token_hex(8))
    if rekeying is not None:
        with suppress(RekeyingLost):
            rekeying.run(lambda: time.monotonic() < ends)
    with store.reading() as transaction:
        return key_version.is_current(transaction)


def with_kept_identity(transaction: Transaction) -> Iterator[KeptIdentity]:
    """The learners whose identity keys are made by older rules, in the order of date of birth and ULN.

    Reads every learner who is not deleted. Once a database is rekeyed, these are the ones whose new identity keys
    another learner had.
    """
    for held in _held_after(transaction, "", ""):
        if held.learner is not None and held.has_old_identity:
            yield KeptIdentity(held.uln, _holder(transaction, held.learner))


def _held_after(transaction: Transaction, date_of_birth: str, uln: str) -> Iterator[_Held]:
    """What is held after this date of birth and ULN, in their order; read as far as it is asked for."""
    date: str | None = date_of_birth
    while date is not None:
        rows = _LEARNERS.rows(transaction, date, uln)
        people = [(Learner(*row[: len(HELD_FIELDS)]), row[len(HELD_FIELDS) :]) for row in rows]
        is_last = len(people) < _PORTION
        last = _LAST_ULN if is_last else people[-1][0].uln
        yield from _together(date, people, _NAME_KEYS.rows(transaction, date, uln, last))
        date, uln = (_next_date(transaction, date), "") if is_last else (date, last)


def _together(
    date_of_birth: str, people: list[tuple[Learner, tuple[Any, ...]]], rows: list[tuple[Any, ...]]
) -> list[_Held]:
    """Learners with their name keys, and the name keys of nobody, by ULN."""
    keys: dict[str, set[NameKey]] = {}
    for row in map(NameKey._make, rows):
        keys.setdefault(row.uln, set()).add(row)
    held = [
        _Held(date_of_birth, learner.uln, learner, identity, frozenset(keys.pop(learner.uln, ())))
        for learner, identity in people
    ]
    held += [_Held(date_of_birth, uln, None, (), frozenset(some)) for uln, some in keys.items()]
    return sorted(held, key=lambda each: each.uln)


def _next_date(transaction: Transaction, date_of_birth: str) -> str | None:
    dates = [statement.rows(transaction, date_of_birth)[0][0] for statement in _NEXT_DATES]
    return min((date for date in dates if date is not None), default=None)


def _rewrite(transaction: Transaction, several: list[_Held]) -> tuple[int, int]:
    """Rewrite what has been read; return how many have new keys, and how many had to keep their identity keys."""
    learners_now = _locked(transaction, {held.uln for held in several})
    old: set[NameKey] = set()
    new: set[NameKey] = set()
    rewritten: set[str] = set()
    old_identities: list[Learner] = []
    for held in several:
        learner = learners_now[held.uln]
        if held.has_old_name_keys or learner != held.learner:
            # Whoever has written the learner meanwhile may have held newer keys, and left or deleted the older ones.
            old.update(held.name_keys)
            new.update(name_keys_of(learner))
            rewritten.add(held.uln)
        if held.has_old_identity and not learner.is_deleted:
            old_identities.append(learner)
    held_name_keys.rewrite(transaction, old, new)
    kept = _set_identity(transaction, old_identities)
    rewritten.update(learner.uln for learner in old_identities if learner.uln not in kept)
    return len(rewritten), len(kept)


def _locked(transaction: Transaction, ulns: set[str]) -> dict[str, Learner]:
    """The learners with these ULNs, whom nobody else changes until the transaction ends."""
    rows = transaction.execute(_LOCKED.where(learners.c.uln.in_(ulns))).all()
    return {learner.uln: learner for learner in (Learner(*tuple(row)) for row in rows)}


def _set_identity(transaction: Transaction, several: list[Learner]) -> set[str]:
    """Give learners today's identity keys; return the ULNs of those whose keys another learner has."""
    try:
        with transaction.savepoint():
            _SET_IDENTITY.run_each(transaction, [(learner.uln, *identity_keys_of(learner)) for learner in several])
    except AlreadyHeld:
        if len(several) == 1:
            return {several[0].uln}
        half = len(several) // 2
        return _set_identity(transaction, several[:half]) | _set_identity(transaction, several[half:])
    return set()


def _holder(transaction: Transaction, learner: Learner) -> str | None:
    given_name, family_name, post_code = identity_keys_of(learner)
    rows = _HOLDER.rows(transaction, learner.date_of_birth, family_name, given_name, post_code, learner.gender)
    return rows[0][0] if rows else None
