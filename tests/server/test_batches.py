"""Batches over the wire: taken in, asked for, handed out; each code by every way that gives it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lrs_soap.batch import job_work
from lrs_soap.batch.job_work import Lease
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.store.store import Store
from lrs_soap.store.tables import job_records, jobs
from tests.kit.batch_requests import (
    get_output,
    get_verify_output,
    new_learner,
    output_when_done,
    records_of,
    submit_batch,
    submit_verify_batch,
    submitted,
    verify_output_when_done,
)
from tests.kit.databases import new_database, on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import Answer, envelope, find_by_demographics, find_by_uln, post
from tests.kit.work import unit

COUNTS = (
    *("NewLearnersCount", "ExistsUpdatedLearnersCount", "PossibleMatchLearnersCount", "LearnersNotFoundCount"),
    "RejectedLearnersCount",
)
WITHOUT_PLR = {"UKPRN": "TEST0004", "OrgPassword": "WithoutPlrPass04"}
NOTHING = ProhibitedText(frozenset(), frozenset())

GRACE = {"ULN": "4170265830", "FamilyName": "Okafor", "GivenName": "Grace"}


@pytest.fixture(scope="module")
def running(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a worker."""
    folder = tmp_path_factory.mktemp("batches")
    with new_database(database_kind, folder) as url, RunningServer(folder, database_url=url) as running:
        yield running


@pytest.fixture(scope="module")
def idle(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without a worker."""
    folder = tmp_path_factory.mktemp("idle")
    with (
        new_database(database_kind, folder) as url,
        RunningServer(folder, "--batch-workers", "0", database_url=url) as running,
    ):
        yield running


@pytest.fixture
def store(idle: RunningServer) -> Iterator[Store]:
    """The database of the server without a worker."""
    store = Store(idle.database_url)
    yield store
    store.close()


def counts_of(answer: Answer) -> list[int]:
    return [int(answer.text(name) or -1) for name in COUNTS]


def taken(store: Store, job_id: int) -> Lease:
    """Take the job that was just submitted, as a worker does; jobs before it are taken and left."""
    while True:
        with store.writing() as transaction:
            lease = job_work.take(unit(transaction), owner="a worker", is_gone=lambda owner: False)
        assert lease is not None
        if lease.job.id == job_id:
            return lease


def everything_about_jobs(store: Store) -> list[Any]:
    with store.reading() as transaction:
        return [transaction.execute(select(table).order_by(*table.primary_key)).all() for table in (jobs, job_records)]


def test_a_batch_is_taken_in_done_and_handed_out(running: RunningServer) -> None:
    sent = [new_learner(number, MISIdentifier=f"<{number}> & co") for number in (3, 1, 2)]
    answer = post(running.url, submit_batch(sent))

    assert answer.text("ResponseCode") == "WSRC0007"
    assert int(answer.text("JobID") or 0) > 0

    output = output_when_done(running.url, int(answer.text("JobID") or 0))
    assert output.text("ResponseCode") == "WSRC0009"
    assert output.text("JobStatus") == "Successful"
    assert counts_of(output) == [3, 0, 0, 0, 0]
    started, finished = output.text("JobStartedDateTime"), output.text("JobFinishedDateTime")
    for moment in (started, finished):
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", moment or "")
    assert str(started) <= str(finished)
    records = records_of(output)
    ulns = [record.pop("ULN") for record in records]
    assert records == [{**record, "ReturnCode": "RC001"} for record in sent]
    for uln, record in zip(ulns, sent, strict=True):
        found = post(
            running.url,
            envelope(find_by_uln(ULN=uln, FamilyName=record["FamilyName"], GivenName=record["GivenName"])),
        )
        assert found.text("ResponseCode") == "WSRC0004"


# What a record holds, beside those of somebody new, and what becomes of it, in this order. The fields of `None` are not
# sent.
_FIVE_OF_GRACE: dict[str, str | None] = {
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "LastKnownPostCode": "LS1 4AP",
}
_LINKED: dict[str, str | None] = {
    "GivenName": "Priya",
    "FamilyName": "Iyer",
    "DateOfBirth": "2002-02-28",
    "LastKnownPostCode": "LE2 7LB",
}
EVERY_KIND: list[tuple[dict[str, str | None], str, str | None]] = [
    ({}, "RC001", None),
    ({**_FIVE_OF_GRACE}, "RC002", "4170265830"),
    ({**_FIVE_OF_GRACE, "ULN": "4170265830", "Title": "Dr"}, "RC003", "4170265830"),
    ({**_LINKED, "ULN": "2865174033"}, "RC004", "9140837261"),
    ({**_LINKED}, "RC004", "9140837261"),
    ({**_FIVE_OF_GRACE, "ULN": "4170265830", "Title": "Dr"}, "RC005", "4170265830"),
    ({"VerificationType": None}, "RC006", None),
    ({"AbilityToShare": None}, "RC006", None),
    ({**_FIVE_OF_GRACE, "FamilyName": "Okafer"}, "RC007", None),
    ({"GivenName": "Olivia", "FamilyName": "Hughes", "DateOfBirth": "2000-01-01"}, "RC008", None),
    ({"ULN": "4739516283"}, "RC009", "4739516283"),
    ({**_FIVE_OF_GRACE, "ULN": "4170265830", "GivenName": "Gracia", "LastKnownPostCode": "LS1 4AB"}, "RC009", None),
    ({"LastKnownPostCode": None}, "RC010", None),
    ({"DateOfBirth": ""}, "RC010", None),
    ({"ULN": "4170265831"}, "RC011", "4170265831"),
    ({"Notes": "a bogus note"}, "RC011", None),
    ({"AbilityToShare": "2"}, "RC011", None),
    # By files RC013.
    ({"DateOfBirth": "1899-12-31"}, "RC011", None),
    ({}, "RC002", None),
]


def test_a_job_of_200_with_every_kind_of_record(running: RunningServer) -> None:
    of_every_kind = [
        new_learner(1000 + place if changed else 1000, MISIdentifier=str(place), **changed)
        for place, (changed, _, _) in enumerate(EVERY_KIND)
    ]
    new = [new_learner(number) for number in range(1200, 1400 - len(of_every_kind))]
    output = output_when_done(running.url, submitted(running.url, of_every_kind + new))

    records = records_of(output)
    assert [record["ReturnCode"] for record in records] == [code for _, code, _ in EVERY_KIND] + ["RC001"] * len(new)
    assert [record["MISIdentifier"] for record in records] == [each["MISIdentifier"] for each in of_every_kind + new]
    assert counts_of(output) == [1 + len(new), 6, 2, 2, 8]
    assert sum(counts_of(output)) == 200
    for record, (_, code, uln) in zip(records, EVERY_KIND, strict=False):
        if uln is not None:
            assert record["ULN"] == uln
        elif code in ("RC006", "RC007", "RC008", "RC010"):
            assert "ULN" not in record
    # The same person twice: registered, then found.
    assert records[0]["ULN"] == records[len(EVERY_KIND) - 1]["ULN"]


def test_a_job_that_only_looks_registers_and_updates_nobody(running: RunningServer) -> None:
    somebody = new_learner(2000)
    confirmed = {**GRACE, "Title": "Professor"}
    output = output_when_done(running.url, submitted(running.url, [somebody, confirmed], job_type="CHK"))

    assert [record["ReturnCode"] for record in records_of(output)] == ["RC009", "RC005"]
    assert counts_of(output) == [0, 1, 0, 1, 0]
    asked = {name: somebody[name] for name in ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")}
    assert post(running.url, envelope(find_by_demographics(**asked))).text("ResponseCode") == "WSRC0001"
    assert post(running.url, envelope(find_by_uln())).text("Title") != "Professor"


def test_a_record_with_nothing_in_it_is_told_apart(running: RunningServer) -> None:
    nothing = {"GivenName": "Una", "FamilyName": "Wardour"}
    (record,) = records_of(output_when_done(running.url, submitted(running.url, [nothing])))

    assert record == {**nothing, "ReturnCode": "RC010"}


def test_a_batch_to_verify_is_taken_in_done_and_handed_out(running: RunningServer) -> None:
    sent = [
        {**GRACE, "MISIdentifier": "exact", "DateOfBirth": "2005-03-14", "Gender": ""},
        {"ULN": "2865174033", "FamilyName": "Iyer", "GivenName": "Priya"},
        {**GRACE, "FamilyName": "Okafer"},
        {**GRACE, "GivenName": "Hannah", "Gender": "1"},
        {**GRACE, "ULN": "4170265831"},
        {**GRACE, "DateOfBirth": "1900-02-28"},
    ]
    answer = post(running.url, submit_verify_batch(sent))
    assert answer.text("ResponseCode") == "WSRC0026"

    output = verify_output_when_done(running.url, int(answer.text("JobID") or 0))
    assert output.text("ResponseCode") == "WSRC0028"
    assert output.text("JobStatus") == "Successful"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", output.text("JobFinishedDateTime") or "")
    records = records_of(output, "VerifiedLearner")
    assert [record["ResponseCode"] for record in records] == [
        *("WSVRC001", "WSVRC002", "WSVRC003", "WSVRC005", "WSVRC006", "WSVRC005"),
    ]
    assert records[0] == {
        "MISIdentifier": "exact",
        "SearchedULN": "4170265830",
        "SearchedFamilyName": "Okafor",
        "SearchedGivenName": "Grace",
        "SearchedDateOfBirth": "2005-03-14",
        "ResponseCode": "WSVRC001",
        "ULN": "4170265830",
        "FamilyName": "Okafor",
        "GivenName": "Grace",
        "DateOfBirth": "2005-03-14",
        "Gender": "2",
    }
    assert output.texts("FailureFlag") == ["VRF4", "VRF5", "VRF1", "VRF2", "VRF8", "VRF7"]


@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_count_that_is_not_the_truth_makes_no_job(idle: RunningServer, store: Store, count: int) -> None:
    before = everything_about_jobs(store)
    for request, code in (
        (submit_batch([new_learner(1), new_learner(2)], count=count), "WSRC0017"),
        (submit_verify_batch([GRACE, GRACE], count=count), "WSRC0030"),
    ):
        answer = post(idle.url, request)
        assert (answer.text("ResponseCode"), answer.text("JobID")) == (code, "0")
    assert everything_about_jobs(store) == before


@pytest.mark.parametrize("count", ["0", "201", "-1", "two", "2.0", ""])
def test_a_count_that_the_schema_refuses(idle: RunningServer, count: str) -> None:
    for request in (submit_batch([new_learner(1)]), submit_verify_batch([GRACE])):
        answer = post(idle.url, request.replace("Count>1<", f"Count>{count}<"))
        assert answer.text("ErrorCode") == "WSEC0001"


def test_0_and_201_records(idle: RunningServer, store: Store) -> None:
    before = everything_about_jobs(store)
    too_many = [new_learner(number) for number in range(201)]
    assert post(idle.url, submit_batch([], count=1)).text("ErrorCode") == "WSEC0001"
    assert post(idle.url, submit_batch(too_many, count=200)).text("ErrorCode") == "WSEC0001"
    assert post(idle.url, submit_verify_batch([], count=1)).text("ErrorCode") == "WSEC0001"
    # The schema has no bound for these.
    assert post(idle.url, submit_verify_batch([GRACE] * 201, count=200)).text("ResponseCode") == "WSRC0030"
    assert everything_about_jobs(store) == before


def test_a_job_that_waits_is_running_or_has_failed(idle: RunningServer, store: Store) -> None:
    job_id = submitted(idle.url, [new_learner(1), new_learner(2)])

    def standing() -> tuple[str | None, ...]:
        answer = post(idle.url, get_output(job_id))
        assert answer.texts("Learner") == answer.texts("NewLearnersCount") == answer.texts("JobStartedDateTime") == []
        return answer.text("ResponseCode"), answer.text("JobStatus")

    assert standing() == ("WSRC0008", "Waiting")
    lease = taken(store, job_id)
    assert standing() == ("WSRC0008", "InProgress")
    with store.writing() as transaction:
        (record, _) = job_work.next_records(unit(transaction), lease, 9)
        lease = job_work.do_record(unit(transaction), lease, record, goes_on=False).lease
    assert standing() == ("WSRC0008", "InProgress")
    for _ in range(3):
        with store.writing() as transaction:
            lease = job_work.count_death(unit(transaction), lease)
    assert standing() == ("WSRC0010", "Failed")


def test_a_job_to_verify_that_waits_is_running_or_has_failed(idle: RunningServer, store: Store) -> None:
    job_id = int(post(idle.url, submit_verify_batch([GRACE])).text("JobID") or 0)

    def standing() -> tuple[str | None, ...]:
        answer = post(idle.url, get_verify_output(job_id))
        assert answer.texts("VerifiedLearner") == answer.texts("JobStartedDateTime") == []
        return answer.text("ResponseCode"), answer.text("JobStatus")

    assert standing() == ("WSRC0027", "Waiting")
    lease = taken(store, job_id)
    assert standing() == ("WSRC0027", "InProgress")
    for _ in range(3):
        with store.writing() as transaction:
            lease = job_work.count_death(unit(transaction), lease)
    assert standing() == ("WSRC0029", "Failed")


def test_reading_a_job_changes_nothing(idle: RunningServer, store: Store) -> None:
    job_id = submitted(idle.url, [new_learner(1)])
    before = everything_about_jobs(store)
    answers = {post(idle.url, get_output(job_id)).body for _ in range(3)}
    post(idle.url, get_verify_output(job_id))

    assert len(answers) == 1
    assert everything_about_jobs(store) == before


def test_a_job_that_one_does_not_have_is_unknown(idle: RunningServer) -> None:
    registering = submitted(idle.url, [new_learner(1)])
    verifying = int(post(idle.url, submit_verify_batch([GRACE])).text("JobID") or 0)
    of_another = int(post(idle.url, submit_batch([new_learner(1)], who=WITHOUT_PLR)).text("JobID") or 0)
    assert registering < verifying < of_another

    for job_id in (0, -1, of_another + 1, 2**63 - 1, -(2**63), of_another, verifying):
        assert post(idle.url, get_output(job_id)).text("ResponseCode") == "WSRC0018"
    for job_id in (0, of_another + 1, registering, of_another):
        assert post(idle.url, get_verify_output(job_id)).text("ResponseCode") == "WSRC0018"
    for request in (get_output(registering, who=WITHOUT_PLR), get_verify_output(verifying, who=WITHOUT_PLR)):
        answer = post(idle.url, request)
        assert answer.text("ResponseCode") == "WSRC0018"
        assert answer.text("JobStatus") is None
    by_reference = get_output(registering, who={"OrganisationRef": "tst001"}).replace("<UKPRN>TEST0001</UKPRN>", "")
    assert post(idle.url, by_reference).text("ResponseCode") == "WSRC0008"


@pytest.mark.parametrize("job_id", ["12345678901234567890", "9223372036854775808", "1.0", "one", ""])
def test_a_job_id_that_is_none(idle: RunningServer, job_id: str) -> None:
    for request in (get_output(job_id), get_verify_output(job_id)):
        assert post(idle.url, request).text("ErrorCode") == "WSEC0001"


@pytest.mark.slow
@on_sqlite
def test_a_job_waits_for_as_long_as_the_setting_says(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-delay", "5") as server:
        began = time.monotonic()
        job_id = submitted(server.url, [new_learner(1)])
        answer = post(server.url, get_output(job_id))
        assert (answer.text("ResponseCode"), answer.text("JobStatus")) == ("WSRC0008", "Waiting")
        assert output_when_done(server.url, job_id).text("ResponseCode") == "WSRC0009"
        # Moments are whole seconds, so that it may be a second less.
        assert time.monotonic() - began >= 4


@on_sqlite
def test_a_malformed_record_is_its_own_error_where_the_setting_says_so(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-validation", "record", "--return-codes", "RC001=RC101") as server:
        sent = [new_learner(1), new_learner(2, Gender="7"), new_learner(3, GivenName=None)]
        output = output_when_done(server.url, submitted(server.url, sent))
        assert [record["ReturnCode"] for record in records_of(output)] == ["RC101", "RC011", "RC011"]
        assert counts_of(output) == [1, 0, 0, 0, 2]

        answer = post(server.url, submit_verify_batch([GRACE, {**GRACE, "Gender": "7"}, {"ULN": "417026583"}]))
        output = verify_output_when_done(server.url, int(answer.text("JobID") or 0))
        assert [record["ResponseCode"] for record in records_of(output, "VerifiedLearner")] == [
            *("WSVRC001", "WSVRC005", "WSVRC006"),
        ]


@pytest.mark.slow
@on_sqlite
def test_a_batch_to_verify_may_have_as_many_records_as_the_setting_says(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--verify-batch-limit", "300") as server:
        sent = [{**GRACE, "MISIdentifier": str(number)} for number in range(300)]
        answer = post(server.url, submit_verify_batch(sent))
        records = records_of(verify_output_when_done(server.url, int(answer.text("JobID") or 0)), "VerifiedLearner")
        assert [record["MISIdentifier"] for record in records] == [each["MISIdentifier"] for each in sent]
        assert {record["ResponseCode"] for record in records} == {"WSVRC001"}
        assert post(server.url, submit_verify_batch(sent + sent)).text("ErrorCode") == "WSEC0001"
