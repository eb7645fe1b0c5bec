"""A port's operations, as its service declares them, and as Spyne sees them."""

from __future__ import annotations

import pytest

from lrs_soap.services import learner_service, learner_service_r9
from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl.messages import findmsg, reportmsg, tempuri
from lrs_soap.wsdl.port import Operation, Port, PublishedMessage, application_of, operations_of

both_ports = pytest.mark.parametrize(
    "port", [LEARNER_SERVICE, LEARNER_SERVICE_R9], ids=["LearnerService", "LearnerServiceR9"]
)


def test_an_operation_has_its_function_types_and_elements() -> None:
    first = operations_of(LEARNER_SERVICE.service)[0]

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
    )
    assert (first.request_tag, first.response_tag) == (first.input.tag, first.output.tag)


def test_where_the_contract_says_nothing_names_are_wcf_s() -> None:
    first = operations_of(LEARNER_SERVICE_R9.service)[0]

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
    methods = application_of(port).interface.method_id_map.values()

    assert {method.function for method in methods} == {operation.function for operation in port.operations}
