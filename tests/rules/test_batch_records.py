"""Records of batches: each step of the outcome, and every way to each return code in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.rules.batches import batch_records
from lrs_soap.rules.batches.batch_records import RecordOutcome, ToUpdate
from lrs_soap.rules.learners.prohibited_text import ProhibitedText
from lrs_soap.rules.learners.uln_lookup import NoHolder
from lrs_soap.rules.learners.verification import Verification
from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.values.codes import FailureFlag, ResponseCode, ReturnCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.learner_fields import BY_CONTRACT_NAME
from lrs_soap.rules.values.rule import Outcome, Rule
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.rules.values.sentences import sentence

TODAY = date(2025, 3, 10)
ULN, MASTER, THIRD = "1000000019", "1000000027", "1000000035"
HELD = Learner(
    ULN, "Anne-Marie", "O’Hara", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2021-02-03", version_number=7
)
RECORD = {
    "GivenName": "Anne-Marie",
    "FamilyName": "O'Hara",
    "DateOfBirth": "2006-07-30",
    "Gender": "2",
    "LastKnownPostCode": "BS8 1TH",
    "VerificationType": "1",
    "AbilityToShare": "1",
}
MANDATORY = ("GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode")
OTHER_VALUES = {
    "GivenName": "Joan",
    "FamilyName": "Whitlock",
    "DateOfBirth": "2005-01-02",
    "Gender": "1",
    "LastKnownPostCode": "LS2 9JT",
}
PROHIBITED = ProhibitedText(frozenset({"bogus"}), frozenset({"LS11AA"}))


def code_of(outcome: object) -> str:
    assert isinstance(outcome, RecordOutcome)
    return str(outcome.code.value)


def malformed(
    *, facet_errors: tuple[str, ...] = (), identifier_errors: tuple[str, ...] = (), **fields: str
) -> RecordOutcome | None:
    return batch_records.malformed(
        SentLearner.of({**RECORD, **fields}),
        facet_errors=facet_errors,
        identifier_errors=identifier_errors,
        today=TODAY,
        prohibited=PROHIBITED,
    )


@pytest.mark.parametrize(
    ("code", "fields", "rule"),
    [
        ("RC011", {"Gender": "7"}, Rule.KNOWN_VALUE),
        ("RC011", {"GivenName": "Bogus"}, Rule.PROHIBITED_TEXT),
        ("RC011", {"AbilityToShare": "2"}, Rule.NO_LONGER_ACCEPTED),
        ("RC011", {"ULN": "1000000018"}, Rule.CHECK_DIGIT),
        ("RC013", {"DateOfBirth": "2012-03-11"}, Rule.AGE),
        ("RC013", {"DateOfBirth": "2012-03-11", "ULN": ULN}, Rule.AGE),
    ],
)
def test_a_rule_that_is_broken(code: str, fields: dict[str, Any], rule: Rule) -> None:
    outcome = malformed(**fields)
    assert code_of(outcome) == code
    assert outcome is not None
    assert [reason.rule for reason in outcome.reasons] == [rule]
    assert (outcome.uln, outcome.possible) == (None, ())


def test_facets_come_first_then_identifiers_then_rules_and_age_last() -> None:
    young: dict[str, Any] = {"DateOfBirth": "2020-01-01"}
    bogus: dict[str, Any] = {"FamilyName": "Bogus"}
    facets = malformed(facet_errors=("too long",), identifier_errors=("no UPN",), **young)
    assert facets == RecordOutcome(
        ReturnCode.INCORRECT_FORMAT, reasons=(Reason(Rule.FACET, Outcome.BROKEN, findings=("too long",)),)
    )
    assert code_of(malformed(identifier_errors=("no UPN",), **young, **bogus)) == "RC012"
    assert code_of(malformed(**young, **bogus)) == "RC011"
    assert code_of(malformed(**young, ULN="1000000018")) == "RC011"
    assert code_of(malformed(**young)) == "RC013"


def test_what_is_not_there_breaks_nothing() -> None:
    nothing = batch_records.malformed(
        SentLearner(), facet_errors=(), identifier_errors=(), today=TODAY, prohibited=PROHIBITED
    )
    assert nothing is None


@pytest.mark.parametrize("full", [True, False])
def test_a_uln_that_stands_for_nobody_is_not_found(full: bool) -> None:
    refused = batch_records.learner_to_update(SentLearner.of({**RECORD, "ULN": ULN}), None, full=full)
    assert refused == RecordOutcome(ReturnCode.NOT_FOUND, reasons=(NoHolder.UNKNOWN.reason(ULN),))


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("fields", [{}, OTHER_VALUES])
def test_a_linked_uln_gives_its_masters_whatever_else_is_sent(fields: dict[str, str], full: bool) -> None:
    outcome = batch_records.learner_to_update(
        SentLearner.of({**RECORD, **fields, "ULN": ULN}), HELD._replace(master_uln=MASTER), full=full
    )
    assert code_of(outcome) == "RC004"
    assert isinstance(outcome, RecordOutcome)
    assert outcome.uln == MASTER


@given(st.sets(st.sampled_from(MANDATORY)), st.sets(st.sampled_from(MANDATORY)), st.booleans())
def test_one_mandatory_field_may_change_and_not_two(changed: set[str], missing: set[str], full: bool) -> None:
    sent = {**RECORD, **{name: OTHER_VALUES[name] for name in changed}, "ULN": ULN}
    sent = {name: value for name, value in sent.items() if name not in missing}
    outcome = batch_records.learner_to_update(SentLearner.of(sent), HELD, full=full)
    if len(changed - missing) > 1:
        assert code_of(outcome) == "RC009"
        assert isinstance(outcome, RecordOutcome)
        assert outcome.uln is None
    elif full:
        assert isinstance(outcome, ToUpdate)
        assert outcome.learner is HELD
        assert outcome.changed == next((BY_CONTRACT_NAME[name].name for name in changed - missing), None)
    else:
        assert code_of(outcome) == "RC005"
        assert isinstance(outcome, RecordOutcome)
        assert outcome.uln == ULN


def test_spellings_with_the_same_identity_key_are_no_change() -> None:
    spelled = {"GivenName": "ANNE–MARIE", "FamilyName": "o`hara ", "LastKnownPostCode": "bs81th", "Gender": "1"}
    found = batch_records.learner_to_update(SentLearner.of({**RECORD, **spelled, "ULN": ULN}), HELD, full=True)
    assert found == ToUpdate(HELD, "gender")


@given(st.sampled_from(MANDATORY), st.sampled_from(MANDATORY))
def test_a_job_may_change_one_mandatory_field_of_a_learner(now: str, before: str) -> None:
    field, changed_before = BY_CONTRACT_NAME[now].name, BY_CONTRACT_NAME[before].name
    record = SentLearner.of({**RECORD, now: OTHER_VALUES[now], "ULN": ULN})
    found = batch_records.learner_to_update(record, HELD, full=True, changed_before=changed_before)
    if now == before:
        assert found == ToUpdate(HELD, field)
    else:
        assert code_of(found) == "RC009"
        assert isinstance(found, RecordOutcome)
        (reason,) = found.reasons
        told = f"mandatory fields: {field} changed, and {changed_before} by an earlier record of the job"
        assert sentence(reason) == told
    unchanged = batch_records.learner_to_update(
        SentLearner.of({**RECORD, "ULN": ULN}), HELD, full=True, changed_before=changed_before
    )
    assert unchanged == ToUpdate(HELD, None)


@pytest.mark.parametrize(
    ("decided", "code", "uln"),
    [
        (ResponseCode.UPDATED, "RC003", ULN),
        (ResponseCode.NO_CHANGES, "RC005", ULN),
        (ResponseCode.INVALID_SHARING_CHANGE, "RC011", None),
        (ResponseCode.ALREADY_EXISTS, "RC009", None),
    ],
)
def test_what_an_update_comes_to(decided: ResponseCode, code: str, uln: str | None) -> None:
    why = (Reason(Rule.STORED_VALUES, Outcome.CHANGED, ("family_name",)),)
    outcome = batch_records.outcome_of_update(ToUpdate(HELD, "family_name"), Decision(decided, reasons=why))
    assert outcome is not None
    assert (outcome.code.value, outcome.uln, outcome.reasons) == (code, uln, why)
    # What was not written has not changed.
    assert outcome.changed == ("family_name" if code == "RC003" else None)


@pytest.mark.parametrize("decided", [ResponseCode.STALE_VERSION, ResponseCode.NOT_FOUND_FOR_UPDATE])
def test_an_update_that_a_rival_was_before_is_decided_anew(decided: ResponseCode) -> None:
    assert batch_records.outcome_of_update(ToUpdate(HELD, None), Decision(decided)) is None


@given(st.sets(st.sampled_from(MANDATORY)))
def test_a_search_needs_the_five_mandatory_fields(missing: set[str]) -> None:
    outcome = batch_records.incomplete(
        SentLearner.of({name: value for name, value in RECORD.items() if name not in missing})
    )
    assert (outcome is not None) is bool(missing)
    if outcome is not None:
        assert outcome.code.value == "RC010"
        assert len(outcome.reasons[0].fields) == len(missing)


def test_a_record_is_looked_for_by_all_that_a_find_takes() -> None:
    optional = {"PreviousFamilyName": "Byrne", "SchoolAtAge16": "St. Brendan's", "PlaceOfBirth": "Cork"}
    email = {"EmailAddress": "am@example.org"}
    names = {"PreferredGivenName": "Annie", "MiddleOtherName": "Jo Rose"}
    identifiers = {"UniquePupilNumber": "H801200001001", "UniqueCandidateIdentifier": "12345A678901B"}
    assert batch_records.demographics_asked(SentLearner.of(RECORD)) == DemographicsAsked(
        "Anne-Marie", "O'Hara", "2006-07-30", "2", "BS8 1TH"
    )
    assert batch_records.demographics_asked(
        SentLearner.of({**RECORD, **optional, **email, **names, **identifiers, "Title": "Ms"})
    ) == DemographicsAsked(
        *("Anne-Marie", "O'Hara", "2006-07-30", "2", "BS8 1TH", "Byrne", "St. Brendan's", "Cork", "am@example.org"),
        *("Annie", "Jo Rose", "H801200001001", "12345A678901B"),
    )


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(
    ("found", "code", "uln", "possible"),
    [
        (Decision(ResponseCode.EXACT_MATCH, (HELD,)), "RC002", ULN, ()),
        (Decision(ResponseCode.MASTER_SUBSTITUTED, (HELD._replace(uln=MASTER),)), "RC004", MASTER, ()),
        (
            Decision(ResponseCode.POSSIBLE_MATCHES, (HELD._replace(uln=THIRD), HELD)),
            "RC007",
            None,
            (THIRD, ULN),
        ),
        (Decision(ResponseCode.TOO_MANY_MATCHES), "RC008", None, ()),
    ],
)
def test_what_a_find_comes_to(
    found: Decision, code: str, uln: str | None, possible: tuple[str, ...], full: bool
) -> None:
    outcome = batch_records.outcome_of_find(SentLearner.of(RECORD), found, full=full)
    assert outcome is not None
    assert (outcome.code.value, outcome.uln, outcome.possible) == (code, uln, possible)


@pytest.mark.parametrize(
    ("missing", "full", "code"),
    [
        ((), False, "RC009"),
        (("VerificationType", "AbilityToShare"), False, "RC009"),
        (("VerificationType",), True, "RC006"),
        (("AbilityToShare",), True, "RC006"),
        (("VerificationType", "AbilityToShare"), True, "RC006"),
    ],
)
def test_where_nobody_was_found(missing: tuple[str, ...], full: bool, code: str) -> None:
    record = {name: value for name, value in RECORD.items() if name not in missing}
    assert (
        code_of(batch_records.outcome_of_find(SentLearner.of(record), Decision(ResponseCode.NO_MATCH), full=full))
        == code
    )


def test_where_nobody_was_found_and_nothing_is_missing_the_record_is_to_be_registered() -> None:
    assert batch_records.outcome_of_find(SentLearner.of(RECORD), Decision(ResponseCode.NO_MATCH), full=True) is None


def test_a_registration() -> None:
    registered = batch_records.outcome_of_registration(Decision(ResponseCode.REGISTERED, (HELD,)))
    assert registered is not None
    assert (registered.code.value, registered.uln) == ("RC001", ULN)
    # A rival was first: whom it has registered is to be looked for.
    assert batch_records.outcome_of_registration(Decision(ResponseCode.ALREADY_EXISTS)) is None


def test_what_cannot_be_verified_matches_nobody() -> None:
    flags = (FailureFlag.DATE_OF_BIRTH,)
    for compared, code in (
        (Verification(ResponseCode.VERIFIED, (HELD,), flags=()), "WSVRC005"),
        (Verification(ResponseCode.VERIFIED_SIMILAR_LINKED, (HELD,), flags=flags), "WSVRC005"),
        (Verification(ResponseCode.NOT_VERIFIED, flags=flags), "WSVRC005"),
        (Verification(ResponseCode.ULN_NOT_FOUND), "WSVRC006"),
    ):
        refused = batch_records.not_verified(compared, ("no date",))
        assert (refused.code.value, refused.learners, refused.flags) == (code, (), compared.flags)
        assert refused.reasons == (Reason(Rule.VERIFIABLE, Outcome.BROKEN, findings=("no date",)),)
