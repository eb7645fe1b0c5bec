from __future__ import annotations

import pytest

from lrs_soap.rules.batches.display_codes import DisplayCode, displayed
from lrs_soap.rules.values.codes import ReturnCode


@pytest.mark.parametrize("code", ReturnCode)
def test_a_code_is_shown_as_it_is_but_for_the_age_by_soap(code: ReturnCode) -> None:
    assert displayed(code) == code.value
    assert displayed(code, by_soap=True) == ("RC011" if code is ReturnCode.OUTSIDE_AGE_RANGE else code.value)


def test_a_code_is_shown_as_another_where_that_is_set() -> None:
    display_codes = (DisplayCode.parse("RC002=RC003"), DisplayCode.parse(" RC011 = RC099 "))
    assert displayed(ReturnCode.EXACT_MATCH, display_codes) == displayed(ReturnCode.UPDATED, display_codes) == "RC003"
    # By SOAP the age is what an incorrect format is.
    assert displayed(ReturnCode.OUTSIDE_AGE_RANGE, display_codes) == "RC013"
    assert displayed(ReturnCode.OUTSIDE_AGE_RANGE, display_codes, by_soap=True) == "RC099"


def test_it_is_read_as_it_is_written() -> None:
    assert str(DisplayCode.parse("RC002=RC003")) == "RC002=RC003"


@pytest.mark.parametrize(
    "text", ["", "RC002", "RC002=", "RC002=RC3", "RC002=RC0033", "RC999=RC001", "RC002=RC003=RC004"]
)
def test_what_is_no_pair_of_codes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RC002=RC003"):
        DisplayCode.parse(text)
