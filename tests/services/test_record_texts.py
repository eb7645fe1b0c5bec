"""Texts of learning events are kept for those who ask again, but not without end."""

from __future__ import annotations

import pytest

from lrs_soap.operations.get_learning_events import RecordAsked
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.services.record_texts import RecordTexts
from lrs_soap.wsdl.writing import WrittenRows

TEXT = WrittenRows("<LearningEvent/>" * 10)


def asked(uln: str = "1", user_type: str = "ORG", fields: tuple[str, ...] = ("id",)) -> RecordAsked:
    return RecordAsked(uln, ToVerify("Grace", "Okafor"), user_type, fields)


def test_a_text_is_kept_with_the_events_that_it_is_of() -> None:
    texts = RecordTexts()
    texts.of(1, asked()).keep(("7 8 0",), TEXT)
    kept = texts.of(1, asked())
    assert (kept.versions, kept.text) == (("7 8 0",), TEXT)
    kept.keep(("7 8 9 0",), WrittenRows("other"))
    assert texts.of(1, asked()).versions == ("7 8 9 0",)


@pytest.mark.parametrize("other", [asked(uln="2"), asked(user_type="LNR"), asked(fields=("id", "credits"))])
def test_another_question_has_another_text(other: RecordAsked) -> None:
    texts = RecordTexts()
    texts.of(1, asked()).keep(("7 0",), TEXT)
    assert texts.of(1, other).versions is None


def test_another_generation_has_other_texts() -> None:
    texts = RecordTexts()
    texts.of(1, asked()).keep(("7 0",), TEXT)
    assert texts.of(2, asked()).versions is None
    assert texts.of(1, asked()).versions == ("7 0",)


def test_those_that_were_not_used_for_longest_make_room() -> None:
    texts = RecordTexts(most_bytes=20_000)
    for number in range(200):
        texts.of(1, asked(uln=str(number))).keep((f"{number} 0",), TEXT)
        assert texts.of(1, asked(uln="0")).text == TEXT
    kept = [number for number in range(200) if texts.of(1, asked(uln=str(number))).text]
    assert kept == [0, *range(200 - len(kept) + 1, 200)]
    assert 50 < len(kept) * len(TEXT) < 20_000


def test_one_that_would_take_the_place_of_many_is_not_kept() -> None:
    texts = RecordTexts(most_bytes=20_000)
    texts.of(1, asked()).keep(("7 0",), TEXT)
    texts.of(1, asked(uln="2")).keep(("8 0",), WrittenRows("x" * 4000))
    assert texts.of(1, asked(uln="2")).text is None
    assert texts.of(1, asked()).text == TEXT
