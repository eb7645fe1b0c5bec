"""The learning events of synthetic learners: what a person of that age may have learned, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from lrs_soap.rules.records.learning_events import FIRST_DAY, FIRST_YEAR_OF_AO, SENSITIVE, LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.sample import qualifications
from lrs_soap.sample.qualifications import FIRST_YEAR_OF_NUMBERS, LEVELS, Provider, Title
from lrs_soap.sample.sampling import Draw, Weighted, below, one_of

# Fixed years, so that the records do not change with the clock.
_LAST_YEAR = 2023
_FIRST_MONTH_OF_SCHOOL = 9
_AGE_OF_GCSES, _YEARS_TO_A_LEVELS = 16, 2

_GCSES = Weighted(((0, 4), (5, 8), (6, 8), (7, 12), (8, 26), (9, 28), (10, 14)))
_A_LEVELS = Weighted(((0, 60), (2, 6), (3, 30), (4, 4)))
_LETTERS = Weighted((("A*", 7), ("A", 15), ("B", 22), ("C", 26), ("D", 14), ("E", 8), ("F", 4), ("G", 2), ("U", 2)))
_NUMBERS = Weighted(
    (("9", 5), ("8", 7), ("7", 10), ("6", 13), ("5", 16), ("4", 18), ("3", 13), ("2", 9), ("1", 6), ("U", 3))
)
_A_LEVEL_GRADES = Weighted((("A*", 9), ("A", 18), ("B", 27), ("C", 24), ("D", 13), ("E", 6), ("U", 3)))
# How many courses, and how many awards with their units, people have who were born in this year or later.
_COURSES = (
    (1979, Weighted(((0, 25), (1, 30), (2, 25), (3, 12), (5, 6), (8, 2)))),
    (1944, Weighted(((0, 40), (1, 32), (2, 16), (3, 8), (6, 4)))),
    (0, Weighted(((0, 80), (1, 16), (2, 4)))),
)
_AWARDS = (
    (1979, Weighted(((0, 58), (1, 26), (2, 12), (3, 4)))),
    (1944, Weighted(((0, 70), (1, 22), (2, 8)))),
    (0, Weighted(((0, 95), (1, 5)))),
)
_UNITS = Weighted(((0, 40), (2, 20), (4, 25), (8, 15)))
_LEVELS = Weighted(zip(LEVELS, (12, 28, 40, 20), strict=True))
_GRADES = Weighted((("Pass", 84), ("Merit", 9), ("Distinction", 7)))
_ACHIEVED, _ENDED, _GRADED = 0.82, 0.93, 0.75
_SENSITIVE = 0.004
_CREDITS = 3


class Records:
    """Makes the records of synthetic learners."""

    def __init__(self) -> None:
        self._known = qualifications.read()

    def of(self, learner: Learner, draw: Draw) -> list[LearningEvent]:
        """A learner's events, with the ULN; many learners have none. `draw` is the learner's own stream."""
        birth = date.fromisoformat(learner.date_of_birth)
        year, school = _year_of_gcses(birth), one_of(self._known.schools, draw)
        events = (
            *self._gcses(year, school, draw),
            *self._a_levels(year + _YEARS_TO_A_LEVELS, school, draw),
            *self._courses(birth, draw),
            *self._awards(birth, draw),
        )
        return [event._replace(uln=learner.uln) for event in events]

    def _gcses(self, year: int, school: Provider, draw: Draw) -> Iterator[LearningEvent]:
        if not FIRST_DAY.year <= year <= _LAST_YEAR:
            return
        grades = _NUMBERS if year >= FIRST_YEAR_OF_NUMBERS else _LETTERS
        for title in self._known.gcses[: _GCSES.one(draw)]:
            awarded_by = one_of(self._known.awarding, draw)
            yield qualifications.gcse(title, year=year, grade=grades.one(draw), school=school, awarded_by=awarded_by)

    def _a_levels(self, year: int, school: Provider, draw: Draw) -> Iterator[LearningEvent]:
        if not FIRST_DAY.year <= year <= _LAST_YEAR:
            return
        for title in _some_of(self._known.a_levels, _A_LEVELS.one(draw), draw):
            grade, awarded_by = _A_LEVEL_GRADES.one(draw), one_of(self._known.awarding, draw)
            yield qualifications.a_level(title, year=year, grade=grade, school=school, awarded_by=awarded_by)

    def _courses(self, birth: date, draw: Draw) -> Iterator[LearningEvent]:
        for year in _years(FIRST_DAY.year, birth, _COURSES, draw):
            start = date(year, 9, 1 + below(28, draw))
            end = date(year + 1, 6, 1 + below(28, draw)) if draw() < _ENDED else None
            award = end if draw() < _ACHIEVED else None
            grade = _GRADES.one(draw) if award is not None and draw() < _GRADED else None
            title, college = one_of(self._known.courses, draw), one_of(self._known.colleges, draw)
            course = qualifications.course(title, start=start, end=end, award=award, grade=grade, college=college)
            yield _sensitive_or_not(course, draw)

    def _awards(self, birth: date, draw: Draw) -> Iterator[LearningEvent]:
        for year in _years(FIRST_YEAR_OF_AO, birth, _AWARDS, draw):
            day = date(year, 1 + below(12, draw), 1 + below(28, draw))
            level, awarded_by = _LEVELS.one(draw), one_of(self._known.awarding, draw)
            title, grade, units = one_of(self._known.courses, draw), _GRADES.one(draw), _UNITS.one(draw)
            award = qualifications.award(
                title, level=level, day=day, grade=grade, credits=_CREDITS * units, awarded_by=awarded_by
            )
            yield _sensitive_or_not(award, draw)
            for unit in _some_of(self._known.units, units, draw):
                yield qualifications.unit(
                    unit, level=level, day=day, grade="Pass", credits=_CREDITS, awarded_by=awarded_by
                )


def _year_of_gcses(birth: date) -> int:
    """The year in which a pupil with this birthday sits GCSEs."""
    return birth.year + _AGE_OF_GCSES + (birth.month >= _FIRST_MONTH_OF_SCHOOL)


def _years(first: int, birth: date, numbers: Sequence[tuple[int, Weighted[int]]], draw: Draw) -> Iterator[int]:
    """The years of a person's courses or awards, as many as people of that age have, none before the GCSEs."""
    first = max(first, _year_of_gcses(birth))
    if first <= _LAST_YEAR:
        number = next(weighted for first_birth, weighted in numbers if birth.year >= first_birth)
        for _ in range(number.one(draw)):
            yield first + below(_LAST_YEAR - first + 1, draw)


def _some_of(titles: Sequence[Title], number: int, draw: Draw) -> Iterator[Title]:
    """`number` titles that are next to each other."""
    first = below(len(titles), draw)
    return (titles[(first + place) % len(titles)] for place in range(number))


def _sensitive_or_not(event: LearningEvent, draw: Draw) -> LearningEvent:
    return event._replace(restriction=SENSITIVE) if draw() < _SENSITIVE else event
