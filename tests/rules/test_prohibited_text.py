"""Prohibited text: what a word is, and which fields may not hold one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.learners.field_rules import Violation, asked_violations, violations
from lrs_soap.rules.learners.prohibited_text import NOTHING_PROHIBITED, ProhibitedText, words_of
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner

TODAY = date(2025, 3, 1)
LIST = ProhibitedText(frozenset({"bogus", "straße".casefold(), "o'bad"}), frozenset({"SW183HU", "BFPO12"}))

WITH_WORDS = [
    "GivenName",
    "MiddleOtherName",
    "FamilyName",
    "PreferredGivenName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
    "Notes",
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna Cheng", ["anna", "cheng"]),
        ("Smith-Jones", ["smith", "jones"]),
        ("O'Brien", ["o'brien"]),
        ("O’Brien", ["o'brien"]),
        ("'quoted' rock'n'", ["quoted", "rock'n"]),
        ("3rd floor, Flat2/B", ["3rd", "floor", "flat2", "b"]),
        ("snake_case", ["snake", "case"]),
        ("Zoe\u0308", ["zoë"]),
        ("हिन्दी", ["हिन्दी"]),
        ("ＷＩＤＥ", ["wide"]),
        ("", []),
        (" - ' ", []),
    ],
)
def test_how_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words


@pytest.mark.parametrize(
    "text",
    ["bogus", "BOGUS", " Bogus ", "Anna Bogus", "Bogus-Smith", "(bogus)", "'bogus'", "ｂｏｇｕｓ", "STRASSE", "O’Bad"],
)
def test_a_whole_word_is_found_in_any_case(text: str) -> None:
    assert LIST.is_in(text)


@pytest.mark.parametrize("text", ["bogusly", "ebogus", "O'Bogus", "bogus's", "bo gus", "bogus2", "bad", "", "School"])
def test_a_part_of_a_word_is_not_found(text: str) -> None:
    assert not LIST.is_in(text)


@pytest.mark.parametrize("text", ["SW18 3HU", "sw183hu", " SW18  3HU  ", "BFPO 12"])
def test_case_and_spaces_of_a_postcode_do_not_count(text: str) -> None:
    assert LIST.is_postcode(text)


@pytest.mark.parametrize("text", ["SW18 3HT", "SW18", "BFPO 123", ""])
def test_another_postcode_is_not_prohibited(text: str) -> None:
    assert not LIST.is_postcode(text)


@pytest.mark.parametrize("field", WITH_WORDS)
def test_these_fields_may_hold_no_prohibited_word(field: str) -> None:
    found = violations(SentLearner.of({field: "so Bogus!"}), today=TODAY, prohibited=LIST)
    assert found == (
        Violation(field, f"Value 'so Bogus!' of element '{field}' contains prohibited text.", Rule.PROHIBITED_TEXT),
    )


@pytest.mark.parametrize("field", ["Title", "PlaceOfBirth", "EmailAddress", "OtherVerificationDescription"])
def test_these_fields_may_hold_a_prohibited_word(field: str) -> None:
    assert violations(SentLearner.of({field: "bogus"}), today=TODAY, prohibited=LIST) == ()


def test_the_last_known_postcode_may_not_be_prohibited() -> None:
    (found,) = violations(SentLearner.of({"LastKnownPostCode": "sw18 3hu"}), today=TODAY, prohibited=LIST)
    sentence = "Value 'sw18 3hu' of element 'LastKnownPostCode' contains prohibited text."
    assert found == Violation("LastKnownPostCode", sentence, Rule.PROHIBITED_TEXT)


def test_other_fields_may_hold_a_prohibited_postcode() -> None:
    assert violations(SentLearner.of({"Notes": "was in SW18 3HU"}), today=TODAY, prohibited=LIST) == ()


def test_violations_come_in_the_contracts_order_of_the_fields() -> None:
    wrong = {
        "Notes": "bogus",
        "AbilityToShare": "2",
        "DateOfBirth": "1900-02-29",
        "LastKnownPostCode": "SW18 3HU",
        "SchoolAtAge16": "bogus",
        "GivenName": "bogus",
    }
    assert [each.field for each in violations(SentLearner.of(wrong), today=TODAY, prohibited=LIST)] == list(
        reversed(wrong)
    )


def test_nothing_prohibited_finds_nothing() -> None:
    assert not NOTHING_PROHIBITED.is_in("bogus")
    assert not NOTHING_PROHIBITED.is_postcode("SW18 3HU")


@given(st.text())
def test_a_word_is_its_own_only_word(text: str) -> None:
    for word in words_of(text):
        assert list(words_of(word)) == [word]


@given(st.text(), st.sampled_from(" -.,/()\n"), st.text())
def test_words_are_found_on_both_sides_of_a_separator(before: str, separator: str, after: str) -> None:
    assert LIST.is_in(f"{before}{separator}Bogus{separator}{after}")


def test_a_question_breaks_the_same_rules_in_the_same_order() -> None:
    words = dict.fromkeys(DemographicsAsked._fields, "bogus")
    asked = DemographicsAsked(**{**words, "date_of_birth": "2030-01-01", "last_known_post_code": "SW18 3HU"})
    found = asked_violations(
        asked.with_words,
        asked.date_of_birth,
        asked.gender,
        asked.last_known_post_code,
        today=TODAY,
        prohibited=LIST,
    )
    sent = SentLearner(**asked._asdict())
    assert tuple(found) == violations(sent, today=TODAY, registering=False, prohibited=LIST)
    assert len(found) == 9
