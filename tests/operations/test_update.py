"""Update a learner: what is stored and remembered, and what becomes of rivals."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.update import update
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.change import OPERATOR, Action, Author, Change
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql
from tests.kit.rivals import once
from tests.kit.work import AUTHOR, NOW, unit

ULN, OTHER, THIRD = "1000000019", "1000000027", "1000000035"
HELD = Learner(
    ULN,
    "Anne-Marie",
    "O'Hara",
    "2006-07-30",
    "2",
    "BS8 1TH",
    "1",
    "2020-01-01",
    "2021-02-03",
    version_number=7,
    title="Ms",
    verification_type="1",
    unique_pupil_number="Z823200405017",
)
RECORD: dict[str, str | None] = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
    "VerificationType": "1",
    "AbilityToShare": "1",
    "Title": None,
}


@pytest.fixture
def populated(store: Store) -> Store:
    """A store with the learner, another one, and one that is linked to that."""
    with store.writing() as transaction:
        learners.insert(transaction, HELD)
        learners.insert(transaction, HELD._replace(uln=OTHER, family_name="Whitlock"))
        learners.insert(transaction, HELD._replace(uln=THIRD, family_name="Iyer", master_uln=OTHER))
    return store


def ask(
    transaction: Transaction,
    *,
    uln: str = ULN,
    version: int = 7,
    author: Author = AUTHOR,
    prohibited: ProhibitedText = NOTHING_PROHIBITED,
    **changed: str | None,
) -> Decision:
    record = SentLearner.of({**RECORD, **changed})
    return update(unit(transaction, author=author, prohibited=prohibited), record, uln=uln, version=version)


def asked(store: Store, **changed: Any) -> Decision:
    with store.writing() as transaction:
        return ask(transaction, **changed)


def held(store: Store, uln: str = ULN) -> Learner | None:
    with store.reading() as transaction:
        return learners.by_uln(transaction, uln)


def remembered(store: Store, uln: str = ULN) -> tuple[Change, ...]:
    with store.reading() as transaction:
        return history.of(transaction, uln)


def test_what_changed_is_stored_in_the_next_version(populated: Store) -> None:
    decision = asked(populated, FamilyName="Smith", PreviousFamilyName="O'Hara", LastKnownPostCode="zz999zz", Title="")
    expected = HELD._replace(
        family_name="Smith",
        previous_family_name="O'Hara",
        last_known_post_code="ZZ99 9ZZ",
        title=None,
        version_number=8,
        last_updated_date="2025-03-10",
        last_updated="2025-03-10T12:30:00Z",
    )
    assert (decision.code, decision.learners) == (ResponseCode.UPDATED, (expected,))
    assert held(populated) == expected


def test_its_history_says_who_changed_what_and_when(populated: Store) -> None:
    asked(populated, FamilyName="Smith", Title="")
    assert remembered(populated) == (
        Change(
            Action.UPDATED,
            NOW,
            AUTHOR,
            {
                "family_name": ("O'Hara", "Smith"),
                "last_updated_date": ("2021-02-03", "2025-03-10"),
                "version_number": ("7", "8"),
                "title": ("Ms", None),
                "last_updated": (None, "2025-03-10T12:30:00Z"),
            },
        ),
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"uln": "1000000018"}, ResponseCode.NOT_FOUND_FOR_UPDATE),
        ({"uln": "2000000001"}, ResponseCode.NOT_FOUND_FOR_UPDATE),
        ({"uln": THIRD}, ResponseCode.NOT_FOUND_FOR_UPDATE),
        ({"version": 6, "Title": "Dr"}, ResponseCode.STALE_VERSION),
        ({"version": 8, "Title": "Dr"}, ResponseCode.STALE_VERSION),
        ({"AbilityToShare": "0", "Title": "Dr"}, ResponseCode.INVALID_SHARING_CHANGE),
        ({}, ResponseCode.NO_CHANGES),
        ({"FamilyName": "WHITLOCK"}, ResponseCode.ALREADY_EXISTS),
        # A linked one's keys are taken as well.
        ({"FamilyName": "iyer", "Title": "Dr"}, ResponseCode.ALREADY_EXISTS),
    ],
)
def test_any_other_answer_writes_nothing(populated: Store, changed: dict[str, Any], code: ResponseCode) -> None:
    decision = asked(populated, **changed)
    assert (decision.code, decision.learners) == (code, ())
    assert decision.reasons
    assert held(populated) == HELD
    assert remembered(populated) == ()


def test_its_own_keys_are_nobody_elses(populated: Store) -> None:
    assert asked(populated, GivenName="ANNE‐MARIE").code is ResponseCode.UPDATED


def test_a_broken_field_rule_changes_nothing(populated: Store) -> None:
    prohibited = ProhibitedText(words=frozenset({"bogus"}))
    with pytest.raises(FieldsRefused) as caught:
        asked(populated, prohibited=prohibited, Notes="A bogus note", DateOfBirth="1900-02-29", VerificationType="999")
    assert [violation.rule for violation in caught.value.violations] == [
        Rule.DATE,
        Rule.REQUIRED,
        Rule.PROHIBITED_TEXT,
    ]
    assert held(populated) == HELD


@pytest.mark.parametrize("changed", [{"DateOfBirth": "1890-01-01"}, {"DateOfBirth": "2024-01-01"}])
def test_age_is_not_an_updates_business(populated: Store, changed: dict[str, str]) -> None:
    assert asked(populated, **changed).code is ResponseCode.UPDATED


def found(store: Store, family_name: str) -> ResponseCode:
    with store.reading() as transaction:
        asked_by = DemographicsAsked("Anne-Marie", family_name, "2006-07-30", "9", "LU1 1AA")
        return find_by_demographics(unit(transaction), asked_by).code


def test_it_is_found_by_its_new_name_and_no_longer_by_the_old_one(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, HELD)
    assert (found(store, "O'Hara"), found(store, "Smith")) == (ResponseCode.POSSIBLE_MATCHES, ResponseCode.NO_MATCH)
    asked(store, FamilyName="Smith")
    assert (found(store, "O'Hara"), found(store, "Smith")) == (ResponseCode.NO_MATCH, ResponseCode.POSSIBLE_MATCHES)


def test_a_rival_between_look_and_write_makes_the_version_stale(populated: Store) -> None:
    rivals: list[Decision] = []
    with populated.writing() as transaction:
        # In the same transaction: on SQLite nobody else's could write.
        once(lambda: rivals.append(ask(transaction, Title="Dr", author=Author("TEST0002", "A Rival"))), transaction)
        decision = ask(transaction, Title="Mx", Notes="She has moved.")
    assert rivals[0].code is ResponseCode.UPDATED
    assert decision.code is ResponseCode.STALE_VERSION
    learner = held(populated)
    assert learner is not None
    assert (learner.title, learner.notes, learner.version_number) == ("Dr", None, 8)
    assert [change.author.user for change in remembered(populated)] == ["A Rival"]


@pytest.mark.parametrize(
    ("rival", "code"),
    [
        (lambda store: asked(store, Title="Dr"), ResponseCode.STALE_VERSION),
        (lambda store: asked(store, uln=OTHER, FamilyName="Smith"), ResponseCode.ALREADY_EXISTS),
        (lambda store: merged(store), ResponseCode.NOT_FOUND_FOR_UPDATE),
        (lambda store: deleted(store), ResponseCode.NOT_FOUND_FOR_UPDATE),
    ],
    ids=["the same version", "the same keys", "merged", "deleted"],
)
@on_postgresql
def test_a_rival_in_another_transaction_is_seen(
    populated: Store, database_url: str, rival: Callable[[Store], Any], code: ResponseCode
) -> None:
    other = Store(database_url)
    with populated.writing() as transaction:
        once(lambda: rival(other), transaction)
        assert ask(transaction, FamilyName="Smith").code is code
    other.close()
    learner = held(populated)
    assert learner is not None
    assert learner.family_name == "O'Hara"


def merged(store: Store) -> None:
    with store.writing() as transaction:
        merge_learners(unit(transaction, author=OPERATOR), OTHER, ULN)


def deleted(store: Store) -> None:
    with store.writing() as transaction:
        delete_learner(unit(transaction, author=OPERATOR), ULN)


def test_of_those_who_update_one_version_at_the_same_moment_one_does(populated: Store) -> None:
    together = threading.Barrier(6)
    codes: list[ResponseCode] = []

    def try_it(title: str) -> None:
        together.wait()
        codes.append(asked(populated, Title=title).code)

    threads = [threading.Thread(target=try_it, args=(f"Title {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [ResponseCode.UPDATED] + [ResponseCode.STALE_VERSION] * 5
    learner = held(populated)
    assert learner is not None
    assert learner.version_number == 8
    assert len(remembered(populated)) == 1


def test_of_those_who_take_the_same_keys_at_the_same_moment_one_does(populated: Store) -> None:
    together = threading.Barrier(2)
    codes: list[ResponseCode] = []

    def take(uln: str) -> None:
        together.wait()
        codes.append(asked(populated, uln=uln, FamilyName="Smith").code)

    threads = [threading.Thread(target=take, args=(uln,)) for uln in (ULN, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [ResponseCode.UPDATED, ResponseCode.ALREADY_EXISTS]
