"""The Personal Learning Record: who may see it, which events, and which values of each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.access_history import AccessAction
from lrs_soap.rules.records.learning_events import CONTRACT_FIELDS, CONTRACT_NAMES, SOURCES, WELSH_FIELDS, LearningEvent
from lrs_soap.rules.records.learning_record import (
    RecordDecision,
    event_values,
    fields_needed,
    learning_record,
    visible_events,
)
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Rule
from lrs_soap.wsdl.declarations import fields_of
from lrs_soap.wsdl.messages import model

ULN, MASTER, OTHER = "1000000019", "1000000027", "1000000035"

HELD = Learner(
    ULN,
    given_name="Nadia",
    family_name="Birch",
    date_of_birth="2001-04-05",
    gender="2",
    last_known_post_code="YO1 7HH",
    ability_to_share="1",
    created_date="2024-09-01",
    last_updated_date="2024-09-01",
    preferred_given_name="Nell",
)
THE_MASTER = HELD._replace(uln=MASTER, family_name="Ash", linked_ulns=(ULN, OTHER))
LINKED = HELD._replace(master_uln=MASTER, ability_to_share="0")

EQUAL = ToVerify("nadia", "BIRCH", "2001-04-05", "2")


def asked_for(
    learner: Learner | None = HELD,
    master: Learner | None = None,
    *,
    asked: ToVerify = EQUAL,
    uln: str = ULN,
    user_type: str = "ORG",
) -> RecordDecision:
    return learning_record(asked, uln, learner, master, user_type=user_type)


def test_a_text_that_is_not_a_uln_is_invalid() -> None:
    decision = asked_for(None, uln="1000000010")
    assert (decision.code, decision.found_uln, decision.ulns) == (ResponseCode.INVALID_ULN, "", ())


def test_an_unknown_uln_could_not_be_verified() -> None:
    decision = asked_for(None)
    assert (decision.code, decision.found_uln, decision.ulns) == (ResponseCode.COULD_NOT_BE_VERIFIED, "", ())


@pytest.mark.parametrize("sharing", ["0", "1", "2"])
def test_similar_names_could_not_be_verified_whatever_the_learner_shares(sharing: str) -> None:
    decision = asked_for(HELD._replace(ability_to_share=sharing), asked=ToVerify("Nadja", "Birch"))
    assert (decision.code, decision.found_uln, decision.ulns) == (ResponseCode.COULD_NOT_BE_VERIFIED, "", ())
    assert any(reason.rule is Rule.NAMES for reason in decision.reasons)


@pytest.mark.parametrize("user_type", ["LNR", "ORG", "SER"])
def test_equal_details_give_the_record_of_a_learner_who_shares(user_type: str) -> None:
    decision = asked_for(user_type=user_type)
    assert (decision.code, decision.found_uln, decision.ulns) == (ResponseCode.EXACT_MATCH, ULN, (ULN,))
    assert (decision.is_found, decision.action) == (True, AccessAction.VIEWED)


@pytest.mark.parametrize("sharing", ["0", "2"])
def test_a_learner_who_does_not_share_sees_the_record_and_nobody_else_does(sharing: str) -> None:
    for user_type in ("ORG", "SER"):
        decision = asked_for(HELD._replace(ability_to_share=sharing), user_type=user_type)
        assert (decision.code, decision.found_uln, decision.ulns) == (ResponseCode.NOT_SHARED, ULN, (ULN,))
        assert (decision.is_found, decision.action) == (False, AccessAction.NOT_SHARED)
        assert any(reason.rule is Rule.SHARING and reason.held == (sharing,) for reason in decision.reasons)
    own = asked_for(HELD._replace(ability_to_share=sharing), user_type="LNR")
    assert own.code is ResponseCode.EXACT_MATCH


def test_a_linked_learner_s_own_names_lead_to_the_master_s_record() -> None:
    decision = asked_for(LINKED, THE_MASTER)
    assert (decision.code, decision.found_uln) == (ResponseCode.MASTER_SUBSTITUTED, MASTER)
    assert decision.ulns == (MASTER, ULN, OTHER)
    assert decision.action is AccessAction.VIEWED
    with_masters_names = asked_for(LINKED, THE_MASTER, asked=ToVerify("Nadia", "Ash"))
    assert with_masters_names.code is ResponseCode.COULD_NOT_BE_VERIFIED


def test_the_master_decides_about_sharing() -> None:
    unshared = THE_MASTER._replace(ability_to_share="2")
    decision = asked_for(LINKED._replace(ability_to_share="1"), unshared)
    assert (decision.code, decision.found_uln) == (ResponseCode.NOT_SHARED, ULN)
    assert decision.ulns == (MASTER, ULN, OTHER)
    assert asked_for(LINKED, unshared, user_type="LNR").code is ResponseCode.MASTER_SUBSTITUTED


def test_a_master_s_record_is_of_all_ulns_linked_to_it() -> None:
    decision = asked_for(THE_MASTER, asked=ToVerify("Nadia", "Ash"), uln=MASTER)
    assert (decision.code, decision.found_uln) == (ResponseCode.EXACT_MATCH, MASTER)
    assert decision.ulns == (MASTER, ULN, OTHER)


def test_a_linked_learner_without_its_master_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match=MASTER):
        asked_for(LINKED)


def events() -> st.SearchStrategy[LearningEvent]:
    def make(source: str, values: dict[str, Any]) -> LearningEvent:
        return LearningEvent(source=source, **values)

    texts = {field: st.none() | st.text(min_size=1, max_size=3) for field in (*CONTRACT_FIELDS, *WELSH_FIELDS.values())}
    for field in ("source", "credits", "id", "restriction"):
        del texts[field]
    return st.builds(
        make,
        st.sampled_from(SOURCES),
        st.fixed_dictionaries(
            {
                **texts,
                "credits": st.integers(0, 9),
                "id": st.integers(1, 999),
                "restriction": st.sampled_from([None, "0", "1"]),
            }
        ),
    )


def event(source: str, number: int = 1, **values: Any) -> LearningEvent:
    return LearningEvent(id=number, source=source, subject="Mathematics", subject_code="500", **values)


def test_events_are_in_the_order_of_sources_and_then_of_ids() -> None:
    given_in = [event("QCFU", 6), event("AO", 1), event("ILR", 5), event("NPD", 2), event("ILR", 3), event("AO", 7)]
    assert [(each.source, each.id) for each in visible_events("ORG", given_in)] == [
        ("ILR", 3),
        ("ILR", 5),
        ("NPD", 2),
        ("AO", 1),
        ("AO", 7),
        ("QCFU", 6),
    ]


def test_only_the_learner_sees_sensitive_events() -> None:
    of_all = [event("ILR", 1, restriction="1"), event("NPD", 2, restriction="0"), event("AO", 3)]
    for user_type in ("ORG", "SER"):
        assert [each.id for each in visible_events(user_type, of_all)] == [2, 3]
    assert [each.id for each in visible_events("LNR", of_all)] == [1, 2, 3]


@given(st.lists(events()), st.sampled_from(["LNR", "ORG", "SER"]))
def test_every_event_that_is_not_shown_is_sensitive(all_events: list[LearningEvent], user_type: str) -> None:
    shown = visible_events(user_type, all_events)
    remaining = list(all_events)
    for each in shown:
        remaining.remove(each)
    assert all(each.restriction == "1" and user_type != "LNR" for each in remaining)


NOT_IN_BRIEF = (
    "AchievementProviderName",
    "AwardingOrganisationName",
    "AwardingOrganisationUkprn",
    "CollectionType",
    "DateLoaded",
    "LanguageForAssessment",
    "ParticipationEndDate",
    "ParticipationStartDate",
    "QualificationType",
    "Restriction",
    "ReturnNumber",
    "Status",
    "UnderDataChallenge",
)


def answered(of: LearningEvent, *, is_brief: bool = False, is_welsh: bool = False) -> dict[str, str | int | None]:
    """By the contract's names."""
    (cells,) = event_values([of], is_brief=is_brief, is_welsh=is_welsh)
    return dict(zip((CONTRACT_NAMES[field] for field in CONTRACT_FIELDS), cells, strict=True))


# The values in an answer of an event that has only what its source requires; "" is an empty element.
BARE: dict[str, tuple[dict[str, Any], dict[str, str | int]]] = {
    "ILR": (
        {"achievement_provider_ukprn": "10000001"},
        {
            "AchievementAwardDate": "",
            "AchievementProviderUkprn": "10000001",
            "AwardingOrganisationName": "UNKNOWN",
            "AwardingOrganisationUkprn": "UNKNWN",
            "CollectionType": "W",
            "Grade": "9999999999",
            "ParticipationEndDate": "",
            "Restriction": "0",
            "ReturnNumber": "02",
            "UnderDataChallenge": "N",
        },
    ),
    "NPD": (
        {"awarding_organisation_ukprn": "100040"},
        {
            "AwardingOrganisationUkprn": "100040",
            "CollectionType": "A",
            "ParticipationEndDate": "",
            "ParticipationStartDate": "",
            "Restriction": "0",
            "ReturnNumber": "01",
            "UnderDataChallenge": "N",
        },
    ),
    "AO": (
        {
            "achievement_award_date": "2014-06-30",
            "awarding_organisation_name": "WJEC",
            "awarding_organisation_ukprn": "10000002",
            "language_for_assessment": "Welsh",
        },
        {
            "AchievementAwardDate": "2014-06-30",
            "AchievementProviderName": "",
            "AchievementProviderUkprn": "",
            "AwardingOrganisationName": "WJEC",
            "AwardingOrganisationUkprn": "10000002",
            "LanguageForAssessment": "Welsh",
            "Status": "F",
            "UnderDataChallenge": "N",
        },
    ),
    "QCFU": (
        {},
        {"AchievementProviderName": "", "AchievementProviderUkprn": "", "Status": "F", "UnderDataChallenge": "N"},
    ),
}


@pytest.mark.parametrize("source", SOURCES)
def test_what_an_answer_has_for_values_that_a_source_lacks(source: str) -> None:
    values, expected = BARE[source]
    full = answered(event(source, 7, date_loaded="2015-01-20 06:12:44", **values))
    same = {"Credits": 0, "DateLoaded": "2015-01-20 06:12:44", "ID": 7, "Source": source}
    text = {"Subject": "Mathematics", "SubjectCode": "500"}
    assert {name: value for name, value in full.items() if value is not None} == {**expected, **same, **text}


@given(events())
def test_every_value_of_an_event_is_answered(of: LearningEvent) -> None:
    full = answered(of)
    for field in CONTRACT_FIELDS:
        value = getattr(of, field)
        if value is not None:
            assert full[CONTRACT_NAMES[field]] == value


@given(events(), st.booleans())
def test_a_brief_record_has_nine_fields_of_the_full_one(of: LearningEvent, is_welsh: bool) -> None:
    full, brief = answered(of, is_welsh=is_welsh), answered(of, is_brief=True, is_welsh=is_welsh)
    assert {name for name, value in brief.items() if name in NOT_IN_BRIEF and value is not None} == set()
    rest = {name: value for name, value in brief.items() if name not in NOT_IN_BRIEF}
    assert len(rest) == 9
    assert rest == {name: full[name] for name in rest}


def test_a_brief_record_leaves_out_what_the_contract_lets_be_missing() -> None:
    omitted = {field.name for field in fields_of(model.LearningEvent) if not field.declared.emit_default}
    assert omitted == set(NOT_IN_BRIEF)


@given(events())
def test_welsh_texts_replace_four_fields_if_the_event_has_them(of: LearningEvent) -> None:
    english, welsh = answered(of), answered(of, is_welsh=True)
    for field in CONTRACT_FIELDS:
        name = CONTRACT_NAMES[field]
        in_welsh = getattr(of, f"{field}_welsh", None)
        assert welsh[name] == (english[name] if in_welsh is None else in_welsh)


@pytest.mark.parametrize("is_brief", [True, False])
@pytest.mark.parametrize("is_welsh", [True, False])
@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_follows_from_the_fields_that_it_needs(source: str, is_brief: bool, is_welsh: bool) -> None:
    texts = {field: field for field in LearningEvent._fields if field not in ("id", "credits", "source")}
    for restriction in (None, "0", "1"):
        whole = LearningEvent(**{**texts, "restriction": restriction}, id=1, credits=3, source=source)
        needed = fields_needed(is_brief=is_brief, is_welsh=is_welsh)
        others = {field: None for field in LearningEvent._fields if field not in needed}
        part = whole._replace(**others)
        answers = [
            event_values(visible_events("ORG", [each]), is_brief=is_brief, is_welsh=is_welsh) for each in (whole, part)
        ]
        assert answers[0] == answers[1]
