"""Learning events with the titles of real qualifications and units, for made-up learners.

The results are made up by the caller. Reference numbers have the form of real ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from lrs_soap.rules.records.learning_events import AO, FINAL, ILR, NPD, LearningEvent
from lrs_soap.sample.sampling import entries

LEVELS = {"Entry Level": "Lefel Mynediad", "Level 1": "Lefel 1", "Level 2": "Lefel 2", "Level 3": "Lefel 3"}
"""The levels of what awarding organisations upload, with their Welsh names."""

FIRST_YEAR_OF_NUMBERS = 2017
"""GCSEs have been graded by numbers since this year."""

_LETTERS = ("GCSE (A* to G)", "TGAU (A* i G)")
_NUMBERS = ("GCSE (9 to 1)", "TGAU (9 i 1)")
_A_LEVEL = ("GCE A Level", "Safon Uwch TAG")
_UNIT = ("Unit", "Uned")
_RESULTS_DAY = "08-20"
_CHECK_DIGITS = "0123456789X"
_UNIT_LETTERS = "ADFHJKLMRTY"


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a qualification or unit, its Welsh title if any, and the number that its codes are made from."""

    text: str
    welsh: str | None
    number: int

    @property
    def kind(self) -> str:
        """What a course's title begins with: Award, Certificate, BTEC Extended Diploma …"""
        return self.text.partition(" in ")[0].partition(" for ")[0].removesuffix(" qualification")

    @property
    def code(self) -> str:
        """The qualification's number: eight characters, of which the last is a check digit."""
        stem = str(6_000_000 + 37 * self.number)
        return stem + _CHECK_DIGITS[sum(map(int, stem)) % 11]

    @property
    def written_code(self) -> str:
        """The code as awarding organisations write it: 600/1166/X."""
        return f"{self.code[:3]}/{self.code[3:7]}/{self.code[7]}"

    def unit_code(self, level: int) -> str:
        """The code of a unit of this title, by the place of its level in `LEVELS`: K/501/5773."""
        number = len(LEVELS) * self.number + level
        return f"{_UNIT_LETTERS[number % 11]}/{500 + number % 7}/{1000 + number % 9000}"


@dataclass(frozen=True, slots=True)
class Provider:
    """A school or college, made up."""

    ukprn: str
    name: str


@dataclass(frozen=True, slots=True)
class AwardingOrganisation:
    """An awarding organisation. `pupils_code` is its code of six digits in the results of pupils."""

    ukprn: str
    pupils_code: str
    name: str
    welsh_name: str | None


@dataclass(frozen=True, slots=True)
class Qualifications:
    """Everything that learning events are made of."""

    gcses: tuple[Title, ...]
    a_levels: tuple[Title, ...]
    courses: tuple[Title, ...]
    units: tuple[Title, ...]
    schools: tuple[Provider, ...]
    colleges: tuple[Provider, ...]
    awarding: tuple[AwardingOrganisation, ...]


def read() -> Qualifications:
    """The contents of `sample/data/qualifications.txt`."""
    listed = {tuple(about): things for about, things in entries("qualifications.txt")}
    numbers = count()

    def titles(kind: str) -> tuple[Title, ...]:
        return tuple(Title(*_with_welsh(thing), next(numbers)) for thing in listed[kind,])

    def providers(kind: str) -> tuple[Provider, ...]:
        return tuple(Provider(about[1], names[0]) for about, names in listed.items() if about[0] == kind)

    return Qualifications(
        gcses=titles("gcse"),
        a_levels=titles("a-level"),
        courses=titles("course"),
        units=titles("unit"),
        schools=providers("school"),
        colleges=providers("college"),
        awarding=tuple(_awarding(about[1:], names) for about, names in listed.items() if about[0] == "awarding"),
    )


def gcse(title: Title, *, year: int, grade: str, school: Provider, awarded_by: AwardingOrganisation) -> LearningEvent:
    """A pupil's GCSE, as the National Pupil Database records it."""
    kind = _NUMBERS if year >= FIRST_YEAR_OF_NUMBERS else _LETTERS
    return _pupils(title, kind, year, grade, school, awarded_by)


def a_level(
    title: Title, *, year: int, grade: str, school: Provider, awarded_by: AwardingOrganisation
) -> LearningEvent:
    """A pupil's A level, as the National Pupil Database records it."""
    return _pupils(title, _A_LEVEL, year, grade, school, awarded_by)


def course(
    title: Title, *, start: date, end: date | None, award: date | None, grade: str | None, college: Provider
) -> LearningEvent:
    """A course, as its provider returns it. It has no end while it goes on, and no award if there is none."""
    return LearningEvent(
        achievement_award_date=_text(award),
        achievement_provider_name=college.name,
        achievement_provider_ukprn=college.ukprn,
        date_loaded=_loaded(award or end or start),
        grade=grade,
        participation_end_date=_text(end),
        participation_start_date=_text(start),
        qualification_type=title.kind,
        source=ILR,
        status=FINAL if award is not None else None,
        subject=title.text,
        subject_code=title.code,
    )


def award(
    title: Title, *, level: str, day: date, grade: str, credits: int, awarded_by: AwardingOrganisation
) -> LearningEvent:
    """A qualification, as an awarding organisation uploads it."""
    return _uploaded(title.text, title.written_code, title.kind, level, day, grade, credits, awarded_by)


def unit(
    title: Title, *, level: str, day: date, grade: str, credits: int, awarded_by: AwardingOrganisation
) -> LearningEvent:
    """A unit, as an awarding organisation uploads it."""
    code = title.unit_code(tuple(LEVELS).index(level))
    event = _uploaded(title.text, code, _UNIT[0], level, day, grade, credits, awarded_by)
    return event._replace(qualification_type_welsh=_UNIT[1])


def _pupils(
    title: Title, kind: tuple[str, str], year: int, grade: str, school: Provider, awarded_by: AwardingOrganisation
) -> LearningEvent:
    return LearningEvent(
        achievement_award_date=f"{year}-{_RESULTS_DAY}",
        achievement_provider_name=school.name,
        achievement_provider_ukprn=school.ukprn,
        awarding_organisation_name=awarded_by.name,
        awarding_organisation_ukprn=awarded_by.pupils_code,
        date_loaded=f"{year + 1}-01-20 06:12:44",
        grade=grade,
        qualification_type=kind[0],
        source=NPD,
        status=FINAL,
        subject=title.text,
        subject_code=title.code,
        subject_welsh=title.welsh,
        qualification_type_welsh=kind[1],
        awarding_organisation_name_welsh=awarded_by.welsh_name,
    )


def _uploaded(
    text: str, code: str, kind: str, level: str, day: date, grade: str, credits: int, awarded_by: AwardingOrganisation
) -> LearningEvent:
    return LearningEvent(
        achievement_award_date=_text(day),
        awarding_organisation_name=awarded_by.name,
        awarding_organisation_ukprn=awarded_by.ukprn,
        credits=credits,
        date_loaded=_loaded(day),
        grade=grade,
        language_for_assessment="English",
        level=level,
        qualification_type=kind,
        source=AO,
        subject=text,
        subject_code=code,
        level_welsh=LEVELS[level],
        awarding_organisation_name_welsh=awarded_by.welsh_name,
    )


def _loaded(day: date) -> str:
    """When an event of that day was loaded: some weeks later."""
    return f"{day + timedelta(days=45)} 03:05:51"


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _with_welsh(listed: str) -> tuple[str, str | None]:
    text, _, welsh = listed.partition(" = ")
    return text, welsh or None


def _awarding(codes: Iterable[str], names: list[str]) -> AwardingOrganisation:
    ukprn, pupils_code = codes
    return AwardingOrganisation(ukprn, pupils_code, *_with_welsh(names[0]))
