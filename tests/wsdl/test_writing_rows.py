"""Parts that are given as tuples of their values are written as the messages that they stand for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lrs_soap.services.learner_service import LEARNER_SERVICE
from lrs_soap.services.learner_service_r9 import LEARNER_SERVICE_R9
from lrs_soap.wsdl.declarations import BuiltIn, fields_of
from lrs_soap.wsdl.messages import learner, model
from lrs_soap.wsdl.writing import RowsToKeep, Writer, WrittenRows

(OPERATION,) = (each for each in LEARNER_SERVICE_R9.operations if each.name == "GetLearnerLearningEvents")
FIELDS = fields_of(model.LearningEvent)
WRITER = Writer({OPERATION.response_tag: OPERATION.response}, root_prefix="")

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=6) | st.sampled_from(
    ["", "%", "%s", "%(x)s", "&", "<", ">", "\r\n", "\xa0", "]]>", "\x00", "\ud800", "\ufffe", "None"]
)
ROWS = st.lists(
    st.tuples(
        *(
            st.none() | (TEXTS if field.built_in is BuiltIn.TEXT else st.integers(-(2**63), 2**63 - 1))
            for field in FIELDS
        )
    ),
    max_size=4,
)


def written(*events: object) -> str:
    return written_as(events)


def written_as(events: object) -> str:
    record = model.ArrayOfLearningEvent(LearningEvent=events)
    result = model.GetLearnerLearningEventsResponse(LearnerRecord=record)
    return WRITER.write(OPERATION.response_tag, OPERATION.response(GetLearnerLearningEventsResult=result))


@given(ROWS)
def test_a_row_is_written_as_the_message_of_its_values(rows: list[tuple[str | int | None, ...]]) -> None:
    names = [field.name for field in FIELDS]
    messages = [model.LearningEvent(**dict(zip(names, row, strict=True))) for row in rows]
    assert written(*rows) == written(*messages)


@given(ROWS)
def test_rows_that_are_kept_are_written_the_same_again(rows: list[tuple[str | int | None, ...]]) -> None:
    kept: list[WrittenRows] = []
    first = written_as(RowsToKeep(rows, kept.append))
    (text,) = kept
    assert first == written_as(text) == written(*rows)


def test_more_shapes_than_are_kept_are_written_all_the_same() -> None:
    rows = [tuple("x" if number >> place & 1 else None for place in range(len(FIELDS))) for number in range(3000)]
    element = etree.fromstring(written(*rows, *rows))
    events = list(element.iter("{http://api.lrs.qcf.gov.uk/model}LearningEvent"))
    assert len(events) == 6000
    for row, event in zip(rows + rows, events, strict=True):
        assert [child.text for child in event if child.text == "x"] == [value for value in row if value == "x"]


@pytest.mark.parametrize("length", [len(FIELDS) - 1, len(FIELDS) + 1])
def test_a_row_of_another_length_is_refused(length: int) -> None:
    with pytest.raises((TypeError, ValueError)):
        written(("x",) * length)


@given(st.lists(st.none() | TEXTS | st.lists(TEXTS, max_size=3).map(tuple), min_size=4, max_size=4))
def test_a_value_of_a_row_may_be_a_message(values: list[Any]) -> None:
    (find,) = (each for each in LEARNER_SERVICE.operations if each.name == "learnerByULN")
    writer = Writer({find.response_tag: find.response}, root_prefix="ns2")
    row = dict.fromkeys(field.name for field in fields_of(learner.Learner))
    texts = [None if isinstance(value, tuple) else value for value in values]
    row |= dict(zip(("ULN", "GivenName", "Notes", "Title"), texts, strict=True))
    linked = [learner.ArrayOfString(ULN=value) for value in values if isinstance(value, tuple)]
    row["LinkedULNs"] = linked[0] if linked else None
    row["VersionNumber"] = 7

    as_row = writer.write(find.response_tag, find.response(Learner=(tuple(row.values()),)))

    assert as_row == writer.write(find.response_tag, find.response(Learner=(learner.Learner(**row),)))
