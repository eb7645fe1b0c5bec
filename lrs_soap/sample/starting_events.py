"""The learning events of the starting data: a few for some learners, and four hundred for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from itertools import cycle

from lrs_soap.loading.event_record import event_of
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.sample import qualifications
from lrs_soap.sample.qualifications import LEVELS, Qualifications

LONG_RECORD = "6835192746"
"""The ULN of the learner with the long record, born in 1993."""

_GCSE_YEAR, _A_LEVEL_YEAR, _FIRST_YEAR, _FIRST_YEAR_OF_UNITS = 2010, 2012, 2012, 2013
_A_LEVELS, _YEARS_OF_COURSES = 5, 4


def starting_events(now: datetime) -> Iterator[LearningEvent]:
    """The events, each with its learner's ULN. `now` becomes the DateLoaded of an event that has none."""
    text = (files("lrs_soap.sample.data") / "learning_events.jsonl").read_text("utf-8")
    for line in text.splitlines():
        yield event_of(json.loads(line), now=now).event
    for event in _long_record(qualifications.read()):
        yield event._replace(uln=LONG_RECORD)


def _long_record(known: Qualifications) -> Iterator[LearningEvent]:
    """Every GCSE, five A levels, each course four times and once with its award, each unit at four levels: 400."""
    school, boards = known.schools[0], cycle(known.awarding)
    for title, grade in zip(known.gcses, cycle(("A*", "A", "B", "C", "D", "U"))):
        yield qualifications.gcse(title, year=_GCSE_YEAR, grade=grade, school=school, awarded_by=next(boards))
    for title, grade in zip(known.a_levels[:_A_LEVELS], cycle(("A", "B", "E"))):
        yield qualifications.a_level(title, year=_A_LEVEL_YEAR, grade=grade, school=school, awarded_by=next(boards))
    yield from _courses(known)
    for place, title in enumerate(known.courses):
        day = date(_FIRST_YEAR_OF_UNITS + place % 10, 6, 1 + place)
        yield qualifications.award(
            title, level="Level 2", day=day, grade="Pass", credits=place % 40, awarded_by=next(boards)
        )
    for place, title in enumerate(known.units):
        for number, level in enumerate(LEVELS):
            day = date(_FIRST_YEAR_OF_UNITS + (place + number) % 11, 1 + place % 12, 1 + number)
            yield qualifications.unit(
                title, level=level, day=day, grade="Pass", credits=1 + number, awarded_by=next(boards)
            )


def _courses(known: Qualifications) -> Iterator[LearningEvent]:
    """A few each year; every seventh has no end, every fifth no grade."""
    colleges = cycle(known.colleges)
    for number, title in enumerate(known.courses * _YEARS_OF_COURSES):
        year = _FIRST_YEAR + number // 9
        end = None if number % 7 == 6 else date(year + 1, 6, 20)
        yield qualifications.course(
            title,
            start=date(year, 9, 1 + number % 9),
            end=end,
            award=end,
            grade="Pass" if end is not None and number % 5 else None,
            college=next(colleges),
        )
