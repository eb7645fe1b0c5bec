"""The schema that is printed: libxml2 takes by it what we write, and what we read, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from random import Random
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from lrs_soap.batch.file_layout import FILE_FIELDS, LAYOUTS, NEWEST, OLDEST, Layout
from lrs_soap.batch.xml_file import read
from lrs_soap.batch.xml_schema import schema
from lrs_soap.errors import InvalidRecord
from tests.kit.batch_files import JO, MO, content, learners

every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)

RIGHT = dict(zip(FILE_FIELDS, ("3A", "LRB_TEST0001_010920250900.XML", "TEST0001", "1"), strict=True))
WRONG = {
    "FileVersion": ["2A", "3B", "", "3A "],
    "FileName": ["", " ", "any name", "é" * 255, "é" * 256],
    "UKPRN": ["", "TEST001", "test0001", "TEST000é", "TEST0001 ", "TEST00012"],
    "LearnerRecordCount": ["", "0", "007", "+1", "1 ", "one", "1" * 10, "١"],
}
FILES_FIELDS = st.fixed_dictionaries(
    {name: st.just(RIGHT[name]) | st.sampled_from(WRONG[name]) for name in FILE_FIELDS}
).map(lambda texts: list(texts.items()))
HEADINGS = st.lists(st.sampled_from([column.heading for column in NEWEST.columns]), max_size=6)
IN_ORDER = HEADINGS.map(lambda names: sorted(set(names), key=NEWEST.headings.index))
LEARNER = IN_ORDER | HEADINGS | st.lists(st.sampled_from(["Title", "title", "Learner", "ReturnCode", "UKPRN"]))


@cache
def judge(layout: Layout) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(schema(layout).encode()))


def document(file_fields: Sequence[tuple[str, str]], learners: Sequence[Sequence[str]]) -> bytes:
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in file_fields)
    for names in learners:
        inside += f"<Learner>{''.join(f'<{name}>x</{name}>' for name in names)}</Learner>"
    return f"<LearnerRegistrationBatch>{inside}</LearnerRegistrationBatch>".encode()


def is_read(raw: bytes) -> bool:
    try:
        fields, records = read(io.BytesIO(raw))
        list(records)
    except InvalidRecord:
        return False
    return fields.layout is NEWEST


@given(FILES_FIELDS, st.lists(LEARNER, max_size=3), st.randoms(use_true_random=False), st.integers(0, 9))
@example(list(RIGHT.items()), [[]], Random(0), 9)
@example(list(RIGHT.items()), [], Random(0), 9)
def test_what_the_schema_allows_is_what_is_read(
    file_fields: list[tuple[str, str]], each: list[list[str]], random: Random, mistake: int
) -> None:
    if mistake == 0:
        random.shuffle(file_fields)
    elif mistake == 1:
        file_fields.pop()
    elif mistake == 2:
        file_fields.insert(0, file_fields[0])
    raw = document(file_fields, each)
    assert is_read(raw) is judge(NEWEST).validate(etree.fromstring(raw))


@every_layout
def test_what_is_written_is_valid(layout: Layout) -> None:
    raw = content(JO, MO, {}, form="XML", layout=layout)
    judge(layout).assertValid(etree.fromstring(raw))
    assert learners(raw, "XML") == [JO, MO, {}]


@every_layout
def test_a_file_of_outcomes_is_valid_by_its_own_schema_and_cannot_be_submitted(layout: Layout) -> None:
    raw = content({**JO, "ReturnCode": "RC001"}, form="XML", layout=layout.of_outcomes)
    judge(layout.of_outcomes).assertValid(etree.fromstring(raw))
    assert not judge(layout).validate(etree.fromstring(raw))
    with pytest.raises(InvalidRecord, match="element ReturnCode: no element of a Learner"):
        learners(raw, "XML")


def test_a_version_is_not_valid_by_the_others_schema() -> None:
    assert not judge(OLDEST).validate(etree.fromstring(content(JO, form="XML")))
    assert not judge(NEWEST).validate(etree.fromstring(content(JO, form="XML", layout=OLDEST)))
