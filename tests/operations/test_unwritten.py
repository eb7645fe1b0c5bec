"""Learners that are not written: seen in place of the register's, by ULN, by identity keys and in a search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lrs_soap.operations.find_by_demographics import find_by_checked_demographics
from lrs_soap.operations.unwritten import Unwritten
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.work import unit

ANNE, BETH, NEW = "1000000019", "1000000027", "2"
HELD = Learner(ANNE, "Anne", "O'Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2021-02-03")
SISTER = HELD._replace(uln=BETH, given_name="Beth", date_of_birth="2008-01-02")
MOVED = HELD._replace(last_known_post_code="LU1 1AA")
NOBODY_YET = HELD._replace(uln=NEW, given_name="Jolyon", family_name="Featherstone", last_known_post_code="LS2 9JT")


@pytest.fixture
def transaction(store: Store) -> Iterator[Transaction]:
    with store.writing() as writing:
        learners.insert(writing, HELD)
        learners.insert(writing, SISTER)
    with store.reading() as reading:
        yield reading


def asked(learner: Learner, **changed: str) -> DemographicsAsked:
    given = {name: getattr(learner, name) for name in DemographicsAsked._fields if hasattr(learner, name)}
    return DemographicsAsked(**{**given, **changed})


def found(transaction: Transaction, unwritten: Unwritten, asked_for: DemographicsAsked) -> tuple[str, list[str]]:
    decision = find_by_checked_demographics(unit(transaction), asked_for, unwritten=unwritten)
    return decision.code.value, [learner.uln for learner in decision.learners]


def test_nothing_unwritten_leaves_the_register_as_it_is(transaction: Transaction) -> None:
    unwritten = Unwritten()
    assert unwritten.by_uln(transaction, ANNE) == HELD
    assert unwritten.by_uln(transaction, NEW) is None
    assert unwritten.by_identity(transaction, HELD) == HELD
    assert found(transaction, unwritten, asked(HELD)) == ("WSRC0004", [ANNE])


def test_a_new_learner_is_there(transaction: Transaction) -> None:
    unwritten = Unwritten()
    unwritten.put(NOBODY_YET)
    assert unwritten.by_uln(transaction, NEW) == NOBODY_YET
    assert found(transaction, unwritten, asked(NOBODY_YET, given_name="JOLYON")) == ("WSRC0004", [NEW])
    assert found(transaction, unwritten, asked(NOBODY_YET, last_known_post_code="CV1 2WT")) == ("WSRC0003", [NEW])
    assert found(transaction, unwritten, asked(NOBODY_YET, date_of_birth="2001-01-01")) == ("WSRC0003", [NEW])


def test_a_changed_learner_is_where_it_is_now_and_not_where_it_was(transaction: Transaction) -> None:
    unwritten = Unwritten()
    unwritten.put(MOVED)
    assert unwritten.by_uln(transaction, ANNE) == MOVED
    assert unwritten.by_identity(transaction, HELD) is None
    assert found(transaction, unwritten, asked(MOVED)) == ("WSRC0004", [ANNE])
    # The register's other learners are still there; the changed one is found once, as she is now.
    assert found(transaction, unwritten, asked(HELD)) == ("WSRC0003", [ANNE, BETH])
    # Changed again, and back.
    unwritten.put(MOVED._replace(date_of_birth="2001-01-01"))
    assert unwritten.by_identity(transaction, MOVED) is None
    assert found(transaction, unwritten, asked(MOVED)) == ("WSRC0003", [ANNE])
    unwritten.put(HELD)
    assert found(transaction, unwritten, asked(HELD)) == ("WSRC0004", [ANNE])


def test_an_unknown_postcode_finds_nobody_else(transaction: Transaction) -> None:
    unwritten = Unwritten()
    unwritten.put(NOBODY_YET._replace(last_known_post_code="ZZ99 9ZZ"))
    elsewhere = asked(NOBODY_YET, last_known_post_code="ZZ99 9ZZ", date_of_birth="2001-01-01")
    assert found(transaction, unwritten, elsewhere) == ("WSRC0001", [])
