"""Merging, unmerging, deleting: what every other operation answers from then on, histories, and rivals."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lrs_soap.clock import SettableClock
from lrs_soap.errors import NotPossible
from lrs_soap.loading import learner_files
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.operations.find_by_uln import find_by_uln
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.register import register
from lrs_soap.operations.retrieve import retrieve
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.update import update
from lrs_soap.operations.verify import verify
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import OPERATOR, Action, Author, Change
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import history, learners, name_keys, tables
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql
from tests.kit.rivals import once
from tests.kit.work import NOW, unit

NAMES = ("Ann", "Bea", "Cat", "Dot", "Eve", "Flo", "Gwen", "Hope")
STEMS = [str(stem) for stem in range(100000001, 100000010) if ulns.check_digit(str(stem))]
ULNS = {name: f"{stem}{ulns.check_digit(stem)}" for name, stem in zip(NAMES, STEMS, strict=True)}
ANN, BEA, CAT, DOT = (ULNS[name] for name in NAMES[:4])


def somebody(name: str) -> Learner:
    birth = f"2001-0{NAMES.index(name) + 1}-05"
    return Learner(ULNS[name], name, "Birch", birth, "2", "YO1 7HH", "1", "2024-09-01", "2024-09-01", 3)


@pytest.fixture
def populated(store: Store) -> Store:
    with store.writing() as transaction:
        learners.insert_many(transaction, [somebody(name) for name in NAMES])
    return store


def merge(store: Store, master: str, linked: str) -> None:
    with store.writing() as transaction:
        merge_learners(unit(transaction, author=OPERATOR), master, linked)


def unmerge(store: Store, linked: str) -> None:
    with store.writing() as transaction:
        unmerge_learner(unit(transaction, author=OPERATOR), linked)


def delete(store: Store, uln: str) -> None:
    with store.writing() as transaction:
        delete_learner(unit(transaction, author=OPERATOR), uln)


def held(store: Store, uln: str) -> Learner:
    with store.reading() as transaction:
        learner = learners.by_uln(transaction, uln)
    assert learner is not None
    return learner


def masters(store: Store) -> dict[str, str]:
    """Who is linked to whom."""
    everybody = (held(store, uln) for uln in ULNS.values())
    return {learner.uln: learner.master_uln for learner in everybody if learner.master_uln is not None}


def remembered(store: Store, uln: str) -> tuple[Change, ...]:
    with store.reading() as transaction:
        return history.of(transaction, uln)


def everything(store: Store) -> list[Any]:
    """All that is held of learners, but for their histories."""
    with store.reading() as transaction:
        return [
            list(transaction.execute(select(table).order_by(*table.primary_key.columns)))
            for table in (tables.learners, tables.name_keys)
        ]


def answers(store: Store, name: str) -> dict[str, str]:
    """What each operation answers that is asked for a learner by ULN or details."""
    person, uln = somebody(name), ULNS[name]
    record = {
        "GivenName": person.given_name,
        "FamilyName": person.family_name,
        "DateOfBirth": person.date_of_birth,
        "Gender": person.gender,
        "LastKnownPostCode": person.last_known_post_code,
        "VerificationType": "1",
        "AbilityToShare": "1",
    }
    asked = DemographicsAsked(name, "Birch", person.date_of_birth, "2", "YO1 7HH")
    author = Author("TEST0001", "A Tester")
    told: dict[str, str] = {}

    def tell(operation: str, code: str, *found: Learner) -> None:
        told[operation] = " ".join((code, *(next(n for n in NAMES if ULNS[n] == each.uln) for each in found)))

    class Undo(Exception):
        pass

    def ask(transaction: Transaction) -> None:
        decision = find_by_uln(unit(transaction), uln=uln, given_name=name, family_name="Birch")
        tell("find by ULN", decision.code, *decision.learners)
        decision = find_by_demographics(unit(transaction), asked)
        tell("find", decision.code, *decision.learners)
        (decision,) = retrieve(unit(transaction), [uln])
        tell("retrieve", decision.code, *decision.learners)
        details = ToVerify(name, "Birch", person.date_of_birth, "2")
        verification = verify(unit(transaction), details, uln=uln)
        tell("verify", verification.code, *verification.learners)
        sent = SentLearner.of(record)
        decision = update(unit(transaction, author=author), sent._replace(title="Dr"), uln=uln, version=3)
        tell("update", decision.code)
        decision = register(unit(transaction, author=author), sent)
        tell("register", decision.code)
        raise Undo

    with pytest.raises(Undo), store.writing() as transaction:
        ask(transaction)
    return told


def test_a_linked_one_leads_to_its_master_whoever_asks(populated: Store) -> None:
    merge(populated, ANN, BEA)
    assert answers(populated, "Bea") == {
        "find by ULN": "WSRC0022 Ann",
        "find": "WSRC0022 Ann",
        "retrieve": "WSRC0022 Ann",
        "verify": "WSVRC002 Bea",
        "update": "WSRC0019",
        "register": "WSRC0021",
    }
    as_itself = {
        "find by ULN": "WSRC0004 Ann",
        "find": "WSRC0004 Ann",
        "retrieve": "WSRC0004 Ann",
        "verify": "WSVRC001 Ann",
        "update": "WSRC0006",
        "register": "WSRC0021",
    }
    assert answers(populated, "Ann") == as_itself
    unmerge(populated, BEA)
    assert answers(populated, "Bea") == {key: value.replace("Ann", "Bea") for key, value in as_itself.items()}


def test_a_deleted_one_is_nobody_whoever_asks(populated: Store) -> None:
    delete(populated, BEA)
    assert answers(populated, "Bea") == {
        "find by ULN": "WSRC0001",
        # The others have the same family name and postcode.
        "find": "WSRC0003 Ann Cat Dot Eve Flo Gwen Hope",
        "retrieve": "WSRC0001",
        "verify": "WSVRC006",
        "update": "WSRC0019",
        "register": "WSRC0005",
    }
    with populated.reading() as transaction:
        assert [key.uln for key in name_keys.by_date(transaction, "2001-02-05", "bea")] == []


def test_a_possible_match_of_a_linked_one_is_its_master(populated: Store) -> None:
    merge(populated, ANN, BEA)
    with populated.reading() as transaction:
        decision = find_by_demographics(
            unit(transaction), DemographicsAsked("Bea", "Birch", "2001-02-05", "2", "LU1 1AA")
        )
    assert [learner.uln for learner in decision.learners] == [ANN]


def test_both_histories_have_it_and_no_version_changes(populated: Store) -> None:
    merge(populated, BEA, CAT)
    merge(populated, ANN, BEA)
    assert remembered(populated, ANN) == (
        Change(Action.MERGED, NOW, OPERATOR, {"linked_ulns": (None, f"{BEA} {CAT}")}),
    )
    assert remembered(populated, BEA) == (
        Change(Action.MERGED, NOW, OPERATOR, {"linked_ulns": (None, CAT)}),
        Change(Action.MERGED, NOW, OPERATOR, {"master_uln": (None, ANN), "linked_ulns": (CAT, None)}),
    )
    assert remembered(populated, CAT) == (
        Change(Action.MERGED, NOW, OPERATOR, {"master_uln": (None, BEA)}),
        Change(Action.MERGED, NOW, OPERATOR, {"master_uln": (BEA, ANN)}),
    )
    unmerge(populated, BEA)
    taken_back = {"master_uln": (ANN, None), "linked_ulns": (None, CAT)}
    assert remembered(populated, BEA)[-1] == Change(Action.UNMERGED, NOW, OPERATOR, taken_back)
    assert remembered(populated, ANN)[-1] == Change(
        Action.UNMERGED, NOW, OPERATOR, {"linked_ulns": (f"{BEA} {CAT}", None)}
    )
    assert remembered(populated, CAT)[-1] == Change(Action.UNMERGED, NOW, OPERATOR, {"master_uln": (ANN, BEA)})
    assert {held(populated, uln).version_number for uln in (ANN, BEA, CAT)} == {3}


def test_a_deletion_is_in_the_history(populated: Store) -> None:
    delete(populated, BEA)
    (change,) = remembered(populated, BEA)
    assert (change.action, change.fields["learner_status"]) == (Action.DELETED, ("1", "2"))
    assert (held(populated, BEA).version_number, held(populated, BEA).last_updated_date) == (4, "2025-03-10")


def test_one_that_was_loaded_as_linked_can_be_unmerged(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, somebody("Ann"))
        learners.insert(transaction, somebody("Bea")._replace(master_uln=ANN))
        unmerge_learner(unit(transaction, author=OPERATOR), BEA)
        assert learners.by_uln(transaction, BEA) == somebody("Bea")
        assert learners.by_uln(transaction, ANN) == somebody("Ann")


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (lambda store: merge(store, ANN, ANN), "cannot be merged into itself"),
        (lambda store: merge(store, CAT, BEA), f"is linked to {ANN} already"),
        (lambda store: merge(store, BEA, ANN), f"is the master of {BEA}"),
        (lambda store: merge(store, "2000000001", BEA), "There is no learner with the ULN 2000000001"),
        (lambda store: merge(store, ANN, "1000000018"), "'1000000018' is not a ULN"),
        (lambda store: unmerge(store, ANN), "is not linked"),
        (lambda store: unmerge(store, DOT), "is deleted"),
        (lambda store: delete(store, ANN), "cannot be deleted"),
        (lambda store: delete(store, DOT), "is deleted"),
        (lambda store: delete(store, "2000000001"), "There is no learner with the ULN 2000000001"),
    ],
)
def test_what_cannot_be_changes_nothing(populated: Store, attempt: Callable[[Store], None], told: str) -> None:
    merge(populated, ANN, BEA)
    delete(populated, DOT)
    before = everything(populated)
    with pytest.raises(NotPossible, match=told):
        attempt(populated)
    assert everything(populated) == before


def test_merging_then_unmerging_gives_the_register_back(populated: Store) -> None:
    """From many states, each reached by merging and unmerging at random."""
    chance = random.Random(5)

    def attempt(step: Callable[..., None], *named: str) -> bool:
        try:
            step(populated, *named)
        except NotPossible:
            return False
        return True

    for _ in range(25):
        one, other = chance.sample(list(ULNS.values()), 2)
        before = everything(populated)
        if attempt(merge, one, other):
            unmerge(populated, other)
            assert everything(populated) == before
            if chance.random() < 0.7:
                merge(populated, one, other)
        elif chance.random() < 0.4:
            attempt(unmerge, other)
    assert len(masters(populated)) > 2


def test_those_who_merge_at_the_same_moment_make_no_cycle(populated: Store) -> None:
    """Everybody into everybody, from several threads: every master is a master in the end, and listed as one."""
    together = threading.Barrier(4)
    failures: list[BaseException] = []

    def try_all(seed: int) -> None:
        chance = random.Random(seed)
        together.wait()
        for _ in range(12):
            try:
                merge(populated, *chance.sample(list(ULNS.values()), 2))
                if chance.random() < 0.5:
                    unmerge(populated, chance.choice(list(ULNS.values())))
            except NotPossible:
                continue
            except BaseException as error:
                failures.append(error)
                raise

    threads = [threading.Thread(target=try_all, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    linked = masters(populated)
    assert set(linked.values()).isdisjoint(linked)


@pytest.mark.parametrize(
    ("rival", "after"),
    [
        (lambda store: merge(store, CAT, ANN), {BEA: CAT, ANN: CAT}),
        (lambda store: merge(store, BEA, CAT), {BEA: ANN, CAT: ANN}),
        (lambda store: update_title(store, BEA), {BEA: ANN}),
    ],
    ids=["the master is linked", "the other becomes a master", "the other is updated"],
)
@on_postgresql
def test_a_rival_between_look_and_lock_is_seen(
    populated: Store, database_url: str, rival: Callable[[Store], None], after: dict[str, str]
) -> None:
    other = Store(database_url)
    with populated.writing() as transaction:
        once(lambda: rival(other), transaction)
        merge_learners(unit(transaction, author=OPERATOR), ANN, BEA)
    other.close()
    assert masters(populated) == after


@on_postgresql
def test_of_two_that_merge_into_each_other_one_is_refused(populated: Store, database_url: str) -> None:
    other = Store(database_url)

    def merge_while_a_rival_does() -> None:
        with populated.writing() as transaction:
            once(lambda: merge(other, BEA, ANN), transaction)
            merge_learners(unit(transaction, author=OPERATOR), ANN, BEA)

    with pytest.raises(NotPossible, match=f"The learner with the ULN {BEA} is the master of {ANN}"):
        merge_while_a_rival_does()
    other.close()
    assert masters(populated) == {ANN: BEA}


def update_title(store: Store, uln: str) -> None:
    with store.writing() as transaction:
        before = learners.by_uln(transaction, uln)
        assert before is not None
        assert learners.update(transaction, before, before._replace(title="Dr", version_number=4))


@on_postgresql
def test_who_is_loaded_as_linked_while_its_master_is_merged_waits_and_is_told(populated: Store) -> None:
    record = {
        "GivenName": "Ida",
        "FamilyName": "Birch",
        "DateOfBirth": "2001-01-05",
        "Gender": "2",
        "LastKnownPostCode": "YO1 7HH",
        "MasterULN": BEA,
    }
    results: list[learners.LoadResult] = []

    def load() -> None:
        results.append(learner_files.load(populated, [json.dumps(record).encode()], clock=SettableClock(NOW)))

    with populated.writing() as transaction:
        merge_learners(unit(transaction, author=OPERATOR), ANN, BEA)
        thread = threading.Thread(target=load)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    ((_, reason),) = results[0].rejected
    assert reason == f"MasterULN: {BEA} is itself linked, to {ANN}; give that as the master"
