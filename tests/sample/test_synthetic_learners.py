"""Synthetic learners: always the same ones, valid, and spread as people in Britain are."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date

import pytest

from lrs_soap.cli.facets import facet_check
from lrs_soap.clock import midnight
from lrs_soap.loading import prohibited_text
from lrs_soap.loading.learner_record import FIELDS, learner_of
from lrs_soap.rules.learners import field_rules
from lrs_soap.rules.values import uln
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.sample.synthetic_learners import MOST, Population

COUNT = 20_000


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(1)


@pytest.fixture(scope="module")
def people(population: Population) -> list[Learner]:
    return list(population.learners(0, COUNT))


def as_record(learner: Learner) -> Mapping[str, str | int]:
    """What a file would say of the learner."""
    record = {field: getattr(learner, BY_CONTRACT_NAME[field].name) for field in FIELDS}
    return {field: value for field, value in record.items() if value is not None}


def share(count: int) -> float:
    return count / COUNT


def test_the_first_thousand_are_these_on_every_machine(people: list[Learner]) -> None:
    told = hashlib.sha256()
    for learner in people[:1000]:
        fields = {name: value for name, value in learner._asdict().items() if value}
        told.update(json.dumps(fields, sort_keys=True).encode())
    assert told.hexdigest() == "08f513cb4bc9b98ed7d270aad4ddd8bf937451639033123f032b72cc45746883"


def test_nobody_depends_on_how_many_are_asked_for(population: Population, people: list[Learner]) -> None:
    for start, stop in ((0, 1), (0, 1000), (19, 21), (20, 40), (37, 83), (500, 500)):
        assert list(population.learners(start, stop)) == people[start:stop]
    assert list(Population(1).learners(90, 100)) == people[90:100]


def test_another_seed_makes_others(people: list[Learner]) -> None:
    others = list(Population(2).learners(0, 200))
    assert not {learner.uln for learner in others} & {learner.uln for learner in people}
    assert not {(learner.given_name, learner.family_name, learner.date_of_birth) for learner in others} & {
        (learner.given_name, learner.family_name, learner.date_of_birth) for learner in people
    }


def test_every_uln_is_valid_and_nobody_elses(population: Population, people: list[Learner]) -> None:
    ulns = [learner.uln for learner in (*people, *population.learners(MOST - 1000, MOST))]
    assert all(map(uln.is_valid, ulns))
    assert len(set(ulns)) == len(ulns)


def test_what_they_hold_is_what_a_file_might_hold(people: list[Learner]) -> None:
    check = facet_check()
    for learner in people[:5000]:
        assert learner_of(as_record(learner), now=midnight(date(2024, 8, 31)), check=check) == learner


def test_nothing_of_them_would_be_refused_to_a_caller_but_that_some_opted_out(people: list[Learner]) -> None:
    prohibited = prohibited_text.read(None)
    for learner in people:
        sent = SentLearner.of({field: str(value) for field, value in as_record(learner).items()})
        violations = field_rules.violations(sent, today=date(2024, 8, 31), prohibited=prohibited)
        assert {violation.rule for violation in violations} <= {Rule.NO_LONGER_ACCEPTED}


def test_common_names_are_common_and_there_are_thousands_of_others(people: list[Learner]) -> None:
    family_names = Counter(learner.family_name for learner in people)
    assert [name for name, _ in family_names.most_common(2)] == ["Smith", "Jones"]
    assert 0.007 < share(family_names["Smith"]) < 0.012
    assert sum(count for _, count in family_names.most_common(100)) < COUNT / 3
    assert len(family_names) > 4000
    given_names = Counter(learner.given_name for learner in people)
    assert 0.008 < share(max(given_names.values())) < 0.015
    assert len(given_names) > 1500


def test_given_names_are_of_their_time(people: list[Learner]) -> None:
    names = ("Margaret", "Susan", "Sarah", "Rebecca", "Chloe", "Evie")
    births = [[int(each.date_of_birth[:4]) for each in people if each.given_name == name] for name in names]
    means = [sum(years) / len(years) for years in births]
    assert means == sorted(means)


@pytest.mark.parametrize(
    ("kind", "smallest", "largest"),
    [
        ("Mc", 0.006, 0.02),
        ("O'", 0.004, 0.012),
        ("-", 0.02, 0.035),
        ("Patel", 0.002, 0.006),
        ("Kaur", 0.001, 0.004),
        ("Kowalski", 0.0001, 0.002),
        ("Jones", 0.005, 0.012),
    ],
)
def test_there_are_names_of_many_kinds(people: list[Learner], kind: str, smallest: float, largest: float) -> None:
    assert smallest < share(sum(kind in learner.family_name for learner in people)) < largest


def test_some_names_have_letters_beyond_ascii(people: list[Learner]) -> None:
    marked = share(sum(not (learner.given_name + learner.family_name).isascii() for learner in people))
    assert 0.005 < marked < 0.02


def test_births_are_those_of_learners_with_too_many_on_1_january(people: list[Learner]) -> None:
    births = [learner.date_of_birth for learner in people]
    assert min(births) < "1925"
    assert "2011" < max(births) <= "2011-08-31"
    assert 0.4 < share(sum(birth >= "1994" for birth in births)) < 0.6
    assert 0.1 < share(sum(birth < "1970" for birth in births)) < 0.3
    new_years_days = share(sum(birth.endswith("-01-01") for birth in births))
    assert 3 < new_years_days * 365 < 5


def test_genders(people: list[Learner]) -> None:
    genders = Counter(learner.gender for learner in people)
    assert 0.49 < share(genders["2"]) < 0.53
    assert 0.001 < share(genders["0"] + genders["9"]) < 0.006
    assert set(genders) == set("0129")


def test_twins_have_all_but_the_given_name_together(people: list[Learner]) -> None:
    born_together: dict[tuple[str, str, str, str | None], list[Learner]] = {}
    for learner in people:
        home = learner.last_known_post_code, learner.last_known_address_line_1
        born_together.setdefault((learner.family_name, learner.date_of_birth, *home), []).append(learner)
    twins = [learners for learners in born_together.values() if len(learners) > 1]
    assert 0.012 < len(twins) / len(born_together) < 0.018
    assert all(len({learner.given_name for learner in learners}) == len(learners) for learners in twins)


def test_people_share_postcodes_and_families_more(people: list[Learner]) -> None:
    post_codes = Counter(learner.last_known_post_code for learner in people)
    assert share(sum(count for count in post_codes.values() if count > 1)) > 0.95
    assert 0.01 < share(post_codes["ZZ99 9ZZ"]) < 0.02
    families = Counter((learner.family_name, learner.last_known_post_code) for learner in people)
    assert 0.5 < share(sum(count for count in families.values() if count > 1)) < 0.8


def test_they_live_all_over_the_country(people: list[Learner]) -> None:
    areas = Counter(learner.last_known_post_code[:2].rstrip("0123456789") for learner in people)
    assert len(areas) > 100
    assert areas["B"] > 4 * areas["HX"] > 0


def test_privacy_notices(people: list[Learner]) -> None:
    notices = Counter(learner.ability_to_share for learner in people)
    assert 0.9 < share(notices["1"]) < 0.96
    assert share(notices["2"]) > 0.01 < share(notices["0"])


@pytest.mark.parametrize(
    ("field", "smallest", "largest"),
    [
        ("middle_other_name", 0.4, 0.55),
        ("preferred_given_name", 0.03, 0.06),
        ("previous_family_name", 0.05, 0.08),
        ("family_name_at_age_16", 0.02, 0.05),
        ("title", 0.3, 0.4),
        ("last_known_address_town", 0.8, 0.9),
        ("email_address", 0.3, 0.4),
        ("telephone_number", 0.2, 0.3),
        ("school_at_age_16", 0.2, 0.35),
    ],
)
def test_some_have_more_to_tell(people: list[Learner], field: str, smallest: float, largest: float) -> None:
    assert smallest < share(sum(getattr(learner, field) is not None for learner in people)) < largest
