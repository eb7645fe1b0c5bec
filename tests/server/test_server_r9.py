"""LearnerServiceR9 over the wire: told by the SOAPAction, read as WCF reads, and, until built, not supported."""

from __future__ import annotations

import base64
from typing import NoReturn

import every_operation
import pytest
from answer_schema import assert_valid
from lxml import etree
from running_server import RunningServer
from soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, Answer, envelope, post

from lrs_soap.errors import Refused
from lrs_soap.exchange import Exchange
from lrs_soap.rules.codes import FaultCode
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9 as PORT
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.endpoint import R9Endpoint

ACTIONS = {each.name: each.soap_action for each in PORT.operations}
NONE = "http://schemas.microsoft.com/ws/2005/05/addressing/none"


def ask(server: RunningServer, name: str, content: str = "", *, soap_action: str | None = None) -> Answer:
    action = f'"{ACTIONS[name]}"' if soap_action is None else soap_action
    body = envelope(f'<{name} xmlns="{namespaces.TEMPURI}">{content}</{name}>', prefix="s")
    return post(server.url, body, path=LEARNER_SERVICE_R9, headers={"SOAPAction": action})


def valid(name: str) -> str:
    """What a valid message of the operation holds."""
    return every_operation.R9[name](every_operation.TEST)


def not_supported(action: str) -> bytes:
    """The whole fault, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f'<faultcode xmlns:a="{NONE}">a:ActionNotSupported</faultcode>'
        f"<faultstring>The message with Action '{action}' cannot be processed at the receiver, due to a ContractFilter "
        "mismatch at the EndpointDispatcher. This may be because of either a contract mismatch (mismatched Actions "
        "between sender and receiver) or a binding/security mismatch between the sender and the receiver.  Check that "
        "sender and receiver have the same contract and the same binding (including security requirements, e.g. "
        "Message, Transport, None).</faultstring></s:Fault></s:Body></s:Envelope>"
    ).encode()


def test_the_actions_are_the_contract_s() -> None:
    assert {
        name: f"http://tempuri.org/ILearnerServiceR9/{name}"
        for name in (
            "LearnerByUln",
            "GetLearnerLearningEvents",
            "UpdateLearnerSubsetFields",
            "ViewAudit",
            "GetOrganisation",
        )
    } == ACTIONS


@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_not_built_is_not_supported(server: RunningServer, name: str) -> None:
    answer = ask(server, name, valid(name))

    assert answer.status == 500
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.body == not_supported(ACTIONS[name])


@pytest.mark.parametrize(
    "soap_action",
    [
        "",
        '""',
        " ",
        '"',
        "urn:x",
        "http://tempuri.org/LearnerPortType/verifyLearner",
        '"http://tempuri.org/ILearnerServiceR9/"',
    ],
)
def test_no_action_or_a_wrong_one_is_not_supported(server: RunningServer, soap_action: str) -> None:
    answer = ask(server, "ViewAudit", soap_action=soap_action)

    assert (answer.status, answer.text("faultcode")) == (500, "a:ActionNotSupported")
    assert answer.body == not_supported(soap_action.strip().strip('"') if soap_action != '"' else '"')


def test_an_action_of_another_message_is_not_supported(server: RunningServer) -> None:
    # A vendorId of text would be refused in another way, were the message read.
    answer = ask(server, "ViewAudit", "<vendorId>x</vendorId>", soap_action=ACTIONS["GetOrganisation"])

    assert answer.body == not_supported(ACTIONS["GetOrganisation"])


@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize(("name", "vendor"), [("GetLearnerLearningEvents", "vendorID"), ("ViewAudit", "vendorId")])
@pytest.mark.parametrize("value", ["seven", "", "1.5", "2147483648", "<x/>"])
def test_a_value_that_its_type_cannot_hold_is_not_deserialized(
    server: RunningServer, name: str, vendor: str, value: str, quote: str
) -> None:
    answer = ask(server, name, f"<{vendor}>{value}</{vendor}>", soap_action=f"{quote}{ACTIONS[name]}{quote}")

    assert (answer.status, answer.text("faultcode")) == (500, "a:DeserializationFailed")
    assert "cannot be parsed as the type 'int'" in (answer.text("faultstring") or "")


@pytest.mark.parametrize("content", ["<vendorId> 7 </vendorId>", "<unknown>x</unknown><vendorId>7</vendorId>"])
def test_what_wcf_can_read_reaches_the_operation(server: RunningServer, content: str) -> None:
    changed = valid("ViewAudit").replace("<vendorId>7</vendorId>", content)
    assert ask(server, "ViewAudit", changed + "text").body == not_supported(ACTIONS["ViewAudit"])


def test_a_foreign_value_of_an_enumerated_type_is_not_deserialized(server: RunningServer) -> None:
    answer = ask(server, "GetOrganisation", "<userType>XYZ</userType>")

    assert answer.text("faultcode") == "a:DeserializationFailed"


def test_a_call_of_r9_is_unknown_to_learner_service(server: RunningServer) -> None:
    answer = post(server.url, envelope(f'<ViewAudit xmlns="{namespaces.TEMPURI}"/>'), path=LEARNER_SERVICE)

    assert answer.text("ErrorCode") == "WSEC0002"


def test_an_action_is_escaped_in_the_fault(server: RunningServer) -> None:
    answer = ask(server, "ViewAudit", soap_action='"urn:<&>"')

    assert "'urn:<&>'" in (etree.fromstring(answer.body).findtext(".//faultstring") or "")


def test_what_nobody_foresaw_is_an_internal_fault_with_a_reference() -> None:
    def make_call(exchange: Exchange, records: object) -> NoReturn:
        raise RuntimeError("no such table: secret")

    message = f'<ViewAudit xmlns="{namespaces.TEMPURI}">{valid("ViewAudit")}</ViewAudit>'
    exchange = Exchange(request=envelope(message).encode())
    R9Endpoint(PORT, make_call=make_call).answer(exchange, None, ACTIONS["ViewAudit"])

    assert_valid(exchange.answer)
    fault = etree.fromstring(exchange.answer)
    assert (exchange.status, fault.findtext(".//faultcode")) == (500, "a:InternalServiceFault")
    assert (fault.findtext(".//faultstring") or "").endswith(f"The reference of this failure is {exchange.id}.")
    assert b"secret" not in exchange.answer
    assert isinstance(exchange.error, RuntimeError)


def test_a_refusal_is_a_domain_fault_in_base64() -> None:
    def make_call(exchange: Exchange, records: object) -> NoReturn:
        raise Refused(FaultCode.INCORRECT_PASSWORD.value, FaultCode.INCORRECT_PASSWORD.text)

    message = f'<ViewAudit xmlns="{namespaces.TEMPURI}">{valid("ViewAudit")}</ViewAudit>'
    exchange = Exchange(request=envelope(message).encode())
    R9Endpoint(PORT, make_call=make_call).answer(exchange, None, ACTIONS["ViewAudit"])

    assert_valid(exchange.answer)
    assert exchange.answer.endswith(
        b"<faultcode>s:Client</faultcode>"
        b"<faultstring>The creator of this fault did not specify a Reason.</faultstring>"
        b'<detail><DomainFault xmlns="http://api.lrs.qcf.gov.uk/faults"><ErrorCode>WSEC0005</ErrorCode><ErrorDetail>'
        + base64.b64encode(b"Incorrect password, The Organisation Password is not correct.")
        + b"</ErrorDetail></DomainFault></detail></s:Fault></s:Body></s:Envelope>"
    )
