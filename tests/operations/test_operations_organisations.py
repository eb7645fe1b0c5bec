from __future__ import annotations

from dataclasses import replace
from statistics import median
from time import perf_counter

import pytest

from lrs_soap.errors import Refused
from lrs_soap.operations.organisations import authenticate
from lrs_soap.operations.passwords import Passwords
from lrs_soap.operations.starting_data import ORGANISATION, PASSWORD
from lrs_soap.rules.organisation import Organisation
from lrs_soap.store import organisations, tables
from lrs_soap.store.store import Store


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
        return authenticate(transaction, passwords, ukprn=ukprn, organisation_ref=reference, password=password)


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


def test_every_refusal_takes_as_long(store_with_others: Store, passwords: Passwords) -> None:
    ask(store_with_others, passwords, "TEST0001", None)

    def seconds(ukprn: str, password: str) -> float:
        times = []
        for _ in range(7):
            started = perf_counter()
            with pytest.raises(Refused):
                ask(store_with_others, passwords, ukprn, None, password)
            times.append(perf_counter() - started)
        return median(times)

    wrong = seconds("TEST0001", "WrongPassword001")
    for ukprn in ("NOBODY01", "SUSPEND1"):
        # Loose, since the machine has other things to do.
        assert 0.5 < wrong / seconds(ukprn, PASSWORD) < 2
