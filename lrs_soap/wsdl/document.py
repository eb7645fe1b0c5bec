"""The WSDL of a port, written from its declarations: one self-contained document for any client generator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias
from xml.sax.saxutils import escape

from lxml import etree

from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import (
    UNBOUNDED,
    BuiltIn,
    Field,
    Message,
    SimpleType,
    base_of,
    is_declared_abstract,
    own_fields_of,
)
from lrs_soap.wsdl.port import Port
from lrs_soap.wsdl.writing import XML_DECLARATION

NamedType: TypeAlias = type[Message] | SimpleType

ADDRESS_PLACEHOLDER = "urn:lrs-soap:address"

WSDL = f"{{{namespaces.WSDL}}}"
SOAP = f"{{{namespaces.WSDL_SOAP}}}"
XS = f"{{{namespaces.XSD}}}"
SERIALIZATION = f"{{{namespaces.SERIALIZATION}}}"
POLICY = f"{{{namespaces.POLICY}}}"
SECURITY = f"{{{namespaces.SECURITY_POLICY}}}"


class WsdlDocument:
    """The WSDL of a port, written once for every address at which clients may reach the service."""

    def __init__(self, port: Port) -> None:
        self._path = port.path
        self._over_http = wsdl_document(port)
        self._over_https = {asked: wsdl_document(port, client_certificate=asked) for asked in (False, True)}

    def at(self, address_base: str, *, https: bool, client_certificate: bool) -> bytes:
        """The document for a caller who reached the service at `address_base` (scheme, host and port).

        `client_certificate`: whether the service asks for one; the document says so over HTTPS only. Raises ValueError
        for an address with control characters, which XML cannot carry.
        """
        # A generated client POSTs to this address as it stands, so it has no query. The live document has the WSDL's
        # own address here; the service answers a POST to that as well.
        address = address_base + self._path
        if not address.isprintable():
            raise ValueError(f"not an address: {address!r}")
        document = self._over_https[client_certificate] if https else self._over_http
        return document.replace(ADDRESS_PLACEHOLDER.encode(), escape(address, {'"': "&quot;"}).encode())


def wsdl_document(port: Port, *, client_certificate: bool | None = None) -> bytes:
    """The WSDL of a port with `ADDRESS_PLACEHOLDER` as its address.

    With `client_certificate` true or false it has the policy of a service over HTTPS that does or does not require
    one. With None it has no policy: a .NET client that reads one refuses to call over HTTP.
    """
    nsmap = {
        "wsdl": namespaces.WSDL,
        "soap": namespaces.WSDL_SOAP,
        "wsaw": namespaces.WSDL_ADDRESSING,
        "tns": namespaces.TEMPURI,
    }
    root = etree.Element(WSDL + "definitions", {"name": port.name, "targetNamespace": namespaces.TEMPURI}, nsmap)
    if client_certificate is not None:
        _write_policy(root, port, client_certificate)
    _write_schemas(_add(root, WSDL + "types"), port)
    _write_messages(root, port)
    _write_port_type(root, port)
    _write_binding(root, port, with_policy=client_certificate is not None)
    _write_service(root, port)
    # lxml would write the declaration with single quotes.
    return f"{XML_DECLARATION}\n".encode() + etree.tostring(root, encoding="utf-8", pretty_print=True)


def types_of(port: Port) -> tuple[NamedType, ...]:
    """Every type in the port's messages and its fault, in the order in which they refer to each other.

    Within a namespace that is the live WSDL's order.
    """
    met: dict[NamedType, None] = {}

    def meet(named: NamedType) -> None:
        if named not in met:
            met[named] = None
            for other in _references(named):
                meet(other)

    for operation in port.operations:
        meet(operation.request)
        meet(operation.response)
    meet(port.fault)
    return tuple(met)


def _references(named: NamedType) -> Iterator[NamedType]:
    if isinstance(named, SimpleType):
        return
    base = base_of(named)
    if base is not None:
        yield base
    for field in own_fields_of(named):
        if not isinstance(field.declared.of, BuiltIn):
            yield field.declared.of


# The schemas


def _write_schemas(types: etree._Element, port: Port) -> None:
    elements: dict[type[Message], dict[str, None]] = {}
    for operation in port.operations:
        # Two operations can answer with the same element.
        elements.setdefault(operation.request, {})[operation.request_tag] = None
        elements.setdefault(operation.response, {})[operation.response_tag] = None
    members: dict[str, list[NamedType]] = {}
    for named in types_of(port):
        members.setdefault(_namespace_of(named), []).append(named)
    for namespace in members:
        schema = _write_schema(types, namespace, members[namespace])
        for named in members[namespace]:
            if isinstance(named, SimpleType):
                _write_simple_type(schema, named)
            else:
                _write_message_type(schema, named, elements.get(named, {}))


def _write_schema(types: etree._Element, namespace: str, members: Iterable[NamedType]) -> etree._Element:
    referred = dict.fromkeys(_namespace_of(other) for named in members for other in _references(named))
    imported = [other for other in referred if other != namespace]
    # Each schema declares its own prefixes, because some tools cut it out of the document.
    nsmap = {"xs": namespaces.XSD, "tns": namespace} | {_prefix(other): other for other in imported}
    schema = _add(types, XS + "schema", nsmap, elementFormDefault="qualified", targetNamespace=namespace)
    for other in imported:
        _add(schema, XS + "import", namespace=other)
    return schema


def _write_message_type(schema: etree._Element, message: type[Message], elements: Iterable[str]) -> None:
    if message.is_anonymous:
        for tag in elements:
            _write_complex_type(_add(schema, XS + "element", name=etree.QName(tag).localname), message)
        return
    prefixed = _prefixed(_tag_of(message), schema)
    for tag in elements:
        _add(schema, XS + "element", name=etree.QName(tag).localname, type=prefixed)
    _write_complex_type(schema, message)
    if message.is_data_contract:
        _add(schema, XS + "element", name=_name_of(message), nillable="true", type=prefixed)


def _write_simple_type(schema: etree._Element, simple: SimpleType) -> None:
    node = _add(schema, XS + "simpleType", name=simple.name)
    restriction = _add(node, XS + "restriction", base=f"xs:{simple.base.xsd_name}")
    for value, number in simple.values:
        enumeration = _add(restriction, XS + "enumeration", value=value)
        if number is not None:
            _annotate(enumeration, "EnumerationValue").text = str(number)
    _add(schema, XS + "element", name=simple.name, nillable="true", type=_prefixed(_tag_of(simple), schema))


def _write_complex_type(parent: etree._Element, message: type[Message]) -> None:
    node = _add(
        parent,
        XS + "complexType",
        name=None if message.is_anonymous else _name_of(message),
        abstract="true" if is_declared_abstract(message) else None,
    )
    generic = message.generic_of
    if generic is not None:
        note = _annotate(node, "GenericType", Name=generic.name, Namespace=_namespace_of(message))
        _add(
            note,
            SERIALIZATION + "GenericParameter",
            Name=_name_of(generic.parameter),
            Namespace=_namespace_of(generic.parameter),
        )
    content = node
    base = base_of(message)
    if base is not None:
        extended = _add(node, XS + "complexContent", mixed="false")
        content = _add(extended, XS + "extension", base=_prefixed(_tag_of(base), parent))
    fields = own_fields_of(message)
    if fields or message.is_data_contract:
        sequence = _add(content, XS + "sequence")
        for field in fields:
            _write_field(sequence, field, is_wcf=message.is_data_contract or message.is_anonymous)


def _write_field(sequence: etree._Element, field: Field, *, is_wcf: bool) -> None:
    declared, occurs = field.declared, field.declared.published
    most = "unbounded" if occurs.most is UNBOUNDED else str(occurs.most)
    of = declared.of
    element = _add(
        sequence,
        XS + "element",
        minOccurs=str(occurs.least),
        # WCF does not write a maximum of one, XmlSerializer does.
        maxOccurs=None if is_wcf and occurs.most == 1 else most,
        form=None if declared.qualified else "unqualified",
        name=field.name,
        nillable="true" if occurs.nillable else None,
        type=f"xs:{of.xsd_name}" if isinstance(of, BuiltIn) else _prefixed(_tag_of(of), sequence),
    )
    if not declared.emit_default:
        _annotate(element, "DefaultValue", EmitDefaultValue="false")


def _annotate(node: etree._Element, note: str, **attributes: str) -> etree._Element:
    """Add an annotation that .NET's generators read."""
    appinfo = _add(_add(node, XS + "annotation"), XS + "appinfo")
    return _add(appinfo, SERIALIZATION + note, {"ser": namespaces.SERIALIZATION}, **attributes)


# The messages, the port type, the binding and the service


def _write_messages(root: etree._Element, port: Port) -> None:
    for operation in port.operations:
        for published in (operation.input, operation.output, port.fault_of(operation)):
            message = _add(root, WSDL + "message", name=published.message)
            namespace = published.tag[1:].partition("}")[0]
            nsmap = {} if namespace == namespaces.TEMPURI else {_prefix(namespace): namespace}
            part = _add(message, WSDL + "part", nsmap, name=published.part)
            part.set("element", _prefixed(published.tag, part))


def _write_port_type(root: etree._Element, port: Port) -> None:
    port_type = _add(root, WSDL + "portType", name=port.port_type)
    for operation in port.operations:
        node = _add(port_type, WSDL + "operation", name=operation.name)
        messages = {"input": operation.input, "output": operation.output, "fault": port.fault_of(operation)}
        for role, published in messages.items():
            child = _add(node, WSDL + role, name=published.name, message=f"tns:{published.message}")
            child.set(f"{{{namespaces.WSDL_ADDRESSING}}}Action", published.action)


def _write_binding(root: etree._Element, port: Port, *, with_policy: bool) -> None:
    binding = _add(root, WSDL + "binding", name=port.binding, type=f"tns:{port.port_type}")
    if with_policy:
        _add(binding, POLICY + "PolicyReference", {"wsp": namespaces.POLICY}, URI=f"#{_policy_id(port)}")
    _add(binding, SOAP + "binding", transport=namespaces.SOAP_HTTP)
    for operation in port.operations:
        node = _add(binding, WSDL + "operation", name=operation.name)
        _add(node, SOAP + "operation", soapAction=operation.soap_action, style="document")
        _add(_add(node, WSDL + "input", name=operation.input.name), SOAP + "body", use="literal")
        _add(_add(node, WSDL + "output", name=operation.output.name), SOAP + "body", use="literal")
        fault = port.fault_of(operation).name
        _add(_add(node, WSDL + "fault", name=fault), SOAP + "fault", use="literal", name=fault)


def _write_service(root: etree._Element, port: Port) -> None:
    service = _add(root, WSDL + "service", name=port.name)
    node = _add(service, WSDL + "port", name=port.binding, binding=f"tns:{port.binding}")
    _add(node, SOAP + "address", location=ADDRESS_PLACEHOLDER)


def _write_policy(root: etree._Element, port: Port, client_certificate: bool) -> None:
    policy = _add(root, POLICY + "Policy", {"wsp": namespaces.POLICY, "wsu": namespaces.WS_UTILITY})
    policy.set(f"{{{namespaces.WS_UTILITY}}}Id", _policy_id(port))
    alternative = _add(_add(policy, POLICY + "ExactlyOne"), POLICY + "All")
    binding = _add(alternative, SECURITY + "TransportBinding", {"sp": namespaces.SECURITY_POLICY})
    assertions = _add(binding, POLICY + "Policy")
    for assertion, answer, attributes in (
        ("TransportToken", "HttpsToken", {"RequireClientCertificate": "true" if client_certificate else "false"}),
        ("AlgorithmSuite", "Basic256", {}),
        ("Layout", "Strict", {}),
    ):
        nested = _add(_add(assertions, SECURITY + assertion), POLICY + "Policy")
        _add(nested, SECURITY + answer, **attributes)


def _policy_id(port: Port) -> str:
    return f"{port.binding}_policy"


# Names and nodes


def _namespace_of(named: NamedType) -> str:
    return named.namespace if isinstance(named, SimpleType) else named.__namespace__


def _name_of(named: NamedType) -> str:
    return named.name if isinstance(named, SimpleType) else named.get_type_name()


def _tag_of(named: NamedType) -> str:
    return f"{{{_namespace_of(named)}}}{_name_of(named)}"


def _prefix(namespace: str) -> str:
    """The last word of a namespace, which is unique within the contract."""
    return re.split("[/.]", namespace.rstrip("/"))[-1].lower()


def _prefixed(tag: str, node: etree._Element) -> str:
    """A name in Clark's notation with the prefix that is declared at `node`."""
    namespace, _, name = tag[1:].partition("}")
    prefix = next(prefix for prefix, bound in node.nsmap.items() if bound == namespace)
    return f"{prefix}:{name}"


def _add(
    parent: etree._Element, tag: str, nsmap: Mapping[str, str] | None = None, /, **attributes: str | None
) -> etree._Element:
    """Add an element, with the attributes that have a value."""
    given = {name: value for name, value in attributes.items() if value is not None}
    return etree.SubElement(parent, tag, given, nsmap)
