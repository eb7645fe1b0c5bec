"""The report of a learner's qualifications: read back, looked at, the same each time, and made by another process."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lrs_soap.clock import LONDON
from lrs_soap.report import contents as report_contents
from lrs_soap.report.contents import ReportContents, contents_of
from lrs_soap.report.making import ReportFailed, ReportMaker
from lrs_soap.report.pdf import pdf_of
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner

PRINTED = datetime(2026, 7, 10, 9, 30, tzinfo=LONDON)
SIAN = Learner("1000000019", "Siân", "Ŵynne", "2001-05-05", "2", "YO1 7HH", "1", "2024-09-01", "2024-09-01", 3)

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not there")


def event(number: int, **more: Any) -> LearningEvent:
    held = LearningEvent(
        id=number,
        uln=SIAN.uln,
        source="AO",
        subject=f"Subject {number}",
        subject_code="600/1166/X",
        grade="Distinction*",
        level="Level 1/2",
        credits=36,
        participation_start_date="2009-09-01",
        achievement_award_date=f"{2010 + number % 14}-06-30",
    )
    return held._replace(**more)


def contents(*events: LearningEvent, learner: Learner = SIAN) -> ReportContents:
    return contents_of(learner, events, organisation="Harbourside College", printed=PRINTED)


def run(program: str, *arguments: str, given: bytes) -> bytes:
    return subprocess.run([program, *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def text_of(pdf: bytes) -> str:
    return run("pdftotext", "-layout", "-", "-", given=pdf).decode()


def test_what_another_process_is_told_comes_back() -> None:
    told = contents(event(1), event(2, achievement_award_date=None, participation_start_date=None))
    assert report_contents.read(report_contents.written(told)) == told


def test_events_are_in_the_order_of_their_dates_and_those_without_come_last() -> None:
    undated = event(1, achievement_award_date=None, participation_start_date=None)
    ended = event(2, achievement_award_date=None, participation_end_date="2012-01-01")
    rows = contents(undated, event(9), event(3), ended).rows
    assert [row.cells[0] for row in rows] == ["Subject 2", "Subject 3", "Subject 9", "Subject 1"]
    assert [row.year for row in rows] == ["2012", "2013", "2019", "Without a date"]


def test_the_same_contents_make_the_same_bytes_in_any_process() -> None:
    told = contents(*map(event, range(30)))
    once = pdf_of(told)
    assert pdf_of(told) == once
    assert ReportMaker().make(told) == once


@needs_poppler
def test_everything_can_be_read_back() -> None:
    words = (
        "Welsh Ŵŷ",
        "Polish Łąę",
        "Vietnamese Nguyễn Ấn",
        "Greek Ωμέγα",
        "Cyrillic Жданов",
        "German Größe",
        "J\u0301",
    )
    text = text_of(pdf_of(contents(*(event(number, subject=each) for number, each in enumerate(words)))))
    for expected in (*words[:-1], "Siân Ŵynne", SIAN.uln, "Harbourside College", "10 July 2026", "Page 1 of 1"):
        assert expected in text
    for heading in ("Subject", "Level", "Grade", "Credit", "Source", "Start Date", "End Date", "Award Date"):
        assert heading in text
    assert "Distinction*" in text
    assert "1 Sep 2009" in text


@needs_poppler
def test_a_character_that_the_font_lacks_is_told_by_its_number() -> None:
    text = text_of(pdf_of(contents(event(1, subject="陈 and \u0627\u0627"))))
    assert "[U+9648] and [U+0627 U+0627]" in text
    assert "U+9648 (CJK UNIFIED IDEOGRAPH-9648), U+0627 (ARABIC LETTER ALEF)" in text


@needs_poppler
@pytest.mark.parametrize("name", ["W" * 35, "陈" * 35])
def test_a_long_name_leaves_the_number_of_the_page_alone(name: str) -> None:
    learner = SIAN._replace(given_name=name, family_name=name)
    text = text_of(pdf_of(contents(event(1), learner=learner)))
    *_, foot = filter(str.strip, text.split("\n"))
    assert foot.startswith(f"{SIAN.uln}. Made by lrs-soap")
    assert foot.endswith("Page 1 of 1")


@needs_poppler
def test_no_text_stands_for_the_number_of_pages() -> None:
    text = text_of(pdf_of(contents(event(1, subject="{nb} of \u00a0\u00a0\u00a0"))))
    assert "{nb} of" in text
    assert "Page 1 of 1" in text


@needs_poppler
def test_headings_and_numbers_are_on_every_page_and_no_row_is_lost() -> None:
    numbers = range(120)
    events = [event(number, subject=f"A long subject {'words ' * 20}row{number};") for number in numbers]
    text = text_of(pdf_of(contents(*events)))
    pages = text.split("\f")[:-1]
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert "Award Date" in page
        assert f"Page {number} of {len(pages)}" in page
    assert all(f"row{number};" in text for number in numbers)


@needs_poppler
def test_a_row_that_is_longer_than_a_page_goes_on_on_the_next() -> None:
    subject = " ".join(f"word{number}" for number in range(1500))
    text = text_of(pdf_of(contents(event(1, subject=subject), event(2))))
    assert all(f"word{number}" in text for number in range(1500))


@needs_poppler
def test_title_language_and_outline_are_there() -> None:
    pdf = pdf_of(contents(event(1), event(2)))
    assert "Siân Ŵynne, 1000000019" in run("pdfinfo", "-", given=pdf).decode()
    assert b"/Lang (en-GB)" in pdf
    assert pdf.count(b"/Outlines") == 2
    assert text_of(pdf_of(contents())).count("There is nothing in this record.") == 1


@needs_poppler
def test_the_page_has_its_ink_between_the_margins(tmp_path: Path) -> None:
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(pdf_of(contents(*map(event, range(12)))))
    subprocess.run(["pdftoppm", "-gray", "-r", "50", pdf, tmp_path / "page"], check=True)
    (page,) = tmp_path.glob("page*.pgm")
    kind, size, _, pixels = page.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert (kind, width > height) == (b"P5", True)
    rows = [pixels[at : at + width] for at in range(0, width * height, width)]
    margin = int(width * 10 / 297)
    assert all(min(row[:margin] + row[-margin:]) > 240 for row in rows)
    # The headings, each of twelve rows, and the foot.
    assert sum(min(row) < 200 for row in rows) > height / 5


def test_a_report_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ReportFailed, match="could not be made"):
        ReportMaker(patience=0.001).make(contents(event(1)))


def test_one_report_is_made_at_a_time() -> None:
    maker = ReportMaker(patience=0.001)
    with maker._turn, pytest.raises(ReportFailed, match="Too many reports"):
        maker.make(contents(event(1)))


def test_only_a_few_wait_for_their_turn() -> None:
    maker = ReportMaker()
    with maker._places, maker._places, maker._places, pytest.raises(ReportFailed, match="Too many reports"):
        maker.make(contents(event(1)))
    assert maker.make(contents(event(1))).startswith(b"%PDF-")
