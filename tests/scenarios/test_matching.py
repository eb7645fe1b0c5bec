"""Which requests a scenario fits, and which of those it hits."""

from __future__ import annotations

from typing import Any

import pytest

from lrs_soap.scenarios.matching import Facts, fits, hit_of, hits
from lrs_soap.scenarios.scenario import Scenario

FACTS = Facts(
    "learnerByULN",
    organisations={"TEST0001"},
    users={"A Tester"},
    ulns={"4170265830", "5629103473"},
    family_names={"Okafor"},
)


def scenario(when: dict[str, Any] | None = None, **given: Any) -> Scenario:
    return Scenario(**{"name": "one", "when": when or {}, "do": {"delay": 1}, **given})


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"operation": "learnerbyuln"},
        {"organisation": "test0001"},
        {"user": "a tester"},
        {"uln": "5629103473"},
        {"family_name": " OKAFOR "},
        {"operation": "LEARNERBYULN", "organisation": "TEST0001", "uln": "4170265830"},
    ],
)
def test_it_fits_where_all_that_it_names_is_sent(when: dict[str, Any]) -> None:
    assert fits(scenario(when), FACTS)


@pytest.mark.parametrize(
    "when",
    [
        {"operation": "verifyLearner"},
        {"organisation": "TEST0002"},
        {"user": "A"},
        {"uln": "417026583"},
        {"family_name": "Okafer"},
        {"operation": "learnerByULN", "uln": "9140837261"},
    ],
)
def test_it_does_not_fit_where_one_thing_differs(when: dict[str, Any]) -> None:
    assert not fits(scenario(when), FACTS)


@pytest.mark.parametrize("name", ["operation", "organisation", "user", "uln", "family_name"])
def test_what_cannot_be_read_fits_an_empty_when_alone(name: str) -> None:
    assert fits(scenario(), Facts())
    assert not fits(scenario({name: "anything"}), Facts())


def test_a_response_code_fits_where_the_operation_can_answer_it() -> None:
    of_both = scenario({"operation": "learnerByULN"}, do={"response_code": "WSEC0136"})
    assert fits(of_both, Facts("LearnerByUln"))
    assert not fits(of_both, Facts("learnerByULN"))


def hit(made: Scenario, requests: int) -> list[int]:
    """The requests that a scenario hits, by their numbers from 1."""
    numbers: list[int] = []
    for fitted in range(1, requests + 1):
        if hits(made, fitted=fitted, hit=len(numbers)):
            numbers.append(fitted)
    return numbers


def test_the_first_ones_pass_and_the_next_are_hit() -> None:
    assert hit(scenario(), 5) == [1]
    assert hit(scenario(after=2, times=3), 9) == [3, 4, 5]
    assert hit(scenario(after=7, times=None), 9) == [8, 9]


def test_a_share_is_drawn_by_the_seed() -> None:
    half = scenario(share=0.5, times=None, seed=4)
    assert 400 < len(hit(half, 1000)) < 600
    assert hit(half, 1000) == hit(half, 1000)
    assert hit(half, 1000) != hit(scenario(share=0.5, times=None, seed=5), 1000)
    assert hit(scenario(share=0.5, times=3, seed=4), 1000) == hit(half, 1000)[:3]


def test_a_delay_is_drawn_by_the_seed() -> None:
    made = scenario(do={"delay": [1, 3]}, seed=4)
    delays = [hit_of(made, fitted).delay for fitted in range(1, 200)]
    assert all(1 <= each <= 3 for each in delays)
    assert len(set(delays)) == len(delays)
    assert delays == [hit_of(made, fitted).delay for fitted in range(1, 200)]
    assert delays != [hit_of(made.model_copy(update={"seed": 5}), fitted).delay for fitted in range(1, 200)]
    assert hit_of(scenario(do={"delay": 2}), 1).delay == 2
    assert hit_of(scenario(do={"http": 500}), 1).delay == 0
