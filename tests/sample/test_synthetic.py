"""A store filled with synthetic learners: as many ordinary ones would stand in it, whatever stands there already."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values import uln
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.sample import synthetic
from lrs_soap.sample.synthetic import SyntheticResult
from lrs_soap.sample.synthetic_learners import Population
from lrs_soap.store import learner_rows, learners, ulns
from lrs_soap.store.store import Store
from lrs_soap.store.tables import learners as learners_table
from lrs_soap.store.tables import name_keys, properties
from tests.kit.databases import new_database, on_postgresql, on_sqlite
from tests.kit.work import unit

PEOPLE = tuple(Population(synthetic.SEED).learners(0, 600))


@contextmanager
def another_store(kind: str, folder: Path) -> Iterator[Store]:
    folder.mkdir()
    with new_database(kind, folder) as url:
        store = Store.open(url)
        try:
            yield store
        finally:
            store.close()


def rows(store: Store, table: Table) -> list[tuple[Any, ...]]:
    """What stands in a table, but for the numbers that the database gives to rows."""
    columns = [column for column in table.columns if column.name != "id"]
    with store.reading() as transaction:
        return sorted((tuple(row) for row in transaction.execute(select(*columns))), key=repr)


def hold(store: Store, *some: Learner) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, some)


def drained(some: list[Learner]) -> list[Learner]:
    """What is in a list, which has none of it any more."""
    taken, some[:] = some[:], []
    return taken


def test_what_stands_in_the_store_is_what_ordinary_inserts_would_write(
    store: Store, database_kind: str, tmp_path: Path
) -> None:
    assert synthetic.load(store, 600) == SyntheticResult(loaded=600, left_out=0)
    with another_store(database_kind, tmp_path / "ordinary") as ordinary:
        hold(ordinary, *PEOPLE)
        for table in (learners_table, name_keys):
            assert rows(store, table) == rows(ordinary, table)


def test_a_learner_comes_back_with_all_that_it_has(store: Store) -> None:
    synthetic.load(store, 100)
    with store.reading() as transaction:
        assert [learners.by_uln(transaction, person.uln) for person in PEOPLE[:100]] == list(PEOPLE[:100])
        assert learners.by_uln(transaction, PEOPLE[100].uln) is None


def test_the_seed_says_who_they_are(store: Store) -> None:
    synthetic.load(store, 100, seed=77)
    with store.reading() as transaction:
        assert learners.by_uln(transaction, next(Population(77).learners(99, 100)).uln) is not None
        assert learners.by_uln(transaction, PEOPLE[0].uln) is None


def test_a_second_load_adds_who_is_not_there_yet(store: Store) -> None:
    synthetic.load(store, 200)
    assert synthetic.load(store, 300) == SyntheticResult(loaded=100, left_out=200)
    assert synthetic.load(store, 300) == SyntheticResult(loaded=0, left_out=300)
    assert {row[0] for row in rows(store, learners_table)} == {person.uln for person in PEOPLE[:300]}


def test_whose_uln_or_details_are_held_is_left_out_and_leaves_no_key_behind(store: Store) -> None:
    same_uln = PEOPLE[250]._replace(given_name="Somebody", family_name="Else")
    same_details = PEOPLE[3]._replace(uln="1000000019", given_name=PEOPLE[3].given_name.upper(), title=None)
    hold(store, same_uln, same_details)
    assert synthetic.load(store, 300) == SyntheticResult(loaded=298, left_out=2)
    with store.reading() as transaction:
        assert learners.by_uln(transaction, same_uln.uln) == same_uln
        assert learners.by_uln(transaction, PEOPLE[3].uln) is None
    with_keys = {row[name_keys.columns.keys().index("uln")] for row in rows(store, name_keys)}
    assert with_keys == {row[0] for row in rows(store, learners_table)}


def test_of_two_with_the_same_details_the_first_is_held(store: Store) -> None:
    twice = PEOPLE[0]._replace(uln=PEOPLE[1].uln)
    with store.writing() as transaction:
        assert learner_rows.insert_new(transaction, learner_rows.rows_of([PEOPLE[0], twice, PEOPLE[2]])) == 2
        assert learners.by_uln(transaction, PEOPLE[0].uln) == PEOPLE[0]
        assert learners.by_uln(transaction, PEOPLE[2].uln) == PEOPLE[2]


@on_postgresql
def test_who_is_registered_by_another_at_this_moment_is_left_out(store: Store, database_url: str) -> None:
    hold(store, PEOPLE[0])
    rival = Store(database_url)
    rivals = [PEOPLE[1]._replace(uln="1000000019")]
    with store.writing() as transaction:
        # Once: the second look is the one that has to see what the rival has held.
        transaction.before_write = lambda: hold(rival, *drained(rivals))
        assert learner_rows.insert_new(transaction, learner_rows.rows_of(PEOPLE[:5])) == 3
    rival.close()
    assert len(rows(store, learners_table)) == 5


def test_the_service_issues_none_of_their_ulns(store: Store) -> None:
    key = b"synthetic 1"
    theirs = {person.uln for person in PEOPLE[:50]}
    assert sum(uln.issue(number, key) in theirs for number in range(50)) > 40
    # As if the service's own series were theirs.
    with store.writing() as transaction:
        transaction.execute(update(properties).where(properties.c.name == "uln_key").values(value=key.hex()))
    synthetic.load(store, 50)
    with store.writing() as transaction:
        assert not theirs & set(ulns.issue_many(transaction, 50))


def test_a_twin_is_found_as_a_possible_match(store: Store) -> None:
    synthetic.load(store, 600)
    (one, other), *_ = (
        (first, second)
        for first, second in pairwise(PEOPLE)
        if (first.family_name, first.date_of_birth) == (second.family_name, second.date_of_birth)
        and first.last_known_post_code == second.last_known_post_code != "ZZ99 9ZZ"
    )
    asked = DemographicsAsked("Zebedee", one.family_name, one.date_of_birth, "9", one.last_known_post_code)
    with store.reading() as transaction:
        found = find_by_demographics(unit(transaction), asked)
    assert found.code is ResponseCode.POSSIBLE_MATCHES
    assert {one.uln, other.uln} <= {learner.uln for learner in found.learners}


@pytest.mark.slow
@on_sqlite
def test_many_are_made_by_another_process_and_written_in_several_transactions(store: Store) -> None:
    told: list[tuple[int, int]] = []
    result = synthetic.load(store, 25_050, progress=lambda loaded, left_out: told.append((loaded, left_out)))
    assert result == SyntheticResult(loaded=25_050, left_out=0)
    assert told == [(25_000, 0), (25_050, 0)]
    with store.reading() as transaction:
        assert learners.count(transaction) == 25_050
        assert all(
            learners.by_uln(transaction, person.uln) == person for person in Population(1).learners(24_990, 25_050)
        )


@on_sqlite
def test_where_the_other_process_dies_that_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ChildProcessError, match="has ended before its work was done"):
        synthetic.load(store, 25_050)
    assert rows(store, learners_table) == []
