"""Fill a store with synthetic learners, thousands or millions, while it serves or before."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.errors import AlreadyHeld
from lrs_soap.loading.learner_files import Progress
from lrs_soap.sample import synthetic_rows
from lrs_soap.store import learner_rows
from lrs_soap.store.learner_rows import Rows
from lrs_soap.store.store import Store

SEED = 1
"""The seed where none is chosen."""


@dataclass(frozen=True, slots=True)
class SyntheticResult:
    """How many learners were loaded, and how many left out since their ULN or five identity keys are held already."""

    loaded: int
    left_out: int


def load(
    store: Store, count: int, *, seed: int = SEED, events: bool = False, progress: Progress | None = None
) -> SyntheticResult:
    """Load the first `count` learners of a seed, which is at least 0 (`synthetic_learners`), at most MOST of that.

    With `events` those who are loaded have their learning events (`synthetic_events`).

    Each transaction holds thousands, so that other writers wait up to a few seconds for their turn. What is loaded
    stays where an error or the process's end stops it, and the rest can be loaded later by the same call. Raises
    StoreUnavailable.
    """
    loaded = left_out = 0
    with synthetic_rows.made(seed, count, events=events) as portions:
        for rows in portions:
            # Where some were held, more will be.
            new = _held_if_new(store, rows) if left_out else _held(store, rows)
            loaded += new
            left_out += len(rows.learners) - new
            if progress is not None:
                progress(loaded, left_out)
    return SyntheticResult(loaded, left_out)


def _held(store: Store, rows: Rows) -> int:
    try:
        with store.writing() as transaction:
            transaction.expect_many()
            learner_rows.insert(transaction, rows)
    except AlreadyHeld:
        return _held_if_new(store, rows)
    return len(rows.learners)


def _held_if_new(store: Store, rows: Rows) -> int:
    with store.writing() as transaction:
        transaction.expect_many()
        return learner_rows.insert_new(transaction, rows)
