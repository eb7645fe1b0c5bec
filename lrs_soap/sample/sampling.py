"""Random draws from lists, the same on every machine.

Only `random.Random` with an integer seed and its method `random` are used, whose results Python promises not to change.
Weights are integers, so that every machine rounds them alike.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Draw = Callable[[], float]
"""The next number of a stream of numbers that are at least 0 and less than 1."""

T = TypeVar("T")

_STREAMS = 2**64


def stream(seed: int, number: int) -> Draw:
    """The stream with this seed and number. The seed is at least 0, the number from 0 to 2**64 - 1."""
    return Random(seed * _STREAMS + number).random


def below(count: int, draw: Draw) -> int:
    """A number from 0 to `count` - 1, each equally likely."""
    return int(draw() * count)


def one_of(things: Sequence[T], draw: Draw) -> T:
    """One of the things, each equally likely."""
    return things[int(draw() * len(things))]


class Weighted(Generic[T]):
    """Things that are drawn in proportion to their weights."""

    __slots__ = ("_sums", "_things", "_total")

    def __init__(self, weights: Iterable[tuple[T, int]]) -> None:
        self._things: list[T] = []
        each = []
        for thing, weight in weights:
            self._things.append(thing)
            each.append(weight)
        # Without the last sum: a draw beyond all others is the last thing, whatever the rounding.
        self._sums = list(accumulate(each))
        self._total = self._sums.pop()

    def one(self, draw: Draw) -> T:
        """One of the things."""
        return self._things[bisect(self._sums, draw() * self._total)]


def entries(name: str) -> Iterator[tuple[list[str], list[str]]]:
    """The entries of a list in `sample/data`: the words before the colon, and the things listed after it.

    Entries with the same words before the colon are joined. Blank lines and lines that begin with # are ignored.
    """
    found: dict[str, list[str]] = {}
    for line in (files("lrs_soap.sample.data") / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            about, _, listed = line.partition(": ")
            found.setdefault(about, []).extend(listed.split(", "))
    for about, things in found.items():
        yield about.split(), things
