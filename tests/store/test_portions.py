from __future__ import annotations

from lrs_soap.store.portions import in_portions


def test_the_last_portion_has_what_is_left() -> None:
    assert list(in_portions(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(in_portions(range(6), 3)) == [[0, 1, 2], [3, 4, 5]]


def test_nothing_is_no_portion() -> None:
    assert list(in_portions([], 3)) == []


def test_heavy_records_fill_a_portion_sooner() -> None:
    assert list(in_portions([1, 1, 5, 2, 1, 1], 4, lambda record: record)) == [[1, 1, 5], [2, 1, 1]]


def test_records_are_read_as_portions_are_asked_for() -> None:
    remaining = iter(range(10))
    next(in_portions(remaining, 3))
    assert next(remaining) == 3
