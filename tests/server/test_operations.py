"""Every operation of LearnerService: told by its body, validated, and its caller told apart."""

from __future__ import annotations

import pytest
from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import LEARNER_SERVICE_R9, envelope, post

WHO = f"<UKPRN>{UKPRN}</UKPRN><OrgPassword>{PASSWORD}</OrgPassword><UserName>A Tester</UserName>"
NAMES = "<FamilyName>Okafor</FamilyName><GivenName>Grace</GivenName>"
LEARNER = (
    "<GivenName>Grace</GivenName><FamilyName>Okafor</FamilyName><LastKnownPostCode>LS1 4AP</LastKnownPostCode>"
    "<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender><VerificationType>1</VerificationType>"
    "<AbilityToShare>1</AbilityToShare>"
)
RECORD = "<Learner><GivenName>Grace</GivenName><FamilyName>Okafor</FamilyName></Learner>"
TO_VERIFY = f"<ULN>4170265830</ULN>{NAMES}"

# A valid message of each operation but the find by ULN. Registering says that there is such a learner already, updating
# that nothing is different.
MESSAGES = {
    "FindLearnerByDemographics": (
        f"<FindType>FUL</FindType>{WHO}{NAMES}<DateOfBirth>2005-03-14</DateOfBirth><Gender>2</Gender>"
        "<LastKnownPostCode>LS1 4AP</LastKnownPostCode>"
    ),
    "RegisterLearner": f"{WHO}<Learner>{LEARNER}</Learner>",
    "UpdateLearner": f"{WHO}<Learner>{LEARNER}<ULN>4170265830</ULN><VersionNumber>1</VersionNumber></Learner>",
    "SubmitBatch": f"{WHO}<JobType>FUL</JobType><LearnerRecordCount>1</LearnerRecordCount>{RECORD}",
    "GetSubmitBatchOutput": f"{WHO}<JobID>1</JobID>",
    "SubmitVerifyBatch": f"{WHO}<LearnerRecordCount>1</LearnerRecordCount><Learner>{TO_VERIFY}</Learner>",
    "GetVerifyBatchOutput": f"{WHO}<JobID>1</JobID>",
    "RetrieveULNs": f"{WHO}<ULNsToRetrieve><ULN>4170265830</ULN></ULNsToRetrieve>",
    "VerifyLearner": f"{WHO}<LearnerToVerify>{TO_VERIFY}</LearnerToVerify>",
}
TAGS = {etree.QName(each.request_tag).localname: etree.QName(each.request_tag) for each in LEARNER_SERVICE.operations}

every_operation = pytest.mark.parametrize("name", MESSAGES)


def call(name: str, content: str) -> str:
    return envelope(f'<m:{name} xmlns:m="{TAGS[name].namespace}">{content}</m:{name}>')


def test_all_ten_operations_are_here_and_in_the_find_s_tests() -> None:
    assert {*MESSAGES, "FindLearnerByULN"} == set(TAGS)


@every_operation
def test_who_asks_is_told_apart_first(server: RunningServer, name: str) -> None:
    content = MESSAGES[name]

    for changed, code in (
        (content.replace(PASSWORD, "x" * 16), "WSEC0005"),
        (content.replace(UKPRN, "10000001"), "WSEC0003"),
        (content.replace(f"<UKPRN>{UKPRN}</UKPRN>", ""), "WSEC0001"),
    ):
        assert post(server.url, call(name, changed)).text("ErrorCode") == code


@every_operation
def test_the_schema_comes_before_the_password(server: RunningServer, name: str) -> None:
    surplus = MESSAGES[name].replace(PASSWORD, "x" * 16) + "<Surplus/>"
    answer = post(server.url, call(name, surplus))

    assert answer.text("ErrorCode") == "WSEC0001"
    assert (answer.text("FurtherDetails") or "").startswith("cvc-complex-type.2.4.")
    assert post(server.url, call(name, "")).text("ErrorCode") == "WSEC0001"


@every_operation
def test_a_message_of_learner_service_is_none_of_r9_s(server: RunningServer, name: str) -> None:
    answer = post(server.url, call(name, MESSAGES[name]), path=LEARNER_SERVICE_R9)

    assert answer.text("faultcode") == "a:ActionNotSupported"


def test_verify_learner_has_a_soap_action_and_needs_none(server: RunningServer) -> None:
    (action,) = (each.soap_action for each in LEARNER_SERVICE.operations if each.soap_action)

    assert action == "http://tempuri.org/LearnerPortType/verifyLearner"
    for soap_action in (f'"{action}"', action, '""', ""):
        answer = post(server.url, call("VerifyLearner", MESSAGES["VerifyLearner"]), headers={"SOAPAction": soap_action})
        assert answer.text("ResponseCode") == "WSVRC001"


def test_200_records_are_the_most(server: RunningServer) -> None:
    start, _, _ = MESSAGES["SubmitBatch"].partition("<Learner>")

    assert post(server.url, call("SubmitBatch", start + RECORD * 200)).text("ResponseCode") == "WSRC0017"
    assert post(server.url, call("SubmitBatch", start + RECORD * 201)).text("FurtherDetails") == (
        "cvc-complex-type.2.4.f: 'Learner' can occur a maximum of '200' times in the current sequence. "
        "This limit was exceeded. No child element is expected at this point."
    )


BROKEN_RECORD = "<Learner><GivenName/></Learner>"


def test_one_malformed_record_spoils_the_message(server: RunningServer) -> None:
    content = MESSAGES["SubmitBatch"].replace("<LearnerRecordCount>1", "<LearnerRecordCount>2") + BROKEN_RECORD

    assert post(server.url, call("SubmitBatch", content)).text("ErrorCode") == "WSEC0001"


def test_a_malformed_record_is_its_own_error_where_the_setting_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    content = MESSAGES["SubmitBatch"].replace("<LearnerRecordCount>1", "<LearnerRecordCount>2") + BROKEN_RECORD
    with ServerHere(tmp_path_factory.mktemp("records"), "--batch-validation", "record") as server:
        assert post(server.url, call("SubmitBatch", content)).text("ResponseCode") == "WSRC0007"
        assert post(server.url, call("SubmitBatch", f"{content}<Surplus/>")).text("ErrorCode") == "WSEC0001"


def test_a_batch_to_verify_may_be_allowed_more_records(tmp_path_factory: pytest.TempPathFactory) -> None:
    def batch(count: int) -> str:
        return call("SubmitVerifyBatch", MESSAGES["SubmitVerifyBatch"].replace("Count>1<", f"Count>{count}<"))

    with ServerHere(tmp_path_factory.mktemp("verify"), "--verify-batch-limit", "500") as server:
        assert post(server.url, batch(500)).text("ResponseCode") == "WSRC0030"
        assert "maxInclusive '500'" in (post(server.url, batch(501)).text("FurtherDetails") or "")
