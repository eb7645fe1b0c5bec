"""Find by demographics: which look-ups it makes, how many rows they read, and when there are too many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lrs_soap.rules.names.demographics import MAXIMUM_ROWS
from lrs_soap.rules.names.lookup_keys import NameKey
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.store import learners
from lrs_soap.store.prepared import Prepared
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_sqlite
from tests.kit.judged_finds import ask, assert_as_judged, candidates_of, verdict_of

PERSON_ASKED = {
    "given_name": "Anna",
    "family_name": "Cheng",
    "date_of_birth": "1995-06-08",
    "gender": "2",
    "last_known_post_code": "NE1 1ND",
}
NEAR_BY = {"date_of_birth": "1995-06-09"}
ELSEWHERE_HELD = {"last_known_post_code": "LU1 1AA"}


@pytest.mark.parametrize(
    ("asked", "held", "rule"),
    [
        # By the date and
        ({"family_name": "Chang"}, {"given_name": "Lucy", "preferred_given_name": "Anna", **ELSEWHERE_HELD}, "P1"),
        ({"family_name": "Chang"}, {"given_name": "Lucy", "middle_other_name": "Eve Anna", **ELSEWHERE_HELD}, "P1"),
        ({"family_name": "Chang"}, {"given_name": "Anna Eve", **ELSEWHERE_HELD}, "P1"),
        ({"family_name": "Chang", "given_name": "Anna Eve"}, ELSEWHERE_HELD, "P1"),
        ({"given_name": "Ana"}, {"family_name": "Brown", "previous_family_name": "Cheng", **ELSEWHERE_HELD}, "P1"),
        ({"given_name": "Ana"}, {"family_name": "Brown", "family_name_at_age_16": "Cheng", **ELSEWHERE_HELD}, "P1"),
        ({"given_name": "Ana"}, {"family_name": "Brown-Cheng", **ELSEWHERE_HELD}, "P1"),
        ({"given_name": "Ana", "family_name": "Brown-Cheng"}, ELSEWHERE_HELD, "P1"),
        ({"given_name": "Ana", "family_name": "Brown", "previous_family_name": "Cheng"}, ELSEWHERE_HELD, "P1"),
        (
            {"given_name": "MacDonald", "family_name": "Saint John"},
            {"given_name": "Saint John", "family_name": "McDonald", **ELSEWHERE_HELD},
            "P1",
        ),
        (
            {},
            {
                "given_name": "Lucy",
                "preferred_given_name": "Anna",
                "family_name": "Brown",
                "previous_family_name": "Cheng",
                **ELSEWHERE_HELD,
            },
            "P1",
        ),
        (
            {"given_name": "Ana", "previous_family_name": "Green"},
            {"family_name": "Brown", "previous_family_name": "Green", **ELSEWHERE_HELD},
            "P1",
        ),
        ({"given_name": "Ana", "family_name": "Cheng Brown"}, {"family_name": "Brown-Cheng", **ELSEWHERE_HELD}, "P1"),
        ({"given_name": "Lucy", "middle_other_name": "Eve Anna", "family_name": "Chang"}, ELSEWHERE_HELD, "P1"),
        (
            {"family_name": "Brown", "unique_candidate_identifier": "12345A678901B"},
            {"unique_candidate_identifier": "12345A678901B", **ELSEWHERE_HELD},
            "P7",
        ),
        # By the postcode and
        ({}, {"family_name": "Brown", "previous_family_name": "Cheng", **NEAR_BY}, "P2"),
        ({}, {"given_name": "Lucy", "preferred_given_name": "Anna", **NEAR_BY}, "P2"),
        ({"given_name": "Anna Eve", "family_name": "Brown-Cheng"}, NEAR_BY, "P2"),
        ({"given_name": "Anna Eve"}, {"family_name": "Brown", "previous_family_name": "Cheng", **NEAR_BY}, "P2"),
        (
            {"previous_family_name": "Green"},
            {"family_name": "Brown", "previous_family_name": "Green", **NEAR_BY},
            "P2",
        ),
        ({"family_name": "Cheng Brown"}, {"family_name": "Brown-Cheng", **NEAR_BY}, "P2"),
        ({"given_name": "Lucy", "preferred_given_name": "Anna"}, NEAR_BY, "P2"),
        ({}, {"given_name": "Lucy", "date_of_birth": "1999-02-14"}, "P6"),
        # By both and no name
        ({"given_name": "Ana", "family_name": "Chang"}, {}, "P1"),
        (
            {},
            {
                "given_name": "Lucy",
                "preferred_given_name": "Anna",
                "family_name": "Brown",
                "previous_family_name": "Cheng",
                **NEAR_BY,
            },
            "P2",
        ),
    ],
)
def test_whom_one_look_up_alone_finds(store: Store, asked: dict[str, Any], held: dict[str, Any], rule: str) -> None:
    (somebody,) = namesakes(1, **{**PERSON_ASKED, **held})
    with store.writing() as transaction:
        learners.insert(transaction, somebody)
    fields = {**PERSON_ASKED, **asked}
    with store.reading() as transaction:
        decision = ask(transaction, fields)
    assert_as_judged(decision, verdict_of(fields, [somebody]))
    assert decision.reasons[0].rule == rule


def namesakes(count: int, **changed: Any) -> list[Learner]:
    """Learners who differ in ULN and postcode alone: of one name and born on one 1 January, unless it is changed."""
    ordinary: dict[str, Any] = {
        "given_name": "Olivia",
        "family_name": "Smith",
        "date_of_birth": "2000-01-01",
        "gender": "2",
        "ability_to_share": "1",
        "created_date": "2020-01-01",
        "last_updated_date": "2020-01-01",
        **changed,
    }
    return [
        Learner(
            uln=str(1_000_000_000 + each),
            **{"last_known_post_code": f"B{each // 10} {each % 10}AA", **ordinary},
        )
        for each in range(count)
    ]


ELSEWHERE = {
    "given_name": "Olivia",
    "family_name": "Smith",
    "date_of_birth": "2000-01-01",
    "gender": "2",
    "last_known_post_code": "ZZ99 9ZZ",
}


@pytest.mark.parametrize(("count", "code"), [(0, "WSRC0001"), (1, "WSRC0003"), (10, "WSRC0003"), (11, "WSRC0002")])
def test_how_many_are_too_many(store: Store, count: int, code: str) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, namesakes(count))
    with store.reading() as transaction:
        decision = ask(transaction, ELSEWHERE)
    assert_as_judged(decision, verdict_of(ELSEWHERE, namesakes(count)))
    assert decision.code.value == code


def test_the_eleventh_may_be_in_a_later_portion(store: Store) -> None:
    strangers = [each._replace(given_name="Wilhelmina") for each in namesakes(500)]
    some = [each._replace(uln=f"9{each.uln[1:]}") for each in namesakes(11)]
    with store.writing() as transaction:
        learners.insert_many(transaction, strangers + some[:10])
        assert [each.uln for each in ask(transaction, ELSEWHERE).learners] == [each.uln for each in some[:10]]
        learners.insert(transaction, some[10])
        assert ask(transaction, ELSEWHERE).code.value == "WSRC0002"


def test_learners_who_are_not_too_many_after_all_are_answered_whole(store: Store) -> None:
    """Of eleven at once only what is compared is read, and it may be that not all of them fit."""
    some = [each._replace(notes=f"Note {number}") for number, each in enumerate(namesakes(11))]
    with store.writing() as transaction:
        learners.insert_many(transaction, some[:10])
        learners.insert(transaction, some[10]._replace(given_name="Wilhelmina", email_address="w@example.org"))
        asked = {**ELSEWHERE, "email_address": "olivia@example.org"}
        answered = ask(transaction, asked).learners
        assert list(answered) == [learners.held(transaction, each.uln) for each in some[:10]]


@on_sqlite
def test_with_the_commonest_name_on_1_january_the_search_stops(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, namesakes(1_000))
    with store.reading() as transaction, statements(transaction) as run:
        assert ask(transaction, ELSEWHERE).code.value == "WSRC0002"
    # The look-up for an exact match, all look-ups at once, which find more than they may, one portion of the first
    # key's rows, and the eleven at once.
    assert len(run) == 4


def relatives(count: int, **changed: Any) -> list[Learner]:
    """Learners of one family name at one postcode, who differ in given name, date of birth and ULN."""
    return [
        each._replace(given_name=f"Olivia {number}", date_of_birth=f"{1950 + number % 70}-02-03", **changed)
        for number, each in enumerate(namesakes(count, last_known_post_code="B1 1AA"))
    ]


A_RELATIVE = {
    "given_name": "Wilhelmina",
    "family_name": "Smith",
    "date_of_birth": "2000-01-01",
    "gender": "2",
    "last_known_post_code": "B1 1AA",
}


@pytest.mark.parametrize("count", [1, 10, 30])
def test_however_many_relatives_are_not_too_many(store: Store, count: int) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, relatives(count))
    with store.reading() as transaction:
        decision = ask(transaction, A_RELATIVE)
    assert_as_judged(decision, verdict_of(A_RELATIVE, relatives(count)))
    assert len(decision.learners) == min(count, 10)


@pytest.mark.parametrize(("rows", "code"), [(150, "WSRC0003"), (149, "WSRC0002")])
def test_more_rows_than_a_search_reads_are_too_many(
    store: Store, monkeypatch: pytest.MonkeyPatch, rows: int, code: str
) -> None:
    monkeypatch.setattr("lrs_soap.operations.find_by_demographics.MAXIMUM_ROWS", rows)
    with store.writing() as transaction:
        learners.insert_many(transaction, relatives(150))
    with store.reading() as transaction:
        decision = ask(transaction, A_RELATIVE)
    assert (decision.code.value, len(decision.learners)) == (code, 10 if code == "WSRC0003" else 0)
    assert (decision.reasons[0].rule is Rule.ROWS_READ) is (code == "WSRC0002")


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        # Relatives; people whose names agree in one; people whose names agree in none.
        A_RELATIVE,
        {**A_RELATIVE, "given_name": "Wilhelmina", "date_of_birth": "1990-02-03", "last_known_post_code": "ZZ99 9ZZ"},
        {**A_RELATIVE, "given_name": "Quentin", "family_name": "Quayle", "date_of_birth": "1990-02-03"},
    ],
)
def test_no_search_reads_many_more_than_five_thousand_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, [each._replace(date_of_birth="1990-02-03") for each in relatives(2_600)])
        learners.insert_many(
            transaction,
            [
                each._replace(uln=f"2{each.uln[1:]}", given_name=f"Wilma {number}", date_of_birth="1990-02-03")
                for number, each in enumerate(relatives(2_600))
            ],
        )
    read = 0
    rows_of = Prepared.rows

    def rows(self: Prepared, transaction: Transaction, *values: Any) -> list[tuple[Any, ...]]:
        nonlocal read
        found = rows_of(self, transaction, *values)
        # A learner has more columns than a row of a look-up.
        read += sum(len(row) <= len(NameKey._fields) for row in found)
        return found

    monkeypatch.setattr(Prepared, "rows", rows)
    with store.reading() as transaction:
        assert ask(transaction, asked).code.value == "WSRC0002"
    # A portion, and what was read when all look-ups were tried at once.
    assert MAXIMUM_ROWS < read <= MAXIMUM_ROWS + 100 + 50


def test_nobody_s_postcode_is_equal_to_none_but_exactly(store: Store) -> None:
    (held,) = namesakes(1)
    unknown = held._replace(last_known_post_code="ZZ99 9ZZ", gender="1")
    with store.writing() as transaction:
        learners.insert(transaction, unknown)
    with store.reading() as transaction:
        exactly = ask(transaction, {**ELSEWHERE, "gender": "1", "last_known_post_code": "zz999zz"})
        assert exactly.code.value == "WSRC0004"
        with_another_gender = ask(transaction, ELSEWHERE)
        assert candidates_of(with_another_gender) == [(unknown.uln, "P1", 85)]
        for other in ({"family_name": "Jones"}, {"given_name": "Maud"}, {"date_of_birth": "2000-01-02"}):
            assert ask(transaction, {**ELSEWHERE, **other}).code.value == "WSRC0001"


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "Hester", "family_name": "Quayle"},
        {"given_name": "-", "family_name": "..."},
        {"given_name": "Anna Maria", "family_name": "Smith-Jones", "previous_family_name": "McBain"},
        {"given_name": "Smith", "family_name": "Olivia", "date_of_birth": "1999-12-31"},
        {"last_known_post_code": "B0 0AA", "gender": "1"},
        {"given_name": "Wilhelmina", "last_known_post_code": "B0 0AA"},
        {"given_name": "Olivea", "family_name": "Smyth", "last_known_post_code": "B0 0AA"},
        {"family_name": "Jones", "email_address": "olivia@example.org", "last_known_post_code": "B0 0AA"},
    ],
)
@on_sqlite
def test_whatever_is_asked_is_answered_by_index_alone(store: Store, fields: dict[str, Any]) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, namesakes(10))
    with store.reading() as transaction:
        with statements(transaction) as run:
            ask(transaction, {**ELSEWHERE, **fields})
        for statement in run:
            transaction.cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            steps = [step for *_, step in transaction.cursor.fetchall()]
            # The steps of a subquery, or of a part of a union, come after the one that names it.
            others = ("ORDER BY", "SUBQUERY", "COMPOUND QUERY", "UNION ALL")
            reads = [step for step in steps if not any(other in step for other in others)]
            assert all(step.startswith("SEARCH ") and " USING " in step for step in reads)
    assert run


@contextmanager
def statements(transaction: Transaction) -> Iterator[list[str]]:
    """Every statement that is run by the transaction's cursor meanwhile, with its values."""
    run: list[str] = []
    connection: Any = transaction.connection.connection.driver_connection
    connection.set_trace_callback(run.append)
    try:
        yield run
    finally:
        connection.set_trace_callback(None)


def test_a_search_that_finds_nobody_has_near_misses_and_one_that_finds_somebody_has_none(store: Store) -> None:
    (somebody,) = namesakes(1, **PERSON_ASKED)
    with store.writing() as transaction:
        learners.insert(transaction, somebody)
    with store.reading() as transaction:
        nobody = ask(transaction, {**PERSON_ASKED, "family_name": "Smith", "last_known_post_code": "B1 1AA"})
        assert [near.uln for near in nobody.nearest or ()] == [somebody.uln]
        # What only the learner itself shows, and no row: the UCI, for which P7 might have stood.
        other_uci = {"unique_candidate_identifier": "12345A678901B", "last_known_post_code": "B1 1AA"}
        nobody = ask(transaction, {**PERSON_ASKED, "family_name": "Smith", **other_uci})
        assert [near.uln for near in nobody.nearest or ()] == [somebody.uln]
        assert ask(transaction, {**PERSON_ASKED, "date_of_birth": "1970-02-02", "given_name": "X"}).nearest is None
        assert ask(transaction, {**PERSON_ASKED, "date_of_birth": "1970-02-02", "family_name": "Y"}).nearest != ()
        assert ask(transaction, {**PERSON_ASKED, **ELSEWHERE}).nearest == ()
        assert ask(transaction, PERSON_ASKED).nearest is None
