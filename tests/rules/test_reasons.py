"""Reasons as values: each has a rule and its statement, no logic reads one, and each becomes a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lrs_soap
from lrs_soap.rules.values import sentences
from lrs_soap.rules.values.agreement import Agreement, DateAgreement, NamesAgreement, Part, ScorePart
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.refusal import Refusal, RefusalKind
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sentences import refusal_sentence, sentence

PACKAGE = Path(lrs_soap.__file__).parent
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
DECLARED, TOLD = "rules/values/rule.py", "rules/values/sentences.py"


def members_named(enumeration: str) -> set[str]:
    """The members of an enumeration that the package names, but for where it declares them and puts them in words."""
    return {
        node.attr
        for name, tree in TREES.items()
        if name not in (DECLARED, TOLD)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == enumeration
    }


def calls_of(function: str) -> Iterator[tuple[str, ast.Call]]:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
                yield name, node


def test_every_rule_states_what_it_follows() -> None:
    assert all(rule.statement.endswith(".") for rule in Rule)
    assert len({rule.statement for rule in Rule}) == len(Rule)


@pytest.mark.parametrize("enumeration", [Rule, Outcome])
def test_every_rule_and_every_outcome_is_used(enumeration: type[Rule] | type[Outcome]) -> None:
    assert members_named(enumeration.__name__) == {member.name for member in enumeration}


def test_no_reason_is_made_without_a_rule() -> None:
    made = list(calls_of("Reason"))
    assert made
    for name, call in made:
        rule = ast.unparse(call.args[0])
        assert rule.startswith("Rule.") or rule in ("rule", "each.rule", "match.rule"), f"{name}: {rule}"


def test_no_logic_reads_a_reason() -> None:
    for name, call in calls_of("isinstance"):
        assert ast.unparse(call.args[1]) != "Reason", name
    for name, tree in TREES.items():
        of_reasons = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("reasons")
        ]
        assert not of_reasons or name.startswith("exchange/"), name


def test_every_outcome_has_its_words() -> None:
    assert sentences._FOUND.keys() == set(Outcome)
    assert sentences._REFUSALS.keys() == set(RefusalKind)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (Reason(Rule.CHECK_DIGIT, Outcome.WRONG, ("uln",), ("1000000018",)), "check digit: wrong"),
        (
            Reason(Rule.NAMES, NamesAgreement(Agreement.ALIAS, Agreement.SIMILAR, swapped=False)),
            "names: given ALIAS, family SIMILAR",
        ),
        (
            Reason(Rule.NAMES, NamesAgreement(Agreement.DIFFERENT, Agreement.DIFFERENT, swapped=True)),
            "names: swapped",
        ),
        (
            Reason(
                Rule.P1,
                Outcome.FITS,
                parts=(
                    ScorePart(Part.GIVEN_NAME, 15, Agreement.SIMILAR),
                    ScorePart(Part.DATE_OF_BIRTH, 25, DateAgreement.EQUAL),
                    ScorePart(Part.GENDER, 5),
                ),
            ),
            "P1: given SIMILAR, date EQUAL, gender",
        ),
        (
            Reason(
                Rule.P7,
                Outcome.FITS,
                parts=(ScorePart(Part.GIVEN_NAME, 30, Agreement.EQUAL), ScorePart(Part.EMAIL_ADDRESS, 5)),
            ),
            "P7: given EQUAL, email_address",
        ),
        (Reason(Rule.ROWS_READ, Outcome.TOO_MANY), "rows read: too many"),
        (Reason(Rule.AGE, Outcome.BROKEN, ("date_of_birth",), ("2020-09-03",)), "age: broken by date_of_birth"),
        (
            Reason(Rule.FACET, Outcome.BROKEN, findings=("Title: too long", "Notes: no")),
            "facet: Title: too long; Notes: no",
        ),
        (Reason(Rule.COMPARISONS, Outcome.FAILED, findings=("VRF1", "VRF7")), "comparisons: VRF1, VRF7 failed"),
        (Reason(Rule.STORED_VALUES, Outcome.CHANGED, ("title", "notes")), "stored values: title, notes changed"),
        (Reason(Rule.REQUIRED, Outcome.NOT_SENT, ("gender",)), "required: gender not sent"),
        (Reason(Rule.RECORD_COUNT, Outcome.MISCOUNTED, (), ("3",), ("2",)), "record count: 3 declared, 2 sent"),
        (Reason(Rule.JOB, Outcome.SUBMITTED, held=("7",)), "job: submitted as 7"),
        (Reason(Rule.JOB, Outcome.PROGRESS, held=("InProgress", "1", "3")), "job: InProgress, 1 of 3 records done"),
        (Reason(Rule.SHARING, Outcome.NOT_SHARED, (), ("ORG",), ("0",)), "sharing: not shared with ORG"),
    ],
)
def test_a_reason_in_words(reason: Reason, told: str) -> None:
    assert sentence(reason) == told


def test_a_refusal_names_the_learners_that_stand_against_it() -> None:
    refusal = Refusal(RefusalKind.HAS_LINKED, "1000000016", ("2000000003", "3000000017"))
    assert refusal_sentence(refusal) == (
        "The learner with the ULN 1000000016 is the master of 2000000003, 3000000017, and cannot be deleted."
    )
