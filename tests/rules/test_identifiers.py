"""UPNs and UCIs: the check letter against the published formula, temporary UPNs, what is neither."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrs_soap.rules.learners import identifiers

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
ELEVEN = st.text("0123456789", min_size=11, max_size=11)
NUMBERS = st.builds(str.__add__, ELEVEN, st.sampled_from("0123456789" + LETTERS))
UPNS = NUMBERS.map(lambda number: identifiers.upn_check_letter(number) + number)


def check_letter(number: str) -> str:
    """The formula as it is published, position by position."""
    total = 0
    for position in range(12):
        each = number[position]
        total += (int(each) if each in "0123456789" else LETTERS.index(each)) * (position + 2)
    return LETTERS[total % 23]


@given(NUMBERS)
def test_the_check_letter_is_what_the_published_formula_says(number: str) -> None:
    fitting = [letter for letter in LETTERS if identifiers.is_upn(letter + number)]
    assert fitting == [check_letter(number)]


@pytest.mark.parametrize(
    "upn",
    [
        "A000000000000",
        "C100000000000",  # 1 × 2
        "P000000000001",  # 1 × 13
        "V100000000003",  # 2 + 39 = 23 + 18
        "A00000000000A",  # a temporary one, whose letter counts as 0
        "L00000000000Z",  # 22 × 13 = 12 × 23 + 10
    ],
)
def test_upns_by_hand(upn: str) -> None:
    assert identifiers.upn_check_letter(upn[1:]) == upn[0]
    assert identifiers.is_upn(upn)


@given(UPNS, st.integers(1, 11), st.sampled_from("0123456789"))
def test_every_wrong_digit_of_a_upn_is_caught(upn: str, at: int, digit: str) -> None:
    assume(upn[at] != digit)
    assert not identifiers.is_upn(upn[:at] + digit + upn[at + 1 :])


@given(UPNS)
def test_a_upn_has_its_length_and_its_capitals(upn: str) -> None:
    for wrong in (upn.lower(), upn + "0", upn[:-1], upn[1:], f" {upn}", f"{upn}\n", "S" + upn[1:]):
        assert not identifiers.is_upn(wrong)
        assert identifiers.why_malformed("UniquePupilNumber", wrong) is not None


@pytest.mark.parametrize("letter", "IOS")
def test_letters_that_are_easily_misread_are_in_no_upn(letter: str) -> None:
    assert not any(identifiers.is_upn(f"{first}00000000000{letter}") for first in LETTERS)
    with pytest.raises(ValueError, match="twelve digits"):
        identifiers.upn_check_letter(f"00000000000{letter}")


@pytest.mark.parametrize("digits", ["١٢٣٤٥٦٧٨٩٠١٢", "00000000000", "0000000000000", "0000000000A0", ""])
def test_other_texts_have_no_check_letter(digits: str) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        identifiers.upn_check_letter(digits)
    assert not identifiers.is_upn("A" + digits)


@pytest.mark.parametrize("uci", ["123450240001A", "12345B240001Z", "000000000000O"])
def test_a_text_that_is_a_uci(uci: str) -> None:
    assert identifiers.is_uci(uci)
    assert identifiers.why_malformed("UniqueCandidateIdentifier", uci) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123450240001",
        "1234502400011",
        "123450240001a",
        "12345b240001A",
        "1234B0240001A",
        "12345024000AA",
        "A123450240001",
    ],
)
def test_a_text_that_is_not_a_uci(text: str) -> None:
    assert not identifiers.is_uci(text)
    assert identifiers.why_malformed("UniqueCandidateIdentifier", text) is not None


def test_the_sentence_says_what_is_wrong() -> None:
    told = identifiers.why_malformed("UniquePupilNumber", "B000000000000")
    assert told == "'B000000000000' is not a UPN: with these digits its first letter has to be A"
    long = identifiers.why_malformed("UniquePupilNumber", "9" * 5000)
    assert long is not None
    assert len(long) < 150


@given(st.text(max_size=20))
def test_other_fields_are_not_checked(text: str) -> None:
    assert identifiers.why_malformed("ScottishCandidateNumber", text) is None
