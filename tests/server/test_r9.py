"""LearnerServiceR9 over the wire: told by the SOAPAction, read as WCF reads, and its faults to the letter."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import NoReturn

import pytest
from lxml import etree

from lrs_soap.errors import Refused
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.rules.values.codes import FaultCode
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9 as PORT
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.endpoint import R9Endpoint
from tests.kit.answer_schema import assert_valid
from tests.kit.every_operation import TEST, Who, ask_with
from tests.kit.r9_messages import NIL, content_of
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, Answer, envelope, post

ACTIONS = {each.name: each.soap_action for each in PORT.operations}
ADDRESSING = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"

every_r9_operation = pytest.mark.parametrize("name", ACTIONS)


def ask(server: RunningServer, name: str, content: str = "", *, soap_action: str | None = None) -> Answer:
    action = f'"{ACTIONS[name]}"' if soap_action is None else soap_action
    body = envelope(f'<{name} xmlns="{namespaces.TEMPURI}">{content}</{name}>', prefix="s")
    return post(server.url, body, path=LEARNER_SERVICE_R9, headers={"SOAPAction": action})


def fault(inside: str) -> bytes:
    """A whole fault, byte for byte."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f"<s:Fault>{inside}</s:Fault></s:Body></s:Envelope>"
    ).encode()


def wcf_fault(code: str, sentence: str, namespace: str = DISPATCHER) -> bytes:
    return fault(f'<faultcode xmlns:a="{namespace}">a:{code}</faultcode><faultstring>{sentence}</faultstring>')


def domain_fault(code: FaultCode) -> bytes:
    detail = base64.b64encode(code.text.encode()).decode()
    return fault(
        "<faultcode>s:Client</faultcode>"
        "<faultstring>The creator of this fault did not specify a Reason.</faultstring>"
        f'<detail><DomainFault xmlns="http://api.lrs.qcf.gov.uk/faults"><ErrorCode>{code.value}</ErrorCode>'
        f"<ErrorDetail>{detail}</ErrorDetail></DomainFault></detail>"
    )


def not_supported(action: str) -> bytes:
    return wcf_fault(
        "ActionNotSupported",
        f"The message with Action '{action}' cannot be processed at the receiver, due to a ContractFilter "
        "mismatch at the EndpointDispatcher. This may be because of either a contract mismatch (mismatched Actions "
        "between sender and receiver) or a binding/security mismatch between the sender and the receiver.  Check that "
        "sender and receiver have the same contract and the same binding (including security requirements, e.g. "
        "Message, Transport, None).",
        ADDRESSING,
    )


def vendor_of(name: str) -> str:
    return "vendorID" if name == "GetLearnerLearningEvents" else "vendorId"


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


def test_a_foreign_value_of_an_enumerated_type_is_not_deserialized(server: RunningServer) -> None:
    answer = ask(server, "GetOrganisation", "<userType>XYZ</userType>")

    assert answer.text("faultcode") == "a:DeserializationFailed"


def test_a_call_of_r9_is_unknown_to_learner_service(server: RunningServer) -> None:
    answer = post(server.url, envelope(f'<ViewAudit xmlns="{namespaces.TEMPURI}"/>'), path=LEARNER_SERVICE)

    assert answer.text("ErrorCode") == "WSEC0002"


def test_an_action_is_escaped_in_the_fault(server: RunningServer) -> None:
    answer = ask(server, "ViewAudit", soap_action='"urn:<&>"')

    assert "'urn:<&>'" in (etree.fromstring(answer.body).findtext(".//faultstring") or "")


@every_r9_operation
def test_what_nobody_foresaw_is_an_internal_fault_with_a_reference(name: str) -> None:
    def make_call(exchange: Exchange, operation: object, records: object) -> NoReturn:
        raise RuntimeError("no such table: secret")

    exchange = answered(name, make_call)
    assert (exchange.status, exchange.code) == (500, "InternalServiceFault")
    assert exchange.answer == wcf_fault(
        "InternalServiceFault",
        "The server was unable to process the request due to an internal error. "
        f"The reference of this failure is {exchange.id}.",
    )
    assert isinstance(exchange.error, RuntimeError)


@every_r9_operation
def test_a_refusal_is_a_domain_fault_in_base64(name: str) -> None:
    def make_call(exchange: Exchange, operation: object, records: object) -> NoReturn:
        raise Refused(FaultCode.OUT_OF_HOURS.value, FaultCode.OUT_OF_HOURS.text)

    assert answered(name, make_call).answer == domain_fault(FaultCode.OUT_OF_HOURS)


def answered(name: str, make_call: Callable[[Exchange, object, object], NoReturn]) -> Exchange:
    """The exchange of a valid request whose operation comes to nothing."""
    message = f'<{name} xmlns="{namespaces.TEMPURI}">{content_of(name)}</{name}>'
    exchange = Exchange(request=envelope(message).encode())
    R9Endpoint(PORT, make_call=make_call).answer(exchange, None, ACTIONS[name])
    assert_valid(exchange.answer)
    return exchange


@every_r9_operation
def test_domain_faults_to_the_letter(server: RunningServer, name: str) -> None:
    def body(who: Who = TEST, **fields: str | None) -> bytes:
        return ask_with(server.url, name, content_of(name, who, **fields)).body

    assert body(language="FRA") == domain_fault(FaultCode.INVALID_REQUEST)
    assert body(Who(None)) == domain_fault(FaultCode.INVALID_REQUEST)
    assert body(Who("10000001")) == domain_fault(FaultCode.UNKNOWN_ORGANISATION)
    assert body(Who(password="NotTheRightPass1")) == domain_fault(FaultCode.INCORRECT_PASSWORD)
    if name not in ("LearnerByUln", "GetOrganisation"):
        # Who may only view has none of the roles of these.
        assert body(Who("TEST0002", "ViewOnlyPass0002")) == domain_fault(FaultCode.INSUFFICIENT_ACCESS)


def test_roles_come_before_the_operation_s_own_answers(server: RunningServer) -> None:
    for name, who, fields in (
        ("ViewAudit", Who("TEST0004", "WithoutPlrPass04"), {"learnerUln": "1"}),
        ("UpdateLearnerSubsetFields", Who("TEST0002", "ViewOnlyPass0002"), {"uln": "1", "preferredGivenName": "Bogus"}),
    ):
        answer = ask_with(server.url, name, content_of(name, who, **fields))
        assert answer.body == domain_fault(FaultCode.INSUFFICIENT_ACCESS)


@every_r9_operation
def test_a_value_that_its_type_cannot_hold_to_the_letter(server: RunningServer, name: str) -> None:
    content = content_of(name, **{vendor_of(name): "seven &amp;", "language": "FRA"})
    assert ask(server, name, content).body == wcf_fault(
        "DeserializationFailed",
        "The formatter threw an exception while trying to deserialize the message: There was an error while trying to "
        f"deserialize parameter http://tempuri.org/:{vendor_of(name)}. The value 'seven &amp;' cannot be parsed as the "
        "type 'int'.",
    )


@every_r9_operation
def test_no_action_is_not_supported(server: RunningServer, name: str) -> None:
    assert ask(server, name, content_of(name), soap_action="").body == not_supported("")


# How WCF reads: what is out of place was not sent


@every_r9_operation
def test_wcf_passes_over_what_it_does_not_know(server: RunningServer, name: str) -> None:
    start, end, rest = content_of(name).partition("</invokingOrganisation>")
    surplus = '<unknown><userType>XXX</userType></unknown> <userType xmlns="urn:x">XXX</userType>'
    changed = f"{surplus}{start}<c:Unknown>x</c:Unknown>{end}{surplus}{rest}{surplus}"
    assert ask(server, name, changed).body == ask(server, name, content_of(name)).body


@every_r9_operation
def test_prefixes_are_the_sender_s_own(server: RunningServer, name: str) -> None:
    content = re.sub(
        "<(/?)([a-zA-Z]+[ >])", r"<\1t:\2", content_of(name).replace("c:", "d4p1:").replace(":c=", ":d4p1=")
    )
    body = f'<t:{name} xmlns:t="{namespaces.TEMPURI}">{content}</t:{name}>'
    answer = post(server.url, envelope(body), path=LEARNER_SERVICE_R9, headers={"SOAPAction": f'"{ACTIONS[name]}"'})
    assert answer.body == ask(server, name, content_of(name)).body


@every_r9_operation
def test_a_parameter_out_of_order_was_not_given(server: RunningServer, name: str) -> None:
    content = content_of(name)
    language = "<language>ENG</language>"
    for moved in (language + content.replace(language, ""), content.replace(language, "") + language):
        assert ask(server, name, moved).body == domain_fault(FaultCode.INVALID_REQUEST)


@every_r9_operation
def test_a_parameter_that_is_nil_was_not_given(server: RunningServer, name: str) -> None:
    for field in (vendor_of(name), "language"):
        answer = ask(server, name, content_of(name, **{field: NIL}))
        assert answer.body == domain_fault(FaultCode.INVALID_REQUEST)


@pytest.mark.parametrize(
    ("member", "value"), [("ChannelCode", "Pigeon"), ("ChannelCode", ""), ("Estab", "x"), ("LaNumber", "1.5")]
)
def test_an_organisation_s_value_that_its_type_cannot_hold(server: RunningServer, member: str, value: str) -> None:
    content = content_of("GetOrganisation")
    sent = content.replace("<c:Password>", f"<c:{member}>{value}</c:{member}><c:Password>")
    assert ask(server, "GetOrganisation", sent).text("faultcode") == "a:DeserializationFailed"


def test_an_organisation_s_other_values_are_of_no_account(server: RunningServer) -> None:
    content = content_of("GetOrganisation")
    nil = f'xmlns:i="{namespaces.XSI}" i:nil="true"'
    for other in (
        "<c:ChannelCode>WebServices</c:ChannelCode><c:Estab>4001</c:Estab><c:LaNumber>380</c:LaNumber>",
        f"<c:Estab {nil}/><c:LaNumber {nil}/>",
    ):
        sent = content.replace("<c:Password>", f"{other}<c:Password>")
        assert ask(server, "GetOrganisation", sent).text("ResponseCode") == "WSRC0004"


def test_comments_in_a_value_are_dropped_and_its_text_is_joined(server: RunningServer) -> None:
    content = content_of("LearnerByUln", uln="41702<!-- x -->65<?x?><![CDATA[830]]>")
    answer = ask(server, "LearnerByUln", content)
    assert answer.text("ResponseCode") == "WSRC0004"
    assert b"<a:Uln>4170265830</a:Uln>" in answer.body


@pytest.mark.parametrize(
    "change",
    [
        ("</invokingOrganisation>", "x</invokingOrganisation>"),
        ("</invokingOrganisation>", "</invokingOrganisation><![CDATA[x]]>"),
        ("<language>", f'<language xmlns:i="{namespaces.XSI}" i:nil="maybe">'),
        ("<language>", f'<language xmlns:i="{namespaces.XSI}" i:type="x:string">'),
        ("<invokingOrganisation ", f'<invokingOrganisation xmlns:i="{namespaces.XSI}" i:type="Organisation" '),
    ],
)
@every_r9_operation
def test_what_wcf_s_reader_cannot_make_anything_of_is_not_deserialized(
    server: RunningServer, name: str, change: tuple[str, str]
) -> None:
    # The check of values, which comes later, would find a fault too.
    answer = ask(server, name, content_of(name, userType="ORG", **{vendor_of(name): "0"}).replace(*change))

    assert (answer.status, answer.text("faultcode")) == (500, "a:DeserializationFailed")


def test_text_beside_the_message_is_not_deserialized(server: RunningServer) -> None:
    message = f'<ViewAudit xmlns="{namespaces.TEMPURI}">{content_of("ViewAudit")}</ViewAudit>'
    for beside in (f"x{message}", f"{message}x"):
        answer = post(
            server.url, envelope(beside), path=LEARNER_SERVICE_R9, headers={"SOAPAction": ACTIONS["ViewAudit"]}
        )
        assert answer.body == wcf_fault(
            "DeserializationFailed",
            "The formatter threw an exception while trying to deserialize the message: Error in deserializing body of "
            "request message for operation 'ViewAudit'. End element 'Body' from namespace "
            "'http://schemas.xmlsoap.org/soap/envelope/' expected. Found text 'x'.",
        )
