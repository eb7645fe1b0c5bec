"""Savepoints: what fails takes back its own writes, and nothing else, on either kind of database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import text

from lrs_soap.errors import AlreadyHeld, StoreUnavailable
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, properties, ulns
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql, on_sqlite


class Failure(Exception):
    """What goes wrong in these tests."""


@contextmanager
def failing_savepoint(transaction: Transaction) -> Iterator[None]:
    """A savepoint whose block is left by an exception."""
    with suppress(Failure), transaction.savepoint():
        yield
        raise Failure


def names(store: Store) -> set[str]:
    with store.reading() as transaction:
        return set(transaction.execute(text("SELECT name FROM properties")).scalars()) - {"uln_key"}


def test_only_what_was_written_in_it_is_undone(store: Store) -> None:
    with store.writing() as transaction:
        properties.add(transaction, "before", "")
        with failing_savepoint(transaction):
            properties.add(transaction, "inside", "")
        properties.add(transaction, "after", "")
    assert names(store) == {"before", "after"}


def test_one_that_ends_well_is_kept(store: Store) -> None:
    with store.writing() as transaction:
        with transaction.savepoint():
            properties.add(transaction, "inside", "")
        with failing_savepoint(transaction):
            properties.add(transaction, "another", "")
    assert names(store) == {"inside"}


def test_of_nested_ones_the_inner_is_undone_alone(store: Store) -> None:
    with store.writing() as transaction, transaction.savepoint():
        properties.add(transaction, "outer", "")
        with failing_savepoint(transaction):
            properties.add(transaction, "inner", "")
        with transaction.savepoint():
            properties.add(transaction, "second inner", "")
    assert names(store) == {"outer", "second inner"}


def test_an_outer_one_undoes_the_inner_ones_with_it(store: Store) -> None:
    with store.writing() as transaction:
        with failing_savepoint(transaction):
            with transaction.savepoint():
                properties.add(transaction, "inner", "")
            properties.add(transaction, "outer", "")
        properties.add(transaction, "after", "")
    assert names(store) == {"after"}


def test_an_error_that_passes_through_several_undoes_each(store: Store) -> None:
    with store.writing() as transaction:
        with failing_savepoint(transaction), transaction.savepoint():
            properties.add(transaction, "innermost", "")
            raise Failure
        properties.add(transaction, "after", "")
    assert names(store) == {"after"}


def test_after_a_uniqueness_error_the_transaction_goes_on(store: Store, learner: Callable[..., Learner]) -> None:
    def insert_twice(transaction: Transaction) -> None:
        with transaction.savepoint():
            properties.add(transaction, "undone", "")
            learners.insert(transaction, learner("2000000003"))

    with store.writing() as transaction:
        learners.insert(transaction, learner())
        with pytest.raises(AlreadyHeld):
            insert_twice(transaction)
        learners.insert(transaction, learner("3000000008", family_name="Ash"))
    with store.reading() as transaction:
        assert learners.count(transaction) == 2
    assert names(store) == set()


def test_what_was_undone_can_be_written_again(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        with failing_savepoint(transaction):
            learners.insert(transaction, learner())
        learners.insert(transaction, learner())
    with store.reading() as transaction:
        assert learners.by_uln(transaction, learner().uln) == learner()


def test_statements_of_both_kinds_are_undone(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        with failing_savepoint(transaction):
            # By the driver's cursor, by SQLAlchemy, and many at once.
            learners.insert(transaction, learner())
            transaction.execute(text("INSERT INTO properties (name, value) VALUES ('undone', '')"))
            learners.insert_many(transaction, [learner("2000000003", family_name="Ash")])
        assert learners.count(transaction) == 0
    assert names(store) == set()


def test_a_rival_that_writes_between_read_and_write_is_met_in_it(store: Store) -> None:
    """As operations do it: look, let the rival write, write, and on AlreadyHeld look again."""
    with store.writing() as transaction:
        transaction.before_write = lambda: properties.add(transaction, "contested", "the rival's")
        assert properties.get(transaction, "contested") is None
        transaction.before_write()
        with pytest.raises(AlreadyHeld), transaction.savepoint():
            properties.add(transaction, "contested", "ours")
        assert properties.get(transaction, "contested") == "the rival's"


@on_sqlite
def test_the_numbers_of_ulns_that_were_taken_in_it_are_free_again(store: Store) -> None:
    with store.writing() as transaction:
        with failing_savepoint(transaction):
            taken = ulns.issue_many(transaction, 3)
        assert ulns.issue_many(transaction, 3) == taken


@on_sqlite
def test_a_full_disk_undoes_the_whole_transaction(store: Store, learner: Callable[..., Learner]) -> None:
    def fill_the_disk() -> None:
        with store.writing() as transaction:
            properties.add(transaction, "before", "")
            pages = transaction.execute(text("PRAGMA page_count")).scalar_one()
            transaction.execute(text(f"PRAGMA max_page_count = {pages}")).close()
            with transaction.savepoint():
                learners.insert(transaction, learner(notes="x" * 100_000))

    with pytest.raises(StoreUnavailable, match="its disk is full"):
        fill_the_disk()
    assert names(store) == set()


@on_postgresql
def test_its_locks_are_given_up_with_it(store: Store, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
    changed: list[bool] = []

    def change() -> None:
        with store.writing() as other:
            changed.append(learners.update(other, learner(), learner(version_number=2)))

    with store.writing() as transaction:
        with failing_savepoint(transaction):
            learners.lock(transaction, [learner().uln])
        thread = threading.Thread(target=change)
        thread.start()
        thread.join(30)
        assert changed == [True]
