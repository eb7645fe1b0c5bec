"""Load the learners in a file, with their learning events. A server may be running."""

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
from lrs_soap.loading import learner_record, record_files
from lrs_soap.loading.event_record import check_events, pop_events, warnings_about
from lrs_soap.loading.learner_record import check_heading, learner_of
from lrs_soap.loading.record_files import HeldAlready, Rejection
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.store import learners, learning_events, ulns
from lrs_soap.store.portions import in_portions
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

Progress = Callable[[int, int], None]
"""Called now and then with the numbers of records loaded and rejected so far."""

R = TypeVar("R")
Insert = Callable[[Transaction, Sequence[R]], list[Rejection]]
"""Inserts records, and returns the rejections of those that cannot be inserted."""

# They are written in about 15 ms, or 25 ms if all are already held. A server that waits to write looks every 2 ms.
_LEARNERS_IN_ONE_TRANSACTION = 120
_EVENTS_FOR_A_LEARNER = 6
_PAUSE_SECONDS = 0.005


class Issued(NamedTuple):
    """The ULN that the learner in a line was issued."""

    line: int
    uln: str


class Warned(NamedTuple):
    """What a person should look at in a line that was loaded."""

    line: int
    warning: str


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many records were loaded, the rejections of the others, and the ULNs and warnings of those, all by line."""

    loaded: int
    rejected: tuple[Rejection, ...]
    issued: tuple[Issued, ...] = ()
    warned: tuple[Warned, ...] = ()


class _Numbered(NamedTuple):
    line: int
    learner: Learner
    events: tuple[LearningEvent, ...] = ()


class _SomethingRejected(Exception):
    """Leaves the transaction of a strict load, to undo it."""


def load(
    store: Store,
    source: Iterable[bytes] | str | os.PathLike[str],
    *,
    clock: Clock,
    strict: bool = False,
    check: Check | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Load the learners in a file, JSON lines or CSV in UTF-8 with the contract's field names (`learner_record`).

    `source` is the file's path or its lines. A learner without ULN is issued one. A learner with a MasterULN is linked
    to that master, whichever of the two comes first in the file. In JSON lines a learner may have LearningEvents, a
    list of objects (`event_record`). `check` checks the schema's facets.

    The result has the rejections of records that cannot be loaded. The others are loaded in short transactions, between
    which a running server can write. They stay if an error ends the load. With `strict` either all records are loaded
    in one transaction, for which other writers wait, or none. Raises OSError if the file cannot be read, and
    StoreUnavailable.
    """
    rejected: list[Rejection] = []
    issued: list[Issued] = []
    warned: list[Warned] = []

    def insert(transaction: Transaction, portion: Sequence[_Numbered]) -> list[Rejection]:
        return _insert(transaction, portion, issued)

    with opened(source) as lines:
        records = _masters_first(_records(lines, clock.now(), check, warned), rejected)
        portions = in_portions(records, _LEARNERS_IN_ONE_TRANSACTION * _EVENTS_FOR_A_LEARNER, _weight_of)
        result = insert_in_portions(store, portions, rejected, insert, strict=strict, progress=progress)
    return replace(result, issued=tuple(sorted(issued)) if result.loaded else (), warned=warned_of(result, warned))


def warned_of(result: LoadResult, warned: Iterable[Warned]) -> tuple[Warned, ...]:
    """The warnings about lines that were loaded, out of those about all lines that could be read."""
    if not result.loaded:
        return ()
    not_loaded = {line for line, _ in result.rejected}
    return tuple(each for each in warned if each.line not in not_loaded)


def opened(source: Iterable[bytes] | str | os.PathLike[str]) -> AbstractContextManager[Iterable[bytes]]:
    """The lines of a file that is given by its path or as its lines. A context manager."""
    if isinstance(source, (str, os.PathLike)):
        return open(source, "rb")
    return nullcontext(source)


def insert_in_portions(
    store: Store,
    portions: Iterable[Sequence[R]],
    rejected: list[Rejection],
    insert: Insert[R],
    *,
    strict: bool,
    progress: Progress | None,
) -> LoadResult:
    """Insert each portion in a transaction of its own; with `strict` all of them in one, or none.

    `rejected` has the rejections of records that are in no portion. It may grow while the portions are read.
    """
    if strict:
        return _insert_all(store, list(portions), rejected, insert, progress)
    loaded = 0
    for portion in portions:
        with store.writing() as transaction:
            refused = insert(transaction, portion)
        loaded += len(portion) - len(refused)
        rejected += refused
        if progress is not None:
            progress(loaded, len(rejected))
        time.sleep(_PAUSE_SECONDS)
    return LoadResult(loaded, tuple(sorted(rejected)))


def _insert_all(
    store: Store,
    portions: Sequence[Sequence[R]],
    rejected: list[Rejection],
    insert: Insert[R],
    progress: Progress | None,
) -> LoadResult:
    loaded = 0
    try:
        if rejected:
            raise _SomethingRejected
        with store.writing() as transaction:
            for portion in portions:
                rejected += insert(transaction, portion)
                loaded += len(portion)
                if progress is not None:
                    progress(loaded, len(rejected))
            if rejected:
                raise _SomethingRejected
    except _SomethingRejected:
        return LoadResult(0, tuple(sorted(rejected)))
    return LoadResult(loaded, ())


def _records(
    lines: Iterable[bytes], now: datetime, check: Check | None, warned: list[Warned]
) -> Iterator[_Numbered | Rejection]:
    """The records and rejections in a file. Appends the warnings about the records to `warned`."""
    for record in record_files.read(lines, check_heading):
        if isinstance(record, Rejection):
            yield record
            continue
        try:
            events = pop_events(record.values, now=now)
            learner = learner_of(record.values, now=now, check=check)
            check_events(events, learner)
        except InvalidRecord as error:
            yield Rejection(record.line, str(error))
            continue
        warnings = (*learner_record.warnings_about(record.values, learner), *warnings_about(events, today=now.date()))
        warned += (Warned(record.line, warning) for warning in warnings)
        yield _Numbered(record.line, learner, events)


def _masters_first(records: Iterable[_Numbered | Rejection], rejected: list[Rejection]) -> Iterator[_Numbered]:
    """The learners, linked ones after all others. Appends rejections to `rejected`."""
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


def _insert(transaction: Transaction, portion: Sequence[_Numbered], issued: list[Issued]) -> list[Rejection]:
    """Insert the learners, linked ones last. Returns the rejections of those that cannot be inserted.

    Appends the ULNs that were issued to `issued`.
    """
    numbered = _with_ulns(transaction, portion)
    rejected = _insert_numbered(transaction, [record for record in numbered if not record.learner.is_linked])
    # Otherwise a master that is being merged right now could get a linked learner that the merge does not know of.
    learners.lock(transaction, {record.learner.master_uln for record in numbered if record.learner.master_uln})
    linked = []
    for record in numbered:
        reason = _why_not_linked(transaction, record.learner)
        if reason is not None:
            rejected.append(Rejection(record.line, reason))
        elif record.learner.is_linked:
            linked.append(record)
    rejected += _insert_numbered(transaction, linked)
    lines = {record.line for record in portion if not record.learner.uln} - {each.line for each in rejected}
    issued += (Issued(record.line, record.learner.uln) for record in numbered if record.line in lines)
    return rejected


def _insert_numbered(transaction: Transaction, numbered: Sequence[_Numbered]) -> list[Rejection]:
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
    return [HeldAlready(record.line, _why_held(transaction, record.learner)) for record in refused]


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
        record if record.learner.uln else record._replace(learner=record.learner._replace(uln=next(issued)))
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
