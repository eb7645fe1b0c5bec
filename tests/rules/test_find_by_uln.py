"""Find by ULN: what each ULN and each pair of names opens."""

from __future__ import annotations

import pytest

from lrs_soap.rules.learners.find_by_uln import find_by_uln
from lrs_soap.rules.learners.uln_lookup import NoHolder
from lrs_soap.rules.names.matching import NamesAsked
from lrs_soap.rules.values.agreement import Agreement, NamesAgreement
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule

ULN, MASTER_ULN = "1613724062", "7366504423"
ANNA = Learner(
    uln=ULN,
    given_name="Anna Maria",
    family_name="Cheng",
    date_of_birth="1995-06-28",
    gender="2",
    last_known_post_code="NE1 1ND",
    ability_to_share="1",
    created_date="2020-01-01",
    last_updated_date="2020-01-01",
    previous_family_name="Brown",
)
MASTER = ANNA._replace(uln=MASTER_ULN, given_name="Lucy", family_name="Green", linked_ulns=(ULN,))
LINKED = ANNA._replace(master_uln=MASTER_ULN)

EQUAL_OR_ALIAS = [NamesAsked("anna-maria", "CHENG"), NamesAsked("Anna", "Cheng"), NamesAsked("Anna", "Brown")]
ONLY_SIMILAR = [
    NamesAsked("Anna", "Chang"),
    NamesAsked("Ana Maria", "Cheng"),
    NamesAsked("Anna Mariya", "Chenk"),
    NamesAsked("Cheng", "Anna Maria"),
]
NEITHER = [NamesAsked("Anna", "Smith"), NamesAsked("Lucy", "Cheng"), NamesAsked("Cheng", "Anna"), NamesAsked("-", "-")]


def learners(decision: Decision) -> list[str]:
    return [learner.uln for learner in decision.learners]


def test_a_uln_that_stands_for_nobody_is_no_match() -> None:
    decision = find_by_uln(NamesAsked("Anna", "Cheng"), ULN, None, None)
    assert decision == Decision(ResponseCode.NO_MATCH, reasons=(NoHolder.UNKNOWN.reason(ULN),))


@pytest.mark.parametrize("asked", EQUAL_OR_ALIAS)
def test_equal_names_and_aliases_are_an_exact_match(asked: NamesAsked) -> None:
    decision = find_by_uln(asked, ULN, ANNA, None)
    assert decision.code is ResponseCode.EXACT_MATCH
    assert learners(decision) == [ULN]


@pytest.mark.parametrize("asked", ONLY_SIMILAR)
def test_similar_and_swapped_names_are_a_possible_match(asked: NamesAsked) -> None:
    decision = find_by_uln(asked, ULN, ANNA, None)
    assert decision.code is ResponseCode.POSSIBLE_MATCHES
    assert learners(decision) == [ULN]


@pytest.mark.parametrize("asked", NEITHER)
@pytest.mark.parametrize("learner", [ANNA, LINKED])
def test_a_uln_with_other_names_is_no_match(asked: NamesAsked, learner: Learner) -> None:
    decision = find_by_uln(asked, ULN, learner, MASTER)
    assert decision.code is ResponseCode.NO_MATCH
    assert learners(decision) == []


@pytest.mark.parametrize("asked", EQUAL_OR_ALIAS)
def test_a_linked_learner_leads_to_its_master(asked: NamesAsked) -> None:
    decision = find_by_uln(asked, ULN, LINKED, MASTER)
    assert decision.code is ResponseCode.MASTER_SUBSTITUTED
    assert learners(decision) == [MASTER_ULN]


@pytest.mark.parametrize("asked", ONLY_SIMILAR)
def test_a_linked_learner_with_similar_names_is_a_possible_match_with_its_master(asked: NamesAsked) -> None:
    decision = find_by_uln(asked, ULN, LINKED, MASTER)
    assert decision.code is ResponseCode.POSSIBLE_MATCHES
    assert learners(decision) == [MASTER_ULN]


def test_the_masters_names_do_not_open_a_linked_uln() -> None:
    assert find_by_uln(NamesAsked("Lucy", "Green"), ULN, LINKED, MASTER).code is ResponseCode.NO_MATCH


def test_a_linked_learner_without_its_master_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match=MASTER_ULN):
        find_by_uln(NamesAsked("Anna", "Cheng"), ULN, LINKED, None)


def test_the_reasons_say_what_was_compared_and_who_stands_in() -> None:
    fields = ("given_name", "family_name")
    assert find_by_uln(NamesAsked("Anna", "Chang"), ULN, LINKED, MASTER).reasons == (
        Reason(
            Rule.NAMES,
            NamesAgreement(Agreement.ALIAS, Agreement.SIMILAR, swapped=False),
            fields,
            ("Anna", "Chang"),
            ("Anna Maria", "Cheng"),
        ),
        Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (ULN,), (MASTER_ULN,)),
    )
    assert find_by_uln(NamesAsked("Cheng", "Anna Maria"), ULN, ANNA, None).reasons == (
        Reason(
            Rule.NAMES,
            NamesAgreement(Agreement.DIFFERENT, Agreement.DIFFERENT, swapped=True),
            fields,
            ("Cheng", "Anna Maria"),
            ("Anna Maria", "Cheng"),
        ),
    )


def test_the_holder_with_other_names_is_the_near_miss() -> None:
    (near,) = find_by_uln(NamesAsked("Anna", "Smith"), ULN, ANNA, None).nearest or ()
    assert (near.uln, near.score) == (ULN, 25)
    assert (near.fields, near.sent, near.held) == (
        ("given_name", "family_name"),
        ("Anna", "Smith"),
        ("Anna Maria", "Cheng"),
    )
    assert find_by_uln(NamesAsked("Anna", "Smith"), ULN, None, None).nearest == ()
    assert find_by_uln(NamesAsked("Anna", "Cheng"), ULN, ANNA, None).nearest is None
