"""Load thousands or millions of synthetic learners. A server may be running."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.errors import AlreadyHeld
from lrs_soap.loading.learner_files import Progress
from lrs_soap.sample import synthetic_rows
from lrs_soap.store import learner_rows
from lrs_soap.store.learner_rows import Rows
from lrs_soap.store.store import Store

SEED = 1
"""The default seed."""


@dataclass(frozen=True, slots=True)
class SyntheticResult:
    """How many learners were loaded, and how many left out because their ULN or identity keys are already held."""

    loaded: int
    left_out: int


def load(
    store: Store, count: int, *, seed: int = SEED, events: bool = False, progress: Progress | None = None
) -> SyntheticResult:
    """Load the first `count` learners of a seed (`synthetic_learners`), and with `events` their learning events.

    `count` is at most MOST, and `seed` at least 0. A transaction has thousands of learners, so other writers wait up to
    a few seconds. If an error or the process's end stops the load, what was loaded stays, and the same call loads the
    rest later. Raises StoreUnavailable.
    """
    loaded = left_out = 0
    with synthetic_rows.portions(seed, count, events=events) as portions:
        for rows in portions:
            # If some were already held, more will be.
            new = _insert_new(store, rows) if left_out else _insert(store, rows)
            loaded += new
            left_out += len(rows.learners) - new
            if progress is not None:
                progress(loaded, left_out)
    return SyntheticResult(loaded, left_out)


def _insert(store: Store, rows: Rows) -> int:
    try:
        with store.writing() as transaction:
            transaction.expect_many()
            learner_rows.insert(transaction, rows)
    except AlreadyHeld:
        return _insert_new(store, rows)
    return len(rows.learners)


def _insert_new(store: Store, rows: Rows) -> int:
    with store.writing() as transaction:
        transaction.expect_many()
        return learner_rows.insert_new(transaction, rows)
