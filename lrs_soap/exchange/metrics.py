"""The journal that counts what is asked, with which outcome, and how long it takes, for whoever watches a server."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from os import getpid
from threading import Lock
from time import perf_counter
from typing import TypeAlias

from lrs_soap.exchange.exchange import Exchange, Origin, Stage
from lrs_soap.exchange.shared_counts import SharedCounts, Table
from lrs_soap.rules.values.quotation import printable, shortened

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper ends, in seconds, of the classes in which durations are counted. The last class has no end."""

MOST_ORGANISATIONS = 200
"""How many organisations have counts of their own: the first that ask. All others are counted together."""

REQUESTS, DURATIONS, ORGANISATIONS = "requests", "durations", "organisations"
STAGES, RECORDS, LOST_LINES = "stages", "records", "lost lines"
NONE = "none"
"""The operation of a request that names none, and the outcome of one that has none."""

_TOTAL = len(BUCKETS) + 1
_TABLES = {
    REQUESTS: Table(1000),
    DURATIONS: Table(60, width=_TOTAL + 1),
    ORGANISATIONS: Table(MOST_ORGANISATIONS),
    STAGES: Table(len(Stage)),
    RECORDS: Table(100),
    LOST_LINES: Table(1),
}
_SEVERAL = "several"
_LONGEST_NAME = 40
# More than there can be of operations and codes, whatever is asked.
_MOST_KEPT = 4096
_AT_ONCE = 64
# A large exchange is counted at once, because it would be kept for that.
_LARGE_BYTES = 64 * 1024


# Where this process counts a request: the request itself, and the classes of its duration, if it has any. A named tuple
# takes longer to take apart.
_Places: TypeAlias = tuple[int, int | None]


class Metrics:
    """Counts exchanges of all worlds, for all processes that are forked from the one that has made it.

    Of requests it counts origin, operation and code; over SOAP also how long they took, as a whole and in each stage,
    and of which organisation they were, if its password was right. Of batch records it counts operation and code.
    """

    def __init__(self) -> None:
        self.counts = SharedCounts(_TABLES)
        # Exchanges that are over, and when each was. They are counted many at a time, which takes a third of the time.
        self._waiting: deque[tuple[Exchange, float]] = deque()
        self._lock, self._losing = Lock(), Lock()
        self._process = 0
        self._places: dict[tuple[Origin, str | None, str | int], _Places] = {}
        self._organisations: dict[str, int] = {}
        self._stages: dict[Stage, int] = {}

    def record(self, exchange: Exchange) -> None:
        """Count an exchange that is over, at the latest at the next `flush`. Nobody changes it any more."""
        waiting = self._waiting
        waiting.append((exchange, perf_counter()))
        is_large = len(exchange.request) > _LARGE_BYTES or len(exchange.answer) > _LARGE_BYTES
        # Whoever counts at this moment counts this one, too, or it waits a little longer.
        if (is_large or len(waiting) >= _AT_ONCE) and self._lock.acquire(blocking=False):
            try:
                self._count_waiting()
            finally:
                self._lock.release()

    def flush(self) -> None:
        """Count what is recorded now, so that every process can read it. To be called about every second."""
        with self._lock:
            self._count_waiting()

    def _count_waiting(self) -> None:
        if self._process != getpid():
            self._begin()
        numbers, waiting = self.counts.numbers, self._waiting
        # Summed up first, since to add to a shared number takes several times as long.
        seconds = dict.fromkeys(self._stages, 0.0)
        while waiting:
            exchange, over = waiting.popleft()
            # The code, or the HTTP status of an answer that has none.
            key = (exchange.origin, exchange.operation, exchange.code or exchange.status)
            request, durations = self._places.get(key) or self._new_places(*key)
            numbers[request] += 1
            if durations is None:
                continue
            began = exchange.started
            taken = over - began
            numbers[durations + bisect_left(BUCKETS, taken)] += 1
            numbers[durations + _TOTAL] += taken
            if exchange.author is not None:
                name = exchange.author.organisation
                place = self._organisations.get(name)
                numbers[self._new_organisation(name) if place is None else place] += 1
            for stage, ended in exchange.stages:
                seconds[stage] += ended - began
                began = ended
        for stage, place in self._stages.items():
            numbers[place] += seconds[stage]

    def lose_line(self) -> None:
        """Count a line of the log that was lost."""
        # Not the lock of the others: a line may be lost by whoever holds that.
        with self._losing:
            self.counts.numbers[self.counts.place(LOST_LINES, "")] += 1

    def _begin(self) -> None:
        """Count where this process does, and not where the one did that it was forked from."""
        self._process = getpid()
        self._places.clear()
        self._organisations.clear()
        self._stages = {stage: self.counts.place(STAGES, stage.value) for stage in Stage}

    def _new_places(self, origin: Origin, operation: str | None, outcome: str | int) -> _Places:
        asked, came = operation or NONE, _outcome(outcome)
        if origin is Origin.BATCH_RECORD:
            places: _Places = (self.counts.place(RECORDS, asked, came), None)
        else:
            durations = self.counts.place(DURATIONS, asked) if origin is Origin.SOAP else None
            places = (self.counts.place(REQUESTS, origin.value, asked, came), durations)
        if len(self._places) < _MOST_KEPT:
            self._places[origin, operation, outcome] = places
        return places

    def _new_organisation(self, name: str) -> int:
        place = self.counts.place(ORGANISATIONS, _shown(name))
        if len(self._organisations) < _MOST_KEPT:
            self._organisations[name] = place
        return place


def _outcome(outcome: str | int) -> str:
    """The outcome of a request as it is counted: one code, that there were several, or a status."""
    if not outcome:
        return NONE
    return _SEVERAL if "," in str(outcome) else str(outcome)


def _shown(name: str) -> str:
    """The name of an organisation, whatever is in it, as one short line that is not taken for another thing."""
    return shortened(printable(name), _LONGEST_NAME)
