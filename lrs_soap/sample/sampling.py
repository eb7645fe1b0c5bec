"""Draw by chance from lists, the same on every machine.

Only `random.Random`, seeded by an integer, and its `random` are used: what they give is promised never to change with
Python's versions. Weights are integers, so that no machine rounds them otherwise.
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
    """A stream of its own for each seed, which is at least 0, and each number, at least 0 and less than 2**64."""
    return Random(seed * _STREAMS + number).random


def below(count: int, draw: Draw) -> int:
    """One of the numbers from 0 to `count` - 1, each as likely."""
    return int(draw() * count)


def one_of(things: Sequence[T], draw: Draw) -> T:
    """One of the things, each as likely."""
    return things[int(draw() * len(things))]


class Weighted(Generic[T]):
    """Things of which some are drawn more often than others, by their weights."""

    __slots__ = ("_sums", "_things", "_total")

    def __init__(self, weights: Iterable[tuple[T, int]]) -> None:
        self._things: list[T] = []
        each = []
        for thing, weight in weights:
            self._things.append(thing)
            each.append(weight)
        # Without the last: what is drawn beyond all sums before it is the last thing, however a sum was rounded.
        self._sums = list(accumulate(each))
        self._total = self._sums.pop()

    def one(self, draw: Draw) -> T:
        """One of the things."""
        return self._things[bisect(self._sums, draw() * self._total)]


def entries(name: str) -> Iterator[tuple[list[str], list[str]]]:
    """The entries of a list in operations/data: the words before the colon, and what is listed after it.

    Entries with the same words before the colon are one. Blank lines, and those that begin with #, say nothing.
    """
    found: dict[str, list[str]] = {}
    for line in (files("lrs_soap.sample.data") / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            about, _, listed = line.partition(": ")
            found.setdefault(about, []).extend(listed.split(", "))
    for about, things in found.items():
        yield about.split(), things
