"""Reading R9's messages as WCF reads them."""

from __future__ import annotations

import pytest
from lxml import etree

from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import qcf_common, qcf_interface, tempuri
from lrs_soap.wsdl.reading_r9 import DeserializationFailed, Reader

READER = Reader({each.request_tag: each.request for each in LEARNER_SERVICE_R9.operations})
MEMBERS = ("Password", "Reference", "Ukprn", "Username")


def audit(content: str) -> tempuri.ViewAudit:
    message = READER.read(
        etree.fromstring(f'<ViewAudit xmlns="{namespaces.TEMPURI}" xmlns:i="{namespaces.XSI}">{content}</ViewAudit>')
    )
    assert isinstance(message, tempuri.ViewAudit)
    return message


def organisation(*names: str, namespace: str = namespaces.COMMON) -> str:
    content = "".join(f"<c:{name}>{name}</c:{name}>" for name in names)
    return f'<invokingOrganisation xmlns:c="{namespace}">{content}</invokingOrganisation>'


def test_elements_in_the_wsdl_s_order_are_read() -> None:
    message = audit("<userType>LNR</userType><vendorId>7</vendorId><language>ENG</language><page>2</page>")

    assert message == tempuri.ViewAudit(userType="LNR", vendorId=7, language="ENG", page=2)


def test_an_element_out_of_place_counts_as_not_given() -> None:
    message = audit("<vendorId>7</vendorId><userType>LNR</userType><language>ENG</language>")

    assert message == tempuri.ViewAudit(vendorId=7, language="ENG")


def test_an_element_given_twice_counts_once() -> None:
    assert audit("<language>ENG</language><language>CYM</language>").language == "ENG"


@pytest.mark.parametrize(
    "element",
    ['<language xmlns="urn:x">ENG</language>', '<language xmlns="">ENG</language>', "<Language>ENG</Language>"],
)
def test_an_element_of_another_name_counts_as_not_given(element: str) -> None:
    message = audit(f"<vendorId>7</vendorId>{element}<page>2</page>")

    assert message == tempuri.ViewAudit(vendorId=7, page=2)


def test_an_unknown_element_is_passed_over_with_what_is_in_it() -> None:
    assert audit("<unknown><vendorId>7</vendorId></unknown><page>2</page>") == tempuri.ViewAudit(page=2)


@pytest.mark.parametrize("names", [MEMBERS, MEMBERS[::-1], MEMBERS[:1], MEMBERS[-1:], ()])
def test_invoking_organisation_s_members_come_in_any_order_and_number(names: tuple[str, ...]) -> None:
    message = audit(organisation(*names))

    assert message.invokingOrganisation == qcf_common.InvokingOrganisation(**{name: name for name in names})


def test_of_members_that_are_given_twice_the_first_counts() -> None:
    message = audit(
        f'<invokingOrganisation xmlns:c="{namespaces.COMMON}"><c:Username>x</c:Username><c:Ukprn>first</c:Ukprn>'
        "<c:Unknown><c:Ukprn>inner</c:Ukprn></c:Unknown><c:Ukprn>second</c:Ukprn></invokingOrganisation>"
    )

    assert message.invokingOrganisation == qcf_common.InvokingOrganisation(Username="x", Ukprn="first")


def test_invoking_organisation_s_members_are_in_their_own_namespace() -> None:
    message = audit(organisation(*MEMBERS, namespace=namespaces.TEMPURI))

    assert message.invokingOrganisation == qcf_common.InvokingOrganisation()


def test_learning_events_have_an_invoking_organisation_of_their_own() -> None:
    inner = "".join(f"<c:{field.name}>x</c:{field.name}>" for field in fields_of(qcf_interface.InvokingOrganisationR10))
    message = READER.read(
        etree.fromstring(
            f'<GetLearnerLearningEvents xmlns="{namespaces.TEMPURI}"><invokingOrganisation '
            f'xmlns:c="{namespaces.INTERFACE}">{inner}</invokingOrganisation></GetLearnerLearningEvents>'
        )
    )

    assert isinstance(message, tempuri.GetLearnerLearningEvents)
    assert message.invokingOrganisation is not None
    assert set(vars(message.invokingOrganisation).values()) == {"x"}


@pytest.mark.parametrize(
    ("nil", "expected"), [("true", None), ("1", None), (" true ", None), ("false", "x"), ("0", "x")]
)
def test_nil_is_not_given_and_its_denial_lets_the_value_stand(nil: str, expected: str | None) -> None:
    assert audit(f'<language i:nil="{nil}">x</language>').language == expected


def test_a_nil_organisation_is_none() -> None:
    assert audit('<invokingOrganisation i:nil="true"/>').invokingOrganisation is None


def test_an_empty_text_is_a_text() -> None:
    assert audit("<language/>").language == ""


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (" 7\n", 7), ("+7", 7), ("-0", 0), ("007", 7), (str(2**31 - 1), 2**31 - 1)]
)
def test_a_number_is_an_xs_int(text: str, number: int) -> None:
    assert audit(f"<vendorId>{text}</vendorId>").vendorId == number


@pytest.mark.parametrize(
    "text", ["", " ", "seven", "7.0", "1_0", "0x7", "٧", str(2**31), str(-(2**31) - 1), "9" * 400, "<b>7</b>"]
)
def test_a_text_that_is_no_number_cannot_be_deserialized(text: str) -> None:
    with pytest.raises(DeserializationFailed, match="cannot be parsed as the type 'int'"):
        audit(f"<vendorId>{text}</vendorId>")


def test_an_element_in_a_text_cannot_be_deserialized() -> None:
    with pytest.raises(DeserializationFailed, match="cannot be parsed as the type 'string'"):
        audit("<language>EN<b>G</b></language>")


@pytest.mark.parametrize("value", ["NotProvided", "FPNNotSeen", "FPNSeenShareData"])
def test_a_value_of_an_enumerated_type_is_one_of_its_names(value: str) -> None:
    content = (
        f'<UpdateLearnerSubsetFields xmlns="{namespaces.TEMPURI}">'
        "<abilityToShare>{}</abilityToShare></UpdateLearnerSubsetFields>"
    )

    message = READER.read(etree.fromstring(content.format(value)))
    assert isinstance(message, tempuri.UpdateLearnerSubsetFields)
    assert message.abilityToShare == value
    for foreign in (value.lower(), f"{value} ", "1", ""):
        with pytest.raises(DeserializationFailed, match="AbilityToShare"):
            READER.read(etree.fromstring(content.format(foreign)))
