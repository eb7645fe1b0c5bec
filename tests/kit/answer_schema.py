"""Check answers against the contract's own schema. The tests of the wire check every answer that they get.

The schema is that of the WSDL that the project makes and, if the contract's documents are at hand, that of the live
service's. An observed fault's detail has unqualified children, as recorded, which no schema of the contract allows:
it is excepted.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.document import wsdl_document
from lrs_soap.wsdl.port import Port
from tests.kit.contract_documents import FOLDER

_XS = f"{{{namespaces.XSD}}}"
_SOAP = f"{{{namespaces.SOAP_ENVELOPE}}}"
_OF_R9 = (namespaces.TEMPURI, namespaces.FAULTS)


def assert_valid(answer: bytes) -> None:
    """Assert that a SOAP answer is an envelope with one element that its port's schema allows, or with a fault."""
    envelope = etree.fromstring(answer)
    assert envelope.tag == f"{_SOAP}Envelope"
    assert [child.tag for child in envelope] == [f"{_SOAP}Body"]
    (child,) = envelope[0]
    if child.tag == f"{_SOAP}Fault":
        _assert_fault(child)
    else:
        assert_declared(child)


def assert_declared(element: etree._Element) -> None:
    """Assert that an element is valid by every known schema of its port."""
    port = LEARNER_SERVICE_R9 if etree.QName(element).namespace in _OF_R9 else LEARNER_SERVICE
    # libxml2 validates whole documents only.
    root = etree.fromstring(etree.tostring(element, with_tail=False))
    for schema in _schemas(port):
        schema.assertValid(root)


@cache
def _schemas(port: Port) -> tuple[etree.XMLSchema, ...]:
    documents = [wsdl_document(port)]
    if FOLDER is not None:
        documents.append((FOLDER / "contract" / f"{port.path.strip('/').removesuffix('.svc')}.wsdl").read_bytes())
    return tuple(map(schema_in, documents))


def schema_in(wsdl: bytes) -> etree.XMLSchema:
    """Return one schema that imports all schemas of a WSDL."""
    schemas = {str(each.get("targetNamespace")): each for each in etree.fromstring(wsdl).iter(f"{_XS}schema")}
    files = {namespace: f"{place}.xsd" for place, namespace in enumerate(schemas)}
    everything = etree.Element(f"{_XS}schema")
    with TemporaryDirectory() as folder:
        for namespace, schema in schemas.items():
            etree.SubElement(everything, f"{_XS}import", {"namespace": namespace, "schemaLocation": files[namespace]})
            for imported in schema.iterfind(f"{_XS}import"):
                imported.set("schemaLocation", files[str(imported.get("namespace"))])
            Path(folder, files[namespace]).write_bytes(etree.tostring(schema))
        root = Path(folder, "everything.xsd")
        root.write_bytes(etree.tostring(everything))
        return etree.XMLSchema(etree.parse(root))


def _assert_fault(fault: etree._Element) -> None:
    names = [child.tag for child in fault]
    assert names in (["faultcode", "faultstring"], ["faultcode", "faultstring", "detail"])
    for detail in fault.iterfind("detail/*"):
        if any(etree.QName(child).namespace for child in detail):
            assert_declared(detail)
