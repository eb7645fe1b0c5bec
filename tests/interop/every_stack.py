"""What every client stack has to be able to do with the service: the tests that each stack's module has."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from lrs_soap.rules.values.uln import is_valid
from tests.client_examples.relay import closed_for_maintenance, losing_answers, relaying
from tests.interop.cases import (
    ANSWERS,
    COUNTS,
    FAULTS,
    NEW_ULN,
    Case,
    batch,
    batch_output,
    batch_records,
    by_uln,
    held,
    registration,
    update,
    verified_records,
    verify_batch,
    verify_batch_output,
)
from tests.interop.certificates import Certificates
from tests.interop.client import (
    LEARNER_SERVICE,
    LEARNER_SERVICE_R9,
    Client,
    NoAnswer,
    Question,
    Reading,
    Values,
    attempt,
    without_empty_structures,
)
from tests.kit.running_server import RunningServer

_PATIENCE = 60


class ServiceCases:
    """LearnerService over HTTP, and what both ports have, by the fixture `client` of the stack's module."""

    stack: ClassVar[str]
    # What a fault of LearnerService gives beside the fields of its detail.
    fault: ClassVar[Values] = {
        "faultcode": "Server",
        "faultstring": "uk.gov.miap.lrs.api.exceptions.MIAPAPIException",
    }
    # All that is made of such a fault as observed, where its detail is not read.
    observed_fault: ClassVar[Values | None] = None
    # A structure without values is told from one that is not there.
    tells_empty_structures: ClassVar[bool] = True

    @pytest.mark.parametrize(("service", "number"), [(LEARNER_SERVICE, 10), (LEARNER_SERVICE_R9, 5)])
    def test_every_operation_is_there(self, client: Client, observed: RunningServer, service: str, number: int) -> None:
        operations = client.operations(observed.url, service)
        assert len(set(operations)) == len(operations) == number

    @pytest.mark.parametrize("case", ANSWERS, ids=str)
    def test_an_answer_is_read_as_all_others_read_it(self, client: Client, observed: RunningServer, case: Case) -> None:
        assert client.ask(observed.url, case.question) == Reading(self._told(case.expected))

    def test_a_learner_is_registered_once(self, client: Client, observed: RunningServer) -> None:
        registered = _registered(client, observed, self.stack)
        again = client.ask(observed.url, registration(registered))
        assert again.answer == {"ResponseCode": "WSRC0021"}
        assert _held(client, observed, registered) == self._told(registered)

    def test_a_version_of_a_learner_is_updated_once(self, client: Client, observed: RunningServer) -> None:
        registered = _registered(client, observed, f"{self.stack}-Updated")
        # What is empty is cleared, and what is not sent stays.
        changed = {**registered, "Title": "Dr", "Notes": 'Known as "Zö" & <Zoe>', "PlaceOfBirth": ""}
        sent = update({name: value for name, value in changed.items() if name != "SchoolAtAge16"})
        for code in ("WSRC0006", "WSRC0013"):
            assert client.ask(observed.url, sent).answer == {"ResponseCode": code}
        del changed["PlaceOfBirth"]
        assert _held(client, observed, registered) == self._told({**changed, "VersionNumber": "2"})

    def test_200_learners_are_registered_in_a_batch(self, client: Client, observed: RunningServer) -> None:
        records = batch_records(self.stack)
        submitted = client.ask(observed.url, batch(*(each.sent for each in records))).answer
        output = _output(client, observed, batch_output, _job(submitted, "WSRC0007"), incomplete="WSRC0008")
        learners = output.pop("Learner")
        assert output == {"ResponseCode": "WSRC0009", "JobStatus": "Successful", **COUNTS}
        new = {learner["ULN"] for learner in learners if learner["ReturnCode"] == "RC001"}
        assert [{**learner, "ULN": NEW_ULN} if learner.get("ULN") in new else learner for learner in learners] == [
            each.answered for each in records
        ]
        assert len([uln for uln in new if is_valid(uln)]) == int(COUNTS["NewLearnersCount"])

    def test_learners_are_verified_in_a_batch(self, client: Client, observed: RunningServer) -> None:
        records = verified_records()
        submitted = client.ask(observed.url, verify_batch(*(each.sent for each in records))).answer
        output = _output(client, observed, verify_batch_output, _job(submitted, "WSRC0026"), incomplete="WSRC0027")
        verified = output.pop("VerifiedLearner")
        assert output == {"ResponseCode": "WSRC0028", "JobStatus": "Successful"}
        assert verified == [each.answered for each in records]

    def test_a_job_that_is_not_done_has_no_output(self, client: Client, tardy: RunningServer) -> None:
        for submit, submitted, ask, incomplete in (
            (batch(held("4170265830")), "WSRC0007", batch_output, "WSRC0008"),
            (verify_batch(*(each.sent for each in verified_records())), "WSRC0026", verify_batch_output, "WSRC0027"),
        ):
            job = _job(client.ask(tardy.url, submit).answer, submitted)
            assert client.ask(tardy.url, ask(job)).answer == {"ResponseCode": incomplete, "JobStatus": "Waiting"}

    @pytest.mark.parametrize("case", FAULTS, ids=str)
    def test_a_fault_as_observed(self, client: Client, observed: RunningServer, case: Case) -> None:
        fault = client.ask(observed.url, case.question).fault
        fault.pop("ErrorTimestamp", None)
        assert fault == (self.fault | case.expected if self.observed_fault is None else self.observed_fault)

    @pytest.mark.parametrize("case", FAULTS, ids=str)
    def test_a_fault_as_declared(self, client: Client, declared: RunningServer, case: Case) -> None:
        fault = client.ask(declared.url, case.question).fault
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", fault.pop("ErrorTimestamp"))
        assert fault == self.fault | case.expected

    def _told(self, value: Values) -> Values:
        """What the stack can tell of an answer."""
        told: Values = value if self.tells_empty_structures else without_empty_structures(value)
        return told


def _registered(client: Client, server: RunningServer, name: str) -> Values:
    """A learner whom nobody has registered before, with every field that a client may send, as it is held then."""
    names = {"GivenName": "Zoë", "FamilyName": f"Brontë-{name}", "DateOfBirth": "2006-11-23"}
    question = registration(held("5629103473"), **names)
    answer = client.ask(server.url, question).answer
    uln = answer.get("ULN", "none")
    assert answer == {"ResponseCode": "WSRC0005", "ULN": uln}
    assert re.fullmatch("[1-9][0-9]{9}", uln)
    own = {"ULN": uln, "LearnerStatus": "1", "VersionNumber": "1", "TierLevel": "2", "LinkedULNs": {}}
    return {**question.request["Learner"], **own}


def _job(submitted: Values, code: str) -> str:
    """The JobID of a batch that was taken in, as an answer with this code says."""
    job = submitted.get("JobID", "none")
    assert submitted == {"ResponseCode": code, "JobID": job}
    assert int(job) > 0
    return str(job)


def _output(
    client: Client, server: RunningServer, ask: Callable[[str], Question], job: str, *, incomplete: str
) -> Values:
    """What has become of a job, once it is done, but for when that was."""
    ends = time.monotonic() + _PATIENCE
    while (output := client.ask(server.url, ask(job)).answer)["ResponseCode"] == incomplete:
        assert time.monotonic() < ends, output
        time.sleep(0.05)
    started, finished = output.pop("JobStartedDateTime"), output.pop("JobFinishedDateTime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", started)
    assert finished >= started
    return output


def _held(client: Client, server: RunningServer, learner: Values) -> Values:
    """A learner as a find by its ULN has it, but for the days on which it was registered and last updated."""
    (found,) = client.ask(server.url, by_uln(learner)).answer["Learner"]
    created = found.pop("CreatedDate")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", created)
    assert found.pop("LastUpdatedDate") >= created
    return dict(found)


class HttpsCases:
    """LearnerService where a client certificate is required.

    The stack's module has the fixtures `secure_client`, which has one, and `stranger`, which has none.
    """

    def test_a_client_with_a_certificate_is_served(self, secure_client: Client, secure: RunningServer) -> None:
        """Several times over, on one connection where the stack keeps it."""
        for case in ANSWERS[:3]:
            answer = secure_client.ask(secure.url, case.question).answer
            assert without_empty_structures(answer) == without_empty_structures(case.expected)

    def test_a_client_with_a_certificate_reads_a_fault(self, secure_client: Client, secure: RunningServer) -> None:
        fault = secure_client.ask(secure.url, FAULTS[0].question).fault
        assert fault["faultstring"] == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"

    def test_a_client_without_a_certificate_is_not(self, stranger: Client, secure: RunningServer) -> None:
        with pytest.raises(NoAnswer):
            stranger.ask(secure.url, ANSWERS[0].question)


def called(
    server: RunningServer, example: tuple[str, ...], *arguments: str, **variables: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run a program of client_examples/ to its end; `variables` are of its own, beside the address."""
    own = {"ADDRESS": server.url, "RETRIES": "0", **variables}
    environment = {f"LEARNING_RECORDS_{name}": value for name, value in own.items()}
    return attempt(*example, *arguments, environment=environment)


class ExampleCases:
    """The stack's program in client_examples/; the fixture `example` is the command that runs it."""

    stack: ClassVar[str]

    def test_it_finds_a_learner(self, example: tuple[str, ...], observed: RunningServer) -> None:
        done = called(observed, example, "Núñez-O’Hara", "Zoë-Marie", "6382750203")
        assert done.stdout.splitlines() == ["WSRC0004", "6382750203 Zoë-Marie Núñez-O’Hara 2006-07-30 BS8 1TH"]
        assert done.returncode == 0

    def test_it_finds_nobody(self, example: tuple[str, ...], observed: RunningServer) -> None:
        done = called(observed, example, "Thackeray", "Rowan", "4170265830")
        assert (done.stdout.splitlines(), done.returncode) == (["WSRC0001"], 0)

    def test_it_registers_a_learner_once(self, example: tuple[str, ...], observed: RunningServer) -> None:
        learner = (f"Example-{self.stack}", "Ada", "2007-12-10", "2", "LS1 4AP")
        code, uln = called(observed, example, *learner).stdout.splitlines()
        assert code == "WSRC0005"
        assert re.fullmatch("[1-9][0-9]{9}", uln)
        assert called(observed, example, *learner).stdout.splitlines() == ["WSRC0021"]

    @pytest.mark.parametrize("fault_detail", ["observed", "declared"])
    def test_it_shows_a_fault(
        self, example: tuple[str, ...], fault_detail: str, request: pytest.FixtureRequest
    ) -> None:
        server: RunningServer = request.getfixturevalue(fault_detail)
        done = called(server, example, "Okafor", "Grace", "417026583")
        assert done.returncode == 1
        assert "WSEC0001: Invalid request" in done.stderr
        assert "cvc-pattern-valid: Value '417026583'" in done.stderr

    def test_no_service_is_one_sentence(self, example: tuple[str, ...], observed: RunningServer) -> None:
        done = called(observed, example, "Okafor", "Grace", "4170265830", ADDRESS="http://127.0.0.1:1")
        assert (done.stdout, done.returncode) == ("", 2)
        assert done.stderr.startswith("No ")
        assert done.stderr.endswith("http://127.0.0.1:1.\n")

    def test_a_closed_service_is_one_sentence(self, example: tuple[str, ...], closed: RunningServer) -> None:
        done = called(closed, example, "Okafor", "Grace", "4170265830")
        assert (done.stdout, done.returncode) == ("", 2)
        assert done.stderr == "WSEC0004: the service is closed at this hour. Run the program again later.\n"

    def test_maintenance_is_one_sentence(self, example: tuple[str, ...], observed: RunningServer) -> None:
        with relaying(observed.url, closed_for_maintenance) as relay:
            done = called(observed, example, "Okafor", "Grace", "4170265830", ADDRESS=relay.address)
        assert (done.stdout, done.returncode) == ("", 2)
        assert done.stderr == "The service is closed for maintenance. Run the program again later.\n"

    def test_a_registration_whose_answer_is_lost_is_looked_for(
        self, example: tuple[str, ...], observed: RunningServer
    ) -> None:
        # No stack's learner is a possible match for another's, who shares the given name and the postcode.
        date_of_birth = f"2007-12-{10 + len(self.stack)}"
        learner = (f"Lost-{self.stack}", "Augusta", date_of_birth, "2", "LS1 4AP")
        with relaying(observed.url, losing_answers("RegisterLearner")) as relay:
            done = called(observed, example, *learner, ADDRESS=relay.address, RETRIES="1")
        assert done.stdout.splitlines()[-2] == "WSRC0004"
        assert done.stdout.endswith(f" Augusta Lost-{self.stack} {date_of_birth} LS1 4AP\n")
        assert done.returncode == 0
        assert relay.asked[-2:] == ["RegisterLearner", "FindLearnerByDemographics"]

    def test_it_has_a_certificate(
        self,
        example: tuple[str, ...],
        secure: RunningServer,
        certificates: Certificates,
        own_certificate: dict[str, str | Path],
    ) -> None:
        who = ("Okafor", "Grace", "4170265830")
        done = called(secure, example, *who, AUTHORITY=certificates.authority, **own_certificate)
        assert (done.stdout.splitlines()[0], done.returncode) == ("WSRC0004", 0)
        done = called(secure, example, *who, AUTHORITY=certificates.authority)
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
        assert done.returncode in (1, 2)
