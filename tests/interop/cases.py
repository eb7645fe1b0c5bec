"""What every client stack has to be able to do with the service: each runs these same cases."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import ClassVar

import pytest
from client import Client, NoAnswer, attempt
from running_server import PASSWORD, RunningServer

_ORGANISATIONS = "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validateOrganisation()"
_VALIDATOR = "uk.gov.miap.lrs.api.learner.utils.MSGValidator.validateSOAPMSG()"
# Held with the learner, and in no answer.
_NEVER_SHOWN = ("UniquePupilNumber", "UniqueCandidateIdentifier", "MasterULN")

_WRONG_PASSWORD = (
    ("NotThePassword16", "4170265830", "Okafor", "Grace"),
    {
        "ErrorCode": "WSEC0005",
        "ErrorActor": _ORGANISATIONS,
        "Description": "Incorrect password, The Organisation Password is not correct.",
    },
)
_SHORT_ULN = (
    (PASSWORD, "417026583", "Okafor", "Grace"),
    {
        "ErrorCode": "WSEC0001",
        "ErrorActor": _VALIDATOR,
        "Description": "Invalid request, The request was badly formed - this may include missing mandatory parameters, "
        "or invalid data types.",
        "FurtherDetails": "cvc-pattern-valid: Value '417026583' is not facet-valid with respect to pattern "
        "'[1-9][0-9]{9}' for type 'MIAPULN'.",
    },
)


def held(uln: str) -> dict[str, str]:
    """A learner of the starting data as an answer has it."""
    lines = resources.files("lrs_soap.operations.data").joinpath("learners.jsonl").read_text("utf-8").splitlines()
    (record,) = (record for record in map(json.loads, lines) if record["ULN"] == uln)
    shown = {name: str(value) for name, value in record.items() if name not in _NEVER_SHOWN}
    return {"LearnerStatus": "1", "VersionNumber": "1", "LinkedULNs": "", **shown}


class ServiceCases:
    """Both ports over HTTP, by the fixture `client` of the stack's module."""

    stack: ClassVar[str]
    # What a fault of LearnerService gives beside the fields of its detail.
    fault: ClassVar[dict[str, str]] = {
        "faultcode": "Server",
        "faultstring": "uk.gov.miap.lrs.api.exceptions.MIAPAPIException",
    }
    # All that is made of such a fault as observed, where its detail is not read.
    observed_fault: ClassVar[dict[str, str] | None] = None

    @pytest.mark.parametrize(("service", "number"), [("LearnerService", 10), ("LearnerServiceR9", 5)])
    def test_every_operation_is_there(self, client: Client, observed: RunningServer, service: str, number: int) -> None:
        operations = client.ask(observed.url, "operations", service).operations
        assert len(set(operations)) == len(operations) == number

    def test_a_learner_without_linked_ones_has_an_empty_list(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "4170265830", "Okafor", "Grace")
        assert reading.facts == {
            "ResponseCode": "WSRC0004",
            "ULN": "4170265830",
            "FamilyName": "Okafor",
            "GivenName": "Grace",
        }
        assert reading.learners == [held("4170265830")]
        assert reading.learners[0]["LinkedULNs"] == ""

    def test_a_master_lists_its_linked_ones(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "9140837261", "Raman", "Priya")
        assert reading.facts["ResponseCode"] == "WSRC0004"
        assert reading.learners == [held("9140837261") | {"LinkedULNs": "2865174033 3496281501"}]

    def test_a_linked_one_is_answered_with_its_master(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "2865174033", "Iyer", "Priya")
        assert (reading.facts["ResponseCode"], reading.facts["ULN"]) == ("WSRC0022", "2865174033")
        master = held("9140837261") | {"LinkedULNs": "2865174033 3496281501", "MasterSubstituted": "Y"}
        assert reading.learners == [master]

    def test_every_field_comes_back(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "5629103473", "Thackeray", "Rowan")
        assert reading.learners == [held("5629103473")]

    def test_letters_beyond_ascii_go_both_ways(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "6382750203", "Núñez-O’Hara", "Zoë-Marie")
        assert (reading.facts["FamilyName"], reading.facts["GivenName"]) == ("Núñez-O’Hara", "Zoë-Marie")
        assert reading.learners == [held("6382750203")]

    def test_no_match_is_no_learner(self, client: Client, observed: RunningServer) -> None:
        reading = client.ask(observed.url, "find", PASSWORD, "4170265830", "Thackeray", "Rowan")
        assert reading.facts["ResponseCode"] == "WSRC0001"
        assert reading.learners == []

    def test_a_learner_is_registered_once(self, client: Client, observed: RunningServer) -> None:
        learner = (f"Brontë-{self.stack}", "Zoë", "2006-11-23")
        registered = client.ask(observed.url, "register", PASSWORD, *learner).facts
        assert registered == {"ResponseCode": "WSRC0005", "ULN": registered.get("ULN", "none")}
        assert re.fullmatch("[1-9][0-9]{9}", registered["ULN"])
        assert client.ask(observed.url, "register", PASSWORD, *learner).facts == {"ResponseCode": "WSRC0021"}
        (found,) = client.ask(observed.url, "find", PASSWORD, registered["ULN"], *learner[:2]).learners
        assert (found["FamilyName"], found["GivenName"], found["DateOfBirth"]) == learner
        assert found["VersionNumber"] == "1"

    @pytest.mark.parametrize(("asked", "detail"), [_WRONG_PASSWORD, _SHORT_ULN], ids=["WSEC0005", "WSEC0001"])
    def test_a_fault_as_observed(
        self, client: Client, observed: RunningServer, asked: tuple[str, ...], detail: dict[str, str]
    ) -> None:
        facts = client.ask(observed.url, "find", *asked).facts
        facts.pop("ErrorTimestamp", None)
        assert facts == (self.fault | detail if self.observed_fault is None else self.observed_fault)

    @pytest.mark.parametrize(("asked", "detail"), [_WRONG_PASSWORD, _SHORT_ULN], ids=["WSEC0005", "WSEC0001"])
    def test_a_fault_as_declared(
        self, client: Client, declared: RunningServer, asked: tuple[str, ...], detail: dict[str, str]
    ) -> None:
        facts = client.ask(declared.url, "find", *asked).facts
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", facts.pop("ErrorTimestamp"))
        assert facts == self.fault | detail

    def test_an_action_that_does_not_fit_is_not_supported(self, client: Client, observed: RunningServer) -> None:
        facts = client.ask(observed.url, "misdirect").facts
        assert facts["faultcode"] == "ActionNotSupported"
        assert "ILearnerServiceR9/ViewAudit' cannot be processed at the receiver" in facts["faultstring"]


class HttpsCases:
    """LearnerService where a client certificate is required.

    The stack's module has the fixtures `secure_client`, which has one, and `stranger`, which has none.
    """

    def test_a_client_with_a_certificate_is_served(self, secure_client: Client, secure: RunningServer) -> None:
        reading = secure_client.ask(secure.url, "find", PASSWORD, "6382750203", "Núñez-O’Hara", "Zoë-Marie")
        assert reading.facts["ResponseCode"] == "WSRC0004"
        assert reading.learners == [held("6382750203")]

    def test_a_client_with_a_certificate_reads_a_fault(self, secure_client: Client, secure: RunningServer) -> None:
        facts = secure_client.ask(secure.url, "find", "NotThePassword16", "4170265830", "Okafor", "Grace").facts
        assert facts["faultstring"] == "uk.gov.miap.lrs.api.exceptions.MIAPAPIException"

    def test_a_client_without_a_certificate_is_not(self, stranger: Client, secure: RunningServer) -> None:
        with pytest.raises(NoAnswer):
            stranger.ask(secure.url, "find", PASSWORD, "4170265830", "Okafor", "Grace")


class ExampleCases:
    """The stack's program in client_examples/; the fixture `example` is the command that runs it."""

    stack: ClassVar[str]

    def test_it_finds_a_learner(self, example: tuple[str, ...], observed: RunningServer) -> None:
        done = attempt(*example, observed.url, "Núñez-O’Hara", "Zoë-Marie", "6382750203")
        assert done.stdout.splitlines() == ["WSRC0004", "6382750203 Zoë-Marie Núñez-O’Hara 2006-07-30 BS8 1TH"]
        assert done.returncode == 0

    def test_it_finds_nobody(self, example: tuple[str, ...], observed: RunningServer) -> None:
        done = attempt(*example, observed.url, "Thackeray", "Rowan", "4170265830")
        assert (done.stdout.splitlines(), done.returncode) == (["WSRC0001"], 0)

    def test_it_registers_a_learner_once(self, example: tuple[str, ...], observed: RunningServer) -> None:
        learner = (f"Example-{self.stack}", "Ada", "2007-12-10", "2", "LS1 4AP")
        code, uln = attempt(*example, observed.url, *learner).stdout.splitlines()
        assert code == "WSRC0005"
        assert re.fullmatch("[1-9][0-9]{9}", uln)
        assert attempt(*example, observed.url, *learner).stdout.splitlines() == ["WSRC0021"]

    @pytest.mark.parametrize("fault_detail", ["observed", "declared"])
    def test_it_shows_a_fault(
        self, example: tuple[str, ...], fault_detail: str, request: pytest.FixtureRequest
    ) -> None:
        server: RunningServer = request.getfixturevalue(fault_detail)
        done = attempt(*example, server.url, "Okafor", "Grace", "417026583")
        assert done.returncode == 1
        assert "WSEC0001: Invalid request" in done.stderr
        assert "cvc-pattern-valid: Value '417026583'" in done.stderr
