"""Near misses: which learners come nearest to a find that finds nobody, and in what they differ."""

from __future__ import annotations

from itertools import product

import pytest

from lrs_soap.rules.names.candidates import Candidates
from lrs_soap.rules.names.demographics import DemographicsAgreement, DemographicsAsked, points_of, score_parts
from lrs_soap.rules.names.lookup_keys import GIVEN, NameKey
from lrs_soap.rules.names.near_misses import near_misses
from lrs_soap.rules.values.agreement import Agreement, DateAgreement, NamesAgreement
from lrs_soap.rules.values.decision import NearMiss

ASKED = DemographicsAsked("Anna", "Cheng", "1995-06-08", "2", "NE1 1ND")
HELD = NameKey("1995-06-08", "anna", "1613724062", GIVEN, "LU11AA", "1", "anna", "brown")


def missed(*rows: NameKey) -> tuple[NearMiss, ...]:
    """The near misses among these rows, none of which fits a rule."""
    candidates = Candidates(ASKED)
    assert [candidates.rule_of(row) for row in rows] == [None] * len(rows)
    return near_misses(ASKED, candidates.near)


def test_a_near_miss_says_what_agrees_and_in_what_it_differs() -> None:
    (near,) = missed(HELD)
    assert near.uln == HELD.uln
    assert {part.part.value: part.points for part in near.parts} == {"given": 30, "date": 25}
    assert near.score == 55
    assert near.fields == ("family_name", "gender", "last_known_post_code")
    assert near.sent == ("Cheng", "2", "NE1 1ND")
    assert near.held == ("brown", "1", "LU11AA")


def test_the_three_with_the_highest_score_come_best_first() -> None:
    women = [HELD._replace(uln=str(4000000000 - each), gender="2") for each in range(3)]
    men = [HELD._replace(uln=str(1000000000 + each)) for each in range(3)]
    assert [near.uln for near in missed(*men, *women)] == ["3999999998", "3999999999", "4000000000"]
    assert [near.uln for near in missed(*men, women[0])] == ["4000000000", "1000000000", "1000000001"]


def test_a_learner_counts_once_by_its_best_row() -> None:
    elsewhere = HELD._replace(date_of_birth="1985-01-02", post_code="NE11ND")
    for rows in ((HELD, elsewhere), (elsewhere, HELD)):
        assert [near.score for near in missed(*rows)] == [55]


def test_nobody_comes_near_where_no_name_agrees() -> None:
    assert missed(HELD._replace(key="lucy", given_name="lucy")) == ()


@pytest.mark.parametrize("names", [NamesAgreement(*each) for each in product(Agreement, Agreement, (True, False))])
def test_the_points_are_those_of_the_parts(names: NamesAgreement) -> None:
    for date, post_code, gender in product(DateAgreement, (True, False), (True, False)):
        agreement = DemographicsAgreement(names, date, post_code, gender, False)
        assert points_of(agreement) == sum(part.points for part in score_parts(agreement))
