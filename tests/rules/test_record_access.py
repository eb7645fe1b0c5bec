"""Identifying: whose record a ULN and a person's details open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.record_access import identify
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import DELETED, Learner

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
        (("Anne-Marie", "O'Hara", "2006-07-30", "1"), False),
        # Each of these is good enough for a find.
        (("Annie", "O'Hara"), False),
        (("Anne", "O'Hara"), False),
        (("Anne-Mary", "O'Hara"), False),
        (("O'Hara", "Anne-Marie"), False),
    ],
)
def test_details_have_to_be_equal(details: tuple[str, ...], is_equal: bool) -> None:
    decision = identify(ToVerify(*details), ULN, HELD)
    if is_equal:
        assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (HELD,))
    else:
        assert (decision.code, decision.learners) == (ResponseCode.COULD_NOT_BE_VERIFIED, ())
    assert decision.reasons


def test_a_linked_learner_opens_its_own_record() -> None:
    linked = replace(HELD, master_uln="1000000027")
    decision = identify(ToVerify("Anne-Marie", "O'Hara"), ULN, linked)
    assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (linked,))


@pytest.mark.parametrize(
    ("uln", "learner", "code"),
    [
        (ULN, None, ResponseCode.COULD_NOT_BE_VERIFIED),
        (ULN, replace(HELD, learner_status=DELETED), ResponseCode.COULD_NOT_BE_VERIFIED),
        ("1000000018", None, ResponseCode.INVALID_ULN),
        ("", None, ResponseCode.INVALID_ULN),
        (f" {ULN}", None, ResponseCode.INVALID_ULN),
    ],
)
def test_a_uln_that_is_nobody_s_opens_none(uln: str, learner: Learner | None, code: ResponseCode) -> None:
    decision = identify(ToVerify("Anne-Marie", "O'Hara"), uln, learner)
    assert (decision.code, decision.learners) == (code, ())
    assert decision.reasons
