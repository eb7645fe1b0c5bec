"""What was sent of a learner: what was not sent, what was sent empty, and both by the contract's names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.values.learner_fields import BY_NAME
from lrs_soap.rules.values.sent_learner import SENT_FIELDS, SentLearner

SENT = SentLearner(given_name="Zoë", notes="", gender="2")
NAMES = [BY_NAME[name].contract_name for name in SENT_FIELDS]


def test_what_was_not_sent_has_no_place_by_the_contracts_names() -> None:
    assert SENT.by_contract_name() == {"GivenName": "Zoë", "Gender": "2", "Notes": ""}


@given(st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_the_contracts_names_there_and_back(values: dict[str, str]) -> None:
    assert SentLearner.of(values).by_contract_name() == values


def test_none_by_the_contracts_names_was_not_sent() -> None:
    assert SentLearner.of({"GivenName": "Zoë", "Notes": "", "Gender": "2", "Title": None}) == SENT


@pytest.mark.parametrize("name", ["given_name", "LinkedULNs", "ReturnCode"])
def test_a_field_that_nobody_sends_is_an_error(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        SentLearner.of({name: "1"})


def test_an_empty_field_is_not_filled_in() -> None:
    assert SENT.filled_in() == SentLearner(given_name="Zoë", gender="2")


def test_a_correction_may_change_fill_in_or_empty_a_field() -> None:
    corrected = SENT.corrected_by(SentLearner(given_name="Zoe", notes="moved", gender="", title="Ms"))
    assert corrected == SentLearner(given_name="Zoe", notes="moved", gender="", title="Ms")
    assert SENT.corrected_by(SentLearner()) == SENT


def test_without_a_field_it_was_not_sent() -> None:
    assert SENT.without({"gender", "title"}) == SentLearner(given_name="Zoë", notes="")
