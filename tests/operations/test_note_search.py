"""Find before register: what is remembered of searches, for how long, and what a registration is answered."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lrs_soap.clock import LONDON
from lrs_soap.operations.note_search import note_search
from lrs_soap.operations.register import register
from lrs_soap.rules.learners.find_before_register import SearchAge
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import tables
from lrs_soap.store.store import Store
from tests.kit.work import unit

# An hour later the clocks go forward.
NOW = datetime(2025, 3, 30, 0, 50, tzinfo=LONDON)
AGE = SearchAge(maximum=timedelta(minutes=30), minimum=timedelta(seconds=2))
AUTHOR, OTHERS = Author("TEST0001", "A Tester"), Author("TEST0002", "Another")
RECORD = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
ASKED = DemographicsAsked("anne-marie", "O’HARA", "2006-07-30", "2", "bs81th")
NOBODY, SOME = Decision(ResponseCode.NO_MATCH), Decision(ResponseCode.POSSIBLE_MATCHES)


def later(seconds: float) -> datetime:
    return (NOW.astimezone() + timedelta(seconds=seconds)).astimezone(LONDON)


def note(store: Store, found: Decision, *, now: datetime = NOW, author: Author = AUTHOR) -> None:
    with store.writing() as transaction:
        note_search(unit(transaction, now=now, author=author), ASKED, found, age=AGE)


def answer(store: Store, *, now: datetime = NOW, author: Author = AUTHOR, **changed: Any) -> ResponseCode:
    with store.writing() as transaction:
        return register(
            unit(transaction, now=now, author=author, search_age=AGE), SentLearner.of({**RECORD, **changed})
        ).code


def remembered(store: Store) -> int:
    with store.reading() as transaction:
        return int(transaction.execute(select(func.count()).select_from(tables.searches)).scalar_one())


def test_without_a_search_a_registration_is_refused(store: Store) -> None:
    assert answer(store) is ResponseCode.ALREADY_EXISTS


@pytest.mark.parametrize("found", [NOBODY, SOME], ids=["nobody found", "possible matches found"])
@pytest.mark.parametrize("seconds", [2, 1800])
def test_after_a_search_for_the_same_keys_it_is_done(store: Store, found: Decision, seconds: float) -> None:
    note(store, found)
    assert answer(store, now=later(seconds)) is ResponseCode.REGISTERED


def test_at_once_only_where_there_was_nothing_to_look_at(store: Store) -> None:
    note(store, SOME)
    assert answer(store, now=later(1)) is ResponseCode.ALREADY_EXISTS
    note(store, NOBODY)
    assert answer(store) is ResponseCode.REGISTERED


def test_a_search_wears_out(store: Store) -> None:
    note(store, NOBODY)
    assert answer(store, now=later(1801)) is ResponseCode.ALREADY_EXISTS


@pytest.mark.parametrize(
    "changed",
    [
        {"GivenName": "Anna-Marie"},
        {"FamilyName": "OHara"},
        {"DateOfBirth": "2006-07-31"},
        {"Gender": "9"},
        {"LastKnownPostCode": "BS8 1TJ"},
    ],
)
def test_a_search_for_anybody_else_does_not_count(store: Store, changed: dict[str, str]) -> None:
    note(store, NOBODY)
    assert answer(store, **changed) is ResponseCode.ALREADY_EXISTS


def test_nor_does_anothers_search(store: Store) -> None:
    note(store, NOBODY, author=OTHERS)
    assert answer(store) is ResponseCode.ALREADY_EXISTS
    assert answer(store, author=OTHERS) is ResponseCode.REGISTERED


def test_the_last_search_of_each_organisation_is_kept_as_long_as_it_counts(store: Store) -> None:
    note(store, NOBODY)
    note(store, SOME, author=OTHERS)
    note(store, SOME, now=later(600))
    assert remembered(store) == 2
    note(store, SOME, now=later(1801))
    assert remembered(store) == 1


def test_the_same_search_at_the_same_moment_is_remembered_once(store: Store) -> None:
    together = threading.Barrier(4)

    def search() -> None:
        together.wait()
        note(store, NOBODY)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remembered(store) == 1
    assert answer(store) is ResponseCode.REGISTERED
