from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lrs_soap.errors import AlreadyHeld, StoreUnavailable
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.learner import DELETED, HELD_FIELDS, OPTIONAL_FIELDS, Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql, on_sqlite

OTHER, THIRD = "2000000003", "3000000008"


def test_every_field_comes_back_as_it_was_given(store: Store, learner: Callable[..., Learner]) -> None:
    master = learner(OTHER, family_name="Ash")
    text = {
        field: f'a {field}, ’é😀 "\\\t\n'
        for field in Learner._fields
        if field not in ("uln", "version_number", "master_uln", "linked_ulns")
    }
    full = Learner(uln="1000000016", version_number=2**31 - 1, master_uln=OTHER, **text)
    with store.writing() as transaction:
        learners.insert(transaction, master)
        learners.insert(transaction, full)
    with store.reading() as transaction:
        assert learners.by_uln(transaction, "1000000016") == full
        assert learners.by_uln(transaction, OTHER) == master._replace(linked_ulns=("1000000016",))


def test_absent_stays_absent(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        assert learners.by_uln(transaction, "1000000016") == learner()


def test_an_unknown_uln_is_nobody(store: Store) -> None:
    with store.reading() as transaction:
        assert learners.by_uln(transaction, "1000000016") is None


def test_linked_ulns_ascend(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(OTHER))
        for uln in ("7000000006", "1000000016", "5000000007"):
            learners.insert(transaction, learner(uln, family_name=uln, master_uln=OTHER))
        master = learners.by_uln(transaction, OTHER)
    assert master is not None
    assert master.linked_ulns == ("1000000016", "5000000007", "7000000006")


def test_a_uln_is_held_once_even_by_a_deleted_learner(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(learner_status=DELETED))
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, learner(family_name="Rowan"))


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"given_name": " NADIA "},
        {"family_name": "ＢＩＲＣＨ"},
        {"last_known_post_code": "yo17hh"},
        {"ability_to_share": "0", "notes": "another person says"},
    ],
)
def test_five_equal_identity_keys_are_held_once(
    store: Store, learner: Callable[..., Learner], same: dict[str, Any]
) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, learner(OTHER, **same))
        assert learners.count(transaction) == 1


@pytest.mark.parametrize(
    "different",
    [
        {"given_name": "Nadja"},
        {"family_name": "Birché"},
        {"date_of_birth": "2001-04-06"},
        {"gender": "9"},
        {"last_known_post_code": "YO1 7HJ"},
    ],
)
def test_one_other_identity_key_is_another_learner(
    store: Store, learner: Callable[..., Learner], different: dict[str, Any]
) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        learners.insert(transaction, learner(OTHER, **different))
        assert learners.count(transaction) == 2


def test_a_linked_learner_keeps_its_keys_taken(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(OTHER, family_name="Ash"))
        learners.insert(transaction, learner(master_uln=OTHER))
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, learner(THIRD))


def test_deleted_learners_give_their_keys_up(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(learner_status=DELETED))
        learners.insert(transaction, learner(OTHER, learner_status=DELETED))
        learners.insert(transaction, learner(THIRD))
        assert learners.count(transaction) == 3


def test_names_as_long_as_normalising_makes_them_are_held(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(given_name="\ufdfa" * 35, family_name="\ufdfa" * 35))
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, learner(OTHER, given_name="\ufdfa" * 35, family_name="\ufdfa" * 35))


def test_several_are_read_at_once_in_the_order_of_their_ulns_as_asked(
    store: Store, learner: Callable[..., Learner]
) -> None:
    several = [learner(str(1_000_000_000 + each), family_name=f"Birch {each}") for each in range(learners.AT_ONCE)]
    linked = [learner(f"200000000{each}", family_name=f"Ash {each}", master_uln=several[0].uln) for each in range(2)]
    with store.writing() as transaction:
        learners.insert_many(transaction, [*several, *linked])
    ulns = [each.uln for each in reversed(several)]
    with store.reading() as transaction:
        for count in (1, 2, learners.AT_ONCE):
            asked = ulns[-count:]
            assert learners.held_each(transaction, asked) == [learners.held(transaction, uln) for uln in asked]
        assert learners.held_each(transaction, ulns)[-1].linked_ulns == ("2000000000", "2000000001")
        compared = learners.compared_each(transaction, ulns)
        assert [(each.uln, each.family_name) for each in compared] == [
            (each.uln, each.family_name) for each in several[::-1]
        ]
        with pytest.raises(LookupError, match=THIRD):
            learners.held_each(transaction, [ulns[0], THIRD])
        with pytest.raises(LookupError, match=THIRD):
            learners.compared_each(transaction, [*ulns[1:], THIRD])


COMPARED = {
    *("uln", "given_name", "family_name", "date_of_birth", "gender", "last_known_post_code", "master_uln"),
    *("middle_other_name", "preferred_given_name", "previous_family_name", "family_name_at_age_16"),
}


def test_a_compared_learner_has_what_a_search_compares_and_nothing_else(
    store: Store, learner: Callable[..., Learner]
) -> None:
    optional = {field: field for field in OPTIONAL_FIELDS - {"master_uln"}}
    ulns = [str(1_000_000_000 + each) for each in range(learners.AT_ONCE)]
    several = [
        learner(uln, family_name=f"Birch {uln}", master_uln=None if uln == ulns[0] else ulns[0], **optional)
        for uln in ulns
    ]
    with store.writing() as transaction:
        learners.insert_many(transaction, several)
    with store.reading() as transaction:
        compared = learners.compared_each(transaction, ulns)
    unread = {field: "" for field in HELD_FIELDS if field not in COMPARED}
    assert compared == [each._replace(**unread) for each in several]


def test_many_at_once_or_none(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, [])
        learners.insert_many(transaction, [learner(), learner(OTHER, family_name="Ash")])
        with pytest.raises(AlreadyHeld):
            learners.insert_many(transaction, [learner(THIRD, family_name="Elm"), learner(OTHER, family_name="Yew")])
        assert learners.count(transaction) == 2
        assert learners.held_ulns(transaction, ["1000000016", OTHER, THIRD]) == {"1000000016", OTHER}


def test_by_identity_finds_the_one_with_the_same_keys(store: Store, learner: Callable[..., Learner]) -> None:
    def found(transaction: Transaction, family_name: str) -> Learner | None:
        asked = DemographicsAsked("nadia", family_name, "2001-04-05", "2", "yo17hh")
        return learners.by_identity(transaction, asked)

    with store.writing() as transaction:
        learners.insert(transaction, learner(learner_status=DELETED))
        assert found(transaction, "Birch") is None
        learners.insert(transaction, learner(OTHER))
        assert found(transaction, "BIRCH") == learner(OTHER)
        assert found(transaction, "Beech") is None


HOT_READS = {
    "uln = '1'": "uq_learners_uln",
    "master_uln = '1'": "ix_learners_master_uln",
    "learner_status != '2' AND given_name_identity = 'a' AND family_name_identity = 'a' AND date_of_birth = 'a' "
    "AND gender = '1' AND post_code_identity = 'a'": "uq_learners_identity",
}


@on_sqlite
def test_the_hot_reads_use_their_indexes_on_sqlite(store: Store) -> None:
    with store.reading() as transaction:
        for condition, index in HOT_READS.items():
            transaction.cursor.execute(f"EXPLAIN QUERY PLAN SELECT notes FROM learners WHERE {condition}")
            (plan,) = transaction.cursor.fetchall()
            assert plan[3].startswith("SEARCH learners USING INDEX")
            assert index in plan[3] or (index == "uq_learners_uln" and "autoindex" in plan[3])


@on_postgresql
def test_the_hot_reads_can_use_their_indexes_on_postgresql(store: Store) -> None:
    with store.reading() as transaction:
        # Of so small a table it would rather read the whole.
        transaction.cursor.execute("SET LOCAL enable_seqscan = off")
        for condition, index in HOT_READS.items():
            transaction.cursor.execute(f"EXPLAIN SELECT notes FROM learners WHERE {condition}")
            plan = "".join(row[0] for row in transaction.cursor.fetchall())
            # Whoever has a certain postcode and date of birth is as few as whoever has five certain identity keys.
            assert index in plan or (index == "uq_learners_identity" and "ix_learners_post_code" in plan)


def test_an_update_takes_the_place_of_what_was_held(store: Store, learner: Callable[..., Learner]) -> None:
    before = learner(notes="old")
    after = before._replace(given_name="Nadja", last_known_post_code="ZZ99 9ZZ", notes=None, version_number=2)
    with store.writing() as transaction:
        learners.insert(transaction, before)
        assert learners.update(transaction, before, after)
        assert learners.by_uln(transaction, before.uln) == after
        # Its keys are free, and the new ones are taken.
        learners.insert(transaction, before._replace(uln=OTHER))
        with pytest.raises(AlreadyHeld):
            learners.insert(transaction, after._replace(uln=THIRD))


@pytest.mark.parametrize(
    "otherwise", [{"version_number": 2}, {"learner_status": DELETED}, {"master_uln": OTHER}, {"uln": THIRD}]
)
def test_an_update_of_what_is_held_otherwise_changes_nothing(
    store: Store, learner: Callable[..., Learner], otherwise: dict[str, Any]
) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner(OTHER, family_name="Ash"))
        learners.insert(transaction, learner())
        before = learner(**otherwise)
        assert not learners.update(transaction, before, before._replace(notes="new", version_number=3))
        assert learners.by_uln(transaction, "1000000016") == learner()


def test_an_update_to_taken_keys_changes_nothing(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        learners.insert(transaction, learner(OTHER, family_name="Ash"))
        with pytest.raises(AlreadyHeld):
            learners.update(transaction, learner(), learner(family_name=" ASH ", version_number=2))
        assert learners.by_uln(transaction, "1000000016") == learner()


def test_a_linked_learner_knows_what_it_was_merged_into(store: Store, learner: Callable[..., Learner]) -> None:
    first = learner().uln
    with store.writing() as transaction:
        learners.insert(transaction, learner())
        learners.insert(transaction, learner(OTHER, family_name="Ash", master_uln=first))
        learners.insert(transaction, learner(THIRD, family_name="Elm"))
        learners.link(transaction, THIRD, first)
        assert learners.merged_into(transaction, first) == {OTHER: first, THIRD: first}
        learners.link(transaction, OTHER, None)
        learners.carry(transaction, THIRD, OTHER)
        assert learners.merged_into(transaction, first) == {}
        assert learners.merged_into(transaction, OTHER) == {THIRD: first}
        assert learners.by_uln(transaction, OTHER) == learner(OTHER, family_name="Ash", linked_ulns=(THIRD,))


@on_postgresql
def test_nobody_else_changes_or_links_to_who_is_locked(
    store: Store, database_url: str, learner: Callable[..., Learner]
) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
    hasty = Store(database_url, busy_timeout=0.2)
    with store.writing() as transaction:
        learners.lock(transaction, ["1000000016"])
        with pytest.raises(StoreUnavailable, match="has been locked"), hasty.writing() as other:
            learners.update(other, learner(), learner(version_number=2))
        with pytest.raises(StoreUnavailable, match="has been locked"), hasty.writing() as other:
            learners.insert(other, learner(OTHER, family_name="Ash", master_uln="1000000016"))
    hasty.close()
