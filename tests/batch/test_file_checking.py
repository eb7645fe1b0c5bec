"""What is wrong with a learner of a file: told to its sender, and kept with its record."""

from __future__ import annotations

from datetime import date

import pytest

from lrs_soap.batch import file_checking
from lrs_soap.cli.facets import facet_check
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.values.sent_learner import SentLearner
from tests.kit.batch_files import JO

CHECK = facet_check()
PROHIBITED = ProhibitedText(frozenset({"bogus"}), frozenset())
TODAY = date(2025, 9, 1)


def told(**changed: str) -> list[str]:
    found = file_checking.findings(SentLearner.of({**JO, **changed}), CHECK, today=TODAY, prohibited=PROHIBITED)
    return [str(finding) for finding in found]


def test_nothing_is_wrong_with_who_is_right() -> None:
    assert told(ULN="1000000000", UniquePupilNumber="A000000000000", UniqueCandidateIdentifier="123450240001A") == []
    assert file_checking.submitted_record(SentLearner.of(JO), CHECK).sent == SentLearner.of(JO)


@pytest.mark.parametrize("value", ["17/05/2007", "5/17/07", "17-05-2007", "17.5.2007", "2007/05/17", "17-May-07"])
def test_a_day_that_a_spreadsheet_has_turned_round(value: str) -> None:
    assert told(DateOfBirth=value) == [
        f"DateOfBirth: '{value}' where a day as YYYY-MM-DD is expected: "
        "spreadsheets turn days round when they open or save a file"
    ]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("DateOfAddressCapture", "39219", "'39219' where a day as YYYY-MM-DD is expected"),
        ("DateOfBirth", "2007-02-29", "'2007-02-29' is no day of the years 1800 to 2099"),
        ("DateOfBirth", " 2007-02-28", "' 2007-02-28' where a day as YYYY-MM-DD is expected"),
        ("ULN", "100000000", "'100000000' where a ULN of ten digits is expected"),
        ("Gender", "F", "'F' where 0, 1, 2 or 9 is expected"),
        ("LastKnownPostCode", "LS1", "'LS1' where a postcode such as LS1 4AP is expected"),
        ("EmailAddress", "none", "'none' where an e-mail address is expected"),
        ("ScottishCandidateNumber", "12345678", "'12345678' where a number of nine digits is expected"),
        ("AbilityToShare", "Y", "'Y' where 0 or 1 is expected"),
        ("VerificationType", "8", "'8' where 0 to 7 or 999 is expected"),
        ("GivenName", " ", "' ' where a name of 35 characters at most is expected"),
        ("FamilyName", "L" * 36, f"'{'L' * 36}' where a name of 35 characters at most is expected"),
        ("Title", "L" * 36, "longer than 35 characters"),
        ("MISIdentifier", "1" * 129, "longer than 128 characters"),
        ("Nationality", "GBRX", "longer than 3 characters"),
    ],
)
def test_a_value_against_the_schema_is_rc011(field: str, value: str, reason: str) -> None:
    assert told(**{field: value}) == [f"{field}: {reason}"]
    submitted = file_checking.submitted_record(SentLearner.of({**JO, field: value}), CHECK)
    assert (submitted.facet_errors, submitted.identifier_errors) == ((f"{field}: {reason}",), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("UniqueCandidateIdentifier", "123"),
        ("UniquePupilNumber", "B000000000000"),  # another check letter
        ("UniquePupilNumber", "A000000000001"),  # another digit
        ("UniquePupilNumber", "a000000000000"),
        ("UniquePupilNumber", "A00000000000"),  # too short
        ("UniquePupilNumber", "A0000000000000"),  # too long
        ("UniquePupilNumber", "I000000000000"),  # a letter that none has
        ("UniquePupilNumber", "A0000000000A0"),  # a letter in another place
        ("UniquePupilNumber", "A00000000000a"),
        ("UniquePupilNumber", "B00000000000A"),  # a temporary one with another check letter
        ("UniquePupilNumber", "A\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660"),
        ("UniquePupilNumber", "A000000000000 "),
        ("UniquePupilNumber", " A000000000000"),
        ("UniquePupilNumber", "A 000000000000"),
        ("UniquePupilNumber", "000000000000A"),
        ("UniquePupilNumber", "none"),
    ],
)
def test_an_identifier_that_is_none_is_rc012(field: str, value: str) -> None:
    (reason,) = told(**{field: value})
    assert reason.startswith(f"{field}: '{value}' is not a U")
    submitted = file_checking.submitted_record(SentLearner.of({**JO, field: value}), CHECK)
    assert (submitted.facet_errors, submitted.identifier_errors) == ((), (reason,))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("ULN", "1000000001", "'1000000001' where a ULN with the right check digit is expected"),
        (
            "DateOfBirth",
            "2013-09-02",
            "Value '2013-09-02' of element 'DateOfBirth' is outside the permitted age range.",
        ),
        ("AbilityToShare", "2", "Value '2' of element 'AbilityToShare' is no longer accepted."),
        ("FamilyName", "Bogus", "Value 'Bogus' of element 'FamilyName' contains prohibited text."),
    ],
)
def test_what_the_worker_will_judge_is_told_and_left_to_it(field: str, value: str, reason: str) -> None:
    assert told(**{field: value}) == [f"{field}: {reason}"]
    submitted = file_checking.submitted_record(SentLearner.of({**JO, field: value}), CHECK)
    assert (submitted.facet_errors, submitted.identifier_errors) == ((), ())


def test_of_one_field_the_first_is_told_and_of_a_learner_all_fields() -> None:
    assert told(DateOfBirth="1/1/1900", Gender="X") == [
        "DateOfBirth: '1/1/1900' where a day as YYYY-MM-DD is expected: "
        "spreadsheets turn days round when they open or save a file",
        "Gender: 'X' where 0, 1, 2 or 9 is expected",
    ]


def test_a_long_value_is_not_told_whole() -> None:
    assert all(len(reason) < 150 for reason in told(DateOfBirth="9" * 5000, EmailAddress="a" * 5000))
