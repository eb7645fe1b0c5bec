"""SubmitVerifyBatch and GetVerifyBatchOutput as a zeep client sees them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from zeep.exceptions import Fault

from tests.conformance.batch_polling import collect

GRACE, PRIYA_IYER, TOBIAS = "4170265830", "2865174033", "4739516283"


def learner(uln: str, family_name: str, given_name: str, **more: str | None) -> dict[str, str | None]:
    # From the live service's WSDL zeep asks for date of birth and gender, be it nil.
    names = {"ULN": uln, "FamilyName": family_name, "GivenName": given_name}
    return {**names, "DateOfBirth": None, "Gender": None, **more}


OKAFOR = learner(GRACE, "Okafor", "Grace")


def submit(client: Any, *learners: dict[str, str | None], count: int | None = None) -> Any:
    return client.service.submitVerifyBatch(
        **client.who(),
        LearnerRecordCount=len(learners) if count is None else count,
        OrgEmail=None,
        Learner=list(learners),
    )


def output_of(client: Any, job: int) -> Any:
    return client.service.getVerifyBatchOutput(**client.who(), JobID=job)


def done(client: Any, *learners: dict[str, str | None]) -> Any:
    """The output of a job of these learners, once it is done."""
    submitted = submit(client, *learners)
    assert submitted.JobID > 0
    return collect(lambda: output_of(client, submitted.JobID), incomplete="WSRC0027")


def fault_of(client: Any, *learners: dict[str, str | None], **changed: Any) -> tuple[str, str]:
    with pytest.raises(Fault) as raised:
        submit(client, *learners, **changed)
    (exception,) = raised.value.detail
    return exception.findtext("ErrorCode"), exception.findtext("FurtherDetails")


@pytest.mark.parametrize(
    ("asked", "code", "flags"),
    [
        ((GRACE, "Okafor", "Grace"), "WSVRC001", []),
        ((PRIYA_IYER, "Iyer", "Priya"), "WSVRC002", []),
        ((GRACE, "Okafer", "Grace"), "WSVRC003", ["VRF4", "VRF5"]),
        ((PRIYA_IYER, "Iyer", "Pria"), "WSVRC004", ["VRF1", "VRF2"]),
        ((GRACE, "Okafor", "Hannah"), "WSVRC005", ["VRF1", "VRF2"]),
        ((TOBIAS, "Fenwick", "Tobias"), "WSVRC006", []),
    ],
)
def test_each_record_is_verified_as_a_single_one(
    learner_service: Any, asked: tuple[str, str, str], code: str, flags: list[str]
) -> None:
    (verified,) = done(learner_service, learner(*asked, MISIdentifier="C-1")).VerifiedLearner
    assert (verified.MISIdentifier, verified.ResponseCode, verified.FailureFlag) == ("C-1", code, flags)
    single = learner_service.service.verifyLearner(**learner_service.who(), LearnerToVerify=learner(*asked))
    assert {name: verified[name] for name in single} == {name: single[name] for name in single}


def test_records_come_back_in_the_order_in_which_they_were_sent(learner_service: Any) -> None:
    sent = [
        learner(GRACE, "Okafor", "Grace", MISIdentifier="b", DateOfBirth="2005-03-15", Gender="1"),
        learner(TOBIAS, "Fenwick", "Tobias", MISIdentifier="c"),
        learner(GRACE, "Okafor", "Grace", MISIdentifier="a"),
    ]
    output = done(learner_service, *sent)
    for moment in (output.JobStartedDateTime, output.JobFinishedDateTime):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", moment)
    assert output.JobStartedDateTime <= output.JobFinishedDateTime
    assert [verified.MISIdentifier for verified in output.VerifiedLearner] == ["b", "c", "a"]
    assert [verified.ResponseCode for verified in output.VerifiedLearner] == ["WSVRC005", "WSVRC006", "WSVRC001"]
    first = output.VerifiedLearner[0]
    assert (first.SearchedDateOfBirth, first.SearchedGender) == ("2005-03-15", "1")
    assert first.FailureFlag == ["VRF7", "VRF8"]


def test_200_learners_are_verified(learner_service: Any) -> None:
    output = done(learner_service, *({**OKAFOR, "MISIdentifier": f"{number}"} for number in range(200)))
    assert [verified.MISIdentifier for verified in output.VerifiedLearner] == [f"{number}" for number in range(200)]


@pytest.mark.parametrize(("count", "facet"), [(0, "cvc-minInclusive-valid"), (201, "cvc-maxInclusive-valid")])
def test_a_count_that_no_batch_has_is_refused(learner_service: Any, count: int, facet: str) -> None:
    code, details = fault_of(learner_service, OKAFOR, count=count)
    assert (code, details.partition(":")[0]) == ("WSEC0001", facet)


@pytest.mark.parametrize(("records", "count"), [(2, 1), (2, 3), (201, 200)])
def test_a_count_that_is_not_that_of_the_records_makes_no_job(learner_service: Any, records: int, count: int) -> None:
    answer = submit(learner_service, *[OKAFOR] * records, count=count)
    assert (answer.ResponseCode, answer.JobID) == ("WSRC0030", 0)


def test_one_malformed_record_makes_no_job(learner_service: Any) -> None:
    code, details = fault_of(learner_service, OKAFOR, {**OKAFOR, "ULN": "417026583"})
    assert code == "WSEC0001"
    assert details.startswith("cvc-pattern-valid: Value '417026583'")


@pytest.mark.parametrize("job", [0, -1, 2**63 - 1])
def test_a_job_that_is_not_there_is_unknown(learner_service: Any, job: int) -> None:
    output = output_of(learner_service, job)
    assert (output.ResponseCode, output.JobStatus, output.VerifiedLearner) == ("WSRC0018", None, [])


# What is known of the live service does not say these: they are lrs-soap's own choice.


def test_the_codes_of_a_job_and_the_words_for_it(learner_service: Any) -> None:
    submitted = submit(learner_service, OKAFOR)
    assert submitted.ResponseCode == "WSRC0026"
    output = collect(lambda: output_of(learner_service, submitted.JobID), incomplete="WSRC0027")
    assert (output.ResponseCode, output.JobStatus) == ("WSRC0028", "Successful")
    assert output_of(learner_service, submitted.JobID) == output


def test_a_job_is_unknown_to_the_operation_for_the_other_kind(learner_service: Any) -> None:
    job = submit(learner_service, OKAFOR).JobID
    service, who = learner_service.service, learner_service.who()
    assert service.getBatchRegistrationOutput(**who, JobID=job).ResponseCode == "WSRC0018"
