"""Register a learner: who is one already, what is stored, and what becomes of rivals."""

from __future__ import annotations

from typing import Any

import pytest

from lrs_soap.operations.register import register
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import Action, Change
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql
from tests.kit.rivals import once
from tests.kit.work import AUTHOR, NOW, unit

RECORD: dict[str, str | None] = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "bs81th",
    "VerificationType": "1",
    "AbilityToShare": "1",
    "Title": "",
    "Notes": None,
}
HELD, OTHER = "1000000019", "1000000027"


def ask(
    transaction: Transaction, *, prohibited: ProhibitedText = NOTHING_PROHIBITED, **changed: str | None
) -> Decision:
    return register(unit(transaction, prohibited=prohibited), SentLearner.of({**RECORD, **changed}))


def registered(store: Store, **changed: Any) -> Decision:
    with store.writing() as transaction:
        return ask(transaction, **changed)


def count(store: Store) -> int:
    with store.reading() as transaction:
        return learners.count(transaction)


def held(uln: str = HELD, **changed: Any) -> Learner:
    """A learner with the five identity keys of `RECORD`."""
    learner = Learner(uln, "ANNE-MARIE", "O’hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
    return learner._replace(**changed)


def test_a_new_learner_is_stored_with_a_new_uln(store: Store) -> None:
    decision = registered(store)
    assert decision.code is ResponseCode.REGISTERED
    (learner,) = decision.learners
    assert ulns.is_valid(learner.uln)
    with store.reading() as transaction:
        assert learners.by_uln(transaction, learner.uln) == learner
    assert (learner.given_name, learner.last_known_post_code, learner.title) == ("Anne-Marie", "BS8 1TH", None)
    assert (learner.version_number, learner.learner_status) == (1, "1")
    assert (learner.created_date, learner.last_updated_date) == ("2025-03-10", "2025-03-10")
    assert (learner.created, learner.last_updated) == ("2025-03-10T12:30:00Z", "2025-03-10T12:30:00Z")


def test_its_history_says_who_registered_it_and_when(store: Store) -> None:
    (learner,) = registered(store).learners
    with store.reading() as transaction:
        assert history.of(transaction, learner.uln) == (Change(Action.REGISTERED, NOW, AUTHOR),)


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"GivenName": "ANNE-MARIE", "FamilyName": "o'hara"},
        {"GivenName": " Anne-Marie  "},
        {"GivenName": "Anne\u2010Marie"},
        {"GivenName": "Anne\u2013Marie"},
        {"GivenName": "Anne\u2212Marie"},
        {"FamilyName": "O’Hara"},
        {"FamilyName": "O`Hara"},
        {"FamilyName": "Ｏ'Ｈａｒａ"},
        {"LastKnownPostCode": "BS8 1TH    "},
        {"VerificationType": "2", "AbilityToShare": "0", "Title": "Ms", "Notes": "another person says"},
    ],
    ids=lambda same: "/".join(map(ascii, same.values())) or "all the same",
)
@pytest.mark.parametrize(
    "state", [{}, {"master_uln": OTHER}, {"learner_status": "0"}], ids=["active", "linked", "closed"]
)
def test_the_same_learner_again_is_not_registered(store: Store, state: dict[str, str], same: dict[str, str]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, held(OTHER, family_name="Master"))
        learners.insert(transaction, held(**state))
    decision = registered(store, **same)
    assert (decision.code, decision.learners) == (ResponseCode.ALREADY_EXISTS, ())
    assert decision.holder_uln == HELD
    assert count(store) == 2


@pytest.mark.parametrize(
    "different",
    [
        {"GivenName": "Anne Marie"},
        {"GivenName": "Ánne-Marie"},
        {"FamilyName": "OHara"},
        {"DateOfBirth": "2006-07-29"},
        {"Gender": "9"},
        {"LastKnownPostCode": "BS8 1TJ"},
    ],
    ids=lambda different: ascii(next(iter(different.values()))),
)
def test_one_other_identity_key_is_another_learner(store: Store, different: dict[str, str]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, held())
    assert registered(store, **different).code is ResponseCode.REGISTERED


def test_the_equal_of_a_deleted_learner_is_registered(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, held(learner_status=DELETED))
    (learner,) = registered(store).learners
    assert learner.uln != HELD


def test_35_letters_that_grow_when_normalised(store: Store) -> None:
    names = {"GivenName": "\ufdfa" * 35, "FamilyName": "ﬃ" * 35}
    (learner,) = registered(store, **names).learners
    assert learner.given_name == "\ufdfa" * 35
    assert registered(store, FamilyName="FFI" * 35, GivenName="\ufdfa" * 35).code is ResponseCode.ALREADY_EXISTS


def test_a_broken_field_rule_stores_nothing(store: Store) -> None:
    prohibited = ProhibitedText(words=frozenset({"bogus"}))
    with pytest.raises(FieldsRefused) as caught:
        registered(store, prohibited=prohibited, DateOfBirth="2024-01-01", FamilyName="Bogus", AbilityToShare="2")
    sentences = (
        "Value 'Bogus' of element 'FamilyName' contains prohibited text.",
        "Value '2024-01-01' of element 'DateOfBirth' is outside the permitted age range.",
        "Value '2' of element 'AbilityToShare' is no longer accepted.",
    )
    assert (caught.value.code, caught.value.details, caught.value.findings) == ("WSEC0001", sentences[0], sentences)
    assert [violation.rule for violation in caught.value.violations] == [
        Rule.PROHIBITED_TEXT,
        Rule.AGE,
        Rule.NO_LONGER_ACCEPTED,
    ]
    assert count(store) == 0


def test_a_learner_whose_history_cannot_be_written_is_not_stored(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError

    monkeypatch.setattr(history, "add", fail)
    with pytest.raises(KeyError):
        registered(store)
    assert count(store) == 0


def test_a_rival_between_look_and_insert_is_seen(store: Store) -> None:
    rivals: list[Decision] = []
    with store.writing() as transaction:
        # In the same transaction: on SQLite nobody else's could write.
        once(lambda: rivals.append(ask(transaction, FamilyName="O’HARA")), transaction)
        decision = ask(transaction)
    (rival,) = rivals[0].learners
    assert (decision.code, decision.learners) == (ResponseCode.ALREADY_EXISTS, ())
    assert decision.holder_uln == rival.uln
    assert count(store) == 1
    with store.reading() as reading:
        assert len(history.of(reading, rival.uln)) == 1


@on_postgresql
def test_a_rival_in_another_transaction_is_seen(store: Store, database_url: str) -> None:
    rivals: list[Decision] = []
    other = Store(database_url)
    with store.writing() as transaction:
        once(lambda: rivals.append(registered(other)), transaction)
        decision = ask(transaction)
        # What is decided for another learner in the same transaction is not touched by that.
        assert ask(transaction, FamilyName="Other").code is ResponseCode.REGISTERED
    other.close()
    assert rivals[0].code is ResponseCode.REGISTERED
    assert decision.code is ResponseCode.ALREADY_EXISTS
    assert count(store) == 2


def test_a_uln_that_is_loaded_at_the_last_moment_is_not_issued(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, held(family_name="Loaded"))
    issued = iter([HELD, OTHER])
    monkeypatch.setattr("lrs_soap.store.ulns.issue", lambda transaction: next(issued))
    (learner,) = registered(store).learners
    assert learner.uln == OTHER
    assert count(store) == 2
