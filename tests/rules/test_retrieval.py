"""Retrieve: the answer for each of the ULNs that were asked for."""

from __future__ import annotations

import pytest

from lrs_soap.rules.learners.retrieval import retrieve
from lrs_soap.rules.learners.uln_lookup import NoHolder
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner

ULN, MASTER_ULN = "1000000019", "1000000027"
HELD = Learner(ULN, "Anne", "O'Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
MASTER = HELD._replace(uln=MASTER_ULN, family_name="Whitlock", linked_ulns=(ULN,))


def test_a_uln_that_stands_for_nobody_is_no_match() -> None:
    assert retrieve(ULN, None, None) == Decision(ResponseCode.NO_MATCH, reasons=(NoHolder.UNKNOWN.reason(ULN),))


def test_a_learner_is_an_exact_match() -> None:
    decision = retrieve(ULN, HELD, None)
    assert (decision.code, decision.learners) == (ResponseCode.EXACT_MATCH, (HELD,))


def test_a_linked_learner_is_answered_with_its_master() -> None:
    decision = retrieve(ULN, HELD._replace(master_uln=MASTER_ULN), MASTER)
    assert (decision.code, decision.learners) == (ResponseCode.MASTER_SUBSTITUTED, (MASTER,))


def test_a_linked_learner_without_its_master_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match=MASTER_ULN):
        retrieve(ULN, HELD._replace(master_uln=MASTER_ULN), None)
