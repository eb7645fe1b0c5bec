"""The name keys of the learners that are held: kept with each write, and looked up by index alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lrs_soap.errors import AlreadyHeld
from lrs_soap.rules.names.lookup_keys import (
    FAMILY,
    FAMILY_ALIAS,
    FAMILY_PARTS,
    GIVEN,
    GIVEN_ALIAS,
    PREVIOUS_FAMILY,
    NameKey,
    name_keys_of,
)
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.store import learners, name_keys, tables
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql, on_sqlite

FIRST, OTHER = "1000000016", "2000000003"

Make = Callable[..., Learner]


def held(transaction: Transaction) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in transaction.execute(select(tables.name_keys))}


def test_the_columns_are_the_fields_of_a_name_key() -> None:
    assert tuple(tables.name_keys.columns.keys()) == NameKey._fields


def test_every_name_that_may_be_asked_for_is_a_key(learner: Make) -> None:
    anyone = learner(
        given_name="Anna Maria",
        middle_other_name="Zoë Birch",
        preferred_given_name="Nan",
        family_name="MacBirch-Ash",
        previous_family_name="Oak",
        family_name_at_age_16="Saint John",
        last_known_post_code="yo1 7hh",
    )
    keys = name_keys_of(anyone)
    assert {(row.key, row.kinds) for row in keys} == {
        ("annamaria", GIVEN),
        ("anna", GIVEN_ALIAS),
        ("maria", GIVEN_ALIAS),
        ("zoe", GIVEN_ALIAS),
        ("birch", GIVEN_ALIAS),
        ("nan", GIVEN_ALIAS),
        ("mcbirchash", FAMILY),
        ("ash mcbirch", FAMILY_PARTS),
        ("mcbirch", FAMILY_ALIAS),
        ("ash", FAMILY_ALIAS),
        ("oak", FAMILY_ALIAS | PREVIOUS_FAMILY),
        ("stjohn", FAMILY_ALIAS),
    }
    assert {row[3:] for row in (key._replace(kinds=0) for key in keys)} == {
        (0, "YO17HH", "2", "annamaria", "mcbirchash"),
    }


def test_a_key_that_is_several_things_is_there_once(learner: Make) -> None:
    (row,) = name_keys_of(learner(given_name="Thomas", family_name="THOMAS", previous_family_name="Thomás"))
    assert (row.key, row.kinds) == ("thomas", GIVEN | FAMILY | FAMILY_ALIAS | PREVIOUS_FAMILY)


def test_the_key_of_a_name_without_letters_and_digits_is_its_identity_key(learner: Make) -> None:
    keys = name_keys_of(learner(given_name="–", preferred_given_name="...", previous_family_name="\u00a0"))
    assert {(row.key, row.kinds) for row in keys} == {("-", GIVEN), ("...", GIVEN_ALIAS), ("birch", FAMILY)}
    assert {(row.given_name, row.family_name) for row in keys} == {("-", "birch")}


def test_a_deleted_learner_has_none(learner: Make) -> None:
    assert name_keys_of(learner(learner_status=DELETED)) == []


def test_they_are_kept_with_each_learner_that_is_inserted(store: Store, learner: Make) -> None:
    ash, elm = learner(OTHER, family_name="Ash"), learner("3000000008", family_name="Elm", learner_status=DELETED)
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        learners.insert_many(transaction, [ash, elm])
        assert held(transaction) == {*name_keys_of(learner()), *name_keys_of(ash)}


def test_a_learner_that_is_not_inserted_leaves_none(store: Store, learner: Make) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        before = held(transaction)
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, learner(OTHER))
        with pytest.raises(AlreadyHeld):
            learners.insert_many(transaction, [learner(OTHER, family_name="Ash"), learner()])
        assert held(transaction) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "Nadja"},
        {"family_name": "Ash", "previous_family_name": "Birch"},
        {"date_of_birth": "2001-05-04"},
        {"gender": "1"},
        {"last_known_post_code": "LS1 4AP"},
        {"preferred_given_name": None},
        {"notes": "nothing that is a key"},
        {"learner_status": DELETED},
    ],
)
def test_they_follow_an_update(store: Store, learner: Make, changed: dict[str, Any]) -> None:
    before, other = learner(preferred_given_name="Nan"), learner(OTHER, family_name="Elm")
    after = before._replace(version_number=2, **changed)
    with store.writing() as transaction:
        learners.insert_many(transaction, [before, other])
        assert learners.update(transaction, before, after)
        assert held(transaction) == {*name_keys_of(after), *name_keys_of(other)}


def test_an_update_that_comes_too_late_leaves_them(store: Store, learner: Make) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(version_number=2))
        assert not learners.update(transaction, learner(), learner(family_name="Ash"))
        assert held(transaction) == set(name_keys_of(learner()))


def test_many_of_one_name_are_read_in_portions(store: Store, learner: Make) -> None:
    many = [
        learner(str(1_000_000_000 + each), given_name=f"Nadia{each}", last_known_post_code="ZZ99 9ZZ")
        for each in range(250)
    ]
    ulns = sorted(each.uln for each in many)
    with store.writing() as transaction:
        learners.insert_many(transaction, [*many, learner(OTHER, date_of_birth="2001-04-06", family_name="Birch")])
        assert [row.uln for row in name_keys.by_date(transaction, "2001-04-05", "birch")] == ulns
        assert [row.uln for row in name_keys.by_post_code(transaction, "ZZ999ZZ", "birch")] == ulns


def test_many_with_one_date_and_postcode_are_read_in_portions(store: Store, learner: Make) -> None:
    many = [learner(str(1_000_000_000 + each), given_name=f"Nadiá {each}") for each in range(250)]
    others = [
        learner(OTHER, date_of_birth="2001-04-06"),
        learner("3000000008", last_known_post_code="LS1 4AP"),
        learner("4000000001", learner_status=DELETED),
    ]
    with store.writing() as transaction:
        learners.insert_many(transaction, [*many, *others])
        rows = list(name_keys.by_date_and_post_code(transaction, "2001-04-05", "YO17HH"))
    assert [row.uln for row in rows] == sorted(each.uln for each in many)
    assert rows[0] == NameKey("2001-04-05", "", "1000000000", 0, "YO17HH", "2", "nadia0", "birch")


LOOK_UPS = {
    "name_keys WHERE date_of_birth = 'a' AND key = 'a' AND uln > '' ORDER BY uln LIMIT 100": (
        "PRIMARY KEY",
        "pk_name_keys",
    ),
    "name_keys WHERE post_code = 'a' AND key = 'a' AND uln > '' ORDER BY uln LIMIT 100": (
        "INDEX ix_name_keys_post_code",
        "ix_name_keys_post_code",
    ),
    "learners WHERE learner_status != '2' AND post_code_identity = 'a' AND date_of_birth = 'a' AND uln > '' "
    "ORDER BY uln LIMIT 100": ("INDEX ix_learners_post_code", "ix_learners_post_code"),
}


@on_sqlite
def test_the_look_ups_are_by_index_alone_on_sqlite(store: Store) -> None:
    with store.reading() as transaction:
        for look_up, (index, _) in LOOK_UPS.items():
            transaction.cursor.execute(f"EXPLAIN QUERY PLAN SELECT gender FROM {look_up}")
            # One step: nothing is sorted, and nothing is read that is not asked for.
            (plan,) = transaction.cursor.fetchall()
            table, _, _ = look_up.partition(" ")
            assert plan[3].startswith(f"SEARCH {table} USING {index} (")
            assert re.search(r"\w+=\? AND \w+=\? AND uln>\?\)$", plan[3])


@on_postgresql
def test_the_look_ups_can_be_by_index_alone_on_postgresql(store: Store) -> None:
    with store.reading() as transaction:
        # Of so small a table it would rather read the whole, and sort it.
        transaction.cursor.execute("SET LOCAL enable_seqscan = off")
        transaction.cursor.execute("SET LOCAL enable_bitmapscan = off")
        for look_up, (_, index) in LOOK_UPS.items():
            transaction.cursor.execute(f"EXPLAIN SELECT gender FROM {look_up}")
            plan = "".join(row[0] for row in transaction.cursor.fetchall())
            assert index in plan
            assert "Sort" not in plan
