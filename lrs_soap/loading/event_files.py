"""Load the learning events in a file, for learners who are held. A server may be running."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from lrs_soap.clock import Clock
from lrs_soap.errors import InvalidRecord
from lrs_soap.loading import record_files
from lrs_soap.loading.event_record import check_heading, event_of
from lrs_soap.loading.learner_files import LoadResult, Progress, insert_in_portions, opened
from lrs_soap.loading.record_files import Rejection
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.store import learners, learning_events
from lrs_soap.store.portions import in_portions
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

# They are written in about 15 ms, as a portion of learners is.
_EVENTS_IN_ONE_TRANSACTION = 720

_UNKNOWN = "ULN: no learner with the ULN {} is held"
_DELETED = "ULN: the learner with the ULN {} is deleted"


class _Numbered(NamedTuple):
    line: int
    event: LearningEvent


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
    `learner_files.load`. The learner may be linked, but not deleted. Raises OSError if the file cannot be read, and
    StoreUnavailable.
    """
    rejected: list[Rejection] = []
    with opened(source) as lines:
        records = _without_rejections(_records(lines, clock.now()), rejected)
        portions = in_portions(records, _EVENTS_IN_ONE_TRANSACTION)
        return insert_in_portions(store, portions, rejected, _insert, strict=strict, progress=progress)


def _records(lines: Iterable[bytes], now: datetime) -> Iterator[_Numbered | Rejection]:
    for record in record_files.read(lines, check_heading):
        if isinstance(record, Rejection):
            yield record
            continue
        try:
            yield _Numbered(record.line, event_of(record.values, now=now))
        except InvalidRecord as error:
            yield Rejection(record.line, str(error))


def _without_rejections(records: Iterable[_Numbered | Rejection], rejected: list[Rejection]) -> Iterator[_Numbered]:
    for record in records:
        if isinstance(record, Rejection):
            rejected.append(record)
        else:
            yield record


def _insert(transaction: Transaction, portion: Sequence[_Numbered]) -> list[Rejection]:
    """Insert the events of learners who are held. Returns the rejections of the others."""
    ulns = {record.event.uln for record in portion}
    held, deleted = learners.held_ulns(transaction, ulns), learners.deleted_ulns(transaction, ulns)
    learning_events.add_many(
        transaction, [event for _, event in portion if event.uln in held and event.uln not in deleted]
    )
    unknown = [Rejection(line, _UNKNOWN.format(event.uln)) for line, event in portion if event.uln not in held]
    return unknown + [Rejection(line, _DELETED.format(event.uln)) for line, event in portion if event.uln in deleted]
