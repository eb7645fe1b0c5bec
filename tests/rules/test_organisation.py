from __future__ import annotations

import pytest

from lrs_soap.rules.values.organisation import SHORT_NAMES, Role, is_organisation_ref, is_password, is_ukprn, role_named
from lrs_soap.wsdl import facets
from lrs_soap.wsdl.facet_readers import reader_of

CODES = [
    "",
    "A",
    "ABC12",
    "ABC123",
    "abc123",
    "ABC 23",
    "ABC-23",
    "ABCD123",
    "10001234",
    "1000123é",
    "100012345",
    "１" * 8,
]


@pytest.mark.parametrize("role", Role)
def test_a_role_goes_by_the_guide_s_name_and_a_short_one_in_any_case(role: Role) -> None:
    for name in (role.value, role.value.upper(), f"  {role.value.replace(' ', '  ')} ", SHORT_NAMES[role]):
        assert role_named(name) is role


@pytest.mark.parametrize("text", ["", " ", "LRB", "user", "LRBOnlineUser", "ONLINE_USER"])
def test_another_text_names_no_role(text: str) -> None:
    assert role_named(text) is None


@pytest.mark.parametrize("code", CODES)
def test_codes_are_what_the_contract_s_schema_takes(code: str) -> None:
    assert is_ukprn(code) is (reader_of(facets.UKPRN)(code)[1] is None)
    assert is_organisation_ref(code) is (reader_of(facets.ORGANISATION_REF)(code)[1] is None)


@pytest.mark.parametrize(
    "text", ["Sixteen letters!", "CompatSitePass01", "Pässwort mit ümß", " leads and ends ", "<&>\"';:]]>--$(#)"]
)
def test_a_password_is_one_that_the_contract_s_schema_takes(text: str) -> None:
    assert is_password(text)
    assert reader_of(facets.ORG_PASSWORD)(text)[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fifteen letters",
        "seventeen letters",
        " " * 16,
        "with a\ttab inside",
        "a null\0character",
        "\ud800" * 16,
        "\U0001d4db" * 8,
        "\U0001d4db" * 16,
    ],
)
def test_a_text_that_no_client_could_send_is_not_a_password(text: str) -> None:
    assert not is_password(text)
