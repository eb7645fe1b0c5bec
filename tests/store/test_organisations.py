from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lrs_soap.errors import AlreadyHeld
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.store import organisations
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_sqlite

COLLEGE = Organisation("1000TEST", "COLL01", "A college", roles=frozenset({Role.ONLINE_USER, Role.LEARNER_RECORD}))


def test_an_organisation_comes_back_by_either_code_in_any_case(store: Store) -> None:
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "the hash")
    with store.reading() as transaction:
        for account in (
            organisations.by_ukprn(transaction, "1000TEST"),
            organisations.by_ukprn(transaction, "1000test"),
            organisations.by_reference(transaction, "COLL01"),
            organisations.by_reference(transaction, "cOLL01"),
        ):
            assert account is not None
            assert account.organisation == COLLEGE
            assert account.password_hash == "the hash"


def test_only_the_letters_of_the_codes_are_without_case(store: Store) -> None:
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "the hash")
        assert organisations.by_ukprn(transaction, "1000TEſT") is None
        assert organisations.by_ukprn(transaction, "1000TEST ") is None
        assert organisations.by_ukprn(transaction, "COLL01") is None


@pytest.mark.parametrize("changed", [{"ukprn": "1000test"}, {"organisation_ref": "coll01"}])
def test_each_code_is_held_once(store: Store, changed: dict[str, str]) -> None:
    other = replace(Organisation("20000000", "OTHER1", "Another"), **changed)
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "")
        with pytest.raises(AlreadyHeld):
            organisations.insert(transaction, other, "")
        assert organisations.all(transaction) == (COLLEGE,)


def test_all_come_by_ukprn(store: Store) -> None:
    suspended = Organisation("0999TEST", "SUSP01", "Suspended, without roles", suspended=True)
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "")
        organisations.insert(transaction, suspended, "")
        assert organisations.all(transaction) == (suspended, COLLEGE)


def test_what_changes_is_held_and_nothing_else(store: Store) -> None:
    other = replace(COLLEGE, ukprn="2000TEST", organisation_ref="COLL02")
    changed = replace(COLLEGE, suspended=True, permissions_disabled=True, roles=frozenset({Role.BATCH_USER}))
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "the hash")
        organisations.insert(transaction, other, "the hash")
        assert organisations.locked(transaction, "1000test") == COLLEGE
        organisations.update(transaction, replace(changed, name="Another name"))
        assert organisations.locked(transaction, "NOBODY01") is None
    with store.reading() as transaction:
        assert organisations.by_ukprn(transaction, "1000TEST") == organisations.Account(changed, "the hash")
        assert organisations.by_ukprn(transaction, "2000TEST") == organisations.Account(other, "the hash")


def test_another_password_s_hash_is_held(store: Store) -> None:
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "the hash")
        assert organisations.set_password_hash(transaction, "1000test", "another")
        assert not organisations.set_password_hash(transaction, "NOBODY01", "another")
        assert organisations.by_ukprn(transaction, "1000TEST") == organisations.Account(COLLEGE, "another")


def test_a_hash_is_not_shown() -> None:
    assert "secret" not in repr(organisations.Account(COLLEGE, "secret"))


def hash_of(transaction: Transaction, **codes: str | None) -> str | None:
    account = organisations.named(transaction, **{"ukprn": None, "organisation_ref": None, **codes})
    return None if account is None else account.password_hash


@pytest.mark.parametrize("codes", [{"ukprn": "1000TEST"}, {"organisation_ref": "coll01"}])
def test_whoever_has_changed_an_organisation_it_is_read_anew(
    store: Store, database_url: str, codes: dict[str, str]
) -> None:
    with store.reading() as transaction:
        assert hash_of(transaction, **codes) is None
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "first")
    with store.reading() as transaction:
        assert hash_of(transaction, **codes) == "first"
    # Another process has connections of its own, as this store has.
    other = Store(database_url)
    for number, writer in enumerate((store, other)):
        with writer.writing() as transaction:
            organisations.set_password_hash(transaction, "1000TEST", f"hash {number}")
            assert hash_of(transaction, **codes) == f"hash {number}"
            organisations.set_password_hash(transaction, "1000TEST", f"other {number}")
            assert hash_of(transaction, **codes) == f"other {number}"
        with store.reading() as transaction:
            assert hash_of(transaction, **codes) == f"other {number}"
    other.close()


def test_a_transaction_sees_an_organisation_as_it_was_at_its_first_statement(store: Store, database_url: str) -> None:
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "before")
    other = Store(database_url)
    for _ in range(2):
        with store.reading() as transaction:
            assert hash_of(transaction, ukprn="1000TEST") == "before"
    with store.reading() as transaction:
        assert hash_of(transaction, ukprn="2000TEST") is None
        with other.writing() as writing:
            organisations.set_password_hash(writing, "1000TEST", "after")
        assert hash_of(transaction, ukprn="1000TEST") == "before"
    with store.reading() as transaction:
        assert hash_of(transaction, ukprn="1000TEST") == "after"
    other.close()


@on_sqlite
def test_an_organisation_is_read_once_as_long_as_nobody_writes(store: Store) -> None:
    with store.writing() as transaction:
        organisations.insert(transaction, COLLEGE, "the hash")
    read: list[str] = []
    for _ in range(3):
        with store.reading() as transaction:
            connection: Any = transaction.connection.connection.driver_connection
            connection.set_trace_callback(read.append)
            assert hash_of(transaction, ukprn="1000test") == "the hash"
            connection.set_trace_callback(None)
    assert sum("FROM organisations" in statement for statement in read) == 1


@on_sqlite
def test_of_codes_that_nobody_has_nothing_is_remembered(store: Store) -> None:
    with store.reading() as transaction:
        for number in range(100):
            assert hash_of(transaction, ukprn=f"{number:08}") is None
        assert transaction.remembered() == {}
