"""Access to a record: which ULN and details give it."""

from __future__ import annotations

import pytest

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner

ULN = "1000000019"
HELD = Learner(
    ULN,
    "Anne-Marie",
    "O'Hara",
    "2006-07-30",
    "2",
    "BS8 1TH",
    "1",
    "2020-01-01",
    "2020-01-01",
    preferred_given_name="Annie",
)


@pytest.mark.parametrize(
    ("details", "is_equal"),
    [
        (("Anne-Marie", "O'Hara"), True),
        ((" anne‐MARIE", "o’hara"), True),
        (("Anne-Marie", "O'Hara", "2006-07-30", "2"), True),
        (("Anne-Marie", "O'Hara", "", "9"), True),
        (("Anne-Marie", "O'Hara", "2006-07-31"), False),
        (("Anne-Marie", "O'Hara", "30/07/2006"), False),
        (("Anne-Marie", "O'Hara", "2006-07-30", "F"), False),
        (("Anne-Marie", "O'Hara", "2006-07-30", "1"), False),
        # Each of these is good enough for a find.
        (("Annie", "O'Hara"), False),
        (("Anne", "O'Hara"), False),
        (("Anne-Mary", "O'Hara"), False),
        (("O'Hara", "Anne-Marie"), False),
    ],
)
def test_details_must_be_equal(details: tuple[str, ...], is_equal: bool) -> None:
    decision = identify(ToVerify(*details), ULN, HELD)
    if is_equal:
        assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (HELD,))
    else:
        assert (decision.code, decision.learners) == (ResponseCode.COULD_NOT_BE_VERIFIED, ())
    assert decision.reasons


def test_a_linked_learner_s_own_details_are_compared() -> None:
    linked = HELD._replace(master_uln="1000000027")
    decision = identify(ToVerify("Anne-Marie", "O'Hara"), ULN, linked)
    assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (linked,))


def test_an_unknown_uln_and_a_text_that_is_not_one_give_no_access() -> None:
    for uln, code in ((ULN, ResponseCode.COULD_NOT_BE_VERIFIED), ("1000000018", ResponseCode.INVALID_ULN)):
        decision = identify(ToVerify("Anne-Marie", "O'Hara"), uln, None)
        assert (decision.code, decision.learners) == (code, ())
        assert decision.reasons
