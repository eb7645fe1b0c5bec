"""A ULN's whole life: registered twice, by SOAP and by file, challenged, merged, found by both, read, unmerged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lrs_soap.batch import job_work
from lrs_soap.loading import event_files
from lrs_soap.rules.values.change import OPERATOR
from tests.kit import r9_messages
from tests.kit.batch_files import JO, NAMES, content
from tests.kit.control_client import control
from tests.kit.databases import new_database
from tests.kit.person import Person
from tests.kit.portal_learners import find_by_uln as search
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register

CONTACT = {"Name": "Ada North", "Email address": "ada@example.org", "Telephone number": "01234 567890"}
BY_SOAP = {
    "GivenName": "Philippa",
    "FamilyName": "Oglethorpe",
    "DateOfBirth": "2006-02-14",
    "Gender": "2",
    "LastKnownPostCode": "YO1 7HH",
}
BY_FILE = {
    **JO,
    "GivenName": "Pip",
    "FamilyName": "Zwemmer",
    "DateOfBirth": "2006-02-14",
    "LastKnownPostCode": "TR1 2PQ",
}


@pytest.fixture
def own(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    """A server of the test's own, whose batch jobs the test does."""
    folder = tmp_path_factory.mktemp("life")
    with new_database(database_kind, folder) as url, ServerHere(folder, database_url=url) as running:
        yield running


@pytest.fixture
def ada(own: ServerHere) -> Person:
    person = Person(own.url)
    person.log_in("ada.north")
    return person


def registered_by_file(own: ServerHere, person: Person) -> str:
    """The ULN of a learner whom a batch file has registered."""
    person.open("batches/upload")
    person.press("Check file", {"Submission type": "Full"}, files={"file": (NAMES["CSV"], content(BY_FILE))})
    person.press("Submit")
    with own.world.writing(OPERATOR) as work:
        lease = job_work.take(work, owner="the test", is_gone=lambda owner: False)
        assert lease is not None
        (record,) = job_work.next_records(work, lease, 10)
        job_work.do_record(work, lease, record, goes_on=True)
    (found,) = control(own.url, "GET", "/learners?family_name=zwemmer").value
    return str(found["ULN"])


def found(own: ServerHere, uln: str, names: dict[str, str]) -> tuple[str | None, str | None]:
    """The code of a find by ULN, and the ULN of the learner who is answered."""
    given = {"GivenName": names["GivenName"], "FamilyName": names["FamilyName"]}
    answer = post(own.url, envelope(find_by_uln(ULN=uln, FindType="FUL", **given)))
    ulns = answer.root.xpath("//*[local-name()='Learner']/*[local-name()='ULN']/text()")
    return answer.text("ResponseCode"), ulns[0] if ulns else None


def record(own: ServerHere, uln: str, names: dict[str, str]) -> Answer:
    given = {"uln": uln, "givenName": names["GivenName"], "familyName": names["FamilyName"]}
    return r9_messages.ask(own.url, "GetLearnerLearningEvents", getType="FULL", **given)


def flags(own: ServerHere, uln: str, names: dict[str, str]) -> list[str]:
    return record(own, uln, names).texts("UnderDataChallenge")


def resolve(own: ServerHere, reference: str, what: str = "resolve", **fields: Any) -> None:
    answer = control(own.url, "POST", f"/challenges/{reference}/{what}", fields)
    assert answer.status == 200, answer.value


def report_grade(person: Person, uln: str) -> str:
    """Report the grade of the only qualification of a record, step by step; the reference."""
    person.open(f"learners/{uln}/record").follow("Report a Problem").send_back({"problem": "grade"}, "Next")
    (event_id,) = person.page.xpath("//input[@name='event']/@value")
    person.send_back({"event": event_id}, "Next").press("Next", {"Proposed Grade": "Merit"}).press("Finish", CONTACT)
    return person.facts()["Enquiry reference"]


def test_a_ulns_whole_life(own: ServerHere, ada: Person) -> None:
    first = str(post(own.url, envelope(register(**BY_SOAP))).text("ULN"))
    second = registered_by_file(own, ada)
    line = (
        f'{{"ULN": "{second}", "Source": "AO", "Subject": "Cookery", "SubjectCode": "600/1166/X", "Grade": "Pass", '
        f'"AwardingOrganisationName": "Board", "AwardingOrganisationUkprn": "10012345", "AchievementAwardDate": '
        f'"2024-07-01", "LanguageForAssessment": "English"}}'
    )
    event_files.load_events(own.world.store, [line.encode()], clock=own.world.clock, strict=True)
    assert found(own, first, BY_SOAP) == ("WSRC0004", first)
    assert found(own, second, BY_FILE) == ("WSRC0004", second)

    search(ada, ULN=first, **{"Given name": "Philippa", "Family name": "Oglethorpe"})
    ada.open(f"learners/{first}/report-uln-problem/duplicate")
    this_one = f"{first}, the ULN of this learner"
    ada.press("Finish", {"The other ULN": second, "Which ULN is the master": this_one, **CONTACT})
    assert "Give the reason for the merge" in ada.text
    ada.press("Finish", {"Additional comments": "Married, and moved."})
    duplicates = ada.facts()["Enquiry reference"]
    assert duplicates == f"{first}-1"
    resolve(own, duplicates, text="Merged.")

    assert found(own, first, BY_SOAP) == ("WSRC0004", first)
    assert found(own, second, BY_FILE) == ("WSRC0022", first)
    assert record(own, second, BY_FILE).text("FoundULN") == first
    # Twice, so that the text is one that was kept.
    assert flags(own, first, BY_SOAP) == flags(own, first, BY_SOAP) == ["N"]
    ada.open(f"learners/{first}/record")
    assert [row[0] for row in ada.rows()] == ["Cookery"]

    graded = report_grade(ada, first)
    assert flags(own, first, BY_SOAP) == flags(own, second, BY_FILE) == ["Y"]
    resolve(own, graded)
    assert record(own, first, BY_SOAP).texts("Grade") == ["Merit"]
    assert flags(own, first, BY_SOAP) == ["N"]
    resolve(own, graded, "undo")
    assert (flags(own, first, BY_SOAP), record(own, first, BY_SOAP).texts("Grade")) == (["Y"], ["Pass"])
    resolve(own, graded, "reject", text="The grade is right.")
    assert flags(own, first, BY_SOAP) == ["N"]
    report_grade(ada, first)
    assert flags(own, first, BY_SOAP) == ["Y"]
    ada.press("Withdraw")
    assert flags(own, first, BY_SOAP) == ["N"]
    report_grade(ada, first)
    assert flags(own, first, BY_SOAP) == ["Y"]

    ada.open(f"learners/{first}/record/report").press("View my report")
    assert ada.shown.content.startswith(b"%PDF-")

    resolve(own, duplicates, "undo")
    assert found(own, second, BY_FILE) == ("WSRC0004", second)
    assert (flags(own, first, BY_SOAP), flags(own, second, BY_FILE)) == ([], ["Y"])
    assert control(own.url, "GET", f"/challenges/{duplicates}").value["status"] == "open"
    history = control(own.url, "GET", f"/learners/{second}").value["History"]
    assert [entry["action"] for entry in history] == [
        *("registered", "merged", "challenge resolved", "challenge resolved", "challenge undone"),
        *("unmerged", "challenge undone"),
    ]
