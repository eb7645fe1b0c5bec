"""Portions: many records cut into as many as go into one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Record = TypeVar("_Record")


def in_portions(
    records: Iterable[_Record], size: int, weight_of: Callable[[_Record], int] = lambda record: 1
) -> Iterator[list[_Record]]:
    """Cut records into lists, in their order. A list is full when the weights of its records reach `size`."""
    portion: list[_Record] = []
    weight = 0
    for record in records:
        portion.append(record)
        weight += weight_of(record)
        if weight >= size:
            yield portion
            portion, weight = [], 0
    if portion:
        yield portion
