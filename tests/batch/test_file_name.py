"""What a batch file has to be called."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.batch import file_name
from lrs_soap.batch.file_name import FileName
from lrs_soap.errors import InvalidRecord


@given(
    st.from_regex("[0-9A-Za-z]{8}", fullmatch=True),
    st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.sampled_from(["CSV", "XML"]),
)
def test_a_name_says_what_it_was_made_of(ukprn: str, made: datetime, form: str) -> None:
    name = FileName(ukprn, made, form)
    assert file_name.parse(str(name)) == name


def test_the_day_comes_first() -> None:
    assert file_name.parse("LRB_10001234_010920251430.XML").moment == datetime(2025, 9, 1, 14, 30)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("LRB_TEST0001_010920250900.csv", "capitals"),
        ("LRB_TEST0001_010920250900.Xml", "capitals"),
        ("lrb_TEST0001_010920250900.CSV", "capitals"),
        ("LRB_TEST0001_010920250900.TXT", "LRB_<UKPRN>_<DDMMYYYYHHMM>.CSV or .XML"),
        ("LRB_TEST0001_010920250900", "LRB_<UKPRN>_"),
        ("LRB_TEST001_010920250900.CSV", "LRB_<UKPRN>_"),
        ("LRB_TEST0001_01092025.CSV", "LRB_<UKPRN>_"),
        ("LRB_TEST0001_010920250900 (1).CSV", "LRB_<UKPRN>_"),
        ("LRB_TEST0001_010920250900.CSV\n", "LRB_<UKPRN>_"),
        ("LRB_TEST0001_٠١٠٩٢٠٢٥٠٩٠٠.CSV", "LRB_<UKPRN>_"),
        ("learners.CSV", "LRB_<UKPRN>_"),
        ("LRB_TEST0001_202509010900.CSV", "202509010900 is no day and time, day first"),
        ("LRB_TEST0001_310920250900.CSV", "is no day and time"),
        ("LRB_TEST0001_010920252400.CSV", "is no day and time"),
        ("LRB_TEST0001_010900000900.CSV", "is no day and time"),
    ],
)
def test_another_name_is_told_what_it_has_to_be(name: str, reason: str) -> None:
    with pytest.raises(InvalidRecord) as error:
        file_name.parse(name)
    assert reason in str(error.value)
    assert repr(name) in str(error.value)


def test_a_long_name_is_not_told_whole() -> None:
    with pytest.raises(InvalidRecord) as error:
        file_name.parse("L" * 5000)
    assert len(str(error.value)) < 200
