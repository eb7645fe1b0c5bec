from __future__ import annotations

import pytest

from lrs_soap.rules.batches.display_codes import ShownAs, shown
from lrs_soap.rules.values.codes import ReturnCode


@pytest.mark.parametrize("code", ReturnCode)
def test_a_code_is_shown_as_it_is_but_for_the_age_by_soap(code: ReturnCode) -> None:
    assert shown(code) == code.value
    assert shown(code, by_soap=True) == ("RC011" if code is ReturnCode.OUTSIDE_AGE_RANGE else code.value)


def test_a_code_is_shown_as_another_where_that_is_set() -> None:
    instead = (ShownAs.parse("RC002=RC003"), ShownAs.parse(" RC011 = RC099 "))
    assert [shown(code, instead) for code in (ReturnCode.EXACT_MATCH, ReturnCode.UPDATED)] == ["RC003", "RC003"]
    # By SOAP the age is what an incorrect format is.
    assert shown(ReturnCode.OUTSIDE_AGE_RANGE, instead) == "RC013"
    assert shown(ReturnCode.OUTSIDE_AGE_RANGE, instead, by_soap=True) == "RC099"


def test_it_is_read_as_it_is_written() -> None:
    assert str(ShownAs.parse("RC002=RC003")) == "RC002=RC003"


@pytest.mark.parametrize(
    "text", ["", "RC002", "RC002=", "RC002=RC3", "RC002=RC0033", "RC999=RC001", "RC002=RC003=RC004"]
)
def test_what_is_no_pair_of_codes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RC002=RC003"):
        ShownAs.parse(text)
