"""Batch files and their exceptions on the portal: the user guide's 4.3, with a worker that does the jobs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from lrs_soap.clock import ClockMode
from lrs_soap.operations import organisations, users
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.organisation import Role
from lrs_soap.settings import Settings
from lrs_soap.world import World
from lrs_soap.world.steering import set_clock
from tests.kit.batch_files import JO, MO, NAMES, content
from tests.kit.batch_requests import new_learner, output_when_done, records_of, submitted
from tests.kit.databases import new_database
from tests.kit.person import Person
from tests.kit.portal_learners import new_person, registered
from tests.kit.running_server import RunningServer
from tests.kit.waiting import until

FILE = NAMES["CSV"]
GRACE = {
    **JO,
    "MISIdentifier": "grace",
    "GivenName": "Grace",
    "FamilyName": "Okafor",
    "DateOfBirth": "2005-03-14",
    "LastKnownPostCode": "LU1 1AA",
    "Title": "Dr",
}


@pytest.fixture(scope="module")
def server(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("batches")
    with new_database(database_kind, folder) as url, RunningServer(folder, database_url=url) as running:
        yield running


@pytest.fixture
def batch_user(server: RunningServer) -> Person:
    person = Person(server.url)
    person.log_in("batul.khan")
    return person


@pytest.fixture
def everything(server: RunningServer) -> Person:
    person = Person(server.url)
    person.log_in("ada.north")
    return person


# No two of them are similar.
_NAMES = (
    *("Abernathy", "Birtwistle", "Cholmondeley", "Dunderdale", "Entwhistle", "Fotheringham"),
    *("Grimshaw", "Hattersley", "Illingworth", "Jellicoe", "Kirkbride"),
)


def named(record: dict[str, str], number: int) -> dict[str, str]:
    """The record with a family name that no other test has."""
    return {**record, "FamilyName": _NAMES[number]}


def check(person: Person, raw: bytes, *, name: str = FILE, kind: str = "Full") -> Person:
    person.open("batches/upload")
    return person.press("Check file", {"Submission type": kind}, files={"file": (name, raw)})


def done(person: Person, raw: bytes, *, kind: str = "Full") -> int:
    """Submit a file, and wait until its job is done; the number of the job."""
    check(person, raw, kind=kind).press("Submit")
    job = int(person.address.removeprefix("batches/"))
    until(lambda: "Status" in person.open(f"batches/{job}").facts() and person.facts()["Status"] == "Successful")
    return job


def first_exception(person: Person, job: int, name: str = "") -> Person:
    person.open(f"exceptions?job={job}")
    (link,) = [
        row[0]
        for section in person.page.iter("table")
        for row in [[cell.text_content().strip() for cell in each] for each in section.iterfind("tbody/tr")]
        if name in row[4]
    ]
    return person.follow(link)


def test_a_file_is_looked_through_submitted_and_done(batch_user: Person) -> None:
    check(batch_user, content(named(JO, 0), named(MO, 0)))
    assert batch_user.heading == "Check the batch file"
    assert batch_user.facts()["Records"] == "2"
    assert batch_user.rows("What the records would get") == [["RC001 - New learner registered, ULN assigned", "2"]]
    batch_user.press("Submit")
    address = batch_user.address
    until(lambda: batch_user.open(address).facts()["Status"] == "Successful")
    assert "2 of 2 records are done." in batch_user.text
    assert batch_user.facts()["User"] == "batul.khan"
    assert batch_user.facts()["Submission type"] == "Full"
    assert batch_user.rows("Outcome") == [["RC001 - New learner registered, ULN assigned", "2"]]
    batch_user.follow("Download output file")
    assert batch_user.shown.headers["Content-Disposition"] == f"attachment; filename={FILE}"
    rows = list(csv.DictReader(io.StringIO(batch_user.shown.content.decode())))
    assert [row["ReturnCode"] for row in rows] == ["RC001", "RC001"]
    assert all(len(row["ULN"]) == 10 for row in rows)
    batch_user.open("batches")
    assert batch_user.rows()[0][1:4] == [FILE, "Full", "batul.khan"]


def test_verification_only_changes_nothing(batch_user: Person) -> None:
    done(batch_user, content(named(JO, 1)), kind="Verification Only")
    assert batch_user.facts()["Submission type"] == "Verification Only"
    assert batch_user.rows("Outcome")[0][0].startswith("RC009 - ")
    assert "Exceptions" not in batch_user.text


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("learners.csv", content(JO), "LRB_"),
        (FILE, content(JO, count=2), "Record count incorrect"),
        (FILE, content(JO).replace(b"GivenName", b"givenname"), "givenname"),
        (FILE, content(JO, ukprn="TEST0002"), "TEST0002"),
        (FILE, content(JO).replace(b"3A", b"9A"), "9A"),
        (FILE, content(JO).replace(b"Jo", b"J\xff"), "UTF-8"),
        (FILE, b"", ""),
        (NAMES["XML"], b"<a/>", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_told_why(
    batch_user: Person, name: str, raw: bytes, told: str
) -> None:
    check(batch_user, raw, name=name)
    assert batch_user.status == 422
    assert batch_user.heading == "Upload a batch file"
    assert "There is a problem" in batch_user.text
    assert told in batch_user.text


def test_without_a_file_or_a_type_nothing_is_checked(batch_user: Person) -> None:
    batch_user.open("batches/upload").press("Check file", {})
    assert batch_user.status == 422
    assert "Choose a file." in batch_user.text


def test_xml_is_taken_too(batch_user: Person) -> None:
    check(batch_user, content(named(JO, 2), form="XML"), name=NAMES["XML"])
    assert batch_user.heading == "Check the batch file"


def test_errors_are_listed_by_row_and_column_before_the_file_is_submitted(batch_user: Person) -> None:
    raw = content(
        named(JO, 3),
        {**named(JO, 3), "MISIdentifier": "2", "DateOfBirth": "14/03/2005"},
        {**named(JO, 3), "MISIdentifier": "3", "GivenName": ""},
        {**named(JO, 3), "MISIdentifier": "4", "DateOfBirth": "1900-01-01"},
        {**named(MO, 3), "MISIdentifier": "5", "VerificationType": ""},
        {**named(JO, 3), "MISIdentifier": "6", "UniquePupilNumber": "<b>"},
    )
    check(batch_user, raw)
    rows = batch_user.rows("Records with errors")
    assert [(row[0], row[1]) for row in rows] == [
        ("row 3, column 21 (DateOfBirth)", "RC011"),
        ("row 4, column 8 (GivenName)", "RC010"),
        ("row 5, column 21 (DateOfBirth)", "RC013"),
        ("row 6, column 30 (VerificationType)", "RC006"),
        ("row 7, column 27 (UniquePupilNumber)", "RC012"),
    ]
    assert "'<b>'" in rows[4][2]
    batch_user.press("Submit")
    job = int(batch_user.address.removeprefix("batches/"))
    until(lambda: batch_user.open(f"batches/{job}").facts()["Status"] == "Successful")
    outcome = dict(batch_user.rows("Outcome"))
    assert outcome["RC013 - Learner(s) outside of permitted age range"] == "1"
    batch_user.follow("Exceptions (5 open)")
    headings = [each.text_content() for each in batch_user.page.xpath("//main//h2")]
    assert headings[0] == "RC006 Insufficient data to create a ULN"
    assert all(row[6] == "45" for row in batch_user.rows("1 record"))


def test_a_second_click_submits_no_second_job(batch_user: Person) -> None:
    check(batch_user, content(named(JO, 4)))
    sent = batch_user.filled_in("Submit", {})
    batch_user.post(*sent)
    job = batch_user.address
    batch_user.post(*sent)
    assert batch_user.address == job
    assert "Submit" not in batch_user.open(f"batches/upload/{sent[1].rsplit('/', 1)[1]}").buttons


def test_an_exception_is_resolved_by_choosing_a_learner(server: RunningServer, batch_user: Person) -> None:
    job = done(batch_user, content({**GRACE, "UniquePupilNumber": ""}))
    assert batch_user.rows("Outcome") == [["RC007 - Possible matches, no ULN", "1"]]
    first_exception(batch_user, job)
    assert batch_user.heading == "RC007 Possible matches, no ULN"
    record, candidate = batch_user.rows("The record and whom it may mean")
    assert record[:3] == ["As it was sent", "Grace", "Okafor"]
    assert candidate[:3] == ["4170265830", "Grace", "Okafor"]
    # A Batch User may choose the learner, and sees no profile.
    assert "4170265830" not in batch_user.links
    # The record is valid, so what it says is filled in.
    assert batch_user.field("Family name") == "Okafor"
    chosen = batch_user.filled_in("Choose this learner", {})
    batch_user.post(*chosen)
    assert "Resolved by batul.khan" in batch_user.facts()["State"]
    assert batch_user.facts()["ULN"] == "4170265830"
    # Whoever clicks twice sees the same.
    batch_user.post(*chosen)
    assert batch_user.status == 200
    batch_user.open(f"batches/{job}/output")
    (row,) = csv.DictReader(io.StringIO(batch_user.shown.content.decode()))
    assert (row["ReturnCode"], row["ULN"]) == ("RC002", "4170265830")


def test_an_exception_is_resolved_by_registering_after_the_warning(batch_user: Person) -> None:
    job = done(batch_user, content({**GRACE, "LastKnownPostCode": "CV1 2WT"}))
    first_exception(batch_user, job).follow("Register this learner")
    assert batch_user.field("Given name") == "Grace"
    batch_user.press("Register learner")
    assert batch_user.heading == "Register learner warning"
    batch_user.follow("Cancel")
    assert batch_user.heading == "RC007 Possible matches, no ULN"
    batch_user.follow("Register this learner").press("Register learner", {"Middle Names": "Obi"})
    batch_user.press("Register learner")
    assert "Resolved" in batch_user.facts()["State"]
    assert batch_user.heading.startswith("RC001 ")


def test_what_is_wrong_begins_with_empty_fields_and_can_be_searched_for(batch_user: Person, everything: Person) -> None:
    uln = registered(everything, "Lindqvist")
    wrong = {**JO, "GivenName": "Wilhelmina", "FamilyName": "Lindqvist", "DateOfBirth": "09/10/2007", "Title": "Dr"}
    job = done(batch_user, content(wrong))
    first_exception(batch_user, job)
    assert batch_user.field("Family name") == ""
    assert "What is wrong with the record" in batch_user.text
    batch_user.press("Search", new_person("Lindqvist"), among="Preferred Given Name")
    assert [row[0] for row in batch_user.rows("Others who were found")] == [uln]
    batch_user.press("Choose this learner")
    assert batch_user.facts()["ULN"] == uln
    assert "Not written: " in batch_user.text
    assert everything.open(f"learners/{uln}").facts()["Title"] == "Dr"


def test_an_exception_is_withdrawn(batch_user: Person) -> None:
    job = done(batch_user, content({**named(JO, 5), "GivenName": ""}))
    first_exception(batch_user, job).follow("Withdraw").press("Withdraw")
    assert "Withdrawn by batul.khan" in batch_user.facts()["State"]
    assert "Choose this learner" not in batch_user.buttons
    batch_user.open(f"exceptions?job={job}")
    assert "There are no exceptions to show." in batch_user.text
    batch_user.press("Show", {"Also those that are closed": "yes"})
    assert [row[5] for row in batch_user.rows("1 record")] == ["Withdrawn"]


def test_key_information_of_another_is_not_allowed_and_nobody_is_named(batch_user: Person, everything: Person) -> None:
    uln = registered(everything, "Taken Already")
    job = done(batch_user, content({**named(JO, 6), "VerificationType": "", "AbilityToShare": ""}))
    first_exception(batch_user, job).follow("Register this learner")
    fields = {
        "Given name": "Wilhelmina",
        "Family name": "Taken Already",
        "Date of birth": "9 October 2007",
        "Verification Type": "Passport",
        "Privacy Notice": "Yes",
    }
    batch_user.press("Register learner", fields)
    assert batch_user.status == 409
    assert "key information identical to one already registered" in batch_user.text
    assert uln not in batch_user.answer_text


def test_exceptions_are_exported(batch_user: Person) -> None:
    done(batch_user, content({**named(JO, 7), "GivenName": "", "Notes": "=1+1"}))
    batch_user.open("exceptions").follow("Export as CSV")
    rows = list(csv.DictReader(io.StringIO(batch_user.shown.content.decode())))
    assert "UniquePupilNumber" not in rows[0]
    (row,) = (each for each in rows if each["FamilyName"] == named(JO, 7)["FamilyName"])
    assert (row["ReturnCode"], row["Notes"]) == ("RC010", "=1+1")
    batch_user.open("exceptions").follow("Export for a spreadsheet")
    assert b"'=1+1" in batch_user.shown.content
    batch_user.open("exceptions").follow("Export as XML")
    assert batch_user.shown.headers["Content-Type"].startswith("application/xml")


@pytest.mark.parametrize(("days", "state"), [(43, "Open, 2 days left"), (46, "Expired")])
def test_an_exception_can_be_resolved_for_45_days(server: RunningServer, days: int, state: str) -> None:
    number = {43: 8, 46: 10}[days]
    # At noon it is the same day in London and here, in summer and in winter.
    noon = datetime.now(timezone.utc).replace(hour=12, minute=0)
    with _world(server) as world:
        try:
            set_clock(world, noon - timedelta(days=days), ClockMode.RUNNING)
            person = Person(server.url)
            person.log_in("batul.khan")
            job = done(person, content({**named(JO, number), "GivenName": ""}))
            set_clock(world, noon, ClockMode.RUNNING)
            person.open(f"exceptions?job={job}&closed=yes").follow("Exception ")
        finally:
            set_clock(world, mode=ClockMode.REAL)
    assert person.facts()["State"] == state
    assert ("Search" in person.buttons) is (state != "Expired")


def test_another_organisations_jobs_and_exceptions_are_not_found(server: RunningServer, batch_user: Person) -> None:
    job = done(batch_user, content({**named(JO, 9), "GivenName": ""}))
    first_exception(batch_user, job)
    exception = batch_user.address
    with _world(server) as world, world.writing(OPERATOR) as work:
        organisations.set_roles(work, "TEST0004", frozenset(Role))
        bruno = users.held(work, "TEST0004", "bruno.west")
        users.update(work, "TEST0004", bruno.name, bruno.details, bruno.roles | {Role.BATCH_USER})
    stranger = Person(server.url)
    stranger.log_in("bruno.west")
    for address in (f"batches/{job}", f"batches/{job}/output", exception, f"{exception}/register"):
        assert stranger.open(address).status == 404, address
    assert stranger.open(f"exceptions?job={job}").text.count("Exception ") == 0
    _, address, _ = batch_user.open(f"{exception}/withdraw").filled_in("Withdraw", {})
    token = stranger.open("batches/upload").value("csrf_token")
    stranger.post("post", address, [("csrf_token", token or "")])
    assert stranger.status == 404
    assert batch_user.open(exception).facts()["State"].startswith("Open")


def test_a_job_by_web_service_is_the_organisations_too(server: RunningServer, batch_user: Person) -> None:
    job = submitted(server.url, [new_learner(77)])
    assert len(records_of(output_when_done(server.url, job))) == 1
    batch_user.open(f"batches/{job}")
    assert batch_user.facts()["File"] == "by web service"
    assert batch_user.facts()["Status"] == "Successful"


def _world(server: RunningServer) -> World:
    return World.open(Settings(database_url=server.database_url), prepare=False)
