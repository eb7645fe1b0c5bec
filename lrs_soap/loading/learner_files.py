"""Load learners from a file into the store, with their learning events, while it serves or before."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from lrs_soap.clock import Clock
from lrs_soap.errors import AlreadyHeld, InvalidRecord
from lrs_soap.loading import record_files
from lrs_soap.loading.event_record import events_in
from lrs_soap.loading.learner_record import check_heading, learner_of
from lrs_soap.loading.record_files import Rejection
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.store import learners, learning_events, ulns
from lrs_soap.store.portions import in_portions
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

Progress = Callable[[int, int], None]
"""Is told now and then how many records have been loaded and how many rejected."""

R = TypeVar("R")
Hold = Callable[[Transaction, Sequence[R]], list[Rejection]]
"""Writes records, and returns what cannot be written."""

# Written in some 15 ms, or 25 where all are held already; then a gap that a server, looking every 2 ms, cannot miss.
_LEARNERS_IN_ONE_TRANSACTION = 120
_EVENTS_FOR_A_LEARNER = 6
_PAUSE_SECONDS = 0.005


class Issued(NamedTuple):
    """The ULN that the learner in a line was issued."""

    line: int
    uln: str


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many records were loaded, which were not, and which were issued a ULN, both by line."""

    loaded: int
    rejected: tuple[Rejection, ...]
    issued: tuple[Issued, ...] = ()


class _Numbered(NamedTuple):
    line: int
    learner: Learner
    events: tuple[LearningEvent, ...] = ()


class _SomethingRejected(Exception):
    """Leaves the transaction of a strict load, so that it is undone."""


def load(
    store: Store,
    source: Iterable[bytes] | str | os.PathLike[str],
    *,
    clock: Clock,
    strict: bool = False,
    check: Check | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Load the learners of a file, JSON lines or CSV in UTF-8 with the contract's field names (`learner_record`).

    `source` is the file's path or its lines. A record without ULN is issued one; one with MasterULN becomes that
    learner's linked one, whichever of them comes first in the file. In JSON lines it may have its LearningEvents, a
    list of objects (`event_record`). `check` judges the schema's facets.
    A record that cannot be loaded is told in the result; the others are loaded, in transactions so short that a
    running server goes on, and stay where an error ends the load. `strict`: all of them in one transaction, for which
    other writers wait, or none. Raises OSError for a file that cannot be read, StoreUnavailable.
    """
    rejected: list[Rejection] = []
    issued: list[Issued] = []

    def hold(transaction: Transaction, portion: Sequence[_Numbered]) -> list[Rejection]:
        return _hold(transaction, portion, issued)

    with opened(source) as lines:
        records = _masters_first(_records(lines, clock.now(), check), rejected)
        portions = in_portions(records, _LEARNERS_IN_ONE_TRANSACTION * _EVENTS_FOR_A_LEARNER, _weight_of)
        result = hold_in_portions(store, portions, rejected, hold, strict=strict, progress=progress)
    return replace(result, issued=tuple(sorted(issued))) if result.loaded else result


def opened(source: Iterable[bytes] | str | os.PathLike[str]) -> AbstractContextManager[Iterable[bytes]]:
    """The lines of a file that is given by its path or by its lines."""
    if isinstance(source, (str, os.PathLike)):
        return open(source, "rb")
    return nullcontext(source)


def hold_in_portions(
    store: Store,
    portions: Iterable[Sequence[R]],
    rejected: list[Rejection],
    hold: Hold[R],
    *,
    strict: bool,
    progress: Progress | None,
) -> LoadResult:
    """Write the portions by `hold`, each in a transaction of its own; `strict`: all of them in one, or none.

    `rejected` is what is wrong with records that are in no portion; it may grow as the portions are read.
    """
    if strict:
        return _hold_all(store, list(portions), rejected, hold, progress)
    loaded = 0
    for portion in portions:
        with store.writing() as transaction:
            refused = hold(transaction, portion)
        loaded += len(portion) - len(refused)
        rejected += refused
        if progress is not None:
            progress(loaded, len(rejected))
        time.sleep(_PAUSE_SECONDS)
    return LoadResult(loaded, tuple(sorted(rejected)))


def _hold_all(
    store: Store,
    portions: Sequence[Sequence[R]],
    rejected: list[Rejection],
    hold: Hold[R],
    progress: Progress | None,
) -> LoadResult:
    loaded = 0
    try:
        if rejected:
            raise _SomethingRejected
        with store.writing() as transaction:
            for portion in portions:
                rejected += hold(transaction, portion)
                loaded += len(portion)
                if progress is not None:
                    progress(loaded, len(rejected))
            if rejected:
                raise _SomethingRejected
    except _SomethingRejected:
        return LoadResult(0, tuple(sorted(rejected)))
    return LoadResult(loaded, ())


def _records(lines: Iterable[bytes], now: datetime, check: Check | None) -> Iterator[_Numbered | Rejection]:
    for record in record_files.read(lines, check_heading):
        if isinstance(record, Rejection):
            yield record
            continue
        try:
            events = events_in(record.values, now=now)
            yield _Numbered(record.line, learner_of(record.values, today=now.date(), check=check), events)
        except InvalidRecord as error:
            yield Rejection(record.line, str(error))


def _masters_first(records: Iterable[_Numbered | Rejection], rejected: list[Rejection]) -> Iterator[_Numbered]:
    """The learners, linked ones after all others; the rejections go to `rejected`."""
    linked: list[_Numbered] = []
    for record in records:
        if isinstance(record, Rejection):
            rejected.append(record)
        elif record.learner.is_linked:
            linked.append(record)
        else:
            yield record
    yield from linked


def _weight_of(record: _Numbered) -> int:
    return _EVENTS_FOR_A_LEARNER + len(record.events)


def _hold(transaction: Transaction, portion: Sequence[_Numbered], issued: list[Issued]) -> list[Rejection]:
    """Insert the learners, linked ones after the others, and return those that cannot be. Adds to `issued`."""
    numbered = _with_ulns(transaction, portion)
    rejected = _insert(transaction, [record for record in numbered if not record.learner.is_linked])
    # Or one that is being merged at this moment could be given a linked learner that the merger does not know of.
    learners.lock(transaction, {record.learner.master_uln for record in numbered if record.learner.master_uln})
    linked = []
    for record in numbered:
        reason = _why_not_linked(transaction, record.learner)
        if reason is not None:
            rejected.append(Rejection(record.line, reason))
        elif record.learner.is_linked:
            linked.append(record)
    rejected += _insert(transaction, linked)
    lines = {record.line for record in portion if not record.learner.uln} - {each.line for each in rejected}
    issued += (Issued(record.line, record.learner.uln) for record in numbered if record.line in lines)
    return rejected


def _insert(transaction: Transaction, numbered: Sequence[_Numbered]) -> list[Rejection]:
    refused: list[_Numbered] = []
    try:
        learners.insert_many(transaction, [record.learner for record in numbered])
    except AlreadyHeld:
        refused = [record for record in numbered if not _inserted(transaction, record.learner)]
    events = [
        event._replace(uln=record.learner.uln)
        for record in numbered
        if record.events and record not in refused
        for event in record.events
    ]
    learning_events.add_many(transaction, events)
    return [Rejection(record.line, _why_held(transaction, record.learner)) for record in refused]


def _inserted(transaction: Transaction, learner: Learner) -> bool:
    try:
        learners.insert(transaction, learner)
    except AlreadyHeld:
        return False
    return True


def _with_ulns(transaction: Transaction, portion: Sequence[_Numbered]) -> list[_Numbered]:
    missing = sum(not record.learner.uln for record in portion)
    if not missing:
        return list(portion)
    issued = iter(ulns.issue_many(transaction, missing))
    return [
        record if record.learner.uln else record._replace(learner=replace(record.learner, uln=next(issued)))
        for record in portion
    ]


def _why_not_linked(transaction: Transaction, learner: Learner) -> str | None:
    if learner.master_uln is None:
        return None
    master = learners.by_uln(transaction, learner.master_uln)
    if master is None:
        return f"MasterULN: no learner with the ULN {learner.master_uln} is held"
    if master.is_linked:
        return f"MasterULN: {master.uln} is itself linked, to {master.master_uln}; give that as the master"
    if master.is_deleted:
        return f"MasterULN: the learner with the ULN {master.uln} is deleted"
    return None


def _why_held(transaction: Transaction, learner: Learner) -> str:
    if learners.by_uln(transaction, learner.uln) is not None:
        return f"ULN: a learner with the ULN {learner.uln} is held already"
    holder = learners.by_identity(transaction, learner)
    whose = f", with the ULN {holder.uln}" if holder is not None else ""
    return f"a learner with the same names, date of birth, gender and postcode is held already{whose}"
