"""The look-ups of a search: by one statement or, where they find very many rows, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, look_ups, name_keys
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction

Make = Callable[..., Learner]

DATE, POST_CODE = "2001-04-05", "YO17HH"
KEYS = ("nadia", "birch", "elm", "nadia birch", "ash")


def one_after_the_other(transaction: Transaction, keys: Sequence[str], *, with_post_code: bool) -> Iterator[NameKey]:
    for key in keys:
        yield from name_keys.by_date(transaction, DATE, key)
    if with_post_code:
        for key in keys:
            yield from name_keys.by_post_code(transaction, POST_CODE, key)
        yield from name_keys.by_date_and_post_code(transaction, DATE, POST_CODE)


@pytest.mark.parametrize(
    ("count", "keys", "with_post_code"),
    [(20, KEYS[:3], True), (130, KEYS[:3], True), (130, KEYS, True), (130, KEYS, False), (2, (), True)],
)
def test_they_find_what_each_finds_alone_in_the_same_order(
    store: Store, learner: Make, count: int, keys: Sequence[str], with_post_code: bool
) -> None:
    ulns = [str(1_000_000_000 + each) for each in range(count)]
    many = [
        learner(uln, given_name=f"Nadia{number}" if number % 2 else "Nadia", middle_other_name=f"Elm No{number}")
        for number, uln in enumerate(reversed(ulns))
    ]
    # Nobody may have the five identity keys of another.
    apart = [
        each._replace(date_of_birth=f"19{80 + number % 20}-04-{1 + number // 20:02}")
        if number % 2 == 0 and number
        else each
        for number, each in enumerate(many)
    ]
    others = [
        learner("2000000003", family_name="Ash", last_known_post_code="LS1 4AP"),
        learner("3000000008", given_name="Ash", date_of_birth="2001-04-06"),
    ]
    with store.writing() as transaction:
        learners.insert_many(transaction, [*apart, *others])
        found = list(look_ups.rows(transaction, DATE, keys, POST_CODE if with_post_code else None, keys))
        assert found == list(one_after_the_other(transaction, keys, with_post_code=with_post_code))


@pytest.mark.parametrize("count", [2, 3])
def test_who_has_the_names_to_be_found_once_is_found_by_the_first_key_alone(
    store: Store, learner: Make, count: int
) -> None:
    namesakes = [
        learner("1000000001"),
        learner("1000000002", last_known_post_code="LS1 4AP"),
        learner("1000000003", date_of_birth="2001-04-06"),
    ]
    others = [
        learner("2000000001", given_name="Elm"),
        learner("2000000002", family_name="Ash", previous_family_name="Birch"),
    ]
    keys = KEYS[:count]
    with store.writing() as transaction:
        learners.insert_many(transaction, [*namesakes, *others])
        found = list(look_ups.rows(transaction, DATE, keys, POST_CODE, keys, ("nadia", "birch")))
        everything = list(one_after_the_other(transaction, keys, with_post_code=True))
    left_out = [row for row in everything if row not in found]
    assert [row for row in everything if row in found] == found
    assert {(row.key, row.given_name, row.family_name) for row in left_out} == {("birch", "nadia", "birch")}
    assert len(left_out) == 4


def test_a_usual_search_is_one_statement(store: Store, learner: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = []
    rows = Prepared.rows

    def counted(self: Prepared, transaction: Transaction, *values: Any) -> list[tuple[Any, ...]]:
        statements.append(self)
        return rows(self, transaction, *values)

    with store.writing() as transaction:
        learners.insert(transaction, learner())
        monkeypatch.setattr(Prepared, "rows", counted)
        assert len(list(look_ups.rows(transaction, DATE, KEYS[:3], POST_CODE, KEYS[:3]))) == 5
    assert len(statements) == 1
