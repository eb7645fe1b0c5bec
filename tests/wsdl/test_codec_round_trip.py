"""What is written is what was said: every message of both ports, written, held against the WSDL, and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import facets, reading, reading_r9
from lrs_soap.wsdl.declarations import BuiltIn, Field, Message, SimpleType, fields_of
from lrs_soap.wsdl.facets import Facet
from lrs_soap.wsdl.port import Port
from lrs_soap.wsdl.writing import Writer, escape
from tests.kit.answer_schema import assert_declared

ROOT_PREFIXES = {LEARNER_SERVICE.path: "ns2", LEARNER_SERVICE_R9.path: ""}
MOST_ITEMS = 5


def roots_of(port: Port) -> Mapping[str, type[Message]]:
    requests = {each.request_tag: each.request for each in port.operations}
    return requests | {each.response_tag: each.response for each in port.operations}


MESSAGES = [
    pytest.param(port, tag, message, id=f"{etree.QName(tag).localname}-{message.__name__}")
    for port in (LEARNER_SERVICE, LEARNER_SERVICE_R9)
    for tag, message in roots_of(port).items()
]
every_message = pytest.mark.parametrize(("port", "tag", "message"), MESSAGES)

# Legal in XML 1.0, by its own production for characters.
LEGAL = st.characters(
    min_codepoint=1,
    exclude_categories=["Cs"],
    exclude_characters=[chr(n) for n in range(32) if chr(n) not in "\t\n\r"] + ["\ufffe", "\uffff"],
)
TEXTS = st.text(LEGAL, max_size=8) | st.sampled_from(
    ["\r", "\r\n", " \n ", "]]>", "<a/>&amp;", "&#0;", "'\"", "<!--", "😀"]
)

BOUNDS = {BuiltIn.INT: facets.INT, BuiltIn.LONG: facets.LONG}
VALUES: dict[BuiltIn, st.SearchStrategy[Any]] = {
    BuiltIn.TEXT: TEXTS,
    BuiltIn.FLAG: st.booleans(),
    BuiltIn.MOMENT: st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    BuiltIn.BYTES: st.binary(max_size=8),
    **{
        kind: st.integers(facet.minimum, facet.maximum) | st.sampled_from([facet.minimum, 0, facet.maximum])
        for kind, facet in BOUNDS.items()
    },
}

# What stands for no value where the type has no word for it: .NET's own zero.
ZEROS: dict[BuiltIn, Any] = {BuiltIn.INT: 0, BuiltIn.LONG: 0, BuiltIn.FLAG: False, BuiltIn.MOMENT: datetime.min}


def value_of(field: Field) -> st.SearchStrategy[Any]:
    if field.message is not None:
        return instance_of(field.message)
    of = field.declared.of
    if isinstance(of, SimpleType) and of.values:
        return st.sampled_from([value for value, _ in of.values])
    return VALUES[field.built_in]


def instance_of(message: type[Message]) -> st.SearchStrategy[Message]:
    """Any message of a type that its schema allows."""

    def part(field: Field) -> st.SearchStrategy[Any]:
        validated = field.declared.validated
        if field.is_repeated:
            most = MOST_ITEMS if validated.most is None else min(validated.most, MOST_ITEMS)
            return st.lists(value_of(field), min_size=validated.least, max_size=most).map(tuple)
        is_needed = not field.declared.qualified and validated.least
        return value_of(field) if is_needed else st.none() | value_of(field)

    return st.fixed_dictionaries({field.name: part(field) for field in fields_of(message)}).map(
        lambda values: message(**values)
    )


def as_read(message: Message) -> Message:
    """What a reader makes of a message: where nothing was said and something had to be written, that."""
    values = {}
    for field in fields_of(type(message)):
        value = getattr(message, field.name)
        if value is None:
            value = _stand_in(field)
        elif field.is_repeated:
            value = tuple(as_read(each) if isinstance(each, Message) else each for each in value)
        elif isinstance(value, Message):
            value = as_read(value)
        values[field.name] = value
    return type(message)(**values)


def _stand_in(field: Field) -> Any:
    declared = field.declared
    if declared.always:
        return field.message() if field.message is not None else ZEROS.get(field.built_in, "")
    if not declared.qualified or not declared.emit_default or declared.published.nillable or field.message is not None:
        return None
    return ZEROS.get(field.built_in)


def free_of_facets(message: type[Message]) -> Iterator[tuple[tuple[type[Message], str], Facet]]:
    """For each field of a message and of its parts the widest facet: what is asked here is not what is valid."""
    for field in fields_of(message):
        if field.message is not None:
            yield from free_of_facets(field.message)
        else:
            yield (message, field.name), BOUNDS.get(field.built_in, facets.STRING)


def reader_of(port: Port, tag: str, message: type[Message]) -> Callable[[etree._Element], Message]:
    if port is LEARNER_SERVICE_R9:
        return reading_r9.Reader({tag: message}).read
    reader = reading.Reader({tag: message}, replaced=dict(free_of_facets(message)))

    def read(element: etree._Element) -> Message:
        result = reader.read(element)
        assert result.violations == []
        read_message: Message = result.message
        return read_message

    return read


@every_message
def test_a_message_is_read_as_it_was_written(port: Port, tag: str, message: type[Message]) -> None:
    writer = Writer({tag: message}, root_prefix=ROOT_PREFIXES[port.path])
    read = reader_of(port, tag, message)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(instance_of(message))
    def round_trip(said: Message) -> None:
        element = etree.fromstring(writer.write(tag, said).encode())
        assert element.tag == tag
        assert read(element) == as_read(said)

    round_trip()


def filled(message: type[Message], items: int = 2) -> Message:
    """A message with a value for every field and so many items for every repeated one."""
    samples = {
        BuiltIn.TEXT: "x",
        BuiltIn.INT: 1,
        BuiltIn.LONG: 1,
        BuiltIn.FLAG: True,
        BuiltIn.MOMENT: datetime(2025, 1, 14),
        BuiltIn.BYTES: b"x",
    }
    values: dict[str, Any] = {}
    for field in fields_of(message):
        of = field.declared.of
        if field.message is not None:
            value: Any = filled(field.message, items)
        else:
            value = of.values[0][0] if isinstance(of, SimpleType) and of.values else samples[field.built_in]
        values[field.name] = (value,) * items if field.is_repeated else value
    return message(**values)


def written(port: Port, tag: str, said: Message) -> etree._Element:
    return etree.fromstring(Writer({tag: type(said)}, root_prefix=ROOT_PREFIXES[port.path]).write(tag, said).encode())


@every_message
def test_elements_stand_in_the_order_of_the_wsdl(port: Port, tag: str, message: type[Message]) -> None:
    def check(element: etree._Element, of: type[Message]) -> None:
        fields = {field.tag: field for field in fields_of(of)}
        assert list(dict.fromkeys(child.tag for child in element)) == list(fields)
        for child in element:
            part = fields[child.tag].message
            if part is not None:
                check(child, part)

    check(written(port, tag, filled(message)), message)


@every_message
@pytest.mark.parametrize("items", [0, 1, 2, 5])
def test_what_is_written_is_valid_by_the_wsdl(port: Port, tag: str, message: type[Message], items: int) -> None:
    element = written(port, tag, filled(message, items))

    assert_declared(element)
    assert not any(node.tail for node in element.iter())


@every_message
def test_a_response_without_values_is_valid_too(port: Port, tag: str, message: type[Message]) -> None:
    if tag in {operation.response_tag for operation in port.operations}:
        assert_declared(written(port, tag, message()))


@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_a_forbidden_code_point_is_never_written(text: str) -> None:
    element = etree.fromstring(f"<a>{escape(text)}</a>".encode())

    legal = "".join(each if _is_legal(each) else "\ufffd" for each in text)
    assert (element.text or "") == legal


def _is_legal(character: str) -> bool:
    return (
        character in "\t\n\r"
        or " " <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character > "\uffff"
    )


@pytest.mark.parametrize(
    "character", [*map(chr, (*range(9), 0xB, 0xC, *range(0xE, 0x20))), *map(chr, (0xD800, 0xDFFF)), "\ufffe", "\uffff"]
)
def test_each_forbidden_code_point_is_replaced(character: str) -> None:
    assert escape(f"a{character}b") == "a\ufffdb"


# Prefixes, to the letter


def test_r9_declares_its_namespaces_as_recorded() -> None:
    (operation,) = (each for each in LEARNER_SERVICE_R9.operations if each.name == "GetOrganisation")
    said = operation.response(GetOrganisationResult=filled(fields_of(operation.response)[0].message))

    text = Writer({operation.response_tag: operation.response}, root_prefix="").write(operation.response_tag, said)

    assert text == (
        '<GetOrganisationResponse xmlns="http://tempuri.org/">'
        '<GetOrganisationResult xmlns:a="http://api.lrs.qcf.gov.uk/model" '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a:ResponseCode>x</a:ResponseCode>'
        "<a:DisplayName>x</a:DisplayName><a:OrgRef>x</a:OrgRef><a:Status>x</a:Status><a:Ukprn>x</a:Ukprn>"
        "</GetOrganisationResult></GetOrganisationResponse>"
    )


def test_r9_goes_on_to_b_and_c_for_other_namespaces() -> None:
    (operation,) = (each for each in LEARNER_SERVICE_R9.operations if each.name == "LearnerByUln")
    text = Writer({operation.response_tag: operation.response}, root_prefix="").write(
        operation.response_tag, filled(operation.response)
    )

    assert '<a:Learner xmlns:b="http://schemas.datacontract.org/2004/07/Amor.Qcf.MIAPModel">' in text
    assert (
        '<b:LinkedUlns xmlns:c="http://schemas.microsoft.com/2003/10/Serialization/Arrays"><c:string>x</c:string>'
        in text
    )
    assert "xsi:type" not in text
