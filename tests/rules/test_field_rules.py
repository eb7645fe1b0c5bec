"""Field rules beyond the schema: their sentences, when they apply, and their order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrs_soap.rules.learners.field_rules import Violation, violations
from lrs_soap.rules.values.rule import Rule
from lrs_soap.rules.values.sent_learner import SentLearner

TODAY = date(2025, 3, 1)
GOOD = {
    "GivenName": "Anna",
    "FamilyName": "Cheng",
    "DateOfBirth": "1995-06-28",
    "Gender": "2",
    "LastKnownPostCode": "ZZ99 9ZZ",
    "VerificationType": "2",
    "AbilityToShare": "1",
    "DateOfAddressCapture": "2024-02-29",
    "SchoolAtAge16": "Gateshead College",
}


def sentences(by_operator: bool = False, registering: bool = True, **values: str | None) -> list[str]:
    found = violations(
        SentLearner.of({**GOOD, **values}), today=TODAY, by_operator=by_operator, registering=registering
    )
    return [violation.sentence for violation in found]


def test_a_good_learner_breaks_no_rule() -> None:
    assert violations(SentLearner.of(GOOD), today=TODAY) == ()


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("absent", [None, ""])
def test_a_field_that_is_not_sent_breaks_no_rule(field: str, absent: str | None) -> None:
    assert violations(SentLearner.of({**GOOD, field: absent}), today=TODAY) == ()
    assert violations(SentLearner.of({}), today=TODAY) == ()


@pytest.mark.parametrize("field", ["DateOfBirth", "DateOfAddressCapture"])
@pytest.mark.parametrize("value", ["1900-02-29", "1800-02-29", "2001-13-01", "28/06/1995", " "])
def test_a_date_must_exist(field: str, value: str) -> None:
    found = violations(SentLearner.of({**GOOD, field: value}), today=TODAY)
    assert found == (Violation(field, f"Value '{value}' of element '{field}' is not a valid date.", Rule.DATE),)


def test_nobody_is_born_after_today() -> None:
    (violation,) = violations(SentLearner.of({**GOOD, "DateOfBirth": "2025-03-02"}), today=TODAY)
    sentence = "Value '2025-03-02' of element 'DateOfBirth' is in the future."
    assert violation == Violation("DateOfBirth", sentence, Rule.FUTURE)


def test_an_address_may_be_captured_in_the_future() -> None:
    assert sentences(DateOfAddressCapture="2030-01-01") == []


@pytest.mark.parametrize("born", ["2025-03-01", "2012-03-02", "1914-03-01", "1899-12-31"])
def test_a_new_learner_younger_than_13_or_older_than_110_is_refused(born: str) -> None:
    (violation,) = violations(SentLearner.of({**GOOD, "DateOfBirth": born}), today=TODAY)
    sentence = f"Value '{born}' of element 'DateOfBirth' is outside the permitted age range."
    assert violation == Violation("DateOfBirth", sentence, Rule.AGE)


@given(st.dates(date(1920, 1, 1), date(2100, 12, 31)), st.sampled_from([13, 111]), st.integers(-1, 1))
def test_the_age_range_begins_on_the_13th_and_ends_before_the_111th_birthday(
    birthday: date, age: int, days_after: int
) -> None:
    assume((birthday.month, birthday.day) != (2, 29))
    born = {"DateOfBirth": birthday.replace(year=birthday.year - age).isoformat()}
    broken = violations(SentLearner.of(born), today=birthday + timedelta(days=days_after))
    is_in_range = days_after >= 0 if age == 13 else days_after < 0
    assert [each.rule for each in broken] == ([] if is_in_range else [Rule.AGE])


def test_a_child_born_on_29_february_is_13_on_1_march() -> None:
    born = {"DateOfBirth": "2008-02-29"}
    assert [one.rule for one in violations(SentLearner.of(born), today=date(2021, 2, 28))] == [Rule.AGE]
    assert violations(SentLearner.of(born), today=date(2021, 3, 1)) == ()


@pytest.mark.parametrize("value", ["0", "1", "2", "3", "4", "5", "6", "7"])
def test_known_verification_types_pass(value: str) -> None:
    assert sentences(VerificationType=value) == []


@pytest.mark.parametrize("value", ["0", "1", "2", "9"])
def test_known_genders_pass(value: str) -> None:
    assert sentences(Gender=value) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("VerificationType", "8"),
        ("VerificationType", "0999"),
        ("Gender", "3"),
        ("Gender", "F"),
        ("AbilityToShare", "3"),
        ("AbilityToShare", "Y"),
    ],
)
def test_a_code_must_be_known(field: str, value: str) -> None:
    found = violations(SentLearner.of({**GOOD, field: value}), today=TODAY)
    assert found == (Violation(field, f"Value '{value}' of element '{field}' is not a known value.", Rule.KNOWN_VALUE),)


@pytest.mark.parametrize("description", [None, "", "  ", "\u00a0"])
def test_verification_type_999_requires_a_description(description: str | None) -> None:
    found = violations(
        SentLearner.of({**GOOD, "VerificationType": "999", "OtherVerificationDescription": description}), today=TODAY
    )
    sentence = "Element 'OtherVerificationDescription' is required when VerificationType is 999."
    assert found == (Violation("OtherVerificationDescription", sentence, Rule.REQUIRED),)


def test_any_verification_type_may_have_a_description() -> None:
    assert sentences(VerificationType="999", OtherVerificationDescription="Library card") == []
    assert sentences(VerificationType="2", OtherVerificationDescription="Library card") == []


@pytest.mark.parametrize(
    "value",
    [
        *("ILR", "ilr", "Other ID", " other  id ", "LRS", "By School", "by college", "BY LEARNING PROVIDER"),
        *("By school/college/learning provider", "by school / college", "By college/ school", "by school /school"),
        *("By\u00a0school\uff0flearning  provider", "by learning provider/college/school"),
    ],
)
@pytest.mark.parametrize("verification_type", ["999", "2", None])
def test_some_descriptions_are_not_accepted(value: str, verification_type: str | None) -> None:
    sent = SentLearner.of({**GOOD, "VerificationType": verification_type, "OtherVerificationDescription": value})
    found = violations(sent, today=TODAY)
    sentence = f"Value '{value}' of element 'OtherVerificationDescription' is not an accepted description."
    assert found == (Violation("OtherVerificationDescription", sentence, Rule.ACCEPTED_DESCRIPTION),)


@pytest.mark.parametrize(
    "value",
    [
        *("ILR form signed by school", "Other IDs", "school", "by school college", "by school/", "by /school"),
        *("by school//college", "by school/university", "seen by school", "By schools", "By school and college"),
    ],
)
def test_a_description_that_only_contains_one_of_them_is_accepted(value: str) -> None:
    assert sentences(VerificationType="999", OtherVerificationDescription=value) == []


def test_opting_out_is_no_longer_accepted() -> None:
    (violation,) = violations(SentLearner.of({**GOOD, "AbilityToShare": "2"}), today=TODAY)
    sentence = "Value '2' of element 'AbilityToShare' is no longer accepted."
    assert violation == Violation("AbilityToShare", sentence, Rule.NO_LONGER_ACCEPTED)


@pytest.mark.parametrize(("by_operator", "registering"), [(True, True), (False, False)])
def test_age_and_opting_out_are_checked_for_registrations_only(by_operator: bool, registering: bool) -> None:
    assert sentences(by_operator, registering, DateOfBirth="2020-01-01", AbilityToShare="2") == []
    assert sentences(by_operator, registering, DateOfBirth="1850-01-01") == []
    assert sentences(by_operator, registering, DateOfBirth="2025-03-02", AbilityToShare="3") == [
        "Value '2025-03-02' of element 'DateOfBirth' is in the future.",
        "Value '3' of element 'AbilityToShare' is not a known value.",
    ]


@pytest.mark.parametrize("field", ["CreatedDate", "LastUpdatedDate"])
def test_the_operators_dates_must_exist(field: str) -> None:
    assert violations(SentLearner.of({**GOOD, field: "2020-01-01"}), today=TODAY, by_operator=True) == ()
    found = violations(SentLearner.of({**GOOD, field: "2021-02-29"}), today=TODAY, by_operator=True)
    assert found == (Violation(field, f"Value '2021-02-29' of element '{field}' is not a valid date.", Rule.DATE),)


def test_the_operators_learner_status_must_be_known() -> None:
    assert sentences(True, LearnerStatus="0") == sentences(True, LearnerStatus="2") == []
    assert sentences(True, LearnerStatus="3") == ["Value '3' of element 'LearnerStatus' is not a known value."]


def test_the_operators_fields_are_not_checked_in_requests() -> None:
    assert sentences(CreatedDate="?", LastUpdatedDate="?", LearnerStatus="?") == []


def test_violations_come_in_the_contracts_order_of_the_fields() -> None:
    everything_wrong = {
        "LearnerStatus": "7",
        "AbilityToShare": "2",
        "OtherVerificationDescription": "ILR",
        "VerificationType": "8",
        "Gender": "7",
        "DateOfBirth": "1899-02-29",
        "DateOfAddressCapture": "x",
        "LastUpdatedDate": "x",
        "CreatedDate": "x",
    }
    in_order = list(reversed(everything_wrong))
    assert [one.field for one in violations(SentLearner.of(everything_wrong), today=TODAY)] == in_order[2:-1]
    by_operator = violations(SentLearner.of({**everything_wrong, "AbilityToShare": "3"}), today=TODAY, by_operator=True)
    assert [one.field for one in by_operator] == in_order


FIELDS = st.sampled_from(
    ["DateOfBirth", "Gender", "VerificationType", "OtherVerificationDescription", "AbilityToShare"]
)


@given(
    st.dictionaries(FIELDS, st.one_of(st.none(), st.text(), st.dates().map(str), st.sampled_from("01299"))), st.dates()
)
def test_every_sentence_names_its_element_and_value(values: dict[str, str | None], today: date) -> None:
    for violation in violations(SentLearner.of(values), today=today):
        assert f"lement '{violation.field}'" in violation.sentence
        assert violation.rule is Rule.REQUIRED or f"Value '{values[violation.field]}'" in violation.sentence
