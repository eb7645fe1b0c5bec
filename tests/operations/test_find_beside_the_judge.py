"""Finds by demographics beside the judge, who looks at every learner of the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.demographics_judge import identity_of
from tests.kit.judged_finds import FIELDS, ask, assert_as_judged, undone, verdict_of

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
    before = learner._replace(
        given_name="Nobody",
        family_name=learner.uln,
        learner_status="1",
        preferred_given_name="Anna",
        previous_family_name="Cheng",
        last_known_post_code="NE1 1ND",
    )
    after = learner._replace(version_number=2)
    learners.insert(transaction, before)
    assert learners.update(transaction, before, after)
    return after


def test_everything_that_can_be_asked_is_asked() -> None:
    assert tuple(ASKED) == FIELDS


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


def find_at_random(store: Store, seed: int, *, times: int) -> set[str]:
    """Hold a hundred learners, thirty of them relatives at one postcode, ask so often, and return the codes answered.

    Everybody differs a little from one person. Each answer is held against the judge's.
    """
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
        for _ in range(times):
            fields = changed(person, some_changes(random, ASKED))
            decision = ask(transaction, fields)
            assert_as_judged(decision, verdict_of(fields, register))
            codes.add(decision.code.value)
    return codes


def test_some_finds_among_near_misses(store: Store) -> None:
    assert "WSRC0003" in find_at_random(store, 2025, times=40)


@pytest.mark.slow
def test_five_thousand_finds_among_near_misses(store: Store) -> None:
    codes = set().union(*(find_at_random(store, seed, times=100) for seed in range(50)))
    assert codes == {"WSRC0001", "WSRC0002", "WSRC0003", "WSRC0004", "WSRC0022"}
