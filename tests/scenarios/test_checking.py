"""Scenarios that can be carried out, and those that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.scenarios.answerable import FAULTS, RESPONSE_CODES, SUBMITTING
from lrs_soap.scenarios.checking import checked
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.scenarios.shipped import SHIPPED
from tests.kit.every_operation import DECLARED


def scenario(**given: Any) -> Scenario:
    return Scenario(**{"name": "one", **given})


def test_every_operation_has_its_codes() -> None:
    assert list(RESPONSE_CODES) == list(DECLARED)
    assert FAULTS.keys() | SUBMITTING <= DECLARED.keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_one_is_had_by_its_name(name: str) -> None:
    made = checked(Scenario(name=name, times=None))
    assert (made.do, made.times) == (SHIPPED[name].do, None)
    assert checked(made) == made


def test_a_shipped_one_can_be_narrowed_and_its_name_used_for_another() -> None:
    narrowed = checked(scenario(name="too-many-matches", when={"family_name": "Smith"}))
    assert (narrowed.when.operation, narrowed.when.family_name) == ("learnerByDemographics", "Smith")
    assert checked(scenario(name="slow", do={"http": 500})).do != SHIPPED["slow"].do


@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_can_be_had_of_every_operation(code: FaultCode) -> None:
    for operation in (None, *RESPONSE_CODES):
        checked(scenario(when={"operation": operation}, do={"fault": code.value}))


@pytest.mark.parametrize("operation", RESPONSE_CODES)
def test_an_operation_is_named_in_any_case(operation: str) -> None:
    checked(scenario(when={"operation": operation.upper()}, do={"delay": 1}))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "One"}, "name"),
        ({"name": "a" * 41}, "name"),
        ({"name": "no-such"}, "do"),
        ({"do": {}}, "do"),
        ({"do": {"fault": "WSEC0003", "http": 500}}, "do"),
        ({"do": {"fault": "WSEC0003", "response_code": "WSRC0001"}}, "do"),
        ({"do": {"maintenance": True, "http": 500}}, "do"),
        ({"do": {"body": "x"}}, "do"),
        ({"do": {"delay": 1, "content_type": "text/plain"}}, "do"),
        ({"do": {"delay": [2, 1]}}, "do.delay"),
        ({"do": {"http": 204, "body": "x"}}, "do.body"),
        ({"do": {"fault": "WSEC0007"}}, "do.fault"),
        ({"do": {"fault": "WSRC0001"}}, "do.fault"),
        ({"do": {"fault": "WSEC0208"}}, "do.fault"),
        ({"when": {"operation": "learnerByULN"}, "do": {"fault": "WSEC0208"}}, "do.fault"),
        ({"do": {"response_code": "WSRC0001"}}, "do.response_code"),
        ({"when": {"operation": "learnerByULN"}, "do": {"response_code": "WSRC9999"}}, "do.response_code"),
        ({"when": {"operation": "learnerByULN"}, "do": {"response_code": "WSRC0004"}}, "do.response_code"),
        ({"when": {"operation": "learnerByULN"}, "do": {"response_code": "WSRC0002"}}, "do.response_code"),
        ({"when": {"operation": "ViewAudit"}, "do": {"response_code": "WSRC0001"}}, "do.response_code"),
        ({"when": {"operation": "find"}, "do": {"delay": 1}}, "when.operation"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(given: dict[str, Any], field: str) -> None:
    # An empty name is no Scenario at all.
    with pytest.raises((InvalidRecord, ValueError)) as refused:
        checked(scenario(**given))
    if isinstance(refused.value, InvalidRecord):
        assert refused.value.field == field
    else:
        assert field == "name"


@pytest.mark.parametrize("name", ["main", "start"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(NotPossible):
        checked(scenario(name=name, do={"delay": 1}))
