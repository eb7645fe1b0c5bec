"""Find by demographics: its indexed search beside the judge, who looks at every learner of the register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_sqlite
from tests.kit.demographics_judge import Question, Verdict, identity_of, judge
from tests.kit.work import NOW, unit

# So few values that everybody is nearly everybody else.
GIVEN = (
    *("Anna", "Ana", "anna maria", "Anna-Maria", "Maria", "Mariah", "A", "Jo", "Zoë", "Zoe", "Cheng", "Thomas"),
    *("Bernadette", "Bernardete", "MacDonald", "Mcdonald", "-", "Ελένη", "Ἑλένη", "Saint", "Ａnna", "Anna1"),
    *("J Anna", "Jo Maria", ".", "de Souza"),
)
FAMILY = (
    *("Cheng", "CHENG", "Chang", "Cheng-Brown", "Brown Cheng", "Brown", "Browne", "MacDonald", "Mc Donald", "Macdonal"),
    *("Saint John", "St. John", "Saint", "O’Neill", "O'Neil", "Anna", "Thomas", "Li", "...", "Ana-Maria Cheng", "Mac"),
    *("Souza", "de Souza", "Souza-Lima", "Lima de Souza", "Lima", "John", "de", ".", "-"),
)
OTHER_GIVEN = (None, "", "Anna", "Maria Jo", "Anna-Maria Zoe", "Bernadette", "Thomas A", "-", "anna . maria")
OTHER_FAMILY = (None, "", "Cheng", "Brown", "McDonald", "St John", "cheng-brown", "...", "Souza", "lima-souza")
DATES = (
    *("1995-06-08", "1995-08-06", "1995-01-01", "1995-06-09", "1995-07-08", "1996-06-08", "1996-01-01", "2000-01-01"),
    # On the day of the tests, 10 March 2025, sixteen and fifteen years old.
    *("1995-07-09", "1995-01-02", "2009-03-10", "2009-03-11"),
)
POST_CODES = ("NE1 1ND", "ne11nd", "LU1 1AA", "ZZ99 9ZZ", "zz999zz")
GENDERS = ("0", "1", "2", "9")
PLACES = (None, "", "  ", "Leeds", "LEEDS ", "York")
E_MAIL_ADDRESSES = (None, "", "anna@example.org", "Anna@Example.org", "cheng@example.org")
UPNS = (None, "", "H801200001001", "Y801200001002")
UCIS = (None, "", "12345A678901B", "12345A678902C")

PERSON: dict[str, tuple[Any, ...]] = {
    "given_name": GIVEN,
    "family_name": FAMILY,
    "date_of_birth": DATES,
    "gender": GENDERS,
    "last_known_post_code": POST_CODES,
}
ASKED: dict[str, tuple[Any, ...]] = {
    **PERSON,
    "previous_family_name": OTHER_FAMILY,
    "school_at_age_16": PLACES,
    "place_of_birth": PLACES,
    "email_address": E_MAIL_ADDRESSES,
    "preferred_given_name": OTHER_GIVEN,
    "middle_other_name": OTHER_GIVEN,
    "unique_pupil_number": UPNS,
    "unique_candidate_identifier": UCIS,
}
HELD: dict[str, tuple[Any, ...]] = {**ASKED, "family_name_at_age_16": OTHER_FAMILY}


# What becomes of a name when another takes its place.
MOVES = {
    "renamed": ("family_name", "previous_family_name", FAMILY),
    "renamed after 16": ("family_name", "family_name_at_age_16", FAMILY),
    "nicknamed": ("given_name", "preferred_given_name", GIVEN),
    "called by a middle name": ("given_name", "middle_other_name", GIVEN),
    "swapped": ("given_name", "family_name", GIVEN),
}
Changes = list[tuple[str, Any]]


def differing(values: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[Changes]:
    """A few things in which somebody differs from the person that all are made after."""
    choices = {**values, **{move: pool for move, (_, place, pool) in MOVES.items() if place in values}}
    choice = st.sampled_from(list(choices)).flatmap(
        lambda what: st.tuples(st.just(what), st.sampled_from(choices[what]))
    )
    return st.lists(choice, min_size=1, max_size=4)


def changed(person: dict[str, Any], changes: Changes) -> dict[str, Any]:
    fields = dict(person)
    for what, value in changes:
        if what == "swapped":
            fields["given_name"], fields["family_name"] = fields["family_name"], fields["given_name"]
        elif what in MOVES:
            field, place, _ = MOVES[what]
            fields[place], fields[field] = fields[field], value
        else:
            fields[what] = value
    return fields


@dataclass(frozen=True)
class Entry:
    """One learner to be: in what it differs, what becomes of it, and whether it was somebody else before."""

    changes: Changes
    fate: str
    updated: bool


FATES = st.sampled_from(["active", "active", "active", "closed", "deleted", "linked", "linked"])
PEOPLE = st.fixed_dictionaries({field: st.sampled_from(values) for field, values in PERSON.items()})
ENTRIES = st.builds(Entry, differing(HELD), FATES, st.booleans())
# Relatives at the same postcode.
FAMILY_OF_MANY = st.builds(
    Entry,
    st.tuples(
        st.tuples(st.just("given_name"), st.sampled_from(GIVEN)),
        st.tuples(st.just("date_of_birth"), st.sampled_from(DATES)),
        st.tuples(st.just("gender"), st.sampled_from(GENDERS)),
        st.tuples(st.just("email_address"), st.sampled_from(E_MAIL_ADDRESSES)),
    ).map(list),
    st.sampled_from(["active", "active", "active", "closed", "linked"]),
    st.booleans(),
)
# Namesakes with the same date of birth.
CROWD = st.builds(
    Entry,
    st.tuples(
        st.tuples(
            st.just("last_known_post_code"), st.sampled_from((*POST_CODES, "B1 1AA", "B1 1AB", "B1 1AD", "B1 1AE"))
        ),
        st.tuples(st.just("gender"), st.sampled_from(GENDERS)),
    ).map(list),
    st.sampled_from(["active", "active", "active", "active", "linked"]),
    st.booleans(),
)
REGISTERS = st.one_of(
    st.lists(ENTRIES, max_size=6),
    st.lists(ENTRIES, min_size=12, max_size=24),
    st.lists(CROWD | CROWD | ENTRIES, min_size=18, max_size=30),
    st.lists(FAMILY_OF_MANY | FAMILY_OF_MANY | ENTRIES, min_size=30, max_size=45),
)
QUESTIONS = st.lists(differing(ASKED), min_size=8, max_size=16)


def held_learners(person: dict[str, Any], entries: list[Entry]) -> Iterator[tuple[Learner, bool]]:
    """The register, each master before those linked to it, without those whose five keys are taken."""
    taken: set[tuple[str, ...]] = set()
    master = ""
    for number, entry in enumerate(entries):
        linked = entry.fate == "linked" and master != ""
        learner = Learner(
            # Not ascending, so that the order of equals is not that in which they were held.
            uln=str(1_000_000_000 + number * 7_919 % 100),
            learner_status={"closed": "0", "deleted": "2"}.get(entry.fate, "1"),
            master_uln=master if linked else None,
            ability_to_share="1",
            created_date="2020-01-01",
            last_updated_date="2020-01-01",
            **changed(person, entry.changes),
        )
        if entry.fate != "deleted":
            if identity_of(learner) in taken:
                continue
            taken.add(identity_of(learner))
            if not linked:
                master = learner.uln
        yield learner, entry.updated


def hold(transaction: Transaction, learner: Learner, *, by_an_update: bool) -> Learner:
    """Hold a learner at once, or as the outcome of an update of one who was somebody else."""
    if not by_an_update:
        learners.insert(transaction, learner)
        return learner
    before = replace(
        learner,
        given_name="Nobody",
        family_name=learner.uln,
        learner_status="1",
        preferred_given_name="Anna",
        previous_family_name="Cheng",
        last_known_post_code="NE1 1ND",
    )
    after = replace(learner, version_number=2)
    learners.insert(transaction, before)
    assert learners.update(transaction, before, after)
    return after


@contextmanager
def undone(store: Store) -> Iterator[Transaction]:
    """A writing transaction that leaves nothing behind."""

    class Enough(Exception):
        pass

    with suppress(Enough), store.writing() as transaction:
        yield transaction
        raise Enough


def ask(transaction: Transaction, fields: dict[str, Any]) -> Decision:
    return find_by_demographics(unit(transaction), DemographicsAsked(**fields))


def verdict_of(fields: dict[str, Any], register: list[Learner]) -> Verdict:
    return judge(Question(*(fields.get(field) for field in ASKED)), register, NOW.date())  # type: ignore[arg-type]


def candidates_of(decision: Decision) -> list[tuple[str | None, str, int | None]]:
    return [(reason.uln, reason.rule, reason.score) for reason in decision.reasons if reason.score is not None]


def assert_as_judged(decision: Decision, verdict: Verdict) -> None:
    assert decision.code.value == verdict.code
    assert [learner.uln for learner in decision.learners] == verdict.ulns
    assert decision.substitutes == verdict.substitutes
    assert decision.reasons
    candidates = candidates_of(decision)
    if verdict.code != "WSRC0002":
        assert candidates == [entry[:3] for entry in verdict.fitting]
        return
    # Any eleven, and whoever else led to one of them before the eleventh was found.
    led_to = {entry[:3]: entry[3] for entry in verdict.fitting}
    assert len({led_to[candidate] for candidate in candidates}) == 11


@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(person=PEOPLE, entries=REGISTERS, questions=QUESTIONS)
def test_the_search_finds_whom_the_judge_finds(
    store: Store, person: dict[str, Any], entries: list[Entry], questions: list[Changes]
) -> None:
    with undone(store) as transaction:
        register = [
            hold(transaction, learner, by_an_update=updated) for learner, updated in held_learners(person, entries)
        ]
        for changes in questions:
            fields = changed(person, changes)
            assert_as_judged(ask(transaction, fields), verdict_of(fields, register))


def some_changes(random: Random, values: dict[str, tuple[Any, ...]]) -> Changes:
    """What `differing` makes, at random."""
    choices = {**values, **{move: pool for move, (_, place, pool) in MOVES.items() if place in values}}
    return [(what, random.choice(choices[what])) for what in random.choices(list(choices), k=random.randint(1, 4))]


def relative(random: Random) -> Changes:
    return [(what, random.choice(PERSON[what])) for what in ("given_name", "date_of_birth", "gender")]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_a_hundred_finds_in_a_register_full_of_near_misses(store: Store, seed: int) -> None:
    random = Random(seed)
    person = {field: random.choice(values) for field, values in PERSON.items()}
    several = [relative(random) for _ in range(30)] + [some_changes(random, HELD) for _ in range(70)]
    entries = [
        Entry(
            changes, random.choice(("active", "active", "active", "closed", "deleted", "linked")), random.random() < 0.3
        )
        for changes in random.sample(several, len(several))
    ]
    codes = set()
    with undone(store) as transaction:
        register = [
            hold(transaction, learner, by_an_update=updated) for learner, updated in held_learners(person, entries)
        ]
        for _ in range(100):
            fields = changed(person, some_changes(random, ASKED))
            decision = ask(transaction, fields)
            assert_as_judged(decision, verdict_of(fields, register))
            codes.add(decision.code.value)
    assert "WSRC0003" in codes


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
        # By the postcode and
        ({}, {"family_name": "Brown", "previous_family_name": "Cheng", **NEAR_BY}, "P2"),
        ({}, {"given_name": "Lucy", "preferred_given_name": "Anna", **NEAR_BY}, "P2"),
        ({"given_name": "Anna Eve", "family_name": "Brown-Cheng"}, NEAR_BY, "P2"),
        ({"given_name": "Anna Eve"}, {"family_name": "Brown", "previous_family_name": "Cheng", **NEAR_BY}, "P2"),
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
    strangers = [replace(each, given_name="Wilhelmina") for each in namesakes(500)]
    some = [replace(each, uln=f"9{each.uln[1:]}") for each in namesakes(11)]
    with store.writing() as transaction:
        learners.insert_many(transaction, strangers + some[:10])
        assert [each.uln for each in ask(transaction, ELSEWHERE).learners] == [each.uln for each in some[:10]]
        learners.insert(transaction, some[10])
        assert ask(transaction, ELSEWHERE).code.value == "WSRC0002"


@on_sqlite
def test_with_the_commonest_name_on_1_january_the_search_stops(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, namesakes(1_000))
    with store.reading() as transaction, statements(transaction) as run:
        assert ask(transaction, ELSEWHERE).code.value == "WSRC0002"
    # The look-up for an exact match, one portion of the first key's rows, and the eleven.
    assert len(run) == 13


def test_nobody_s_postcode_is_equal_to_none_but_exactly(store: Store) -> None:
    (held,) = namesakes(1)
    unknown = replace(held, last_known_post_code="ZZ99 9ZZ", gender="1")
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
            assert all(step.startswith("SEARCH ") and " USING " in step for step in steps if "ORDER BY" not in step)
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
