"""Register: the learner that a registration makes, and the two answers."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners import registration
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner

NOW = datetime(2025, 7, 1, 0, 30, tzinfo=LONDON)
RECORD = {
    "GivenName": " Zoë-Marie",
    "FamilyName": "O’Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "bs81th  ",
    "VerificationType": "1",
    "AbilityToShare": "0",
}
IDENTITY = ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code")


def test_a_new_learner_is_active_in_version_1_since_today() -> None:
    assert registration.new_learner(SentLearner.of(RECORD), now=NOW) == Learner(
        uln="",
        given_name=" Zoë-Marie",
        family_name="O’Hara",
        date_of_birth="2006-07-30",
        gender="2",
        last_known_post_code="BS8 1TH",
        ability_to_share="0",
        created_date="2025-07-01",
        last_updated_date="2025-07-01",
        created="2025-06-30T23:30:00Z",
        last_updated="2025-06-30T23:30:00Z",
        version_number=1,
        learner_status="1",
        verification_type="1",
        tier_level="0",
    )


@pytest.mark.parametrize(
    ("verification_type", "tier"),
    [("0", "0"), ("1", "0"), *((kind, "2") for kind in ("2", "3", "4", "5", "6", "7", "999"))],
)
def test_the_tier_level_follows_from_the_verification(verification_type: str, tier: str) -> None:
    sent = SentLearner.of({**RECORD, "VerificationType": verification_type, "TierLevel": "1"})
    assert registration.new_learner(sent, now=NOW).tier_level == tier


@pytest.mark.parametrize("absent", [None, ""])
def test_an_empty_field_has_no_value(absent: str | None) -> None:
    assert registration.new_learner(SentLearner.of({**RECORD, "Title": absent, "Notes": absent}), now=NOW) == (
        registration.new_learner(SentLearner.of(RECORD), now=NOW)
    )


@pytest.mark.parametrize(
    "field", ["ULN", "VersionNumber", "LearnerStatus", "CreatedDate", "LastUpdatedDate", "MISIdentifier"]
)
def test_a_field_that_a_registration_cannot_set_has_no_effect(field: str) -> None:
    sent = SentLearner.of({**RECORD, field: "1"})
    assert registration.new_learner(sent, now=NOW) == registration.new_learner(SentLearner.of(RECORD), now=NOW)


def test_a_registration_without_a_mandatory_field_is_an_error_of_the_caller() -> None:
    for field in IDENTITY:
        sent = SentLearner.of(RECORD)._replace(**{field: None})
        with pytest.raises(TypeError, match=field):
            registration.new_learner(sent, now=NOW)


@given(st.dictionaries(st.sampled_from(["Title", "SchoolAtAge16", "Notes", "GivenName"]), st.text(min_size=1)))
def test_everything_except_the_postcode_is_as_it_was_sent(sent: dict[str, str]) -> None:
    learner = registration.new_learner(SentLearner.of({**RECORD, **sent}), now=NOW)
    for field, value in {**RECORD, **sent}.items():
        if field != "LastKnownPostCode":
            assert getattr(learner, BY_CONTRACT_NAME[field].name) == value


def test_registered_answers_with_the_learner() -> None:
    learner = registration.new_learner(SentLearner.of(RECORD), now=NOW)._replace(uln="1000000016")
    decision = registration.registered(learner, SentLearner())
    assert (decision.code, decision.learners) == (ResponseCode.REGISTERED, (learner,))
    sent = (" Zoë-Marie", "O’Hara", "2006-07-30", "2", "BS8 1TH")
    assert decision.reasons == (Reason(Rule.IDENTITY_KEYS, Outcome.FREE, IDENTITY, sent),)


@pytest.mark.parametrize(("master_uln", "outcome"), [(None, Outcome.TAKEN), ("2000000003", Outcome.TAKEN_BY_LINKED)])
def test_already_exists_answers_with_no_learner_and_names_the_holder(master_uln: str | None, outcome: Outcome) -> None:
    learner = registration.new_learner(SentLearner.of(RECORD), now=NOW)
    holder = learner._replace(uln="1000000016", given_name="ZOË-MARIE", master_uln=master_uln)
    decision = registration.already_exists(learner, holder)
    assert (decision.code, decision.learners, decision.holder_uln) == (ResponseCode.ALREADY_EXISTS, (), holder.uln)
    (keys,) = decision.reasons
    assert (keys.rule, keys.outcome, keys.fields) == (Rule.IDENTITY_KEYS, outcome, IDENTITY)
    assert (keys.sent[0], keys.held[0], keys.uln) == (" Zoë-Marie", "ZOË-MARIE", holder.uln)
