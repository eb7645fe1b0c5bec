"""Synthetic learners as rows, perhaps with events, in portions; where there are several, a second process makes them.

That one makes a portion while this one writes another. It has nothing to do with the database: it is told what to make
by its arguments, and its standard output is the rows, pickled.
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

# Written in some two seconds. A larger portion would mean less writing in all, and a longer wait for other writers.
_LEARNERS_IN_A_PORTION, _LEARNERS_WITH_EVENTS_IN_A_PORTION = 25_000, 10_000
# Pickled rows take a fraction of the room.
_LEARNERS_IN_A_PIECE = 2_500


class _People:
    """The learners of a seed, with their events where those are wanted."""

    def __init__(self, seed: int, *, events: bool) -> None:
        self._seed = seed
        self._population = Population(seed)
        self._records = Records() if events else None

    def rows(self, numbers: range) -> Rows:
        """The rows of the learners of these numbers."""
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
def made(seed: int, count: int, *, events: bool = False) -> Iterator[Iterator[Rows]]:
    """The rows of the first `count` learners of a seed, in portions.

    Raises ChildProcessError where the process that makes them ends too soon.
    """
    if count <= _portion(events):
        yield iter([learner_rows.by_date_of_birth(_pieces(_People(seed, events=events), range(count)))])
        return
    command = [sys.executable, "-m", "lrs_soap.sample.synthetic_rows", *map(str, (seed, count, int(events)))]
    # In the package's own folder it finds the package, however this process has found it, and no other modules.
    folder = Path(lrs_soap.__file__).parent.parent
    # In a session of its own, so that Ctrl+C is this process's business.
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
    # Whoever wanted the rows may be gone, which is nothing to complain of.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    people = _People(seed, events=bool(events))
    for portion in _parts(range(count), _portion(bool(events))):
        # The whole portion first: who writes the one before to the database takes nothing from the pipe meanwhile.
        for piece in [pickle.dumps(rows) for rows in _pieces(people, portion)]:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _parts(whole: range, length: int) -> Iterator[range]:
    return (whole[start : start + length] for start in range(0, len(whole), length))


if __name__ == "__main__":
    _send(*map(int, sys.argv[1:]))
