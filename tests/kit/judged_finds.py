"""Finds by demographics in a transaction, held against the judge's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from lrs_soap.operations.find_by_demographics import find_by_demographics
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.decision import Decision
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.demographics_judge import Question, Verdict, judge
from tests.kit.work import NOW, unit

FIELDS = (
    *("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code"),
    *("previous_family_name", "school_at_age_16", "place_of_birth", "email_address"),
    *("preferred_given_name", "middle_other_name", "unique_pupil_number", "unique_candidate_identifier"),
)
"""What can be asked, by the names of `DemographicsAsked`, in the judge's order."""


@contextmanager
def undone(store: Store) -> Iterator[Transaction]:
    """A writing transaction that leaves nothing behind."""

    class Enough(Exception):
        pass

    with suppress(Enough), store.writing() as transaction:
        yield transaction
        raise Enough


def ask(transaction: Transaction, fields: Mapping[str, Any]) -> Decision:
    """The decision of a find by these fields of `DemographicsAsked`."""
    return find_by_demographics(unit(transaction), DemographicsAsked(**fields))


def verdict_of(fields: Mapping[str, Any], register: Iterable[Learner]) -> Verdict:
    """The judge's verdict on the same fields, when `register` is all that is held."""
    return judge(Question(*(fields.get(field) for field in FIELDS)), register, NOW.date())


def candidates_of(decision: Decision) -> list[tuple[str | None, str, int | None]]:
    """The ULN, rule and score of each learner who was scored, in the order of the reasons."""
    return [(reason.uln, reason.rule, reason.score) for reason in decision.reasons if reason.score is not None]


def assert_as_judged(decision: Decision, verdict: Verdict) -> None:
    assert decision.code.value == verdict.code
    assert [learner.uln for learner in decision.learners] == verdict.ulns
    assert decision.substitutes == verdict.substitutes
    assert decision.reasons
    candidates = candidates_of(decision)
    if verdict.code != "WSRC0002":
        assert candidates == [entry[:3] for entry in verdict.fitting]
        return
    # Any eleven, and whoever else led to one of them before the eleventh was found.
    led_to = {entry[:3]: entry[3] for entry in verdict.fitting}
    assert len({led_to[candidate] for candidate in candidates}) == 11
