"""A port's operations, as its service declares them, and as Spyne sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

import pytest

from lrs_soap.rules.access.roles import ANY_BUT_SUPER_USER
from lrs_soap.rules.values.organisation import Role
from lrs_soap.services import learner_service, learner_service_r9
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl import namespaces
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import findmsg, qcf_faults, reportmsg, tempuri
from lrs_soap.wsdl.port import Operation, Port, PublishedMessage, ServiceDeclaration
from lrs_soap.wsdl.value_checks import LEFT_TO_THE_OPERATION, NAME, Check

both_ports = pytest.mark.parametrize(
    "port", [LEARNER_SERVICE, LEARNER_SERVICE_R9], ids=["LearnerService", "LearnerServiceR9"]
)


def test_an_operation_has_its_function_types_and_elements() -> None:
    first = LEARNER_SERVICE.operations[0]

    assert first == Operation(
        name="learnerByULN",
        function=learner_service.learner_by_uln,
        request=findmsg.LearnerByULNRqst,
        response=findmsg.FindLearnerResp,
        input=PublishedMessage(
            name="learnerByULNRequest",
            message="learnerByULNRequest",
            part="FindLearnerByULN",
            tag="{http://api.lrs.miap.gov.uk/findmsg}FindLearnerByULN",
            action="",
        ),
        output=PublishedMessage(
            name="findLearnerByULNResponse",
            message="findLearnerByULNResponse",
            part="FindLearnerResponse",
            tag="{http://api.lrs.miap.gov.uk/findmsg}FindLearnerResponse",
            action="http://tempuri.org/LearnerPortType/learnerByULNResponse",
        ),
        roles=frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
        checks={},
    )
    assert (first.request_tag, first.response_tag) == (first.input.tag, first.output.tag)


def test_where_the_contract_says_nothing_names_are_wcf_s() -> None:
    first = LEARNER_SERVICE_R9.operations[0]

    assert first == Operation(
        name="LearnerByUln",
        function=learner_service_r9.learner_by_uln,
        request=tempuri.LearnerByUln,
        response=tempuri.LearnerByUlnResponse,
        input=PublishedMessage(
            name=None,
            message="ILearnerServiceR9_LearnerByUln_InputMessage",
            part="parameters",
            tag="{http://tempuri.org/}LearnerByUln",
            action="http://tempuri.org/ILearnerServiceR9/LearnerByUln",
        ),
        output=PublishedMessage(
            name=None,
            message="ILearnerServiceR9_LearnerByUln_OutputMessage",
            part="parameters",
            tag="{http://tempuri.org/}LearnerByUlnResponse",
            action="http://tempuri.org/ILearnerServiceR9/LearnerByUlnResponse",
        ),
        roles=frozenset({Role.ONLINE_USER, Role.VIEW_ONLY_USER}),
        checks=first.checks,
    )


def test_of_learner_service_only_verify_learner_has_a_soap_action() -> None:
    actions = {operation.name: operation.soap_action for operation in LEARNER_SERVICE.operations}

    assert {name for name, action in actions.items() if action} == {"verifyLearner"}
    assert actions["verifyLearner"] == "http://tempuri.org/LearnerPortType/verifyLearner"


def test_both_finds_answer_with_one_element() -> None:
    by_uln, by_demographics = LEARNER_SERVICE.operations[:2]

    assert by_uln.response_tag == by_demographics.response_tag
    assert by_uln.output.message != by_demographics.output.message


def test_operations_come_in_the_order_in_which_they_are_declared() -> None:
    assert [operation.name for operation in LEARNER_SERVICE_R9.operations] == [
        "LearnerByUln",
        "GetLearnerLearningEvents",
        "UpdateLearnerSubsetFields",
        "ViewAudit",
        "GetOrganisation",
    ]
    assert LEARNER_SERVICE.operations[-1].request is reportmsg.VerifyLearnerRqst


@both_ports
def test_spyne_takes_a_port_as_an_application(port: Port) -> None:
    # Importable because the port has been imported.
    from spyne import Application
    from spyne.protocol.soap import Soap11

    application = Application([port.service], tns=namespaces.TEMPURI, in_protocol=Soap11(), out_protocol=Soap11())

    methods = application.interface.method_id_map.values()
    assert {method.function for method in methods} == {operation.function for operation in port.operations}


# What is incomplete fails where it is declared


def find(call: object, request: tempuri.LearnerByUln) -> tempuri.LearnerByUlnResponse:
    return tempuri.LearnerByUlnResponse()


CHECKS = LEARNER_SERVICE_R9.operations[0].checks


def declare(
    function: Callable[..., Any] = find, *, roles: Set[Role] = ANY_BUT_SUPER_USER, checks: Mapping[str, Check] = CHECKS
) -> None:
    ServiceDeclaration("ILearnerServiceR9").operation("LearnerByUln", roles=roles, checks=checks)(function)


def test_a_complete_operation_is_declared() -> None:
    declare()


def test_an_operation_without_a_role_fails() -> None:
    with pytest.raises(TypeError, match="LearnerByUln has no role"):
        declare(roles=frozenset())


def test_an_operation_without_a_request_or_a_response_fails() -> None:
    def without_request(call, request) -> tempuri.LearnerByUlnResponse:
        return tempuri.LearnerByUlnResponse()

    def without_response(call: object, request: tempuri.LearnerByUln) -> str:
        return ""

    for function, what in ((without_request, "request"), (without_response, "response")):
        with pytest.raises(TypeError, match=f"LearnerByUln has no message for its {what}"):
            declare(function)


@pytest.mark.parametrize("field", CHECKS)
def test_a_value_without_a_check_fails(field: str) -> None:
    with pytest.raises(TypeError, match=f"LearnerByUln has no check of {field}"):
        declare(checks={name: check for name, check in CHECKS.items() if name != field})


def test_a_check_of_a_field_that_is_not_there_fails() -> None:
    with pytest.raises(TypeError, match="checks of fields that its request lacks: ULN"):
        declare(checks={**CHECKS, "ULN": NAME})


def test_a_check_that_lets_a_required_field_be_absent_fails() -> None:
    with pytest.raises(TypeError, match="without language, which it requires"):
        declare(checks={**CHECKS, "language": LEFT_TO_THE_OPERATION})


def test_checks_are_made_in_the_order_of_the_contract() -> None:
    service = ServiceDeclaration("ILearnerServiceR9")
    service.operation("LearnerByUln", roles=ANY_BUT_SUPER_USER, checks=dict(reversed(CHECKS.items())))(find)
    port = service.port(name="x", path="/x", fault=qcf_faults.DomainFault)

    assert [*port.operations[0].checks] == [field.name for field in fields_of(tempuri.LearnerByUln)[1:]]


def test_two_operations_of_one_name_or_one_element_fail() -> None:
    service = ServiceDeclaration("ILearnerServiceR9")
    service.operation("LearnerByUln", roles=ANY_BUT_SUPER_USER, checks=CHECKS)(find)
    with pytest.raises(TypeError, match="LearnerByUln is declared twice"):
        service.operation("LearnerByUln", roles=ANY_BUT_SUPER_USER, checks=CHECKS)(find)

    service.operation("Another", roles=ANY_BUT_SUPER_USER, checks=CHECKS)(find)
    with pytest.raises(TypeError, match="two operations of x are asked by the same element"):
        service.port(name="x", path="/x", fault=qcf_faults.DomainFault)
