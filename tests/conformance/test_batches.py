"""SubmitBatch and GetSubmitBatchOutput as a zeep client sees them. They leave learners behind, as registrations do."""

from __future__ import annotations

import random
import re
import string
from typing import Any

import pytest
from zeep.exceptions import Fault

from lrs_soap.rules.values.uln import is_valid
from tests.conformance.batch_polling import collect

GRACE = {
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "Gender": "2",
    "LastKnownPostCode": "LS1 4AP",
}
COUNTS = (
    *("NewLearnersCount", "ExistsUpdatedLearnersCount", "PossibleMatchLearnersCount", "LearnersNotFoundCount"),
    "RejectedLearnersCount",
)


def new_learner(identifier: str) -> dict[str, str]:
    """A learner that nobody has registered before, whatever endpoint this runs against."""
    return {
        "MISIdentifier": identifier,
        "GivenName": "Conformance",
        "FamilyName": "".join(random.choices(string.ascii_lowercase, k=30)),
        "LastKnownPostCode": "ZZ99 9ZZ",
        "DateOfBirth": "2004-02-29",
        "Gender": "9",
        "VerificationType": "2",
        "AbilityToShare": "1",
        "Notes": "a note",
    }


def submit(client: Any, *learners: dict[str, str], count: int | None = None, job_type: str = "FUL") -> Any:
    return client.service.submitBatchRegistration(
        **client.who(),
        JobType=job_type,
        LearnerRecordCount=len(learners) if count is None else count,
        Learner=list(learners),
    )


def output_of(client: Any, job: int) -> Any:
    return client.service.getBatchRegistrationOutput(**client.who(), JobID=job)


def done(client: Any, *learners: dict[str, str], job_type: str = "FUL") -> Any:
    """The output of a job of these learners, once it is done."""
    submitted = submit(client, *learners, job_type=job_type)
    assert submitted.ResponseCode == "WSRC0007"
    assert submitted.JobID > 0
    return collect(lambda: output_of(client, submitted.JobID), incomplete="WSRC0008")


def counts(output: Any) -> list[int]:
    return [output[name] for name in COUNTS]


def fault_of(client: Any, *learners: dict[str, str], **changed: Any) -> tuple[str, str]:
    with pytest.raises(Fault) as raised:
        submit(client, *learners, **changed)
    (exception,) = raised.value.detail
    return exception.findtext("ErrorCode"), exception.findtext("FurtherDetails")


def test_new_learners_get_ulns_in_the_order_in_which_they_were_sent(learner_service: Any) -> None:
    sent = [new_learner(f"C-{number}") for number in (3, 1, 2)]
    output = done(learner_service, *sent)
    assert (output.ResponseCode, counts(output)) == ("WSRC0009", [3, 0, 0, 0, 0])
    for moment in (output.JobStartedDateTime, output.JobFinishedDateTime):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", moment)
    assert output.JobStartedDateTime <= output.JobFinishedDateTime
    assert [{name: learner[name] for name in sent[0]} for learner in output.Learner] == sent
    ulns = [learner.ULN for learner in output.Learner]
    assert len(set(filter(is_valid, ulns))) == 3

    names = {"GivenName": sent[1]["GivenName"], "FamilyName": sent[1]["FamilyName"]}
    found = learner_service.service.learnerByULN(FindType="FUL", **learner_service.who(), ULN=ulns[1], **names)
    assert [held.Notes for held in found.Learner] == ["a note"]


def test_who_is_held_is_told_and_not_registered(learner_service: Any) -> None:
    new = new_learner("first")
    output = done(learner_service, {**GRACE, "MISIdentifier": "held"}, new, {**new, "MISIdentifier": "again"})
    assert counts(output) == [1, 2, 0, 0, 0]
    held, first, again = output.Learner
    assert held.ULN == "4170265830"
    assert first.ULN == again.ULN


def test_chk_only_looks(learner_service: Any) -> None:
    nobody = new_learner("nobody")
    output = done(learner_service, nobody, {**GRACE, "MISIdentifier": "held"}, job_type="CHK")
    assert counts(output) == [0, 1, 0, 1, 0]
    assert [learner.ULN for learner in output.Learner] == [None, "4170265830"]
    assert done(learner_service, nobody, job_type="CHK").LearnersNotFoundCount == 1


def of_every_kind() -> list[dict[str, str]]:
    """A new one, one who is held, one possible, too many, an unknown ULN, one without postcode, a linked ULN."""
    lottie = {**GRACE, "GivenName": "Lottie", "FamilyName": "Thornbury", "DateOfBirth": "2004-06-17"}
    twin = {**lottie, "LastKnownPostCode": "YO31 8RN"}
    olivia = {**GRACE, "GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01"}
    unknown = {**new_learner("unknown"), "ULN": "2719305803"}
    no_postcode = {**new_learner("no postcode"), "LastKnownPostCode": ""}
    linked = {**GRACE, "ULN": "2865174033", "GivenName": "Priya", "FamilyName": "Iyer", "DateOfBirth": "2002-02-28"}
    return [new_learner("new"), GRACE, twin, olivia, unknown, no_postcode, linked]


def test_every_record_is_counted_once(learner_service: Any) -> None:
    output = done(learner_service, *of_every_kind())
    assert sum(counts(output)) == len(output.Learner) == 7
    new, held, twin, olivia, _, no_postcode, linked = (learner.ULN for learner in output.Learner)
    assert is_valid(new)
    assert (held, linked) == ("4170265830", "9140837261")
    assert (twin, olivia, no_postcode) == (None, None, None)


def test_an_output_can_be_read_again(learner_service: Any) -> None:
    job = submit(learner_service, {**GRACE, "MISIdentifier": "held"}).JobID
    first = collect(lambda: output_of(learner_service, job), incomplete="WSRC0008")
    assert output_of(learner_service, job) == first


def test_200_learners_are_the_most(learner_service: Any) -> None:
    output = done(learner_service, *({**GRACE, "MISIdentifier": f"{number}"} for number in range(200)), job_type="CHK")
    assert [learner.MISIdentifier for learner in output.Learner] == [f"{number}" for number in range(200)]
    assert counts(output) == [0, 200, 0, 0, 0]
    code, details = fault_of(learner_service, *[GRACE] * 201, count=200)
    assert code == "WSEC0001"
    assert "maximum of '200' times" in details


@pytest.mark.parametrize(("count", "facet"), [(0, "cvc-minInclusive-valid"), (201, "cvc-maxInclusive-valid")])
def test_a_count_that_no_batch_has_is_refused(learner_service: Any, count: int, facet: str) -> None:
    code, details = fault_of(learner_service, GRACE, count=count)
    assert (code, details.partition(":")[0]) == ("WSEC0001", facet)


@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_count_that_is_not_that_of_the_records_makes_no_job(learner_service: Any, count: int) -> None:
    answer = submit(learner_service, GRACE, GRACE, count=count)
    assert (answer.ResponseCode, answer.JobID) == ("WSRC0017", 0)


def test_one_malformed_record_makes_no_job(learner_service: Any) -> None:
    code, details = fault_of(learner_service, GRACE, {**GRACE, "Gender": "3"})
    assert code == "WSEC0001"
    assert details.startswith("cvc-pattern-valid: Value '3'")


@pytest.mark.parametrize("job", [0, -1, 2**63 - 1])
def test_a_job_that_is_not_there_is_unknown(learner_service: Any, job: int) -> None:
    output = output_of(learner_service, job)
    assert (output.ResponseCode, output.JobStatus, output.Learner) == ("WSRC0018", None, [])
    assert counts(output) == [None] * 5


# What is known of the live service does not say these: they are lrs-soap's own choice.


def test_the_words_for_a_job_and_the_codes_of_its_records(learner_service: Any) -> None:
    output = done(learner_service, *of_every_kind())
    assert output.JobStatus == "Successful"
    codes = [learner.ReturnCode for learner in output.Learner]
    assert codes == ["RC001", "RC002", "RC007", "RC008", "RC009", "RC010", "RC004"]
    assert counts(output) == [1, 2, 2, 1, 1]


def test_jobids_grow(learner_service: Any) -> None:
    first, second = (submit(learner_service, GRACE, job_type="CHK").JobID for _ in range(2))
    assert 0 < first < second
