"""The WSDL document: the address that it has, what it says about transport security, and its schemas."""

from __future__ import annotations

from collections import Counter

import pytest
from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import SimpleType
from lrs_soap.wsdl.document import WsdlDocument, types_of
from lrs_soap.wsdl.port import Port
from tests.kit.answer_schema import schema_in

XS = f"{{{namespaces.XSD}}}"

pytestmark = pytest.mark.parametrize(
    "port", [LEARNER_SERVICE, LEARNER_SERVICE_R9], ids=["LearnerService", "LearnerServiceR9"]
)


def over_http(port: Port, address_base: str = "http://localhost:8000") -> bytes:
    return WsdlDocument(port).at(address_base, https=False, client_certificate=False)


def over_https(port: Port, *, client_certificate: bool) -> etree._Element:
    document = WsdlDocument(port).at("https://localhost:8443", https=True, client_certificate=client_certificate)
    return etree.fromstring(document)


def address_in(document: bytes) -> str | None:
    (address,) = etree.fromstring(document).iter(f"{{{namespaces.WSDL_SOAP}}}address")
    return address.get("location")


def test_the_first_bytes_are_the_declaration(port: Port) -> None:
    assert over_http(port).startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<wsdl:definitions ')


def test_it_is_indented(port: Port) -> None:
    assert b"\n  <wsdl:types>\n    <xs:schema " in over_http(port)


def test_it_is_self_contained(port: Port) -> None:
    root = etree.fromstring(over_http(port))
    schemas = {schema.get("targetNamespace") for schema in root.iter(f"{XS}schema")}

    assert {node.get("namespace") for node in root.iter(f"{XS}import")} <= schemas
    assert not root.xpath("//@schemaLocation")
    assert root.find(f"{{{namespaces.WSDL}}}import") is None


def test_the_address_is_the_caller_s_own_without_a_query(port: Port) -> None:
    assert address_in(over_http(port, "http://lrs.example:81")) == f"http://lrs.example:81{port.path}"


def test_one_document_serves_every_address(port: Port) -> None:
    document = WsdlDocument(port)

    first = document.at("http://one", https=False, client_certificate=False)
    second = document.at("http://two", https=False, client_certificate=False)

    assert second == first.replace(b"http://one/", b"http://two/")


@pytest.mark.parametrize("host", ["a&b", 'a"b', "a'b", "a<b>", "a&amp;b", "bücher"])
def test_an_odd_host_is_escaped(port: Port, host: str) -> None:
    assert address_in(over_http(port, f"http://{host}")) == f"http://{host}{port.path}"


@pytest.mark.parametrize("host", ["a\x01b", "a\nb", "a\ud800b"])
def test_what_xml_cannot_carry_is_no_address(port: Port, host: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        over_http(port, f"http://{host}")


def test_over_http_there_is_no_policy(port: Port) -> None:
    document = WsdlDocument(port).at("http://localhost", https=False, client_certificate=True)

    assert b"Policy" not in document


@pytest.mark.parametrize("client_certificate", [True, False])
def test_over_https_the_policy_tells_whether_a_certificate_is_asked_for(port: Port, client_certificate: bool) -> None:
    root = over_https(port, client_certificate=client_certificate)

    (token,) = root.iter(f"{{{namespaces.SECURITY_POLICY}}}HttpsToken")
    assert token.get("RequireClientCertificate") == str(client_certificate).lower()


def test_over_https_the_binding_refers_to_the_policy_of_the_live_service(port: Port) -> None:
    root = over_https(port, client_certificate=True)

    policy = root[0]
    assert policy.get(f"{{{namespaces.WS_UTILITY}}}Id") == f"{port.binding}_policy"
    assert [etree.QName(node).localname for node in policy.iter() if len(node) == 0] == [
        "HttpsToken",
        "Basic256",
        "Strict",
    ]
    (reference,) = root.iterfind(f"{{{namespaces.WSDL}}}binding/{{{namespaces.POLICY}}}PolicyReference")
    assert reference.get("URI") == f"#{port.binding}_policy"


def test_every_type_is_declared_once(port: Port) -> None:
    names = Counter(
        (of.namespace, of.name) if isinstance(of, SimpleType) else (of.__namespace__, of.get_type_name())
        for of in types_of(port)
    )

    assert [name for name, times in names.items() if times > 1] == []


def test_the_schemas_compile(port: Port) -> None:
    schema_in(over_http(port))
