"""GetLearnerLearningEvents as a zeep client sees it: every response code, and what is in a record and in its events."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.conformance.r9_calls import GRACE, ask

CALLUM = {"uln": "7053182648", "givenName": "Callum", "familyName": "MacPherson"}
MARGARET = {"uln": "8294601755", "givenName": "Margaret", "familyName": "Hartley"}
MASTER = {"uln": "9140837261", "givenName": "Priya", "familyName": "Raman"}
LINKED = {"uln": "2865174033", "givenName": "Priya", "familyName": "Iyer"}
OTHER_LINKED = {"uln": "3496281501", "givenName": "Pria", "familyName": "Raman"}
NOT_SEEN = {"uln": "5918043623", "givenName": "Imogen", "familyName": "Sallis"}
OPTED_OUT = {"uln": "6602379142", "givenName": "Declan", "familyName": "Rourke"}
DELETED = {"uln": "4739516283", "givenName": "Tobias", "familyName": "Fenwick"}
SAMUEL = {"uln": "8031459273", "givenName": "Samuel", "familyName": "Adeyemi"}
GWENDOLEN = {"uln": "6835192746", "givenName": "Gwendolen", "familyName": "Marsh"}

EVENT = "{http://api.lrs.qcf.gov.uk/model}LearningEvent"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

BRIEF = [
    "AchievementAwardDate",
    "AchievementProviderUkprn",
    "Credits",
    "Grade",
    "ID",
    "Level",
    "Source",
    "Subject",
    "SubjectCode",
]
# What a full record leaves out of an event, and what it always says of it, by its source.
LEFT_OUT = {
    "ILR": {"LanguageForAssessment"},
    "NPD": {"LanguageForAssessment"},
    "AO": {"CollectionType", "ParticipationEndDate", "ParticipationStartDate", "Restriction", "ReturnNumber"},
}
SAID: dict[str, dict[str, str | None]] = {
    "ILR": {"CollectionType": "W", "Level": None, "Restriction": "0", "ReturnNumber": "02"},
    "NPD": {
        "CollectionType": "A",
        "Level": None,
        "ParticipationEndDate": "",
        "ParticipationStartDate": "",
        "Restriction": "0",
        "ReturnNumber": "01",
    },
    "AO": {"AchievementProviderName": "", "AchievementProviderUkprn": "", "Status": "F"},
}


def read(client: Any, learner: dict[str, str] = GRACE, **fields: str | None) -> Any:
    return ask(client, "GetLearnerLearningEvents", **learner, **fields)


def events_of(answer: Any) -> list[Any]:
    # zeep makes None of an empty record.
    return list(answer.LearnerRecord.LearningEvent) if answer.LearnerRecord else []


def elements(client: Any) -> list[dict[str, str | None]]:
    """What each event of the last answer has: by name, in its order, the text, '' where it is empty, None for nil."""
    return [
        {etree.QName(child).localname: None if child.get(NIL) else child.text or "" for child in event}
        for event in client.heard().iter(EVENT)
    ]


@pytest.mark.parametrize("get_type", ["FULL", "BRIEF"])
@pytest.mark.parametrize(
    ("learner", "user_type", "code", "found", "count"),
    [
        (GRACE, "ORG", "WSRC0004", GRACE, 10),
        (CALLUM, "SER", "WSRC0004", CALLUM, 0),
        (GWENDOLEN, "ORG", "WSRC0004", GWENDOLEN, 400),
        (MASTER, "ORG", "WSRC0004", MASTER, 6),
        (LINKED, "ORG", "WSRC0022", MASTER, 6),
        (OTHER_LINKED, "LNR", "WSRC0022", MASTER, 6),
        (SAMUEL, "ORG", "WSRC0004", SAMUEL, 2),
        (SAMUEL, "SER", "WSRC0004", SAMUEL, 2),
        (SAMUEL, "LNR", "WSRC0004", SAMUEL, 4),
        (NOT_SEEN, "ORG", "WSEC0206", NOT_SEEN, 0),
        (NOT_SEEN, "LNR", "WSRC0004", NOT_SEEN, 2),
        (OPTED_OUT, "SER", "WSEC0206", OPTED_OUT, 0),
        (OPTED_OUT, "LNR", "WSRC0004", OPTED_OUT, 3),
        (DELETED, "LNR", "WSEC0208", {}, 0),
        ({**GRACE, "uln": "5629103473"}, "ORG", "WSEC0208", {}, 0),
        ({**GRACE, "uln": "1000000019"}, "ORG", "WSEC0208", {}, 0),
        ({**GRACE, "familyName": "Okafer"}, "LNR", "WSEC0208", {}, 0),
        ({**LINKED, "familyName": "Raman"}, "ORG", "WSEC0208", {}, 0),
        ({**GRACE, "uln": "4170265831"}, "LNR", "WSEC0136", {}, 0),
        ({**GRACE, "uln": "417026583"}, "ORG", "WSEC0136", {}, 0),
        ({**GRACE, "uln": ""}, "ORG", "WSEC0136", {}, 0),
    ],
)
def test_each_answer(
    r9: Any, learner: dict[str, str], user_type: str, code: str, found: dict[str, str], count: int, get_type: str
) -> None:
    answer = read(r9, learner, userType=user_type, getType=get_type)
    assert (answer.ResponseCode, answer.FoundULN) == (code, found.get("uln"))
    assert answer.IncomingULN == (learner["uln"] or None)
    assert len(events_of(answer)) == count


@pytest.mark.parametrize(("learner", "found"), [(CALLUM, CALLUM["uln"]), (OPTED_OUT, OPTED_OUT["uln"]), (DELETED, "")])
def test_where_there_is_nothing_to_show_elements_are_empty(r9: Any, learner: dict[str, str], found: str) -> None:
    read(r9, learner)
    (uln,), (record,) = (list(r9.heard().iter(f"{{*}}{name}")) for name in ("FoundULN", "LearnerRecord"))
    assert (uln.text or "", dict(uln.attrib)) == (found, {})
    assert (record.text, len(record), dict(record.attrib)) == (None, 0, {})


@pytest.mark.parametrize("learner", [GRACE, SAMUEL, MARGARET, GWENDOLEN])
def test_a_brief_record_has_nine_fields_of_the_events_that_a_full_one_has(r9: Any, learner: dict[str, str]) -> None:
    read(r9, learner, getType="FULL")
    full = elements(r9)
    read(r9, learner, getType="BRIEF")
    assert [list(event) for event in elements(r9)] == [BRIEF] * len(full)
    assert elements(r9) == [{name: event[name] for name in BRIEF} for event in full]


@pytest.mark.parametrize("learner", [GRACE, MARGARET, GWENDOLEN])
def test_each_source_has_its_own_fields(r9: Any, learner: dict[str, str]) -> None:
    names = [name for name, _ in r9.wsdl.types.get_type(EVENT).elements]
    read(r9, learner)
    for event in elements(r9):
        assert list(event) == [name for name in names if name in event]
        assert {*BRIEF, "DateLoaded", "UnderDataChallenge"} <= event.keys()
        assert event.items() >= SAID[str(event["Source"])].items()
        assert not event.keys() & LEFT_OUT[str(event["Source"])]


@pytest.mark.parametrize("learner", [GRACE, LINKED, GWENDOLEN])
def test_events_come_by_source_and_then_by_number(r9: Any, learner: dict[str, str]) -> None:
    order = [(("ILR", "NPD", "AO").index(event.Source), event.ID) for event in events_of(read(r9, learner))]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    assert len({source for source, _ in order}) == 3


def test_linked_learners_have_one_record_by_whichever_uln(r9: Any) -> None:
    by_master = events_of(read(r9, MASTER))
    assert events_of(read(r9, LINKED)) == events_of(read(r9, OTHER_LINKED)) == by_master


def test_sensitive_events_are_shown_to_the_learner_alone(r9: Any) -> None:
    everything = events_of(read(r9, SAMUEL, userType="LNR"))
    not_hidden = [event for event in everything if event.Restriction != "1"]
    assert len(not_hidden) < len(everything)
    assert events_of(read(r9, SAMUEL, userType="ORG")) == not_hidden
    assert events_of(read(r9, SAMUEL, userType="SER")) == not_hidden


@pytest.mark.parametrize("language", ["CYM", "cym"])
def test_what_is_there_in_welsh_is_in_welsh(r9: Any, language: str) -> None:
    *_, unit = events_of(read(r9, MARGARET, language=language))
    assert (unit.Subject, unit.QualificationType) == ("Iechyd a Diogelwch mewn Gofal Plant", "Uned")
    assert (unit.Level, unit.AwardingOrganisationName) == ("Lefel Mynediad", "Agored Cymru")


@pytest.mark.parametrize("language", ["ENG", "en"])
def test_english_is_english(r9: Any, language: str) -> None:
    *_, unit = events_of(read(r9, MARGARET, language=language))
    assert (unit.QualificationType, unit.Level) == ("Unit", "Entry Level")


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"dateOfBirth": "2005-03-14", "gender": "2"}, "WSRC0004"),
        ({"dateOfBirth": "", "gender": ""}, "WSRC0004"),
        ({"gender": "9"}, "WSRC0004"),
        ({"dateOfBirth": "2005-03-15"}, "WSEC0208"),
        ({"gender": "1"}, "WSEC0208"),
    ],
)
def test_date_of_birth_and_gender_are_compared_where_they_are_given(
    r9: Any, details: dict[str, str], code: str
) -> None:
    assert read(r9, **details).ResponseCode == code
