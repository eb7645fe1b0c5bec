"""Learning events: what each source requires, allows and forbids, and values that are impossible."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lrs_soap.rules.records.learning_events import (
    CONTRACT_FIELDS,
    CONTRACT_NAMES,
    SOURCES,
    WELSH_FIELDS,
    LearningEvent,
    violations,
    warnings,
)
from lrs_soap.rules.values.rule import Rule
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import model

LEAST: dict[str, dict[str, str]] = {
    "ILR": {"achievement_provider_ukprn": "10000001"},
    "NPD": {"awarding_organisation_ukprn": "100040"},
    "AO": {
        "achievement_award_date": "2014-06-30",
        "awarding_organisation_name": "WJEC",
        "awarding_organisation_ukprn": "10000002",
        "language_for_assessment": "Welsh",
    },
    "QCFU": {},
}
"""What each source requires besides a subject and its code."""

CANNOT: dict[str, dict[str, str]] = {
    "ILR": {"language_for_assessment": "English", "awarding_organisation_name_welsh": "CBAC"},
    "NPD": {"language_for_assessment": "English"},
    "AO": {"collection_type": "W", "return_number": "02"},
    "QCFU": {"collection_type": "W", "return_number": "02"},
}

EVERYTHING: dict[str, Any] = {
    "achievement_award_date": "2014-06-30",
    "achievement_provider_name": "A College",
    "achievement_provider_ukprn": "10000001",
    "awarding_organisation_name": "WJEC",
    "awarding_organisation_ukprn": "100040",
    "collection_type": "W",
    "credits": 12,
    "grade": "A*",
    "language_for_assessment": "Welsh",
    "level": "Level 2",
    "participation_end_date": "2014-06-20",
    "participation_start_date": "2013-09-02",
    "qualification_type": "GCSE (A* to G)",
    "restriction": "1",
    "return_number": "02",
    "status": "F",
    "under_data_challenge": "Y",
    "subject_welsh": "Mathemateg",
    "qualification_type_welsh": "TGAU (A* i G)",
    "level_welsh": "Lefel 2",
    "awarding_organisation_name_welsh": "CBAC",
}


def event(source: str, **values: Any) -> LearningEvent:
    least = {"subject": "Mathematics", "subject_code": "600/1166/X", "date_loaded": "2015-01-20 06:12:44"}
    return LearningEvent(source=source, **{**least, **LEAST.get(source, {}), **values})


def trouble(of: LearningEvent) -> list[tuple[str, Rule]]:
    return [(violation.field, violation.rule) for violation in violations(of)]


def test_the_fields_are_the_contract_s_in_its_order() -> None:
    assert [CONTRACT_NAMES[field] for field in CONTRACT_FIELDS] == [
        field.name for field in fields_of(model.LearningEvent)
    ]


def test_the_welsh_texts_are_those_of_four_fields() -> None:
    assert set(WELSH_FIELDS) == {"subject", "qualification_type", "level", "awarding_organisation_name"}
    assert [CONTRACT_NAMES[field] for field in WELSH_FIELDS.values()] == [
        "AwardingOrganisationNameWelsh",
        "LevelWelsh",
        "QualificationTypeWelsh",
        "SubjectWelsh",
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_requires_these_fields(source: str) -> None:
    assert violations(event(source)) == ()
    for field in ("subject", "subject_code", *LEAST[source]):
        for nothing in (None, "", " "):
            (first, *_) = violations(event(source, **{field: nothing}))
            assert (first.field, first.rule) == (CONTRACT_NAMES[field], Rule.REQUIRED)
            assert first.sentence == f"Element '{first.field}' is required where Source is {source}."


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_may_have_all_other_fields(source: str) -> None:
    most = {field: value for field, value in EVERYTHING.items() if field not in CANNOT[source]}
    assert violations(event(source, **most)) == ()


@pytest.mark.parametrize(
    ("source", "field", "value"),
    [(source, field, value) for source, fields in CANNOT.items() for field, value in fields.items()],
)
def test_each_source_forbids_these_fields(source: str, field: str, value: str) -> None:
    (violation,) = violations(event(source, **{field: value}))
    name = CONTRACT_NAMES[field]
    assert violation.field == name
    assert violation.sentence == f"Value '{value}' of element '{name}' is not allowed where Source is {source}."


@pytest.mark.parametrize("source", ["", "ilr", "XXX", "AO ", "NPD\n"])
def test_an_event_of_an_unknown_source_is_not_checked_further(source: str) -> None:
    assert trouble(event(source, credits=-1)) == [("Source", Rule.SOURCE)]


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ({"achievement_award_date": "2009-05-31"}, "AchievementAwardDate"),
        ({"achievement_award_date": "2008-12-31", "participation_start_date": "2008-09-01"}, "AchievementAwardDate"),
        ({"achievement_award_date": "2009-05-31", "participation_end_date": "2009-06-01"}, "AchievementAwardDate"),
        ({"participation_end_date": "2009-05-31"}, "ParticipationEndDate"),
        ({"participation_start_date": "2009-05-31"}, "ParticipationStartDate"),
        ({"achievement_award_date": "2009-06-01", "participation_start_date": "2007-09-01"}, None),
        ({"participation_end_date": "2009-06-01", "participation_start_date": "2007-09-01"}, None),
        ({"participation_start_date": "2009-06-01"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("source", ["ILR", "NPD", "QCFU"])
def test_an_event_before_june_2009_is_refused_by_its_award_else_its_end_else_its_start(
    source: str, dates: dict[str, str], field: str | None
) -> None:
    assert trouble(event(source, **dates)) == ([] if field is None else [(field, Rule.BEGINNING)])


def test_awarding_organisations_begin_in_2013() -> None:
    assert trouble(event("AO", achievement_award_date="2012-12-31")) == [("AchievementAwardDate", Rule.BEGINNING)]
    assert trouble(event("AO", achievement_award_date="2013-01-01")) == []
    assert trouble(event("AO", participation_start_date="2012-09-01")) == []
    for source in ("ILR", "NPD", "QCFU"):
        assert trouble(event(source, achievement_award_date="2012-12-31")) == []


@pytest.mark.parametrize(
    ("dates", "fields"),
    [
        ({"achievement_award_date": "2014-02-29"}, ["AchievementAwardDate"]),
        ({"achievement_award_date": "30/06/2014"}, ["AchievementAwardDate"]),
        ({"participation_end_date": "2014-6-3"}, ["ParticipationEndDate"]),
        ({"participation_start_date": "2013-00-01"}, ["ParticipationStartDate"]),
        (
            {"participation_start_date": "2014-06-21", "participation_end_date": "2014-06-20"},
            ["ParticipationEndDate"],
        ),
        (
            {"participation_start_date": "2014-07-01", "achievement_award_date": "2014-06-30"},
            ["AchievementAwardDate"],
        ),
        ({"participation_end_date": "2015-01-21"}, ["ParticipationEndDate"]),
        ({"date_loaded": "2015-01-20"}, ["DateLoaded"]),
        ({"date_loaded": "2015-01-20T06:12:44"}, ["DateLoaded"]),
        ({"date_loaded": "2015-02-30 06:12:44"}, ["DateLoaded"]),
        ({"date_loaded": "2015-01-20 24:12:44"}, ["DateLoaded"]),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_impossible_dates(source: str, dates: dict[str, str], fields: list[str]) -> None:
    assert trouble(event(source, **dates)) == [(field, Rule.DATE) for field in fields]


def test_an_award_may_come_long_after_the_end_or_before_it() -> None:
    dates = {"participation_start_date": "2013-09-02", "participation_end_date": "2014-06-20"}
    for award in ("2013-09-02", "2014-06-19", "2015-01-20"):
        assert trouble(event("ILR", achievement_award_date=award, **dates)) == []


@pytest.mark.parametrize(
    ("level", "is_one"),
    [
        *((f"Level {number}", True) for number in range(1, 9)),
        ("Entry Level", True),
        ("Level 1/2", True),
        *((text, False) for text in ("Level 0", "Level 9", "Level 10", "level 2", "2", "Level", "Entry", "Level 2 ")),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_levels_are_from_entry_to_8_whatever_the_source(source: str, level: str, is_one: bool) -> None:
    assert trouble(event(source, level=level)) == ([] if is_one else [("Level", Rule.FORM)])


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ({"achievement_award_date": "2058-06-30"}, "is in the future."),
        ({"achievement_award_date": "2015-02-02"}, "is in the future."),
        ({"achievement_award_date": "2015-02-01"}, "is after the day on which it was loaded, 2015-01-20."),
        ({"achievement_award_date": "2015-01-21"}, "is after the day on which it was loaded, 2015-01-20."),
        ({"achievement_award_date": "2015-01-20"}, None),
        ({"achievement_award_date": "2058-06-30", "date_loaded": "2059-01-01 00:00:00"}, "is in the future."),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_an_award_in_the_future_breaks_no_rule_and_is_odd(source: str, dates: dict[str, str], told: str | None) -> None:
    of = event(source, **dates)
    assert violations(of) == ()
    odd = warnings(of, today=date(2015, 2, 1))
    expected = f"Value '{of.achievement_award_date}' of element 'AchievementAwardDate' {told}"
    assert [warning.sentence for warning in odd] == ([] if told is None else [expected])


@pytest.mark.parametrize("source", SOURCES)
def test_an_event_without_an_award_is_not_odd(source: str) -> None:
    assert warnings(event(source, achievement_award_date=None), today=date(2015, 2, 1)) == ()


def test_a_unit_of_an_awarding_organisation_s_earlier_years_is_taken() -> None:
    unit = event(
        "QCFU",
        achievement_award_date="2010-01-01",
        achievement_provider_name="A College",
        achievement_provider_ukprn="90000051",
        awarding_organisation_name="An Awarding Organisation",
        awarding_organisation_ukprn="90000051",
        credits=2,
        grade="Pass",
        level="Entry Level",
        status="F",
        under_data_challenge="N",
    )
    assert trouble(unit) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("restriction", "2"),
        ("restriction", "Y"),
        ("under_data_challenge", "n"),
        ("under_data_challenge", "1"),
        ("status", "Final"),
        ("collection_type", "WW"),
        ("return_number", "2"),
        ("return_number", "٠٢"),
        ("achievement_provider_ukprn", "1000001"),
        ("achievement_provider_ukprn", "1000-001"),
        ("credits", -1),
        ("credits", 2**63),
    ],
)
def test_values_in_a_wrong_form(field: str, value: str | int) -> None:
    assert trouble(event("ILR", **{field: value})) == [(CONTRACT_NAMES[field], Rule.FORM)]


def test_an_event_of_an_awarding_organisation_is_final() -> None:
    assert trouble(event("AO", status="P")) == [("Status", Rule.FORM)]
    assert trouble(event("AO", status="F")) == []
    for source in ("ILR", "NPD"):
        assert trouble(event(source, status="P")) == []


@pytest.mark.parametrize("code", ["10004", "1000400", "10004X", "UNKNWN"])
def test_pupils_results_name_an_awarding_organisation_by_six_digits(code: str) -> None:
    assert trouble(event("NPD", awarding_organisation_ukprn=code)) == [("AwardingOrganisationUkprn", Rule.FORM)]
    assert trouble(event("ILR", awarding_organisation_ukprn=code)) == []


@pytest.mark.parametrize(
    ("kind", "is_higher"),
    [
        ("First degree", True),
        ("Bachelor of Science", True),
        ("Master's", True),
        ("Postgraduate Certificate", True),
        ("Foundation Degree", True),
        ("BTEC Higher National Diploma", True),
        ("HNC", True),
        ("Diploma of Higher Education", True),
        ("Higher Education", True),
        ("Degree", True),
        ("BA (Hons)", True),
        ("BSc", True),
        ("CertHE", True),
        ("Access to Higher Education Diploma", False),
        ("Award in Preparing for Higher Education", False),
        ("Higher Level Apprenticeship", False),
        ("Award in Bed Making", False),
        ("GCSE (A* to G)", False),
        ("NVQ at Level 5", False),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_higher_education_is_not_covered(source: str, kind: str, is_higher: bool) -> None:
    expected = [("QualificationType", Rule.COVERAGE)] if is_higher else []
    assert trouble(event(source, qualification_type=kind)) == expected


@pytest.mark.parametrize(
    ("title", "is_higher"),
    [
        *(
            (title, True)
            for title in (
                "BA (Hons) History",
                "History, B.A.",
                "BSc Computing",
                "B.Sc. (Hons) Chemistry",
                "BEng in Civil Engineering",
                "LLB Law",
                "MSc Finance",
                "MSci Physics",
                "MA Creative Writing",
                "MBA",
                "PhD in Physics",
                "Ph.D. Physics",
                "FdA Early Years",
                "FdSc Computing",
                "HND in Business",
                "HNC Construction",
                "Higher National Certificate in Engineering",
                "PGCE Secondary Mathematics",
                "PG Cert Education",
                "CertHE Theology",
                "Cert HE Theology",
                "DipHE Nursing",
                "Dip. H.E. Nursing",
                "Certificate of Higher Education in Law",
                "Diploma of Higher Education: Nursing",
                "Bachelor of Arts in Music",
                "Bachelor's Degree in Nursing",
                "Bachelors in Law",
                "Master’s in Education",
                "Master of Science",
                "Masters in Education",
                "Master's Degree in Education",
                "Doctor of Philosophy",
                "Doctorate in Clinical Psychology",
                "Foundation Degree in Sports Coaching",
                "First degree in Mathematics",
                "Degree in Nursing",
                "Nursing Degree",
                "Nursing (degree)",
                "Foundation Degrees in Sport",
                "Doctoral Studies",
                "BVSc Veterinary Science",
                "Certificate in Higher Education (Law)",
                "Diploma in Higher Education",
                "Postgraduate Diploma in Law",
                "Graduate Diploma in Law",
                "Undergraduate Certificate in Spanish",
                "Music with Honours (Hons)",
            )
        ),
        *(
            (title, False)
            for title in (
                "Access to Higher Education Diploma (Nursing)",
                "Access to HE Diploma: Science",
                "Award in Preparing for Higher Education",
                "Diploma in Bed Making",
                "Mastering Mathematics",
                "Master Baker's Award",
                "Certificate in Degrees of Comparison",
                "A 360 Degree View of Customer Service",
                "Making a 180-degree Turn",
                "Certificate in Higher Education Skills",
                "Ma and Pa: Working with Parents",
                "Ba: Introduction to Mandarin",
                "Graduate Tour Guide",
                "Extended Diploma in Art and Design",
                "Higher Level Teaching Assistant",
                "Higher",
                "Level 5 Diploma in Leadership",
                "Mathematics",
                "Msgr. Romero: a Life",
            )
        ),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_higher_education_is_told_by_its_title_too(source: str, title: str, is_higher: bool) -> None:
    assert trouble(event(source, subject=title)) == ([("Subject", Rule.COVERAGE)] if is_higher else [])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"qualification_type": "Key Stage 2 test"}, "QualificationType"),
        ({"qualification_type": "KS3"}, "QualificationType"),
        ({"subject": "Key stage 1 Reading"}, "Subject"),
        ({"qualification_type": "Key Stage 4"}, None),
        ({"qualification_type": "KS5"}, None),
        ({"subject": "Key Skills Unit in Communication"}, None),
    ],
)
def test_pupils_results_are_of_key_stages_4_and_5(values: dict[str, str], field: str | None) -> None:
    assert trouble(event("NPD", **values)) == ([] if field is None else [(field, Rule.COVERAGE)])
    assert trouble(event("ILR", **values)) == []


def test_every_broken_rule_is_found() -> None:
    wrong = event("AO", level="Level 9", collection_type="W", achievement_award_date="2008-01-01", credits=-1)
    assert trouble(wrong) == [
        ("CollectionType", Rule.SOURCE),
        ("Level", Rule.FORM),
        ("Credits", Rule.FORM),
        ("AchievementAwardDate", Rule.BEGINNING),
    ]
