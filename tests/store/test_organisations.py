from __future__ import annotations

from dataclasses import replace

import pytest

from lrs_soap.errors import AlreadyHeld
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.store import organisations
from lrs_soap.store.store import Store

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
    other = replace(Organisation("20000000", "OTHER1", "Another"), **changed)  # type: ignore[arg-type]
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
