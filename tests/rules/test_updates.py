"""Update: each row of the rule's table, and what absent and empty fields do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners import updates
from lrs_soap.rules.learners.uln_lookup import NoHolder
from lrs_soap.rules.values.change import fields_changed
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner

ULN, OTHER = "1000000019", "1000000027"
NOW = datetime(2025, 7, 10, 0, 30, tzinfo=LONDON)
HELD = Learner(
    ULN,
    "Anne-Marie",
    "O’Hara",
    "2006-07-30",
    "2",
    "BS8 1TH",
    "1",
    "2020-01-01",
    "2021-02-03",
    version_number=7,
    title="Ms",
    verification_type="1",
    tier_level="0",
    notes="She has moved.",
)
UPDATED_NOW = {"last_updated_date": "2025-07-10", "last_updated": "2025-07-09T23:30:00Z"}
# What every update changes.
VERSION = {"version_number", "last_updated_date", "last_updated"}
SENT: dict[str, str | None] = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O’Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "bs81th",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
OPTIONAL = (
    "Title",
    "MiddleOtherName",
    "PreferredGivenName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
    "DateOfAddressCapture",
    "PlaceOfBirth",
    "EmailAddress",
    "Nationality",
    "ScottishCandidateNumber",
    "OtherVerificationDescription",
    "Notes",
)


def decide(held: Learner | None = HELD, *, uln: str = ULN, version: int = 7, **sent: str | None) -> Decision:
    return updates.update(held, SentLearner.of({**SENT, **sent}), uln=uln, version=version, now=NOW)


def updated(held: Learner = HELD, **sent: str | None) -> Learner:
    decision = decide(held, **sent)
    assert decision.code is ResponseCode.UPDATED
    (learner,) = decision.learners
    return learner


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (None, NoHolder.UNKNOWN.reason(ULN)),
        (
            HELD._replace(master_uln=OTHER),
            Reason(Rule.LINKED, Outcome.MASTER_TO_UPDATE, ("master_uln",), (ULN,), (OTHER,)),
        ),
    ],
    ids=["nobody", "linked"],
)
def test_a_uln_of_nobody_or_of_a_linked_learner_is_not_found_for_update(held: Learner | None, reason: Reason) -> None:
    # Whatever else is wrong with what was sent.
    decision = decide(held, version=1, AbilityToShare="0")
    assert decision == Decision(ResponseCode.NOT_FOUND_FOR_UPDATE, reasons=(reason,))


@pytest.mark.parametrize(
    ("version", "outcome"), [(6, Outcome.OLDER), (8, Outcome.NEWER), (0, Outcome.OLDER), (-1, Outcome.OLDER)]
)
def test_another_version_than_the_held_one_is_stale(version: int, outcome: Outcome) -> None:
    decision = decide(version=version, AbilityToShare="0", Title="Dr")
    assert (decision.code, decision.learners) == (ResponseCode.STALE_VERSION, ())
    (reason,) = decision.reasons
    assert (reason.outcome, reason.sent, reason.held) == (outcome, (str(version),), ("7",))


@pytest.mark.parametrize(("version", "after"), [(1, 2), (2**31 - 2, 2**31 - 1), (2**31 - 1, 2**31 - 1)])
def test_a_version_stays_an_xs_int(version: int, after: int) -> None:
    (learner,) = decide(HELD._replace(version_number=version), version=version, Title="Dr").learners

    assert (learner.version_number, learner.title) == (after, "Dr")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("0", "0", ResponseCode.NO_CHANGES),
        ("0", "1", ResponseCode.UPDATED),
        ("0", "2", ResponseCode.INVALID_SHARING_CHANGE),
        ("1", "0", ResponseCode.INVALID_SHARING_CHANGE),
        ("1", "1", ResponseCode.NO_CHANGES),
        ("1", "2", ResponseCode.INVALID_SHARING_CHANGE),
        ("2", "0", ResponseCode.INVALID_SHARING_CHANGE),
        ("2", "1", ResponseCode.UPDATED),
        ("2", "2", ResponseCode.NO_CHANGES),
    ],
)
def test_a_privacy_notice_cannot_be_unseen(before: str, after: str, code: ResponseCode) -> None:
    held = HELD._replace(ability_to_share=before)
    assert decide(held, AbilityToShare=after).code is code
    if code is ResponseCode.INVALID_SHARING_CHANGE:
        # Nothing else of the message is done then.
        assert decide(held, AbilityToShare=after, Title="Dr").learners == ()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Title": "Ms"},
        {"Title": None},
        {"SchoolAtAge16": ""},
        {"LastKnownPostCode": "BS8 1TH   "},
    ],
)
def test_values_that_are_already_held_change_nothing(sent: dict[str, str | None]) -> None:
    decision = decide(**sent)
    assert (decision.code, decision.learners) == (ResponseCode.NO_CHANGES, ())


@pytest.mark.parametrize(
    ("field", "value", "held"),
    [
        ("GivenName", "ANNE-MARIE", "ANNE-MARIE"),
        ("GivenName", "Anne-Marie ", "Anne-Marie "),
        ("FamilyName", "O'Hara", "O'Hara"),
        ("DateOfBirth", "2006-07-31", "2006-07-31"),
        ("Gender", "9", "9"),
        ("LastKnownPostCode", "zz999zz", "ZZ99 9ZZ"),
        ("VerificationType", "0", "0"),
        ("Title", "Dr", "Dr"),
        ("Title", "", None),
        ("Title", " ", " "),
    ],
)
def test_another_value_is_stored_as_it_was_sent_except_the_postcode(field: str, value: str, held: str | None) -> None:
    learner = updated(**{field: value})
    assert fields_changed(HELD, learner).keys() == {BY_CONTRACT_NAME[field].name, *VERSION}
    assert getattr(learner, BY_CONTRACT_NAME[field].name) == held
    assert (learner.version_number, learner.last_updated_date) == (8, "2025-07-10")
    assert learner.last_updated == "2025-07-09T23:30:00Z"


@pytest.mark.parametrize(
    ("held", "sent", "tier"),
    [
        (("1", "0"), "2", "2"),
        (("1", "1"), "5", "2"),
        (("1", "1"), "0", "0"),
        (("0", "0"), "1", "0"),
        (("2", "2"), "1", "0"),
        (("2", "1"), "7", "2"),
        (("1", "1"), "1", "1"),
        (("5", "0"), "5", "0"),
        (("5", "0"), None, "0"),
    ],
)
def test_the_tier_level_is_made_anew_when_the_verification_type_changes(
    held: tuple[str, str], sent: str | None, tier: str
) -> None:
    kind, level = held
    before = HELD._replace(verification_type=kind, tier_level=level)
    assert updated(before, VerificationType=sent, Title="Dr").tier_level == tier


def test_the_tier_level_alone_makes_no_update() -> None:
    assert decide(HELD._replace(tier_level="1")).code is ResponseCode.NO_CHANGES


OTHERWISE_VERIFIED = HELD._replace(
    verification_type="999", other_verification_description="Library card", tier_level="2"
)


@pytest.mark.parametrize(
    ("sent", "description"),
    [
        ({"VerificationType": "2"}, None),
        ({"VerificationType": "0"}, None),
        ({"VerificationType": "2", "OtherVerificationDescription": ""}, None),
        ({"VerificationType": "2", "OtherVerificationDescription": "Bus pass"}, "Bus pass"),
        ({"VerificationType": "999", "OtherVerificationDescription": "Bus pass"}, "Bus pass"),
        ({"VerificationType": None, "Title": "Dr"}, "Library card"),
    ],
)
def test_the_description_of_another_verification_ends_with_it(
    sent: dict[str, str | None], description: str | None
) -> None:
    assert updated(OTHERWISE_VERIFIED, **sent).other_verification_description == description


def test_a_description_beside_a_type_that_needs_none_stays() -> None:
    described = HELD._replace(other_verification_description="Library card")
    assert updated(described, VerificationType="2").other_verification_description == "Library card"
    assert updated(described, VerificationType="999", OtherVerificationDescription=None).verification_type == "999"


def test_the_reasons_name_the_description_that_was_cleared() -> None:
    (reason,) = decide(OTHERWISE_VERIFIED, VerificationType="2").reasons
    assert reason.fields == ("verification_type", "other_verification_description")


def test_the_reasons_say_what_changed() -> None:
    (reason,) = decide(Title="", SchoolAtAge16="Millbrook Academy").reasons
    assert reason.fields == ("title", "school_at_age_16")
    assert (reason.held, reason.sent) == (("Ms", ""), ("", "Millbrook Academy"))
    assert reason.outcome is Outcome.CHANGED


@pytest.mark.parametrize("field", SENT)
def test_a_field_that_every_learner_has_cannot_be_cleared(field: str) -> None:
    with pytest.raises(ValueError, match=f"cannot be without {BY_CONTRACT_NAME[field].name}"):
        decide(**{field: ""})


def test_a_few_fields_can_be_updated_alone() -> None:
    decision = updates.update(HELD, SentLearner.of({"EmailAddress": "anne@example.org"}), uln=ULN, version=7, now=NOW)
    assert decision.learners == (HELD._replace(email_address="anne@example.org", version_number=8, **UPDATED_NOW),)


values = st.none() | st.just("") | st.text(min_size=1)
optional = st.dictionaries(st.sampled_from(OPTIONAL), values)


@given(optional, optional)
def test_absent_stays_and_empty_clears(already: dict[str, str | None], sent: dict[str, str | None]) -> None:
    before: dict[str, Any] = {BY_CONTRACT_NAME[field].name: value or None for field, value in already.items()}
    held = HELD._replace(**before)
    decision = decide(held, **sent)
    after = decision.learners[0] if decision.learners else held
    for field in (BY_CONTRACT_NAME[name].name for name in OPTIONAL):
        asked = {BY_CONTRACT_NAME[name].name: value for name, value in sent.items()}.get(field)
        assert getattr(after, field) == (getattr(held, field) if asked is None else asked or None)
    assert (decision.code is ResponseCode.UPDATED) == (fields_changed(held, after) != {})
    # What was answered UPDATED is there, so that the same again changes nothing.
    again = updates.update(after, SentLearner.of({**SENT, **sent}), uln=ULN, version=after.version_number, now=NOW)
    assert again.code is ResponseCode.NO_CHANGES
