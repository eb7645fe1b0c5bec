"""Create a Report on the portal: the user guide's 5.4."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from lrs_soap.loading import event_files
from lrs_soap.report.contents import MOST_EVENTS
from lrs_soap.report.making import ReportMaker
from tests.kit import soap_messages
from tests.kit.person import Person
from tests.kit.portal_learners import find_by_uln, registered
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import envelope, post
from tests.kit.waiting import PATIENCE


def open_form(person: Person) -> Person:
    find_by_uln(person)
    return person.follow("View Personal Learning Record").follow("Create a Report")


def ids(person: Person) -> list[str]:
    return [str(each) for each in person.page.xpath("//input[@name='event']/@value")]


def test_all_are_ticked_at_first_in_the_order_of_their_dates(records: Person) -> None:
    open_form(records)
    at_the_left = records.page.xpath("//tbody/tr/*[1]/input[@type='checkbox'][@name='event'][@checked]")
    assert len(at_the_left) == len(ids(records)) == len(records.rows("Qualifications")) > 0
    assert "Download Adobe Acrobat Reader to view your report" in records.links
    dates = [row[-1] or row[-2] or row[-3] for row in records.rows("Qualifications")]
    years = [date.split()[-1] for date in dates if date]
    assert years == sorted(years)


def test_the_report_is_a_pdf_of_what_is_ticked(records: Person) -> None:
    open_form(records)
    all_of_them = ids(records)
    records.send_back({"event": all_of_them[:2]}, "View my report")
    assert records.status == 200
    assert records.shown.headers["Content-Type"] == "application/pdf"
    assert records.shown.headers["Content-Disposition"] == "attachment; filename=learning-record-4170265830.pdf"
    assert records.shown.content.startswith(b"%PDF-")
    two = records.shown.content
    open_form(records).press("View my report")
    assert len(records.shown.content) > len(two)


@pytest.mark.parametrize("chosen", [[], ["999999999"], ["x"]])
def test_nothing_ticked_is_said(records: Person, chosen: list[str]) -> None:
    open_form(records).send_back({"event": chosen}, "View my report")
    assert (records.status, "Tick at least one qualification." in records.text) == (422, True)


def test_more_than_a_report_can_have_are_refused(records: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lrs_soap.portal.record_report.MOST_EVENTS", 3)
    number = len(ids(open_form(records)))
    records.press("View my report")
    assert records.status == 422
    assert f"A report has 3 qualifications at most, and {number} are ticked." in records.text
    assert len(ids(records)) == number


@pytest.mark.slow
def test_of_ten_thousand_as_many_as_a_report_can_have_are_reported(portal: ServerHere, everything: Person) -> None:
    uln = registered(everything, "Innumerable")
    line = (
        f'{{"ULN": "{uln}", "Source": "AO", "Subject": "One of many", "SubjectCode": "600/1166/X", '
        f'"AwardingOrganisationName": "Board", "AwardingOrganisationUkprn": "10012345", "AchievementAwardDate": '
        f'"2024-07-01", "LanguageForAssessment": "English", "Grade": "Pass"}}'
    )
    lines = [line.encode()] * 10_000
    event_files.load_events(portal.world.store, lines, clock=portal.world.clock, strict=True)
    everything.open(f"learners/{uln}/record/report").press("View my report")
    assert everything.status == 422
    assert "A report has 2,000 qualifications at most, and 10,000 are ticked." in everything.text
    ticked = ids(everything)
    assert len(ticked) == 10_000
    everything.send_back({"event": ticked[:MOST_EVENTS]}, "View my report")
    assert (everything.status, everything.shown.content[:5]) == (200, b"%PDF-")
    everything.open(f"learners/{uln}/record?page=400")
    assert len(everything.rows()) == 25


def test_finds_are_answered_while_reports_are_made(portal: ServerHere, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [Person(portal.url) for _ in range(3)]
    for person in people:
        person.log_in("leah.reid")
        open_form(person)
    begun, may_end = Event(), Event()

    def make_slowly(maker: ReportMaker, content: bytes) -> bytes:
        begun.set()
        assert may_end.wait(PATIENCE)
        return b"a report"

    monkeypatch.setattr(ReportMaker, "_made", make_slowly)
    with ThreadPoolExecutor(len(people)) as pool:
        reports = [pool.submit(person.press, "View my report") for person in people]
        try:
            assert begun.wait(PATIENCE)
            for _ in range(10):
                assert post(portal.url, envelope(soap_messages.find_by_uln())).text("ResponseCode") == "WSRC0004"
            assert not any(report.done() for report in reports)
        finally:
            may_end.set()
        for report in reports:
            assert report.result().shown.content == b"a report"


def test_without_the_role_or_a_record_there_is_no_report(online: Person, records: Person) -> None:
    find_by_uln(online)
    assert online.open("learners/4170265830/record/report").status == 403
    assert records.open("learners/5629103473/record/report").status == 404
    find_by_uln(records, ULN="5918043623", **{"Given name": "Imogen", "Family name": "Sallis"})
    assert records.open("learners/5918043623/record/report").status == 404
