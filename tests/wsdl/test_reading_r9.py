"""Reading R9's messages as WCF reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import qcf_common, qcf_interface, tempuri
from lrs_soap.wsdl.reading_r9 import DeserializationFailed, Reader
from tests.kit.every_operation import DECLARED, R9
from tests.kit.every_operation import TEST as WHO
from tests.kit.soap_messages import envelope

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


def body_of(name: str) -> etree._Element:
    """The Body of a valid request."""
    message = f'<{name} xmlns="{namespaces.TEMPURI}">{R9[name](WHO)}</{name}>'
    return etree.fromstring(envelope(message).encode())[0]


def failure_of(body: etree._Element) -> str:
    with pytest.raises(DeserializationFailed) as caught:
        READER.read(body[0])
    return str(caught.value)


def values_in(body: etree._Element) -> Iterator[etree._Element]:
    """The elements within the body's child, each parameter and each member of one."""
    return (element for element in body.iter() if element not in (body, body[0]))


every_operation = pytest.mark.parametrize("name", R9)


@every_operation
@pytest.mark.parametrize("text", ["x", " x ", "\N{NO-BREAK SPACE}", "0"])
def test_text_between_elements_cannot_be_deserialized_wherever_it_stands(name: str, text: str) -> None:
    words = f"expected. Found text '{text.strip(' ')}'."
    for place in range(sum(1 for _ in body_of(name).iter())):
        body = body_of(name)
        element = list(body.iter())[place]
        if len(element):
            element.text = text
            assert words in failure_of(body)
    for place in range(sum(1 for _ in body_of(name).iterdescendants())):
        body = body_of(name)
        list(body.iterdescendants())[place].tail = text
        assert words in failure_of(body)


@every_operation
def test_white_space_and_comments_between_elements_are_nothing(name: str) -> None:
    body, plain = body_of(name), READER.read(body_of(name)[0])
    for element in body.iter():
        element.text = "\r\n\t " if len(element) else element.text
        element.tail = " "

    assert READER.read(body[0]) == plain


def test_text_in_an_element_that_is_passed_over_is_nothing() -> None:
    assert audit("<unknown>x<vendorId>7</vendorId>x</unknown><page>2</page>") == tempuri.ViewAudit(page=2)


@every_operation
@pytest.mark.parametrize("nil", ["", "yes", "TRUE", "2", "no", "true false", "\N{NO-BREAK SPACE}true"])
def test_nil_that_is_no_boolean_cannot_be_deserialized_wherever_it_stands(name: str, nil: str) -> None:
    for place in range(sum(1 for _ in values_in(body_of(name)))):
        body = body_of(name)
        list(values_in(body))[place].set(f"{{{namespaces.XSI}}}nil", nil)
        assert f"The value '{nil}' cannot be parsed as the type 'boolean'." in failure_of(body)


@every_operation
@pytest.mark.parametrize(
    ("type_name", "words"),
    [
        ("x:string", "The prefix 'x' is not defined."),
        ("x:", "The prefix 'x' is not defined."),
        (":string", "The prefix '' is not defined."),
        ("xs:nothing", f"data of the '{namespaces.XSD}:nothing' data contract"),
        ("xs:String", f"data of the '{namespaces.XSD}:String' data contract"),
        ("xs:", f"data of the '{namespaces.XSD}:' data contract"),
        ("string", f"data of the '{namespaces.TEMPURI}:string' data contract"),
        ("", f"data of the '{namespaces.TEMPURI}:' data contract"),
        ("m:LearnerRecord", f"data of the '{namespaces.MODEL}:LearnerRecord' data contract"),
    ],
)
def test_a_type_of_nothing_cannot_be_deserialized_wherever_it_stands(name: str, type_name: str, words: str) -> None:
    declarations = f'xmlns:xs="{namespaces.XSD}" xmlns:m="{namespaces.MODEL}" xmlns:i="{namespaces.XSI}"'
    tags = [element.tag for element in values_in(body_of(name))]
    for tag in tags:
        text = etree.tostring(body_of(name)[0], encoding="unicode")
        local = etree.QName(tag).localname
        prefix = "c:" if etree.QName(tag).namespace != namespaces.TEMPURI else ""
        changed = text.replace(f"<{prefix}{local}", f'<{prefix}{local} {declarations} i:type="{type_name}"', 1)
        body = etree.fromstring(envelope(changed).encode())[0]
        # The members have no default namespace of their own.
        assert words in failure_of(body)


@every_operation
def test_a_type_that_is_known_is_ignored(name: str) -> None:
    plain = READER.read(body_of(name)[0])
    organisation = fields_of(DECLARED[name].request)[0].message
    assert organisation is not None
    for place in range(sum(1 for _ in values_in(body_of(name)))):
        text = etree.tostring(body_of(name)[0], encoding="unicode")
        body = etree.fromstring(envelope(text).encode())[0]
        element = list(values_in(body))[place]
        type_name = f"c:{organisation.get_type_name()}" if len(element) else " xs:string "
        element.set(f"{{{namespaces.XSI}}}type", type_name)
        declared = etree.tostring(body[0], encoding="unicode").replace(
            f"<{name} ", f'<{name} xmlns:xs="{namespaces.XSD}" ', 1
        )
        assert READER.read(etree.fromstring(declared)) == plain


def test_a_type_of_nothing_is_nothing_where_the_element_is_nil() -> None:
    types = f'xmlns:xs="{namespaces.XSD}" i:type="xs:nothing" i:nil="true"'

    assert audit(f"<language {types}/>") == tempuri.ViewAudit()


def test_what_an_enumerated_type_is_called_is_known() -> None:
    message = READER.read(
        etree.fromstring(
            f'<UpdateLearnerSubsetFields xmlns="{namespaces.TEMPURI}" xmlns:i="{namespaces.XSI}">'
            f'<abilityToShare xmlns:m="{namespaces.MODEL}" i:type="m:AbilityToShare">NotProvided</abilityToShare>'
            "</UpdateLearnerSubsetFields>"
        )
    )

    assert message == tempuri.UpdateLearnerSubsetFields(abilityToShare="NotProvided")
