"""The look-up of a ULN: the learner that it stands for, or why it stands for nobody."""

from __future__ import annotations

import pytest

from lrs_soap.rules.learners.uln_lookup import NoHolder, holder_of, invalid_uln
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.rule import Outcome, Rule

ULN = "1000000019"
HELD = Learner(ULN, "Anne", "O'Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
NOT_ULNS = ["", "1000000018", "100000001", "9999999999", f" {ULN}", f"{ULN} ", "1000 000019"]


@pytest.mark.parametrize("learner", [HELD, HELD._replace(master_uln="1000000027"), HELD._replace(learner_status="0")])
def test_an_active_a_linked_and_a_closed_learner_have_their_uln(learner: Learner) -> None:
    assert holder_of(ULN, learner) is learner


@pytest.mark.parametrize("learner", [None, HELD])
@pytest.mark.parametrize("uln", NOT_ULNS)
def test_a_text_that_is_not_a_uln_stands_for_nobody_whatever_the_register_has(
    uln: str, learner: Learner | None
) -> None:
    assert holder_of(uln, learner) is NoHolder.NOT_A_ULN


def test_an_unknown_uln_and_that_of_a_deleted_learner_stand_for_nobody() -> None:
    assert holder_of(ULN, None) is NoHolder.UNKNOWN
    assert holder_of(ULN, HELD._replace(learner_status=DELETED)) is NoHolder.DELETED
    assert holder_of(ULN, HELD._replace(learner_status=DELETED, master_uln="1000000027")) is NoHolder.DELETED


@pytest.mark.parametrize(
    ("no_holder", "rule", "outcome"),
    [
        (NoHolder.NOT_A_ULN, Rule.CHECK_DIGIT, Outcome.WRONG),
        (NoHolder.UNKNOWN, Rule.ULN_HOLDER, Outcome.UNKNOWN),
        (NoHolder.DELETED, Rule.ULN_HOLDER, Outcome.DELETED),
    ],
)
def test_the_reason_names_the_rule_and_the_uln(no_holder: NoHolder, rule: Rule, outcome: Outcome) -> None:
    assert no_holder.reason("1000000018") == Reason(rule, outcome, ("uln",), ("1000000018",))


@pytest.mark.parametrize("uln", NOT_ULNS)
def test_r9_answers_that_a_text_is_not_a_uln(uln: str) -> None:
    reason = Reason(Rule.CHECK_DIGIT, Outcome.WRONG, ("uln",), (uln,))
    assert invalid_uln(uln) == Decision(ResponseCode.INVALID_ULN, reasons=(reason,))


def test_r9_says_nothing_about_a_uln() -> None:
    assert invalid_uln(ULN) is None
