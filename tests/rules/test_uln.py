"""ULNs: the check digit against the published formula, and the series of new ones."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrs_soap.rules.values import uln

KEY = b"a key of these tests"
STEMS = st.integers(100_000_000, 999_999_999).map(str)
TEN_DIGITS = st.integers(0, 10**10 - 1).map("{:010d}".format)
ULNS = STEMS.filter(lambda stem: uln.check_digit(stem) is not None).map(lambda stem: stem + str(uln.check_digit(stem)))


def adds_up(digits: str) -> bool:
    """The formula as it is published, position by position."""
    total = 0
    for position in range(10):
        total += int(digits[position]) * (10 - position)
    return digits[0] != "0" and total % 11 == 10


@given(TEN_DIGITS)
def test_valid_is_what_the_published_formula_says(digits: str) -> None:
    assert uln.is_valid(digits) == adds_up(digits)


@given(STEMS)
def test_the_check_digit_is_the_only_digit_that_makes_a_valid_uln(stem: str) -> None:
    fitting = [digit for digit in "0123456789" if uln.is_valid(stem + digit)]
    digit = uln.check_digit(stem)
    assert fitting == ([] if digit is None else [digit])


def test_a_stem_with_remainder_0_has_no_check_digit() -> None:
    assert uln.check_digit("100000006") is None  # 1 × 10 + 6 × 2 = 22
    assert not any(uln.is_valid("100000006" + digit) for digit in "0123456789")


def test_a_check_digit_may_be_0() -> None:
    assert uln.check_digit("100000000") == "0"
    assert uln.is_valid("1000000000")


@given(ULNS, st.integers(0, 9), st.sampled_from("0123456789"))
def test_every_wrong_digit_is_caught(valid: str, at: int, digit: str) -> None:
    assume(valid[at] != digit)
    assert not uln.is_valid(valid[:at] + digit + valid[at + 1 :])


@given(ULNS, st.integers(0, 8))
def test_every_transposition_of_neighbours_is_caught(valid: str, at: int) -> None:
    assume(valid[at] != valid[at + 1])
    assert not uln.is_valid(valid[:at] + valid[at + 1] + valid[at] + valid[at + 2 :])


@given(ULNS, st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹"]), st.integers(1, 9))
def test_digits_of_other_scripts_do_not_count_as_digits(valid: str, script: str, at: int) -> None:
    assert not uln.is_valid(valid[:at] + script[int(valid[at])] + valid[at + 1 :])


@given(ULNS, st.sampled_from([" {}", "{} ", "{}\n", "0{}", "{}0", "+{}", "-{}"]))
def test_a_uln_has_nothing_before_or_after_it(valid: str, around: str) -> None:
    assert not uln.is_valid(around.format(valid))


@pytest.mark.parametrize("text", ["", "1", "100000000", "0000000000", "0000000019"])
def test_what_is_not_ten_digits_with_the_first_from_1_is_not_valid(text: str) -> None:
    assert not uln.is_valid(text)


def test_the_sectors_no_uln_is_not_valid_and_its_stem_leads_elsewhere() -> None:
    assert not uln.is_valid("9" * 10)
    assert uln.check_digit("9" * 9) == "8"


@pytest.mark.parametrize("stem", ["", "10000000", "1000000000", "012345678", "10000000x", "10000000٠", " 10000000"])
def test_a_check_digit_is_asked_for_nine_digits_only(stem: str) -> None:
    with pytest.raises(ValueError, match="nine digits"):
        uln.check_digit(stem)


@given(st.integers(0, uln.STEMS - 1), st.binary(min_size=1, max_size=64))
def test_what_is_issued_is_valid(number: int, key: bytes) -> None:
    issued = uln.issue(number, key)
    assert issued is None or uln.is_valid(issued)


def test_no_two_numbers_are_issued_one_uln_and_one_in_eleven_none() -> None:
    numbers = [*range(3_000), *range(uln.STEMS - 3_000, uln.STEMS), *range(3_000, uln.STEMS, 100_003)]
    issued = [uln.issue(number, KEY) for number in numbers]
    given_out = [one for one in issued if one is not None]
    assert len(set(given_out)) == len(given_out)
    assert 0.88 < len(given_out) / len(issued) < 0.94


def test_every_stem_is_reached_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uln, "_HALF", 30)
    reached = {uln._permute(number, KEY) for number in range(900)}
    assert reached == set(range(900))


def test_another_key_gives_another_series() -> None:
    one = [uln.issue(number, KEY) for number in range(500)]
    other = [uln.issue(number, KEY + b"!") for number in range(500)]
    assert not {*one} & {*other} - {None}


def test_one_key_gives_the_same_series_on_every_machine() -> None:
    assert [uln.issue(number, KEY) for number in range(3)] == ["1613724062", None, "7366504423"]


def test_an_issuer_gives_the_same_series() -> None:
    issue = uln.issuer(KEY)
    numbers = [*range(2_000), uln.STEMS - 1, *range(2_000)]
    assert [issue(number) for number in numbers] == [uln.issue(number, KEY) for number in numbers]


def test_the_next_uln_does_not_follow_from_the_last() -> None:
    issued = [int(one) for one in (uln.issue(number, KEY) for number in range(2_000)) if one]
    steps = {after - before for before, after in pairwise(issued)}
    assert len(steps) == len(issued) - 1
    assert 0.4 < sum(step > 0 for step in steps) / len(steps) < 0.6
    assert {str(one)[0] for one in issued} == set("123456789")


@pytest.mark.parametrize("number", [-1, uln.STEMS, 10**12])
def test_a_number_outside_the_series_is_refused(number: int) -> None:
    for issue in (partial(uln.issue, key=KEY), uln.issuer(KEY)):
        with pytest.raises(ValueError, match="sequence number"):
            issue(number)


@pytest.mark.parametrize("key", [b"", b"k" * 65])
def test_a_key_that_keeps_no_secret_or_is_too_long_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        uln.issue(0, key)
    with pytest.raises(ValueError, match="key"):
        uln.issuer(key)
