"""The contract that is published: against the live service's documents, and against the project's own notes of it.

`contract_facts.txt` holds what our two documents say, so that a changed declaration shows without the live documents.
`python -m tests.wsdl.test_contract` writes it again, for a change that is meant.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from lrs_soap.rules.access.roles import ANY_BUT_SUPER_USER
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import facets, namespaces
from lrs_soap.wsdl.declarations import Message, nillable, required
from lrs_soap.wsdl.document import wsdl_document
from lrs_soap.wsdl.messages import exceptions, regmsg
from lrs_soap.wsdl.port import Port, ServiceDeclaration
from tests.kit.contract_documents import document

FACTS = Path(__file__).with_name("contract_facts.txt")

WSDL = f"{{{namespaces.WSDL}}}"
ACTION = f"{{{namespaces.WSDL_ADDRESSING}}}Action"
XS = f"{{{namespaces.XSD}}}"


@pytest.mark.parametrize(
    ("port", "live", "facts"),
    [(LEARNER_SERVICE, "LearnerService.wsdl", 439), (LEARNER_SERVICE_R9, "LearnerServiceR9.wsdl", 332)],
)
def test_nothing_differs_from_the_live_contract(port: Port, live: str, facts: int, tmp_path: Path) -> None:
    ours = tmp_path / live
    ours.write_bytes(wsdl_document(port))

    run = subprocess.run(
        [sys.executable, document("tools", "contract_diff.py"), document("contract", live), ours],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout == f"0 differences in {facts} facts of the contract\n", run.stderr
    assert run.returncode == 0


def test_the_documents_say_what_is_noted() -> None:
    noted = FACTS.read_text(encoding="utf-8").splitlines()

    assert described(LEARNER_SERVICE, LEARNER_SERVICE_R9) == noted, "if it is meant: python -m tests.wsdl.test_contract"


class RegisterSingleLearnerResp(regmsg.LearnerServiceWrappedResponse):
    """LearnerService's own, with another ULN."""

    __namespace__ = namespaces.REGISTER

    ResponseCode = required(facets.STRING)
    ULN = nillable(facets.ULN)


def test_a_changed_field_changes_the_document() -> None:
    def as_it_is(call: object, request: regmsg.RegisterSingleLearnerRqst) -> regmsg.RegisterSingleLearnerResp:
        return regmsg.RegisterSingleLearnerResp()

    def changed(call: object, request: regmsg.RegisterSingleLearnerRqst) -> RegisterSingleLearnerResp:
        return RegisterSingleLearnerResp()

    before, after = described(port_of(as_it_is)), described(port_of(changed))

    differing = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert differing == [("    ULN xs:string 0..1 unqualified", "    ULN xs:string 1..1 unqualified nillable")]


def port_of(function: Callable[[Any, Any], Message]) -> Port:
    """A port of one operation."""
    service = ServiceDeclaration("LearnerPortType")
    service.operation("registerSingleLearner", roles=ANY_BUT_SUPER_USER)(function)
    return service.port(name="LearnerServiceProxy", path="/LearnerService.svc", fault=exceptions.MIAPAPIException)


def described(*ports: Port) -> list[str]:
    """What the documents of the ports say, a fact a line; indented lines belong to the one above."""
    return [fact for port in ports for fact in facts_of(etree.fromstring(wsdl_document(port)))]


def facts_of(root: etree._Element) -> Iterator[str]:
    yield f"definitions {root.get('targetNamespace')} {root.get('name')}"
    for service in root.iterfind(f"{WSDL}service"):
        for port in service.iterfind(f"{WSDL}port"):
            yield f"service {service.get('name')} port {port.get('name')} binding {name_at(port, 'binding')}"
    for message in root.iterfind(f"{WSDL}message"):
        parts = (f"{part.get('name')}={name_at(part, 'element')}" for part in message)
        yield f"message {message.get('name')} {' '.join(parts)}"
    for port_type in root.iterfind(f"{WSDL}portType"):
        for operation_node in port_type:
            yield f"operation {port_type.get('name')} {operation_node.get('name')}"
            for node in operation_node:
                role, message_name = etree.QName(node).localname, name_at(node, "message")
                yield f"    {role} {node.get('name')} {message_name} action {node.get(ACTION)!r}"
    for binding in root.iterfind(f"{WSDL}binding"):
        yield f"binding {binding.get('name')} {name_at(binding, 'type')}"
        for child in binding:
            yield "    " + "; ".join(f"{etree.QName(node).localname} {attributes(node)}" for node in child.iter("*"))
    for schema in root.iterfind(f"{WSDL}types/{XS}schema"):
        yield from facts_of_schema(schema)


def facts_of_schema(schema: etree._Element) -> Iterator[str]:
    namespace = schema.get("targetNamespace", "")
    imported = (last_word(node.get("namespace", "")) for node in schema.iterfind(f"{XS}import"))
    yield " ".join(["schema", namespace, schema.get("elementFormDefault", "-"), "imports", *imported])
    for kind in ("element", "simpleType", "complexType"):
        for node in schema.iterfind(f"{XS}{kind}"):
            words = [kind, f"{last_word(namespace)}:{node.get('name')}", *notes(node)]
            words += [f"of {name_at(node, 'type')}"] if node.get("type") else []
            words += [word for word in ("abstract", "nillable") if node.get(word) == "true"]
            words += [f"extends {name_at(base, 'base')}" for base in node.iter(f"{XS}extension", f"{XS}restriction")]
            yield " ".join(words)
            for value in node.iter(f"{XS}enumeration"):
                yield " ".join(["   ", value.get("value", ""), *notes(value)])
            for field in node.iterfind(f".//{XS}sequence/{XS}element"):
                yield " ".join(["   ", *words_of_field(field), *notes(field)])


def words_of_field(field: etree._Element) -> Iterator[str]:
    yield field.get("name", "")
    yield name_at(field, "type")
    yield f"{field.get('minOccurs', '1')}..{field.get('maxOccurs', '1')}"
    if form := field.get("form"):
        yield form
    if field.get("nillable") == "true":
        yield "nillable"


def notes(node: etree._Element) -> list[str]:
    """The annotations that .NET reads."""
    found = node.iterfind(f"{XS}annotation/{XS}appinfo//*")
    return [f"[{etree.QName(note).localname} {attributes(note)}{(note.text or '').strip()}]" for note in found]


def attributes(node: etree._Element) -> str:
    return " ".join(f"{etree.QName(name).localname}={value!r}" for name, value in sorted(node.items()))


def name_at(node: etree._Element, attribute: str) -> str:
    """A name that an attribute holds, with the last word of its namespace for a prefix."""
    prefix, _, name = node.get(attribute, "").partition(":")
    return f"{last_word(node.nsmap[prefix])}:{name}"


def last_word(namespace: str) -> str:
    return "xs" if namespace == namespaces.XSD else namespace.rstrip("/").replace(".", "/").rpartition("/")[2]


if __name__ == "__main__":
    FACTS.write_text("\n".join(described(LEARNER_SERVICE, LEARNER_SERVICE_R9)) + "\n", encoding="utf-8")
