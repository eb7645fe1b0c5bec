"""Batch files, written and read: what comes back is what was written, and what is wrong is told with its place."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.batch import batch_file
from lrs_soap.batch.file_contents import FileFields, WrittenRecord
from lrs_soap.batch.file_layout import LAYOUTS, NEWEST, OLDEST, Layout
from lrs_soap.errors import InvalidRecord
from lrs_soap.rules.values.sent_learner import SentLearner
from tests.kit.batch_files import JO, MO, NAMES, content, learners, opened

FORMS = ("CSV", "XML")
every_form = pytest.mark.parametrize("form", FORMS)

# Legal in XML 1.0.
LEGAL = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(n) for n in range(32) if chr(n) not in "\t\n\r"] + ["\ufffe", "\uffff"],
)
VALUES = st.text(LEGAL, min_size=1, max_size=8) | st.sampled_from(
    ['"', '""', ',"', "a,b", "\r", "\n", "\r\n", "\r\n\r\n", " ", "'", "]]>", "<a/>&amp;", "&#0;", "﻿", "😀", "=1+1"]
)


def records_of(layout: Layout) -> st.SearchStrategy[dict[str, str]]:
    """Any learners that have a value; without one a row of CSV is no learner."""
    values = st.dictionaries(st.sampled_from([column.field for column in layout.columns]), VALUES)
    return values.filter(lambda record: any(map(str.strip, record.values())))


FILES = st.sampled_from(list(LAYOUTS.values())).flatmap(
    lambda layout: st.tuples(st.just(layout), st.lists(records_of(layout), min_size=1, max_size=4))
)


def refusal(raw: bytes, form: str = "CSV") -> str:
    """Why a file is refused, once it has been read to its end."""
    with pytest.raises(InvalidRecord) as error:
        learners(raw, form)
    return str(error.value)


@given(FILES)
def test_what_is_written_is_read_back_from_either_form(file: tuple[Layout, list[dict[str, str]]]) -> None:
    layout, records = file
    for form in FORMS:
        read = opened(content(*records, form=form, layout=layout), form)
        assert (read.facts.format, read.facts.version, read.facts.name) == (form, layout.version, NAMES[form])
        assert read.fields.record_count == len(records)
        assert [record.sent.by_contract_name() for record in read.records] == records


def test_csv_is_written_quoted_with_crlf_and_the_files_fields_once() -> None:
    lines = content(JO, {"Notes": 'a "b",\nc'}).decode().split("\r\n")
    assert lines[0].startswith('"FileVersion","FileName","UKPRN","LearnerRecordCount","ULN"')
    assert lines[1].startswith(f'"3A","{NAMES["CSV"]}","TEST0001","2","","1","","Jo",')
    assert lines[2] == '"","","",""' + ',""' * 27 + ',"a ""b"",\nc"'
    assert lines[3:] == [""]


def test_csv_is_read_in_other_peoples_writing() -> None:
    rows = list(csv.reader(io.StringIO(content(JO, MO).decode())))
    plain = "\n".join(",".join(row) for row in rows)
    crlf = content(JO, MO)
    for raw in (plain.encode(), plain.encode() + b"\n", b"\xef\xbb\xbf" + crlf, b"\xef\xbb\xbf" + plain.encode()):
        assert learners(raw) == [JO, MO]
    assert learners(crlf.replace(b"\r\n", b"\r\n\r\n")) == [JO, MO]


def test_xml_is_read_in_other_peoples_writing() -> None:
    raw = content(JO, MO, form="XML").decode()
    bare = re.sub(r">\s+<", "><", raw)
    location = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="batch.xsd"'
    for text in (
        bare,
        raw.replace("\n", "\r\n"),
        raw.replace("<Learner>", "<!-- a learner --><Learner>"),
        raw.replace("<GivenName>", "<Title/><GivenName>"),
        raw.replace("<LearnerRegistrationBatch>", f"<LearnerRegistrationBatch {location}>"),
        raw.replace("Jo", "<![CDATA[Jo]]>"),
    ):
        assert learners(text.encode(), "XML") == [JO, MO]
    accented = raw.replace("Jo", "Jö")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "iso-8859-1"):
        declared = accented.replace("UTF-8", encoding.removesuffix("-sig"))
        assert learners(declared.encode(encoding), "XML")[0] == {**JO, "GivenName": "Jö"}


def test_a_place_is_told_as_a_person_finds_it() -> None:
    raw = content(JO, MO).replace(b'"Jo"', b'"J\no"').replace(b'"2A"', b'"3A"')
    read = opened(raw)
    assert [read.place_of(record, "DateOfBirth") for record in read.records] == [
        "row 2, column 21 (DateOfBirth)",
        "row 3, column 21 (DateOfBirth)",
    ]
    raw = content(JO, MO, form="XML", layout=OLDEST)
    read = opened(raw, "XML")
    lines = [number for number, line in enumerate(raw.splitlines(), 1) if line.strip() == b"<Learner>"]
    assert [read.place_of(record, "FamilyNameAtAge16") for record in read.records] == [
        f"the Learner of line {line}, element FamilyNameAt16" for line in lines
    ]


# What is wrong with a file as a whole


@every_form
def test_another_organisations_file_is_refused(form: str) -> None:
    raw = content(JO, form=form, ukprn="TEST0002")
    place = {"CSV": "row 2, column 3 (UKPRN)", "XML": "line 5, element UKPRN"}[form]
    told = f"{place}: TEST0002 is another organisation than TEST0001, whose file it has to be"
    assert refusal(raw, form) == told
    with pytest.raises(InvalidRecord, match="the file's name: TEST0001 is another"):
        opened(content(JO, form=form, ukprn="TEST0002"), form, organisation="TEST0002")
    assert opened(content(JO, form=form, ukprn="test0001"), form).fields.ukprn == "test0001"


@every_form
@pytest.mark.parametrize("count", [0, 1, 3, 999_999_999])
def test_a_count_that_is_not_the_number_of_learners(form: str, count: int) -> None:
    place = {"CSV": "row 2, column 4 (LearnerRecordCount)", "XML": "line 6, element LearnerRecordCount"}[form]
    told = f"{place}: Record count incorrect: it is {count}, but the number of learners is 2"
    assert refusal(content(JO, MO, form=form, count=count), form) == told


@every_form
def test_no_learners(form: str) -> None:
    assert "no " in refusal(content(form=form), form)


@every_form
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("3A", "3B", "'3B' where 2A or 3A is expected"),
        ("3A", "", "'' where 2A or 3A is expected"),
        (NAMES["CSV"][:-3], "", "the file's name"),
        ("TEST0001", "TEST001", "a UKPRN of 8 letters or digits"),
        ("1", "one", "'one' where the number of learners is expected"),
        ("1", "-1", "the number of learners"),
        ("1", "1234567890", "the number of learners"),
        ("1", "", "the number of learners"),
    ],
)
def test_the_files_own_fields_are_judged(form: str, old: str, new: str, told: str) -> None:
    raw = content({"GivenName": "Jo"}, form=form).decode()
    if old.startswith("LRB"):
        old, raw = NAMES[form], raw
    wrong = raw.replace(f'"{old}"', f'"{new}"') if form == "CSV" else raw.replace(f">{old}<", f">{new}<")
    assert told in refusal(wrong.encode(), form)


def test_a_file_field_is_told_with_its_place() -> None:
    raw = content(JO)
    assert refusal(raw.replace(b'"TEST0001"', b'"X"')).startswith("row 2, column 3 (UKPRN): 'X' where")
    raw = content(JO, form="XML")
    assert refusal(raw.replace(b">TEST0001<", b">X<"), "XML").startswith("line 5, element UKPRN: 'X' where")


# CSV: headings and rows

ROW_1 = content(JO).split(b"\r\n")[0]


def with_headings(*headings: str, layout: Layout = NEWEST) -> bytes:
    row = ",".join(f'"{heading}"' for heading in headings).encode()
    return row + content(JO, layout=layout).removeprefix(content(JO, layout=layout).split(b"\r\n")[0])


HEADINGS = NEWEST.headings


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        (
            [heading for heading in HEADINGS if heading != "Title"],
            "row 1, column 7: the heading 'GivenName' where 'Title' is expected in version 3A; "
            "'GivenName' has its place in column 8",
        ),
        (HEADINGS[:-1], "row 1, column 32: the heading 'Notes' is missing, which is expected here in version 3A"),
        ((*HEADINGS, "ReturnCode"), "row 1, column 33: 'ReturnCode' where in version 3A there is no column any more"),
        (
            (*HEADINGS[:4], "MISIdentifier", "ULN", *HEADINGS[6:]),
            "row 1, column 5: the heading 'MISIdentifier' where 'ULN' is expected in version 3A; "
            "'MISIdentifier' has its place in column 6",
        ),
        (
            ("Fileversion", *HEADINGS[1:]),
            "row 1, column 1: the heading 'Fileversion' where 'FileVersion' is expected in version 3A, "
            "in these very capitals and small letters",
        ),
        (
            [heading.replace("MiddleNames", "MiddleOtherName") for heading in HEADINGS],
            "row 1, column 10: the heading 'MiddleOtherName' where 'MiddleNames' is expected in version 3A",
        ),
        (
            [heading.replace("FamilyNameAt16", "FamilyNameAtAge16") for heading in OLDEST.headings],
            "row 1, column 13: the heading 'FamilyNameAtAge16' where 'FamilyNameAt16' is expected in version 2A",
        ),
        ((";".join(HEADINGS),), "row 1, column 1: the heading 'FileVersion;FileName;UKPRN;LearnerRecord…' where"),
    ],
)
def test_a_wrong_heading_is_told_with_what_is_expected_there(headings: Iterable[str], told: str) -> None:
    assert refusal(with_headings(*headings)).startswith(told)


def test_a_version_that_is_not_that_of_the_headings() -> None:
    raw = content(JO).replace(b'"3A"', b'"2A"')
    assert refusal(raw) == "row 2, column 1 (FileVersion): 2A where the headings are those of 3A"


def test_a_row_with_too_few_or_too_many_columns() -> None:
    raw = content(JO, MO)
    assert refusal(raw.removesuffix(b',""\r\n')) == "row 3: 31 columns where 32 are expected"
    assert refusal(raw + b'"x",') == "row 4: 2 columns where 32 are expected"
    assert refusal(raw.replace(b'"Jo"', b'"Jo","ann"')) == "row 2: 33 columns where 32 are expected"
    assert refusal(raw.replace(b'"Mo"', b"Mo,Ann")) == "row 3: 33 columns where 32 are expected"


def test_the_files_fields_stand_in_one_row_only() -> None:
    lines = content(JO, MO).split(b"\r\n")
    lines[2] = lines[2].replace(b'"","","",""', b'"3A","","",""', 1)
    assert refusal(b"\r\n".join(lines)).startswith(
        "row 3, column 1 (FileVersion): '3A' where nothing is expected, because only the first learner's row"
    )


QUOTED_BLANK = b'""' + b',""' * 31 + b"\r\n"


@pytest.mark.parametrize(
    "blank",
    [
        QUOTED_BLANK,
        b"," * 31 + b"\n",
        b'" "' + b",\xc2\xa0" * 31 + b"\n",
        b",,\n",  # however many columns
        b"," * 40 + b"\n",
    ],
)
@pytest.mark.parametrize("where", ["after the headings", "between", "at the end"])
def test_a_row_without_any_value_is_no_learner_and_is_counted(blank: bytes, where: str) -> None:
    headings, first, second, _ = content(JO, MO).split(b"\r\n")
    rows = {"after the headings": [headings], "between": [headings, first], "at the end": [headings, first, second]}
    before = b"".join(row + b"\r\n" for row in rows[where])
    after = content(JO, MO).removeprefix(before)
    read = opened(before + blank * 3 + after)
    assert [record.sent.by_contract_name() for record in read.records] == [JO, MO]
    assert read.blank_rows.count == 3


def test_lines_without_anything_are_not_counted() -> None:
    read = opened(content(JO) + b"\r\n\n\r\n")
    assert len(list(read.records)) == 1
    assert read.blank_rows.count == 0


def test_a_row_with_any_value_is_a_learner() -> None:
    read = opened(content(JO, {"Notes": "."}))
    assert [record.sent.by_contract_name() for record in read.records] == [JO, {"Notes": "."}]
    assert read.blank_rows.count == 0


def test_the_files_fields_may_stand_in_a_row_without_a_learner() -> None:
    read = opened(content({}, JO, count=1))
    assert [record.sent.by_contract_name() for record in read.records] == [JO]
    assert read.blank_rows.count == 1


def test_rows_without_any_value_count_for_no_learner() -> None:
    place = "row 2, column 4 (LearnerRecordCount)"
    told = (
        f"{place}: Record count incorrect: it is 3, but the number of learners is 1 "
        "(rows without any value, which are not learners: 2)"
    )
    assert refusal(content(JO, count=3) + QUOTED_BLANK * 2) == told
    assert refusal(content(JO, count=0) + QUOTED_BLANK).startswith(f"{place}: Record count incorrect: it is 0")


def test_a_file_of_rows_without_any_value_has_no_learner() -> None:
    assert refusal(content() + QUOTED_BLANK * 2) == "row 1: no learner follows the headings"
    assert refusal(content({}, count=0) + QUOTED_BLANK) == "the file has no learner"


def test_a_learner_of_xml_without_any_value_is_a_learner() -> None:
    assert learners(content(JO, {}, form="XML"), "XML") == [JO, {}]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b'"J"o"', "row 2: a quote is not closed, or one inside a value in quotes is not doubled"),
        (b'"Jo', "row 2: a quote is not closed, or one inside a value in quotes is not doubled"),
        (b'"Jos\xe9"', "row 2: the byte 0xe9 is no UTF-8: save the file as CSV in UTF-8"),
        (b'"J\x1eo"', "row 2, column 8: holds the character U+001E, which XML cannot carry"),
        (b'"J\xef\xbf\xbeo"', "row 2, column 8: holds the character U+FFFE, which XML cannot carry"),
        (b'"J\x00o"', "U+0000, which XML cannot carry"),
        (b"J\ro", "row 2: a carriage return alone ends no row"),
        (b'"' + b"J" * 200_000 + b'"', "row 2: a value is longer than 131072 characters, or its quote is never closed"),
        (b'"' + b"J" * 2_000_000 + b'"', "row 2: a line of 1048576 bytes or more"),
        (b'"\xed\xa0\x80"', "row 2: the byte 0xed is no UTF-8"),
    ],
)  # fmt: skip
def test_csv_that_cannot_be_read(written: bytes, told: str) -> None:
    refused = refusal(content(JO).replace(b'"Jo"', written))
    assert told in refused
    assert len(refused) < 200


def test_a_quote_inside_a_value_without_quotes_is_a_quote() -> None:
    assert learners(content(JO).replace(b'"Jo"', b'J"o'))[0]["GivenName"] == 'J"o'


def test_a_quote_that_is_never_closed_does_not_swallow_the_file() -> None:
    raw = content(*[JO] * 2000).replace(b'"Jo"', b'"Jo', 1)
    assert refusal(raw).startswith("row 2: ")


def test_a_quote_that_is_open_at_the_end() -> None:
    assert refusal(content(JO).removesuffix(b'"\r\n')) == "row 2: a quote is opened and never closed"


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_csv(raw: bytes) -> None:
    assert refusal(raw) == "row 1: the file is empty"


def test_a_spreadsheets_own_file_is_no_csv() -> None:
    assert "no UTF-8" in refusal(content(JO).decode().encode("utf-16"))
    assert refusal(b"PK\x03\x04 and so on").startswith("row 1, column 1: ")


# XML

BATCH = "LearnerRegistrationBatch"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("GivenName", "GivenNme", "line 9, element GivenNme: no element of a Learner in version 3A"),
        ("GivenName", "Givenname", "line 9, element Givenname: no element of a Learner in version 3A: it is called"),
        ("<Gender>", "<ULN/><Gender>", "line 13, element ULN: its place in version 3A is before DateOfBirth"),
        ("</FamilyName>", "</FamilyName><FamilyName/>", "line 10, element FamilyName: it is there twice"),
        (">Jo<", "><Jo/><", "line 9, element Jo: an element inside GivenName, which holds a text"),
        ("<Learner>", "<Learner>Jo", "line 8, element Learner: the text 'Jo' between elements"),
        ("</Learner>", "</Learner>.", f"line 17, element {BATCH}: the text '.' between elements"),
        ("<Learner>", "<Learner a='b'>", "line 7, element Learner: the attribute 'a', where none is expected"),
        ("<Learner>", "<Learner><Learner>", "line 7, element Learner: no element of a Learner"),
        ("Learner>", "Pupil>", "line 7, element Pupil: Learner is expected here"),
        ("FileVersion", "FileVersio", "line 3, element FileVersio: FileVersion is expected here"),
        ("<UKPRN>TEST0001</UKPRN>", "", "line 6, element LearnerRecordCount: UKPRN is expected here"),
        (f"<{BATCH}>", f"<{BATCH} xmlns='urn:x'>", f"line 2, element {BATCH}: the namespace 'urn:x'"),
        (BATCH, "Batch", f"line 2, element Batch: {BATCH} is expected here"),
        (">Jo<", ">J&#30;<", "line 9: not well-formed XML: reference to invalid character number"),
        (">Jo<", ">J\x1e<", "line 9: holds the character U+001E, which XML cannot carry"),
        (">Jo<", ">J\x00<", "line 9: holds the character U+0000, which XML cannot carry"),
        (">Jo<", ">J\ufffe<", "line 9: bytes that are no character of XML in the file's encoding"),
        (">Jo<", ">&jo;<", "line 9: not well-formed XML: undefined entity"),
        (">Jo<", f">{'J' * 200_000}<", "line 9, element GivenName: longer than 131072 characters"),
        (f"</{BATCH}>", "", "not well-formed XML: no element found"),
        (f"</{BATCH}>", f"</{BATCH}><more/>", "not well-formed XML: junk after document element"),
        ("UTF-8", "klingon", "line 1: an encoding that is not known; UTF-8 always is"),
        ("UTF-8", "utf-16", "not well-formed XML: encoding specified in XML declaration is incorrect"),
    ],
)  # fmt: skip
def test_xml_that_is_no_batch_is_told_with_line_and_element(old: str, new: str, told: str) -> None:
    raw = content(JO, form="XML").decode()
    assert old in raw
    refused = refusal(raw.replace(old, new).encode(), "XML")
    assert re.match(rf"(line \d+: )?{re.escape(told)}", refused)
    assert len(refused) < 200


def test_latin_1_bytes_in_a_file_that_does_not_declare_them() -> None:
    raw = content({"GivenName": "Zoë"}, form="XML").decode().encode("latin-1")
    assert refusal(raw, "XML").startswith("line 8: bytes that are no character of XML in the file's encoding")
    raw = content(*[JO] * 700, {"GivenName": "Zoë"}, form="XML").decode().encode("latin-1")
    assert refusal(raw, "XML").startswith("line 7008: bytes that are no character of XML in the file's encoding")


@pytest.mark.parametrize(
    "subset",
    [
        "",
        '[<!ENTITY x "y">]',
        '[<!ENTITY % x SYSTEM "file:///dev/zero"> %x;]',
        'SYSTEM "http://127.0.0.1:1/batch.dtd"',
        '[<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_where_it_begins(subset: str, encoding: str) -> None:
    raw = content(JO, form="XML").decode().replace("UTF-8", encoding)
    declared = raw.replace(f"<{BATCH}>", f"<!-- first --><!DOCTYPE {BATCH} {subset}><{BATCH}>")
    assert refusal(declared.encode(encoding), "XML") == "line 2: a document type declaration, which no batch file has"


# Any number of learners


class _Endless(io.RawIOBase):
    """A file that is made as it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        self._left = self._left or next(self._pieces, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def many(form: str, count: int) -> Iterator[bytes]:
    """The pieces of a file with so many learners."""
    one, two = (content(*[JO] * number, form=form, count=count) for number in (1, 2))
    end = b"" if form == "CSV" else b"</LearnerRegistrationBatch>\n"
    begin = one.removesuffix(end)
    yield begin
    later = two.removesuffix(end).removeprefix(begin) * 100
    for _ in range((count - 1) // 100):
        yield later
    yield two.removesuffix(end).removeprefix(begin) * ((count - 1) % 100) + end


@pytest.mark.slow
@every_form
def test_memory_does_not_grow_with_the_file(form: str) -> None:
    source = io.BufferedReader(_Endless(many(form, 20_000)))
    read = batch_file.read(NAMES[form], source, organisation="TEST0001")
    next(read.records)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read.records) == 19_999
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_records_are_written_as_they_come() -> None:
    seen: list[int] = []

    class Target(io.StringIO):
        pass

    target = Target(newline="")

    def records() -> Iterator[WrittenRecord]:
        for number in range(3):
            seen.append(len(target.getvalue()))
            yield WrittenRecord(SentLearner(notes=str(number)))

    for form in FORMS:
        target.seek(target.truncate(0))
        seen.clear()
        batch_file.write(form, target, FileFields(NEWEST, "a", "TEST0001", 3), records())
        assert seen == sorted(set(seen))
