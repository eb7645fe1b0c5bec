"""Postcodes: one key for every way of writing one, and one way of returning it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.values import postcode

POSTCODES = st.one_of(
    st.from_regex(r"[a-zA-Z]{1,2}[0-9rR][0-9a-zA-Z]? ?[0-9][abd-hjlnp-uw-zABD-HJLNP-UW-Z]{2} {0,4}", fullmatch=True),
    st.from_regex(r"[bB][fF][pP][oO] ?[0-9]{1,4} {0,4}", fullmatch=True),
    st.text(max_size=9),
)


@given(POSTCODES)
def test_the_key_of_a_key_and_the_returned_form_of_one_are_the_same(text: str) -> None:
    assert postcode.identity_key(postcode.identity_key(text)) == postcode.identity_key(text)
    assert postcode.as_returned(postcode.as_returned(text)) == postcode.as_returned(text)


@given(POSTCODES)
def test_what_is_returned_has_the_key_of_what_was_sent(text: str) -> None:
    assert postcode.identity_key(postcode.as_returned(text)) == postcode.identity_key(text)


@pytest.mark.parametrize("text", ["ne1 1nd", "NE11ND", " Ne1  1nD  ", "N E 1 1 N D"])
def test_case_and_spaces_do_not_count(text: str) -> None:
    assert postcode.identity_key(text) == "NE11ND"
    assert postcode.as_returned(text) == "NE1 1ND"


@pytest.mark.parametrize(
    ("text", "returned"),
    [
        ("m11ae", "M1 1AE"),
        ("ec1a1bb  ", "EC1A 1BB"),
        ("bfpo12", "BFPO 12"),
        ("BFPO 1", "BFPO 1"),
        ("Bfpo1234", "BFPO 1234"),
        ("bf11aa", "BF1 1AA"),
        ("", ""),
        ("1ae", "1AE"),
        ("ae", "AE"),
    ],
)
def test_the_space_is_before_the_last_three_or_after_bfpo(text: str, returned: str) -> None:
    assert postcode.as_returned(text) == returned


def test_the_unknown_postcode_is_a_key() -> None:
    assert postcode.identity_key("zz99 9zz") == postcode.UNKNOWN
