"""The Personal Learning Record on the portal: the user guide's 5.2 and 5.3, by its own words."""

from __future__ import annotations

import pytest

from lrs_soap.loading import event_files
from lrs_soap.operations.view_audit import view_access_history
from lrs_soap.rules.records.access_history import AccessAction
from lrs_soap.rules.values.change import OPERATOR, Author
from tests.kit.person import Person
from tests.kit.portal_learners import find_by_uln, registered
from tests.kit.server_here import ServerHere

COLUMNS = ["Subject", "Level", "Grade", "Credit", "Source", "Start Date", "End Date", "Award Date"]


def headings(person: Person) -> list[str]:
    return [each.text_content().strip(" ▲▼▽\n") for each in person.page.xpath("//thead//th")]


def open_record(person: Person) -> Person:
    find_by_uln(person)
    return person.follow("View Personal Learning Record")


def column(person: Person, name: str) -> list[str]:
    return [row[COLUMNS.index(name)] for row in person.rows()]


def test_the_record_has_eight_columns(records: Person) -> None:
    open_record(records)
    assert records.heading == "Personal Learning Record"
    assert headings(records) == COLUMNS
    assert {"ILR", "NPD", "AO"} == set(column(records, "Source"))


def test_where_there_is_no_grade_the_cell_is_blank(records: Person) -> None:
    open_record(records)
    assert "9999999999" not in records.answer_text
    assert "" in column(records, "Grade")


def test_a_subject_leads_to_its_details(records: Person) -> None:
    open_record(records)
    subject = records.rows()[0][0]
    records.follow(subject)
    assert records.heading == "Qualification details"
    assert records.facts()["Subject"] == subject


@pytest.mark.parametrize("name", COLUMNS)
def test_each_column_sorts_first_ascending_then_descending(records: Person, name: str) -> None:
    open_record(records)
    records.follow(name)
    assert records.page.xpath("//th[@aria-sort='ascending']")
    ascending = records.page.xpath("//tbody/tr/th/a/@href")
    records.follow(name)
    assert records.page.xpath("//th[@aria-sort='descending']")
    descending = records.page.xpath("//tbody/tr/th/a/@href")
    assert sorted(ascending) == sorted(descending)
    assert ascending != descending
    if name in ("Subject", "Level", "Grade", "Source"):
        values = [each.casefold() for each in column(records, name)]
        assert values == sorted(values, reverse=True)
    if name == "Credit":
        assert [int(each) for each in column(records, name)] == sorted(map(int, column(records, name)), reverse=True)


def test_sorting_reaches_over_all_pages(portal: ServerHere, everything: Person) -> None:
    uln = registered(everything, "Manyevents")
    lines = [_event(uln, number) for number in range(60)]
    event_files.load_events(
        portal.world.store, [line.encode() for line in lines], clock=portal.world.clock, strict=True
    )
    everything.open(f"learners/{uln}/record")
    assert "60 records, page 1 of 3" in everything.text
    everything.follow("Subject")
    assert column(everything, "Subject")[0] == "Subject 00"
    everything.follow("Next page").follow("Next page")
    assert column(everything, "Subject")[-1] == "Subject 59"
    everything.follow("Subject")
    assert column(everything, "Subject")[0] == "Subject 59"


def test_who_was_not_shown_the_privacy_notice_has_no_record_here(records: Person) -> None:
    find_by_uln(records, ULN="5918043623", **{"Given name": "Imogen", "Family name": "Sallis"})
    records.follow("View Personal Learning Record")
    assert "The Privacy Notice was not shared with this learner" in records.text
    assert not records.page.xpath("//table")


def test_only_who_was_found_since_the_login_can_be_looked_at(records: Person) -> None:
    assert records.open("learners/5629103473/record").status == 404


def test_without_the_role_there_is_no_record(online: Person) -> None:
    find_by_uln(online)
    assert "View Personal Learning Record" not in online.links
    assert online.open("learners/4170265830/record").status == 403


def test_a_look_is_noted_as_a_programs_is(portal: ServerHere, records: Person) -> None:
    open_record(records)
    with portal.world.reading(OPERATOR) as work:
        noted = view_access_history(work, uln="4170265830", given_name="Grace", family_name="Okafor", page=1).page
    assert noted is not None
    last = noted.entries[0]
    assert (last.action, last.author) == (AccessAction.VIEWED, Author("TEST0001", "leah.reid"))


@pytest.mark.parametrize("query", ["sort=nothing", "sort=subject&order=up", "page=0", "page=99", "page=x"])
def test_an_address_that_leads_nowhere_is_not_found(records: Person, query: str) -> None:
    open_record(records)
    assert records.open(f"learners/4170265830/record?{query}").status == 404


def _event(uln: str, number: int) -> str:
    return (
        f'{{"ULN": "{uln}", "Source": "AO", "Subject": "Subject {number:02}", "SubjectCode": "600/1166/X", '
        f'"AwardingOrganisationName": "Board", "AwardingOrganisationUkprn": "10012345", "AchievementAwardDate": '
        f'"2024-07-01", "LanguageForAssessment": "English", "Grade": "Pass"}}'
    )
