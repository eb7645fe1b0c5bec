from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from lrs_soap.errors import AlreadyHeld, InvalidRecord, NotHeld, Refused
from lrs_soap.operations.authenticate import authenticate
from lrs_soap.operations.organisations import (
    add,
    change_roles,
    everyone,
    held,
    set_password,
    set_permissions_disabled,
    set_roles,
    set_suspended,
)
from lrs_soap.passwords import Passwords
from lrs_soap.rules.values.organisation import Organisation, Role
from lrs_soap.sample import starting_data
from lrs_soap.sample.starting_data import ORGANISATION, PASSWORD
from lrs_soap.store import organisations, tables
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.counted_hasher import CountedHasher
from tests.kit.work import unit


@pytest.fixture
def store_with_others(filled: Store, passwords: Passwords) -> Store:
    with filled.writing() as transaction:
        suspended = replace(ORGANISATION, ukprn="SUSPEND1", organisation_ref="SUS001", suspended=True)
        organisations.insert(transaction, suspended, passwords.hash(PASSWORD))
        other = replace(ORGANISATION, ukprn="OTHER001", organisation_ref="OTH001")
        organisations.insert(transaction, other, passwords.hash(PASSWORD))
    return filled


def ask(
    store: Store, passwords: Passwords, ukprn: str | None, reference: str | None, password: str = PASSWORD
) -> Organisation:
    with store.reading() as transaction:
        return authenticate(unit(transaction), passwords, ukprn=ukprn, organisation_ref=reference, password=password)


@pytest.mark.parametrize(
    ("ukprn", "reference"),
    [
        ("TEST0001", None),
        (None, "TST001"),
        ("TEST0001", "TST001"),
        ("test0001", None),
        (None, "tst001"),
        ("Test0001", "Tst001"),
    ],
)
def test_either_code_or_both_in_any_case(
    filled: Store, passwords: Passwords, ukprn: str | None, reference: str | None
) -> None:
    assert ask(filled, passwords, ukprn, reference) == ORGANISATION


@pytest.mark.parametrize("password", [PASSWORD, "WrongPassword001"])
@pytest.mark.parametrize(
    ("ukprn", "reference"),
    [
        pytest.param("NOBODY01", None, id="unknown UKPRN"),
        pytest.param(None, "NOBODY", id="unknown reference"),
        pytest.param("TST001", None, id="a reference as UKPRN"),
        pytest.param("TEST0001", "OTH001", id="two that disagree"),
        pytest.param("TEST0001", "NOBODY", id="known UKPRN, unknown reference"),
        pytest.param("NOBODY01", "TST001", id="unknown UKPRN, known reference"),
        pytest.param("TEST0001", "", id="known UKPRN, empty reference"),
        pytest.param("SUSPEND1", None, id="suspended"),
        pytest.param(None, None, id="neither"),
    ],
)
def test_nobody_is_wsec0003_whatever_the_password(
    store_with_others: Store, passwords: Passwords, ukprn: str | None, reference: str | None, password: str
) -> None:
    with pytest.raises(Refused) as caught:
        ask(store_with_others, passwords, ukprn, reference, password)
    assert (caught.value.code, caught.value.details) == ("WSEC0003", "")
    assert caught.value.description.startswith("Unknown organisation, ")


@pytest.mark.parametrize("password", ["WrongPassword001", PASSWORD.lower(), f"{PASSWORD} ", ""])
def test_a_wrong_password_is_wsec0005(filled: Store, passwords: Passwords, password: str) -> None:
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            ask(filled, passwords, "TEST0001", None, password)
        assert (caught.value.code, caught.value.details) == ("WSEC0005", "")
        assert caught.value.description == "Incorrect password, The Organisation Password is not correct."
        ask(filled, passwords, "TEST0001", None)


def test_a_suspension_counts_at_once(filled: Store, passwords: Passwords) -> None:
    ask(filled, passwords, "TEST0001", None)
    with filled.writing() as transaction:
        transaction.execute(tables.organisations.update().values(status="suspended"))
    with pytest.raises(Refused, match="WSEC0003"):
        ask(filled, passwords, "TEST0001", None)


def test_every_refusal_computes_one_hash(store_with_others: Store) -> None:
    passwords = Passwords()
    hasher = CountedHasher.of(passwords)
    ask(store_with_others, passwords, "TEST0001", None)
    for ukprn, password in (("TEST0001", "WrongPassword001"), ("NOBODY01", PASSWORD), ("SUSPEND1", PASSWORD)):
        computed = len(hasher.verified)
        with pytest.raises(Refused):
            ask(store_with_others, passwords, ukprn, None, password)
        assert len(hasher.verified) == computed + 1


# What the operator changes

COLLEGE = Organisation("1000abcd", "abc123", "A College", roles=frozenset({Role.ONLINE_USER}))
FIRST, SECOND = "The first secret", "The other secret"


@pytest.fixture
def with_college(filled: Store, passwords: Passwords) -> Store:
    with filled.writing() as transaction:
        add(unit(transaction), passwords, COLLEGE, FIRST)
    return filled


def test_one_that_is_added_is_held_in_capitals_and_may_ask(with_college: Store, passwords: Passwords) -> None:
    assert ask(with_college, passwords, "1000ABCD", "ABC123", FIRST) == replace(
        COLLEGE, ukprn="1000ABCD", organisation_ref="ABC123"
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"ukprn": "1000ABCD", "organisation_ref": "OTHER1"}, "UKPRN 1000ABCD already"),
        ({"ukprn": "20000000"}, "UKPRN 1000ABCD has the OrganisationRef ABC123 already"),
    ],
)
def test_each_code_is_taken_once(
    with_college: Store, passwords: Passwords, changed: dict[str, str], error: str
) -> None:
    other = replace(COLLEGE, **changed)
    with pytest.raises(AlreadyHeld, match=error), with_college.writing() as transaction:
        add(unit(transaction), passwords, other, SECOND)
    ask(with_college, passwords, "1000ABCD", None, FIRST)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"ukprn": "1000"}, "UKPRN"), ({"organisation_ref": "A"}, "OrganisationRef"), ({"name": ""}, "NAME")],
)
def test_what_is_no_organisation_is_not_added(
    filled: Store, passwords: Passwords, changed: dict[str, str], field: str
) -> None:
    before = list(starting_data.ORGANISATIONS)
    with pytest.raises(InvalidRecord) as caught, filled.writing() as transaction:
        add(unit(transaction), passwords, replace(COLLEGE, **changed), FIRST)
    assert caught.value.field == field
    with filled.reading() as transaction:
        assert list(everyone(unit(transaction))) == before


def test_a_password_of_another_form_is_refused_and_not_quoted(with_college: Store, passwords: Passwords) -> None:
    with pytest.raises(InvalidRecord) as caught, with_college.writing() as transaction:
        set_password(unit(transaction), passwords, "1000ABCD", "short secret")
    assert "secret" not in str(caught.value)
    ask(with_college, passwords, "1000ABCD", None, FIRST)


def test_another_password_is_right_at_once_and_the_old_one_wrong(with_college: Store, passwords: Passwords) -> None:
    # Twice, so that it is remembered.
    for _ in range(2):
        ask(with_college, passwords, "1000ABCD", None, FIRST)
    # By another process, as `lrs-soap org password` is one.
    with with_college.writing() as transaction:
        set_password(unit(transaction), Passwords(), "1000abcd", SECOND)
    with pytest.raises(Refused, match="WSEC0005"):
        ask(with_college, passwords, "1000ABCD", None, FIRST)
    ask(with_college, passwords, "1000ABCD", None, SECOND)


def test_changes_leave_everything_else_as_it_was(with_college: Store) -> None:
    with with_college.writing() as transaction:
        set_suspended(unit(transaction), "1000abcd", True)
        set_permissions_disabled(unit(transaction), "1000abcd", True)
        change_roles(
            unit(transaction),
            "1000abcd",
            added=frozenset({Role.BATCH_USER, Role.LEARNER_RECORD}),
            removed=frozenset({Role.LEARNER_RECORD, Role.SUPER_USER}),
        )
    with with_college.reading() as transaction:
        now = held(unit(transaction), "1000ABCD")
        others = [each for each in everyone(unit(transaction)) if each.ukprn != "1000ABCD"]
    assert now == Organisation(
        "1000ABCD",
        "ABC123",
        "A College",
        suspended=True,
        permissions_disabled=True,
        roles=frozenset({Role.ONLINE_USER, Role.BATCH_USER}),
    )
    assert others == list(starting_data.ORGANISATIONS)
    with with_college.writing() as transaction:
        set_suspended(unit(transaction), "1000abcd", False)
        set_permissions_disabled(unit(transaction), "1000abcd", False)
        changed = set_roles(unit(transaction), "1000abcd", frozenset({Role.VIEW_ONLY_USER}))
    assert changed == replace(now, suspended=False, permissions_disabled=False, roles=frozenset({Role.VIEW_ONLY_USER}))


@pytest.mark.parametrize(
    "change",
    [
        lambda transaction: held(unit(transaction), "NOBODY01"),
        lambda transaction: set_suspended(unit(transaction), "NOBODY01", True),
        lambda transaction: set_permissions_disabled(unit(transaction), "NOBODY01", True),
        lambda transaction: set_roles(unit(transaction), "NOBODY01", frozenset()),
        lambda transaction: set_password(unit(transaction), Passwords(), "NOBODY01", FIRST),
    ],
    ids=["held", "suspend", "disable", "roles", "password"],
)
def test_nobody_cannot_be_changed(filled: Store, change: Callable[[Transaction], object]) -> None:
    with pytest.raises(NotHeld, match="'NOBODY01'"), filled.writing() as transaction:
        change(transaction)


def test_two_that_change_roles_at_once_both_count(with_college: Store) -> None:
    def give(role: Role) -> None:
        with with_college.writing() as transaction:
            change_roles(unit(transaction), "1000ABCD", added=frozenset({role}), removed=frozenset())

    threads = [threading.Thread(target=give, args=(role,)) for role in Role]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with with_college.reading() as transaction:
        assert held(unit(transaction), "1000ABCD").roles == frozenset(Role)
