"""Verify and retrieve, among the starting data."""

from __future__ import annotations

import pytest

from lrs_soap.operations.retrieve import retrieve
from lrs_soap.operations.verify import verify
from lrs_soap.rules.learners.field_checks import FieldsRefused
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText
from lrs_soap.rules.learners.verification import ToVerify, Verification
from lrs_soap.rules.values.rule import Rule
from lrs_soap.store.store import Store
from tests.kit.work import unit

GRACE, PRIYA, PRIYA_IYER, TOBIAS, UNKNOWN = "4170265830", "9140837261", "2865174033", "4739516283", "1000000019"


def ask(store: Store, uln: str, *asked: str, prohibited: ProhibitedText = NOTHING_PROHIBITED) -> Verification:
    with store.reading() as transaction:
        return verify(unit(transaction, prohibited=prohibited), ToVerify(*asked), uln=uln)


@pytest.mark.parametrize(
    ("uln", "asked", "code"),
    [
        (GRACE, ("Grace", "Okafor"), "WSVRC001"),
        (GRACE, ("Grace", "Okafor", "2005-03-14", "2"), "WSVRC001"),
        (GRACE, ("Grace", "Okafer"), "WSVRC003"),
        (GRACE, ("Okafor", "Grace"), "WSVRC003"),
        (GRACE, ("Hannah", "Okafor"), "WSVRC005"),
        (GRACE, ("Grace", "Okafor", "2005-03-15"), "WSVRC005"),
        (PRIYA_IYER, ("Priya", "Iyer"), "WSVRC002"),
        (PRIYA_IYER, ("Pria", "Iyer"), "WSVRC004"),
        # Its own record counts, not its master's.
        (PRIYA_IYER, ("Priya", "Raman"), "WSVRC005"),
        (TOBIAS, ("Tobias", "Fenwick"), "WSVRC006"),
        (UNKNOWN, ("Grace", "Okafor"), "WSVRC006"),
        (GRACE[:-1] + "1", ("Grace", "Okafor"), "WSVRC006"),
    ],
)
def test_verify(filled: Store, uln: str, asked: tuple[str, ...], code: str) -> None:
    verification = ask(filled, uln, *asked)
    assert verification.code.value == code
    answered = code in ("WSVRC001", "WSVRC002", "WSVRC003", "WSVRC004")
    assert [learner.uln for learner in verification.learners] == ([uln] if answered else [])


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (("Grace", "Okafor", "1900-02-29"), Rule.DATE),
        (("Grace", "Okafor", "2025-03-11"), Rule.FUTURE),
        (("Bogus", "Okafor"), Rule.PROHIBITED_TEXT),
    ],
)
def test_a_question_that_breaks_a_field_rule_is_refused(filled: Store, asked: tuple[str, ...], rule: Rule) -> None:
    with pytest.raises(FieldsRefused) as caught:
        ask(filled, GRACE, *asked, prohibited=ProhibitedText(words=frozenset({"bogus"})))
    assert [violation.rule for violation in caught.value.violations] == [rule]


def test_retrieve_answers_in_the_order_asked_and_twice_where_asked_twice(filled: Store) -> None:
    asked = [TOBIAS, GRACE, PRIYA_IYER, UNKNOWN, GRACE, PRIYA]
    with filled.reading() as transaction:
        decisions = retrieve(unit(transaction), asked)
    assert [(decision.code.value, [learner.uln for learner in decision.learners]) for decision in decisions] == [
        ("WSRC0001", []),
        ("WSRC0004", [GRACE]),
        ("WSRC0022", [PRIYA]),
        ("WSRC0001", []),
        ("WSRC0004", [GRACE]),
        ("WSRC0004", [PRIYA]),
    ]


def test_retrieving_nothing_is_nothing(filled: Store) -> None:
    with filled.reading() as transaction:
        assert retrieve(unit(transaction), []) == ()
