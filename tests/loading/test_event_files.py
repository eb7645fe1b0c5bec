"""Learning events from files: in a learner's record, and on their own by ULN."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lrs_soap.clock import SettableClock
from lrs_soap.loading import learner_files
from lrs_soap.loading.event_files import load_events
from lrs_soap.loading.event_record import FIELDS
from lrs_soap.loading.learner_files import LoadResult, Warned, load
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, learning_events
from lrs_soap.store.store import Store

FIRST, SECOND, DELETED, UNKNOWN = "1000000019", "1000000027", "1000000035", "1000000043"

AWARD = "AchievementAwardDate"

LoadEvents = Callable[..., LoadResult]


def a_learner(uln: str, family_name: str, **changed: Any) -> Learner:
    return Learner(uln, "Nadia", family_name, "2001-04-05", "2", "YO1 7HH", "1", "2024-09-01", "2024-09-01", **changed)


@pytest.fixture
def held(store: Store) -> Store:
    with store.writing() as transaction:
        learners.insert(transaction, a_learner(FIRST, "Birch"))
        learners.insert(transaction, a_learner(SECOND, "Ash", master_uln=FIRST))
        learners.insert(transaction, a_learner(DELETED, "Elm", learner_status="2"))
    return store


@pytest.fixture
def load_lines(held: Store, clock: SettableClock) -> LoadEvents:
    """Loads events from lines of text."""

    def load_them(*lines: str, **options: Any) -> LoadResult:
        return load_events(held, [f"{line}\n".encode() for line in lines], clock=clock, **options)

    return load_them


def record(uln: str | None = FIRST, **changed: Any) -> dict[str, Any]:
    least = {
        "Source": "ILR",
        "Subject": "Mathematics",
        "SubjectCode": "600/1166/X",
        "AchievementProviderUkprn": "10000001",
    }
    return {**({} if uln is None else {"ULN": uln}), **least, **changed}


def line(uln: str = FIRST, **changed: Any) -> str:
    return json.dumps(record(uln, **changed))


def events_of(store: Store, *ulns: str) -> list[LearningEvent]:
    with store.reading() as transaction:
        return learning_events.of(transaction, ulns)


def count(store: Store) -> int:
    with store.reading() as transaction:
        return learning_events.count(transaction)


HEADING = "ULN,Source,Subject,SubjectCode,AchievementProviderUkprn,Credits"
ROW = f"{FIRST},ILR,Mathematics,600/1166/X,10000001,"


@pytest.mark.parametrize("lines", [[line(), line(SECOND)], [HEADING, ROW, ROW.replace(FIRST, SECOND)]])
def test_the_least_that_an_event_needs(held: Store, load_lines: LoadEvents, lines: list[str]) -> None:
    assert load_lines(*lines) == LoadResult(2, ())
    first, second = events_of(held, FIRST, SECOND)
    assert first == LearningEvent(
        id=first.id,
        uln=FIRST,
        source="ILR",
        subject="Mathematics",
        subject_code="600/1166/X",
        achievement_provider_ukprn="10000001",
        date_loaded="2025-03-10 12:00:00",
    )
    assert (second.uln, second.id > first.id) == (SECOND, True)


def test_every_field_may_be_there(held: Store, load_lines: LoadEvents) -> None:
    values = {
        "AchievementAwardDate": "2014-06-30",
        "AchievementProviderName": "A College",
        "AchievementProviderUkprn": "10000001",
        "AwardingOrganisationName": "WJEC",
        "AwardingOrganisationUkprn": "10000002",
        "Credits": "12",
        "DateLoaded": "2014-07-01 06:12:44",
        "Grade": "Pass",
        "LanguageForAssessment": "Welsh",
        "Level": "Level 2",
        "ParticipationEndDate": "2014-06-20",
        "ParticipationStartDate": "2013-09-02",
        "QualificationType": "Award",
        "Restriction": "1",
        "Source": "AO",
        "Status": "F",
        "Subject": "Childcare, “really”",
        "SubjectCode": "600/6742/4",
        "UnderDataChallenge": "Y",
        "SubjectWelsh": "Gofal Plant",
        "QualificationTypeWelsh": "Dyfarniad",
        "LevelWelsh": "Lefel 2",
        "AwardingOrganisationNameWelsh": "CBAC",
    }
    assert {*values, "CollectionType", "ReturnNumber"} == set(FIELDS)
    in_csv = ",".join(f'"{values.get(field, "")}"' for field in FIELDS)
    for lines in (
        [json.dumps({"ULN": FIRST, **values, "Credits": 12, "CollectionType": None})],
        [",".join(("ULN", *FIELDS)), f"{FIRST},{in_csv}"],
    ):
        assert load_lines(*lines) == LoadResult(1, ())
    from_json, from_csv = events_of(held, FIRST)
    assert from_json._replace(id=0) == from_csv._replace(id=0)
    assert (from_json.credits, from_json.awarding_organisation_name_welsh) == (12, "CBAC")


def test_an_awarding_organisation_s_event_is_restricted_or_says_nothing(held: Store, load_lines: LoadEvents) -> None:
    award = {
        "AchievementAwardDate": "2014-06-30",
        "AwardingOrganisationName": "WJEC",
        "AwardingOrganisationUkprn": "10000002",
        "LanguageForAssessment": "Welsh",
    }
    lines = [line(Source="AO", Restriction=restriction, **award) for restriction in ("0", "1")]
    assert load_lines(*lines, line(Restriction="0")) == LoadResult(3, ())
    assert [event.restriction for event in events_of(held, FIRST)] == [None, "1", "0"]


def test_the_answer_of_no_grade_is_no_grade_where_the_ilr_has_none(held: Store, load_lines: LoadEvents) -> None:
    assert load_lines(line(Grade="9999999999"), line(Grade="Pass")) == LoadResult(2, ())
    assert [event.grade for event in events_of(held, FIRST)] == [None, "Pass"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"ULN": None}, "ULN: missing"),
    ({"ULN": "1000000010"}, "ULN: '1000000010' is not ten digits with the right check digit"),
    ({"ULN": 1000000019}, "ULN: must be text"),
    ({"ULN": UNKNOWN}, f"ULN: no learner with the ULN {UNKNOWN} is held"),
    ({"ULN": DELETED}, f"ULN: the learner with the ULN {DELETED} is deleted"),
    ({"ID": 7}, "ID: cannot be loaded: events are numbered as they are loaded"),
    ({"Colour": "red"}, "'Colour' is not a field of a learning event"),
    ({"Source": "XXX"}, "Value 'XXX' of element 'Source' is not ILR, NPD, AO or QCFU."),
    ({"Source": None}, "Value '' of element 'Source' is not ILR, NPD, AO or QCFU."),
    ({"Subject": ""}, "Element 'Subject' is required where Source is ILR."),
    ({"Subject": 1}, "Subject: must be text"),
    ({"Subject": "a\x00b"}, "Subject: holds the character U+0000"),
    ({"Level": "Level 9"}, "Value 'Level 9' of element 'Level' is not Entry Level, or Level 1 to 8"),
    ({"LanguageForAssessment": "Welsh"}, "Value 'Welsh' of element 'LanguageForAssessment' is not allowed where"),
    ({"AchievementProviderUkprn": None}, "Element 'AchievementProviderUkprn' is required where Source is ILR."),
    ({"AchievementProviderUkprn": "1000001"}, "Value '1000001' of element 'AchievementProviderUkprn' is not a UKPRN"),
    ({"ParticipationStartDate": "2009-05-31"}, "Value '2009-05-31' of element 'ParticipationStartDate' is before 2009"),
    ({"ParticipationEndDate": "2025-03-11"}, "Value '2025-03-11' of element 'ParticipationEndDate' is after the day"),
    ({"Subject": "BSc Mathematics"}, "Value 'BSc Mathematics' of element 'Subject' is higher education"),
    ({"GivenName": "Nadine"}, f"Value 'Nadine' of element 'GivenName' is not that of the learner with the ULN {FIRST}"),
    ({"FamilyName": "Ash"}, "Value 'Ash' of element 'FamilyName' is not that of the learner"),
    ({"DateOfBirth": "2001-05-04"}, "Value '2001-05-04' of element 'DateOfBirth' is not that of the learner"),
    ({"Gender": "1"}, "Value '1' of element 'Gender' is not that of the learner"),
    ({"Gender": 2}, "Gender: must be text"),
    (
        {"Source": "NPD", "AwardingOrganisationUkprn": "100040", "AchievementAwardDate": "2015-04-04"},
        "Value '2015-04-04' of element 'AchievementAwardDate' is before the learner was 14 (born 2001-04-05)",
    ),
    ({"QualificationType": "First degree"}, "Value 'First degree' of element 'QualificationType' is higher education"),
    *(
        ({"Credits": credits}, "Credits: must be a whole number from 0 to 9223372036854775807")
        for credits in ("1.5", "one", " 1", "٣")
    ),
    ({"Credits": 1.5}, "Credits: must be text"),
    ({"Credits": True}, "Credits: must be text"),
    *(
        ({"Credits": credits}, f"Value '{credits}' of element 'Credits' is not a whole number from 0")
        for credits in (-1, "-1", 2**63)
    ),
    ({"Credits": 10**4000}, "Value '9223372036854775808' of element 'Credits' is not a whole number from 0"),
]


def test_a_bad_event_is_told_and_the_others_are_loaded(held: Store, load_lines: LoadEvents) -> None:
    lines = [json.dumps({**record(), **changed}) for changed, _ in BAD]
    result = load_lines(line(), *lines, "{", line())
    assert result.loaded == count(held) == 2
    assert [number for number, _ in result.rejected] == list(range(2, len(BAD) + 3))
    for (_, told), (_, reason) in zip(result.rejected, [*BAD, ({}, "not JSON: ")], strict=True):
        assert told.startswith(reason)


@pytest.mark.parametrize("uln", [FIRST, SECOND])
@pytest.mark.parametrize(
    "details",
    [
        {},
        {"GivenName": "NADIA"},
        {"DateOfBirth": "2001-04-05", "Gender": "2"},
        {"Gender": "9"},
        {"GivenName": "", "FamilyName": None},
    ],
)
def test_an_event_with_the_learner_s_details_is_loaded(
    held: Store, load_lines: LoadEvents, uln: str, details: dict[str, str | None]
) -> None:
    assert load_lines(line(uln, **details)) == LoadResult(1, ())
    assert [event.uln for event in events_of(held, uln)] == [uln]


def test_a_linked_learner_s_own_details_count(load_lines: LoadEvents) -> None:
    result = load_lines(line(SECOND, FamilyName="Ash"), line(SECOND, FamilyName="Birch"))
    assert (result.loaded, [number for number, _ in result.rejected]) == (1, [2])


def test_details_come_in_a_table_too(load_lines: LoadEvents) -> None:
    rows = [f"{ROW},Nadia,Birch", f"{ROW},Nadia,Birsch", f"{ROW},,"]
    result = load_lines(f"{HEADING},GivenName,FamilyName", *rows)
    assert (result.loaded, [number for number, _ in result.rejected]) == (2, [3])


def test_who_is_14_has_events_of_a_pupil(load_lines: LoadEvents) -> None:
    pupil = {"Source": "NPD", "AwardingOrganisationUkprn": "100040"}
    days = ("2015-04-05", "2015-04-04", "2010-08-24", None)
    result = load_lines(*(line(**pupil, **{AWARD: day}) for day in days))
    assert (result.loaded, [number for number, _ in result.rejected]) == (2, [2, 3])
    assert load_lines(*(line(**{AWARD: day}) for day in ("2015-04-04", "2009-08-24"))).loaded == 2


@pytest.mark.parametrize("strict", [False, True])
def test_an_award_in_the_future_is_loaded_with_a_warning(held: Store, load_lines: LoadEvents, strict: bool) -> None:
    result = load_lines(line(), line(**{AWARD: "2058-06-30"}), strict=strict)
    told = "Value '2058-06-30' of element 'AchievementAwardDate' is in the future."
    assert result == LoadResult(2, (), warned=(Warned(2, told),))
    assert [event.achievement_award_date for event in events_of(held, FIRST)] == [None, "2058-06-30"]


@pytest.mark.parametrize(("strict", "warned"), [(False, [1]), (True, [])])
def test_there_is_no_warning_about_what_is_not_loaded(load_lines: LoadEvents, strict: bool, warned: list[int]) -> None:
    lines = [line(**{AWARD: "2058-06-30"}), line(UNKNOWN, **{AWARD: "2058-06-30"})]
    assert [number for number, _ in load_lines(*lines, strict=strict).warned] == warned


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("Source,Subject,SubjectCode", "ULN: missing from the heading"),
        ("ULN,Subject,SubjectCode", "Source: missing from the heading"),
        (f"{HEADING},Source", "Source: given more than once"),
        (f"{HEADING},ID", "ID: cannot be loaded"),
        (f"{HEADING},", "a column has no name"),
        ("GivenName,FamilyName", "ULN: missing from the heading"),
        (f"{HEADING},Gender,Gender", "Gender: given more than once"),
        (f"{HEADING},LastKnownPostCode", "'LastKnownPostCode' is not a field of a learning event"),
    ],
)
def test_a_heading_that_will_not_do_stops_the_load(load_lines: LoadEvents, heading: str, reason: str) -> None:
    result = load_lines(heading, ROW)
    ((number, told),) = result.rejected
    assert (result.loaded, number) == (0, 1)
    assert told.startswith(reason)


@pytest.mark.parametrize("bad", [line(Level="Level 9"), line(UNKNOWN), "{"], ids=range(3))
def test_strict_loads_all_or_nothing(held: Store, load_lines: LoadEvents, bad: str) -> None:
    good = [line(Subject=f"Subject {number}") for number in range(800)]
    result = load_lines(*good, bad, strict=True)
    assert (result.loaded, count(held)) == (0, 0)
    assert [number for number, _ in result.rejected] == [801]
    assert load_lines(*good, strict=True) == LoadResult(800, ())


@pytest.mark.parametrize("strict", [False, True])
def test_progress_is_told_and_the_order_kept(held: Store, load_lines: LoadEvents, strict: bool) -> None:
    told: list[tuple[int, int]] = []
    load_lines(
        *(line(Subject=f"Subject {number}") for number in range(1500)),
        strict=strict,
        progress=lambda loaded, rejected: told.append((loaded, rejected)),
    )
    assert told == [(720, 0), (1440, 0), (1500, 0)]
    assert [event.subject for event in events_of(held, FIRST)] == [f"Subject {number}" for number in range(1500)]


def test_a_file_by_its_path(held: Store, clock: SettableClock, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(f"\ufeff{HEADING}\r\n{ROW}\r\n".encode())
    assert load_events(held, path, clock=clock) == LoadResult(1, ())
    with pytest.raises(FileNotFoundError):
        load_events(held, tmp_path / "nowhere.csv", clock=clock)


def test_others_write_in_the_pause_after_each_portion(
    held: Store, clock: SettableClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Store(database_url, busy_timeout=0)
    seen: list[int] = []

    def writing(seconds: float) -> None:
        # Twice as long as a server that waits to write may take to look again.
        assert seconds >= 0.004
        with impatient.writing():
            seen.append(len(events_of(impatient, FIRST)))

    monkeypatch.setattr(learner_files, "time", SimpleNamespace(sleep=writing))
    load_events(held, [line().encode() for _ in range(1500)], clock=clock)
    impatient.close()
    assert seen == [720, 1440, 1500]


# In a learner's record


def person(family_name: str, *events: Any, **changed: Any) -> bytes:
    values = {
        "GivenName": "Nadia",
        "FamilyName": family_name,
        "DateOfBirth": "2001-04-05",
        "Gender": "2",
        "LastKnownPostCode": "YO1 7HH",
        "LearningEvents": events,
        **changed,
    }
    return json.dumps(values).encode()


def test_a_learner_comes_with_events_whatever_the_order(store: Store, clock: SettableClock) -> None:
    subjects = (record(None, Subject="a"), record(None, Subject="b"))
    result = load(
        store,
        [
            person("Ash", *subjects, ULN=SECOND, MasterULN=FIRST),
            person("Birch", record(None, Subject="c"), ULN=FIRST),
            person("Elm", record(None, Subject="d")),
            person("Oak", ULN=UNKNOWN, LearningEvents=None),
        ],
        clock=clock,
    )
    assert (result.loaded, result.rejected) == (4, ())
    assert [line for line, _ in result.issued] == [3]
    assert [event.subject for event in events_of(store, FIRST, SECOND, UNKNOWN)] == ["c", "a", "b"]
    assert count(store) == 4


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([record(None), record(None, Level="Level 9")], "LearningEvents: event 2: Value 'Level 9' of element 'Level'"),
        ([record(None, GivenName="Nadia")], "LearningEvents: event 1: 'GivenName' is not a field of a learning event"),
        (
            [record(None), record(None, Source="NPD", AwardingOrganisationUkprn="100040", **{AWARD: "2010-08-24"})],
            "LearningEvents: event 2: Value '2010-08-24' of element 'AchievementAwardDate' is before the learner",
        ),
        ([record(FIRST)], "LearningEvents: event 1: 'ULN' is not a field of a learning event"),
        ([record(None, Subject=None)], "LearningEvents: event 1: Element 'Subject' is required"),
        (["text"], "LearningEvents: event 1: not an object"),
        ("text", "LearningEvents: must be a list of objects"),
        ({"Source": "ILR"}, "LearningEvents: must be a list of objects"),
    ],
)
def test_a_learner_with_a_bad_event_is_not_loaded(store: Store, clock: SettableClock, events: Any, reason: str) -> None:
    lines = [person("Ash", record(None)), person("Birch", ULN=FIRST, LearningEvents=events)]
    result = load(store, lines, clock=clock)
    assert result.loaded == 1
    ((number, told),) = result.rejected
    assert number == 2
    assert told.startswith(reason)
    assert count(store) == 1


def test_a_learner_comes_with_an_award_in_the_future(store: Store, clock: SettableClock) -> None:
    result = load(store, [person("Ash", record(None), record(None, **{AWARD: "2058-06-30"}), ULN=FIRST)], clock=clock)
    told = "LearningEvents: event 2: Value '2058-06-30' of element 'AchievementAwardDate' is in the future."
    assert result == LoadResult(1, (), warned=(Warned(1, told),))


def test_who_is_held_already_is_given_no_events(store: Store, clock: SettableClock) -> None:
    load(store, [person("Birch", ULN=FIRST)], clock=clock)
    lines = [person("Birch", record(None), ULN=FIRST), person("Ash", record(None), ULN=SECOND)]
    result = load(store, lines, clock=clock)
    assert (result.loaded, [number for number, _ in result.rejected]) == (1, [1])
    assert [event.uln for event in events_of(store, FIRST, SECOND)] == [SECOND]


def test_events_make_the_transactions_no_longer(store: Store, clock: SettableClock) -> None:
    told: list[int] = []
    lines = [person(f"Birch {number}", *([record(None)] * 54)) for number in range(30)]
    load(store, lines, clock=clock, progress=lambda loaded, rejected: told.append(loaded))
    assert told == [12, 24, 30]


def test_a_table_of_learners_has_no_events(store: Store, clock: SettableClock) -> None:
    heading = b"GivenName,FamilyName,DateOfBirth,Gender,LastKnownPostCode,LearningEvents\n"
    result = load(store, [heading], clock=clock)
    assert result.rejected == (
        (1, "LearningEvents: can be in JSON lines only; a file of events alone is loaded with --events"),
    )
