"""Exceptions: which records leave one, until when it may be resolved, and what of a record may be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.batches.batch_exceptions import ExceptionState, RecordException, leaves_exception, unwritable
from lrs_soap.rules.batches.jobs import JobState, JobType
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.codes import ReturnCode
from lrs_soap.rules.values.sent_learner import SentLearner

TODAY = date(2025, 3, 10)
EXCEPTION = RecordException(
    id=7,
    job_id=1,
    position=0,
    organisation="TEST0001",
    job_state=JobState.SUCCESSFUL,
    sent=SentLearner(),
    errors=(),
    code=ReturnCode.POSSIBLE_MATCHES,
    uln=None,
    possible=(),
    state=ExceptionState.OPEN,
    opened=datetime(2025, 3, 10, 23, 59, tzinfo=LONDON),
    closed=None,
    closed_by=None,
)
RECORD = {
    "GivenName": "Anne",
    "DateOfBirth": "2006-07-30",
    "AbilityToShare": "1",
    "VerificationType": "999",
    "OtherVerificationDescription": "bus pass",
    "UniquePupilNumber": "Z823200405017",
}


@pytest.mark.parametrize("code", ReturnCode)
def test_the_codes_from_rc006_on_leave_an_exception_in_a_job_that_changes_the_register(code: ReturnCode) -> None:
    assert leaves_exception(code, JobType.FUL) is (code.value >= "RC006")
    assert not leaves_exception(code, JobType.CHK)
    assert not leaves_exception(code, None)


@pytest.mark.parametrize("code", ReturnCode)
def test_a_valid_record_is_filled_in_and_one_with_an_error_is_not(code: ReturnCode) -> None:
    assert replace(EXCEPTION, code=code).is_filled_in is (code.value in ("RC006", "RC007", "RC008"))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(LONDON)), st.integers(0, 60))
def test_it_is_open_until_the_end_of_the_45th_day(opened: datetime, days: int) -> None:
    exception = replace(EXCEPTION, opened=opened)
    today = opened.date() + timedelta(days=days)
    assert exception.state_on(today) is (ExceptionState.OPEN if days <= 45 else ExceptionState.EXPIRED)
    for closed in (ExceptionState.RESOLVED, ExceptionState.WITHDRAWN):
        assert replace(exception, state=closed).state_on(today) is closed


def test_its_last_day() -> None:
    assert EXCEPTION.last_day == date(2025, 4, 24)


def no_given_name_of_four_letters(field: str, value: str) -> str | None:
    return "too long" if field == "GivenName" and len(value) > 3 else None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"GivenName": "Ann"}, {}),
        ({}, {"given_name": "GivenName: too long"}),
        (
            {"GivenName": "Ann", "DateOfBirth": "2020-01-01", "AbilityToShare": "2"},
            {
                "date_of_birth": "Value '2020-01-01' of element 'DateOfBirth' is outside the permitted age range.",
                "ability_to_share": "Value '2' of element 'AbilityToShare' is no longer accepted.",
            },
        ),
        (
            {"GivenName": "Ann", "Notes": "bogus"},
            {"notes": "Value 'bogus' of element 'Notes' contains prohibited text."},
        ),
    ],
)
def test_what_may_not_be_written_has_its_reason(changed: dict[str, str], expected: dict[str, str]) -> None:
    assert (
        unwritable(
            SentLearner.of({**RECORD, **changed}),
            check=no_given_name_of_four_letters,
            today=TODAY,
            prohibited=ProhibitedText(frozenset({"bogus"})),
        )
        == expected
    )


@pytest.mark.parametrize("description", [None, "ILR"])
def test_a_verification_is_not_written_without_its_description(description: str | None) -> None:
    record = (
        {"VerificationType": "999"} if description is None else {**RECORD, "OtherVerificationDescription": description}
    )
    record.pop("GivenName", None)
    reasons = unwritable(
        SentLearner.of(record), check=no_given_name_of_four_letters, today=TODAY, prohibited=ProhibitedText(frozenset())
    )
    assert reasons.keys() == {"other_verification_description", "verification_type"}


def test_an_identifier_that_is_none_is_not_written() -> None:
    record = SentLearner(unique_pupil_number="A823200405017", unique_candidate_identifier="1")
    reasons = unwritable(
        record, check=no_given_name_of_four_letters, today=TODAY, prohibited=ProhibitedText(frozenset())
    )
    assert reasons.keys() == {"unique_pupil_number", "unique_candidate_identifier"}
