"""Load the learning events in a file, for learners who are held. A server may be running."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from lrs_soap.clock import Clock
from lrs_soap.errors import InvalidRecord
from lrs_soap.loading import record_files
from lrs_soap.loading.event_record import EventRecord, check_heading, check_holder, event_of, warning_about
from lrs_soap.loading.learner_files import LoadResult, Progress, Warned, insert_in_portions, opened, warned_of
from lrs_soap.loading.record_files import Rejection
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, learning_events
from lrs_soap.store.portions import in_portions
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

# They are written in about 15 ms, as a portion of learners is.
_EVENTS_IN_ONE_TRANSACTION = 720


class _Numbered(NamedTuple):
    line: int
    record: EventRecord


def load_events(
    store: Store,
    source: Iterable[bytes] | str | os.PathLike[str],
    *,
    clock: Clock,
    strict: bool = False,
    progress: Progress | None = None,
) -> LoadResult:
    """Load the learning events in a file, JSON lines or CSV in UTF-8. Each has the ULN of a learner who is held.

    `source`, `strict` and `progress`, and what becomes of a record that cannot be loaded, are as in
    `learner_files.load`. The learner may be linked, but not deleted. A record may carry the learner's details, which
    have to be right (`event_record.event_of`). Raises OSError if the file cannot be read, and StoreUnavailable.
    """
    rejected: list[Rejection] = []
    warned: list[Warned] = []
    with opened(source) as lines:
        records = _sorted_out(_records(lines, clock.now(), warned), rejected)
        portions = in_portions(records, _EVENTS_IN_ONE_TRANSACTION)
        result = insert_in_portions(store, portions, rejected, _insert, strict=strict, progress=progress)
    return replace(result, warned=warned_of(result, warned))


def _records(lines: Iterable[bytes], now: datetime, warned: list[Warned]) -> Iterator[_Numbered | Rejection]:
    """The records and rejections in a file. Appends the warnings about the records to `warned`."""
    for record in record_files.read(lines, check_heading):
        if isinstance(record, Rejection):
            yield record
            continue
        try:
            read = event_of(record.values, now=now)
        except InvalidRecord as error:
            yield Rejection(record.line, str(error))
            continue
        warning = warning_about(read.event, today=now.date())
        if warning is not None:
            warned.append(Warned(record.line, warning))
        yield _Numbered(record.line, read)


def _sorted_out(records: Iterable[_Numbered | Rejection], rejected: list[Rejection]) -> Iterator[_Numbered]:
    """The records. Appends rejections to `rejected`."""
    for record in records:
        if isinstance(record, Rejection):
            rejected.append(record)
        else:
            yield record


def _insert(transaction: Transaction, portion: Sequence[_Numbered]) -> list[Rejection]:
    """Insert the events that can be those of learners who are held. Returns the rejections of the others."""
    held = learners.by_ulns(transaction, {each.record.event.uln for each in portion})
    events, rejected = [], []
    for line, record in portion:
        try:
            check_holder(record, _holder(record.event.uln, held))
        except InvalidRecord as error:
            rejected.append(Rejection(line, str(error)))
        else:
            events.append(record.event)
    learning_events.add_many(transaction, events)
    return rejected


def _holder(uln: str, held: Mapping[str, Learner]) -> Learner:
    learner = held.get(uln)
    if learner is None:
        raise InvalidRecord(f"no learner with the ULN {uln} is held", "ULN")
    if learner.is_deleted:
        raise InvalidRecord(f"the learner with the ULN {uln} is deleted", "ULN")
    return learner
