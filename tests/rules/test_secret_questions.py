from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.access.secret_questions import QUESTIONS, canonical_answer, question_for_nobody


@pytest.mark.parametrize(("one", "other"), [("taylor", "Taylor"), ("St  Mary's ", "ST MARY'S"), ("STRASSE", "straße")])
def test_an_answer_has_no_case_and_no_spaces_of_its_own(one: str, other: str) -> None:
    assert canonical_answer(one) == canonical_answer(other)


@given(st.text())
def test_an_answer_as_it_is_compared_stays_so(answer: str) -> None:
    assert canonical_answer(canonical_answer(answer)) == canonical_answer(answer)


def test_nothing_is_no_answer() -> None:
    assert canonical_answer(" \t ") == ""


@given(st.integers(min_value=0))
def test_nobody_is_asked_one_of_the_questions(number: int) -> None:
    assert question_for_nobody(number) in QUESTIONS
