"""Synthetic learners as rows, in portions, with or without events. A second process makes them if there are several.

It makes one portion while this process writes another. It does not use the database: its arguments say what to make,
and it writes the rows to its standard output, pickled.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import lrs_soap
from lrs_soap.sample.sampling import stream
from lrs_soap.sample.synthetic_events import Records
from lrs_soap.sample.synthetic_learners import MOST, Population
from lrs_soap.store import learner_rows
from lrs_soap.store.learner_rows import Rows

# They are written in about two seconds. Larger portions would need less writing in all, but others would wait longer.
_LEARNERS_IN_A_PORTION, _LEARNERS_WITH_EVENTS_IN_A_PORTION = 25_000, 10_000
# Rows take much less memory when they are pickled.
_LEARNERS_IN_A_PIECE = 2_500


class _People:
    """The learners of a seed, with their events if those are wanted."""

    def __init__(self, seed: int, *, events: bool) -> None:
        self._seed = seed
        self._population = Population(seed)
        self._records = Records() if events else None

    def rows(self, numbers: range) -> Rows:
        """The rows of the learners with these numbers."""
        learners = list(self._population.learners(numbers.start, numbers.stop))
        if self._records is None:
            return learner_rows.rows_of(learners)
        events = (
            event
            for number, learner in zip(numbers, learners, strict=True)
            for event in self._records.of(learner, stream(self._seed, MOST + number))
        )
        return learner_rows.rows_of(learners, events)


@contextmanager
def portions(seed: int, count: int, *, events: bool = False) -> Iterator[Iterator[Rows]]:
    """The rows of the first `count` learners of a seed, in portions. A context manager.

    Reading them raises ChildProcessError if the process that makes them ends too soon.
    """
    if count <= _portion(events):
        yield iter([learner_rows.by_date_of_birth(_pieces(_People(seed, events=events), range(count)))])
        return
    command = [sys.executable, "-m", "lrs_soap.sample.synthetic_rows", *map(str, (seed, count, int(events)))]
    # It finds the package in this folder, however this process found it, and no other modules.
    folder = Path(lrs_soap.__file__).parent.parent
    # In a session of its own, so that Ctrl+C reaches only this process.
    maker = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, start_new_session=True)
    assert maker.stdout is not None
    try:
        yield _received(maker.stdout, count, events)
    finally:
        maker.kill()
        maker.stdout.close()
        maker.wait()


def _portion(events: bool) -> int:
    return _LEARNERS_WITH_EVENTS_IN_A_PORTION if events else _LEARNERS_IN_A_PORTION


def _pieces(people: _People, portion: range) -> Iterator[Rows]:
    return map(people.rows, _parts(portion, _LEARNERS_IN_A_PIECE))


def _received(pipe: IO[bytes], count: int, events: bool) -> Iterator[Rows]:
    for portion in _parts(range(count), _portion(events)):
        yield learner_rows.by_date_of_birth(_unpickled(pipe) for _ in _parts(portion, _LEARNERS_IN_A_PIECE))


def _unpickled(pipe: IO[bytes]) -> Rows:
    try:
        rows: Rows = pickle.load(pipe)
    except (EOFError, pickle.UnpicklingError):
        raise ChildProcessError(
            "The process that makes synthetic learners has ended before its work was done."
        ) from None
    return rows


def _send(seed: int, count: int, events: int) -> None:
    # If the process that wanted the rows has ended, end quietly.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    people = _People(seed, events=bool(events))
    for portion in _parts(range(count), _portion(bool(events))):
        # Make the whole portion first: the other process reads nothing while it writes the portion before.
        for piece in [pickle.dumps(rows) for rows in _pieces(people, portion)]:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _parts(whole: range, length: int) -> Iterator[range]:
    return (whole[start : start + length] for start in range(0, len(whole), length))


if __name__ == "__main__":
    _send(*map(int, sys.argv[1:]))
