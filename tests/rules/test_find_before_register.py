from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners.find_before_register import Search, SearchAge, refusal
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.identity_keys import IdentityKeys
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome

NOW = datetime(2025, 3, 10, 12, tzinfo=LONDON)
AGE = SearchAge(maximum=timedelta(minutes=30), minimum=timedelta(seconds=2))


@pytest.mark.parametrize(
    ("seconds_ago", "found_possible", "outcome"),
    [
        (0, False, None),
        (0, True, Outcome.MATCHES_NOT_REVIEWED),
        (1, True, Outcome.MATCHES_NOT_REVIEWED),
        (2, True, None),
        (1800, True, None),
        (1800, False, None),
        (1801, False, Outcome.SEARCHED_TOO_LONG_AGO),
        (1801, True, Outcome.SEARCHED_TOO_LONG_AGO),
    ],
)
def test_a_registration_comes_after_a_search(seconds_ago: int, found_possible: bool, outcome: Outcome | None) -> None:
    decision = refusal(Search(NOW - timedelta(seconds=seconds_ago), found_possible), now=NOW, age=AGE)
    assert (decision.reasons[0].outcome if decision is not None else None) == outcome


def test_without_a_search_nobody_is_registered() -> None:
    decision = refusal(None, now=NOW, age=AGE)
    assert decision is not None
    assert (decision.code, decision.learners) == (ResponseCode.ALREADY_EXISTS, ())


def test_a_search_and_a_learner_have_the_same_keys() -> None:
    asked = DemographicsAsked(" ANNE‐Marie", "O’HARA", "2006-07-30", "2", "bs8 1th")
    learner = Learner("", "Anne-Marie", "O'Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
    assert IdentityKeys.of(asked) == IdentityKeys.of(learner)
