"""GetOrganisation as a zeep client sees it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.r9_calls import ask


def told(client: Any, **codes: str | None) -> tuple[str | None, ...]:
    answer = ask(client, "GetOrganisation", **{"ukPrn": None, **codes})
    return (answer.ResponseCode, answer.Ukprn, answer.OrgRef, answer.DisplayName, answer.Status)


@pytest.mark.parametrize(
    "codes", [{"ukPrn": "TEST0001"}, {"orgRef": "TST001"}, {"ukPrn": "test0001", "orgRef": "tst001"}]
)
def test_an_organisation_is_told_by_either_code_or_both(r9: Any, codes: dict[str, str]) -> None:
    assert told(r9, **codes) == ("WSRC0004", "TEST0001", "TST001", "Compatibility Test College", "Active")


def test_a_suspended_one_is_told_to_be(r9: Any) -> None:
    code, ukprn, *_, status = told(r9, ukPrn="TEST0003")
    assert (code, ukprn, status) == ("WSRC0004", "TEST0003", "Suspended")


@pytest.mark.parametrize("codes", [{"ukPrn": "NOBODY99"}, {}, {"ukPrn": "TEST0001", "orgRef": "TST002"}])
def test_nobody_is_no_match_and_nothing_else(r9: Any, codes: dict[str, str]) -> None:
    assert told(r9, **codes) == ("WSRC0001", None, None, None, None)
