"""Read Personal Learning Records of 40 and 400 events, each compared with an empty application of the same size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import Wrk

_SMALL, _LARGE = 40, 400
_GET_TYPES = ("FULL", "BRIEF")
# NPD has no event from before a learner was 14.
_FIRST_YEAR, _YEARS = int(learners.SOMEONE["DateOfBirth"][:4]) + 15, 9

LEARNERS = {
    _SMALL: {**learners.SOMEONE, "ULN": "6173940298", "FamilyName": "Fewevents"},
    _LARGE: {**learners.SOMEONE, "ULN": "7284051964", "FamilyName": "Manyevents"},
}
"""The learners whose records are read, by their number of events."""


# Of records of 40 events.
_AIMS = {"BRIEF": 0.4, "FULL": 0.36}


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the tables. Returns the figures that have an aim."""
    database = plan.database("records")
    learners.add(database, with_events())
    server = plan.serve(database)
    url = f"{server.url}/LearnerServiceR9.svc"
    rows: list[Row] = []
    ours: dict[tuple[str, int], Row] = {}
    for get_type in _GET_TYPES:
        for count, someone in LEARNERS.items():
            request = requests.learning_events(someone, get_type)
            wrk = Wrk(plan.folder, f"{get_type}-{count}", request, requests.LEARNING_EVENTS_ACTION)
            size = len(ask(url, request, "WSRC0004", requests.LEARNING_EVENTS_ACTION))
            empty = plan.empty(size, wrk)
            row = Row(f"{get_type}, {count} events", server, url, wrk, beside=empty)
            rows += [empty, row]
            ours[get_type, count] = row
    measure(rows, rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"Personal Learning Records, 8 connections, {plan.rounds} rounds of {plan.seconds} s", rows)
    cost = ours["FULL", _SMALL].ratio_to(ours["FULL", _LARGE]) * _SMALL / _LARGE
    print(f"an event of the record of {_LARGE} costs {cost:.2f} of what one of the record of {_SMALL} does")
    return [
        Aim(f"record of {_SMALL} events, {get_type}", ours[get_type, _SMALL].ratio(), least=least)
        for get_type, least in _AIMS.items()
    ]


def with_events() -> Sequence[Mapping[str, object]]:
    """The learners whose records are read, to be loaded by `learners.add`."""
    return [{**someone, "LearningEvents": _events(count)} for count, someone in LEARNERS.items()]


def _events(count: int) -> list[dict[str, str]]:
    return [
        {
            "Source": "NPD",
            "AchievementAwardDate": f"{_FIRST_YEAR + number % _YEARS}-08-12",
            "AchievementProviderName": "Millbrook Academy",
            "AchievementProviderUkprn": "10990002",
            "AwardingOrganisationName": "AQA",
            "AwardingOrganisationUkprn": "100040",
            "Grade": "7",
            "QualificationType": "GCSE (9 to 1)",
            "Status": "F",
            "Subject": "English Language",
            "SubjectCode": f"60{number:06}",
        }
        for number in range(count)
    ]
