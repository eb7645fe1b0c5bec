"""A database of the first release, with learners in it, is served: its learners are found, changed and recorded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lrs_soap.store.backup_file import unpack
from lrs_soap.store.tables import SCHEMA_VERSION
from lrs_soap.testing.soap_client import SoapClient
from tests.conformance.batch_polling import collect
from tests.conformance.r9_calls import ask
from tests.kit.running_server import PASSWORD, UKPRN, RunningServer

FIRST_RELEASE = Path(__file__).with_name("first_release.sql")

WHO = {"UKPRN": UKPRN, "OrgPassword": PASSWORD, "UserName": "Upgraded"}
NADIA = {"ULN": "8936412042", "GivenName": "Nadia", "FamilyName": "Birch"}
LINKED = {"ULN": "7384193531", "GivenName": "Nadja", "FamilyName": "Elm"}
ZOE = {
    "GivenName": "Zoe Marie",
    "FamilyName": "Nunez-O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
}
BIRCH = {"DateOfBirth": "2001-04-05", "Gender": "2", "LastKnownPostCode": "YO1 7HH"}
NEW = {
    **BIRCH,
    "GivenName": "Jolyon",
    "FamilyName": "Featherstone",
    "VerificationType": "2",
    "AbilityToShare": "1",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("upgraded")
    with closing(sqlite3.connect(folder / "lrs.db")) as database:
        database.executescript(FIRST_RELEASE.read_text("utf-8"))
    with RunningServer(folder) as running:
        yield running


@pytest.fixture(scope="module")
def learners(server: RunningServer) -> Any:
    address = f"{server.url}/LearnerService.svc"
    return SoapClient(f"{address}?wsdl", address).service


def held(learners: Any, learner: dict[str, str]) -> Any:
    answer = learners.learnerByULN(FindType="FUL", **WHO, **learner)
    assert answer.ResponseCode == "WSRC0004"
    return answer.Learner[0]


def test_before_it_migrates_it_says_so_and_keeps_a_backup(server: RunningServer, tmp_path: Path) -> None:
    copy = server.log.with_name("lrs.backup-0001.db")
    first, *_ = server.logged().splitlines()
    assert f"schema=0001 to={SCHEMA_VERSION} copy={copy} event=migrating level=info" in first
    assert copy.stat().st_mode & 0o777 == 0o600
    with copy.open("rb") as source:
        assert unpack(source, copy.name, tmp_path / "copy.db").schema == "0001"
    with closing(sqlite3.connect(tmp_path / "copy.db")) as database:
        assert database.execute("SELECT count(*) FROM learners").fetchone() == (16,)


def test_its_learners_are_found(learners: Any) -> None:
    found = held(learners, NADIA)
    assert (found.EmailAddress, found.CreatedDate, found.VersionNumber) == (
        "nadia.birch@example.org",
        "2026-11-28",
        1,
    )
    assert learners.learnerByULN(FindType="FUL", **WHO, **LINKED).ResponseCode == "WSRC0022"
    # By keys of today, which the first release did not have.
    answer = learners.learnerByDemographics(FindType="FUL", **WHO, **ZOE)
    assert (answer.ResponseCode, answer.Learner[0].GivenName) == ("WSRC0003", "Zoë-Marie")


def test_learners_are_registered_and_updated(learners: Any) -> None:
    registered = learners.registerSingleLearner(**WHO, Learner=NEW)
    assert registered.ResponseCode == "WSRC0005"
    assert learners.registerSingleLearner(**WHO, Learner=NEW).ResponseCode == "WSRC0021"
    # Also of one whom the first release held.
    again = {**NEW, "GivenName": "Zoë", "FamilyName": "MacBirch"}
    assert learners.registerSingleLearner(**WHO, Learner=again).ResponseCode == "WSRC0021"
    changed = {**NEW, **NADIA, "Notes": "a note", "VersionNumber": 1}
    assert learners.updateSingleLearner(**WHO, Learner=changed) == "WSRC0006"
    assert (held(learners, NADIA).VersionNumber, held(learners, NADIA).Notes) == (2, "a note")


def test_batches_are_done(learners: Any) -> None:
    held = {name: NADIA[name] for name in ("GivenName", "FamilyName")}
    new = {"GivenName": "Peregrine", "FamilyName": "Quicksilver", "DateOfBirth": "1999-12-31"}
    records = [{**NEW, **each, "MISIdentifier": str(number)} for number, each in enumerate((held, new))]
    job = learners.submitBatchRegistration(**WHO, JobType="FUL", LearnerRecordCount=2, Learner=records).JobID
    output = collect(lambda: learners.getBatchRegistrationOutput(**WHO, JobID=job), incomplete="WSRC0008")
    assert (output.ResponseCode, output.NewLearnersCount) == ("WSRC0009", 1)


def test_their_records_are_answered(server: RunningServer) -> None:
    address = f"{server.url}/LearnerServiceR9.svc"
    client = SoapClient(f"{address}?wsdl", address)
    names = {"uln": NADIA["ULN"], "givenName": NADIA["GivenName"], "familyName": NADIA["FamilyName"]}
    assert ask(client, "GetLearnerLearningEvents", **names).ResponseCode == "WSRC0004"
