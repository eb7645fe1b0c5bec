from __future__ import annotations

from dataclasses import replace

import pytest

from lrs_soap.rules.learners.retrieval import retrieve
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.rule import Outcome

ULN, MASTER_ULN = "1000000019", "1000000027"
HELD = Learner(ULN, "Anne", "O'Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
MASTER = replace(HELD, uln=MASTER_ULN, family_name="Whitlock", linked_ulns=(ULN,))


@pytest.mark.parametrize(
    ("uln", "learner", "outcome"),
    [
        (ULN[:-1] + "8", HELD, Outcome.WRONG),
        (ULN, None, Outcome.UNKNOWN),
        (ULN, replace(HELD, learner_status=DELETED), Outcome.DELETED),
    ],
)
def test_a_uln_that_is_nobodys_is_no_match(uln: str, learner: Learner | None, outcome: Outcome) -> None:
    decision = retrieve(uln, learner, None)
    assert (decision.code, decision.learners) == (ResponseCode.NO_MATCH, ())
    assert [reason.outcome for reason in decision.reasons] == [outcome]


def test_a_learner_is_an_exact_match() -> None:
    decision = retrieve(ULN, HELD, None)
    assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (HELD,))


def test_the_master_stands_in_for_a_linked_one() -> None:
    decision = retrieve(ULN, replace(HELD, master_uln=MASTER_ULN), MASTER)
    assert (decision.code, decision.learners) == (ResponseCode.MASTER_SUBSTITUTED, (MASTER,))


def test_a_linked_one_without_its_master_is_the_programs_error() -> None:
    with pytest.raises(ValueError, match=MASTER_ULN):
        retrieve(ULN, replace(HELD, master_uln=MASTER_ULN), None)
