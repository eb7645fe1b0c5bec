"""Find by demographics: the worked table, each rule at its edge, scores, order and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from lrs_soap.rules.names.demographics import (
    DemographicsAgreement,
    DemographicsAsked,
    compare_dates,
    exact_match,
    genders_agree,
    possible_matches,
    rule_that_fits,
    too_many_rows,
)
from lrs_soap.rules.values.agreement import Agreement, DateAgreement, NamesAgreement, Part, ScorePart
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.rules.values.decision import Decision, Reason
from lrs_soap.rules.values.learner import Learner
from lrs_soap.rules.values.rule import Outcome, Rule

DIFFERENT, SIMILAR, ALIAS, EQUAL = Agreement
ULN, OTHER, MASTER = "1613724062", "2613724064", "7366504423"

ANNA = Learner(
    uln=ULN,
    given_name="Anna",
    family_name="Cheng",
    date_of_birth="1995-06-28",
    gender="2",
    last_known_post_code="NE1 1ND",
    ability_to_share="1",
    created_date="2020-01-01",
    last_updated_date="2020-01-01",
    email_address="anna@example.org",
)


def asking(given: str = "Anna", family: str = "Cheng", birth: str = "1995-06-28", **more: Any) -> DemographicsAsked:
    values: dict[str, Any] = {"gender": "2", "last_known_post_code": "NE1 1ND", **more}
    return DemographicsAsked(given, family, birth, **values)


def among(asked: DemographicsAsked, *learners: Learner) -> Decision:
    return possible_matches(asked, [(learner, None) for learner in learners])


def rule_and_score(decision: Decision) -> tuple[Rule, int | None]:
    return decision.reasons[0].rule, decision.reasons[0].score


@pytest.mark.parametrize(
    ("asked", "rule", "score"),
    [
        (asking(last_known_post_code="LU1 1AA", gender="1"), Rule.P1, 85),
        (asking("Cheng", "Anna"), Rule.P1, 80),
        (asking("Ana"), Rule.P1, 85),
        (asking(family="Brown"), Rule.P3, 70),
        (asking("Lucy"), Rule.P4, 70),
        (asking("Lucy", birth="1999-02-14"), Rule.P6, 45),
        (asking(birth="1995-08-26"), Rule.P5, 75),
        (asking("Ana", "Chang"), Rule.P1, 70),
        (asking(birth="1995-06-27"), Rule.P2, 87),
        (asking(family="Brown", last_known_post_code="LU1 1AA", email_address="anna@example.org"), Rule.P7, 65),
        # Observed: the same names and date, with another postcode alone.
        (asking(last_known_post_code="LU1 1AA"), Rule.P1, 90),
    ],
)
def test_the_worked_table(asked: DemographicsAsked, rule: Rule, score: int) -> None:
    decision = among(asked, ANNA)
    assert decision.code is ResponseCode.POSSIBLE_MATCHES
    assert decision.learners == (ANNA,)
    assert rule_and_score(decision) == (rule, score)


@pytest.mark.parametrize(
    "asked", [asking(family="Brown", gender="1"), asking(birth="1996-07-01", last_known_post_code="LU1 1AA")]
)
def test_the_rows_of_the_worked_table_that_find_nobody(asked: DemographicsAsked) -> None:
    decision = among(asked, ANNA)
    assert (decision.code, decision.learners) == (ResponseCode.NO_MATCH, ())
    assert decision.reasons[0].outcome is Outcome.NOBODY_FITS


@pytest.mark.parametrize(
    ("asked", "held", "expected"),
    [
        ("1995-06-28", "1995-06-28", DateAgreement.EQUAL),
        ("1995-06-08", "1995-08-06", DateAgreement.NEAR),
        ("1995-06-28", "1985-06-28", DateAgreement.NEAR),
        ("1995-06-28", "1995-12-28", DateAgreement.NEAR),
        ("1995-06-28", "1995-06-01", DateAgreement.NEAR),
        ("1995-06-28", "1995-01-01", DateAgreement.NEAR),
        ("1995-01-01", "1995-06-28", DateAgreement.NEAR),
        ("1995-06-28", "1995-08-26", DateAgreement.DIFFERENT),
        ("1995-06-08", "1996-08-06", DateAgreement.DIFFERENT),
        ("1995-06-28", "1996-01-01", DateAgreement.DIFFERENT),
        ("1996-01-01", "1995-06-28", DateAgreement.DIFFERENT),
    ],
)
def test_which_dates_are_near(asked: str, held: str, expected: DateAgreement) -> None:
    assert compare_dates(asked, held) is expected


@pytest.mark.parametrize(("asked", "held", "expected"), [("1", "1", True), ("1", "2", False), ("2", "1", False)])
def test_genders_agree_where_they_are_equal(asked: str, held: str, expected: bool) -> None:
    assert genders_agree(asked, held) is expected


@pytest.mark.parametrize("unknown", ["0", "9"])
@pytest.mark.parametrize("other", ["0", "1", "2", "9"])
def test_a_gender_that_is_not_known_or_not_specified_agrees_with_any(unknown: str, other: str) -> None:
    assert genders_agree(unknown, other)
    assert genders_agree(other, unknown)


def agreement(
    given: Agreement,
    family: Agreement,
    date: DateAgreement,
    *,
    swapped: bool = False,
    here: bool = True,
    gender: bool = True,
    identifier: bool = False,
) -> DemographicsAgreement:
    return DemographicsAgreement(NamesAgreement(given, family, swapped), date, here, gender, identifier)


ON_THE_DAY, NEAR, ANOTHER_DAY = DateAgreement.EQUAL, DateAgreement.NEAR, DateAgreement.DIFFERENT


@pytest.mark.parametrize(
    ("agrees", "rule"),
    [
        (agreement(SIMILAR, EQUAL, ON_THE_DAY, here=False), Rule.P1),
        (agreement(ALIAS, SIMILAR, ON_THE_DAY, here=False), Rule.P1),
        (agreement(DIFFERENT, DIFFERENT, ON_THE_DAY, swapped=True, here=False), Rule.P1),
        (agreement(SIMILAR, SIMILAR, ON_THE_DAY), Rule.P1),
        (agreement(SIMILAR, SIMILAR, ON_THE_DAY, here=False), None),
        (agreement(SIMILAR, SIMILAR, ON_THE_DAY, here=False, identifier=True), None),
        (agreement(SIMILAR, SIMILAR, NEAR), None),
        (agreement(EQUAL, DIFFERENT, ON_THE_DAY, here=False), None),
        (agreement(DIFFERENT, DIFFERENT, NEAR, swapped=True), None),
        (agreement(ALIAS, ALIAS, NEAR), Rule.P2),
        (agreement(EQUAL, EQUAL, NEAR), Rule.P2),
        (agreement(EQUAL, EQUAL, NEAR, here=False), None),
        (agreement(EQUAL, SIMILAR, NEAR), None),
        (agreement(SIMILAR, EQUAL, NEAR), Rule.P6),
        (agreement(EQUAL, DIFFERENT, ON_THE_DAY), Rule.P3),
        (agreement(ALIAS, DIFFERENT, ON_THE_DAY), Rule.P3),
        (agreement(SIMILAR, DIFFERENT, ON_THE_DAY), None),
        (agreement(EQUAL, DIFFERENT, ON_THE_DAY, gender=False), None),
        (agreement(DIFFERENT, EQUAL, ON_THE_DAY), Rule.P4),
        (agreement(DIFFERENT, EQUAL, ON_THE_DAY, gender=False), Rule.P4),
        (agreement(DIFFERENT, ALIAS, ON_THE_DAY), None),
        (agreement(EQUAL, EQUAL, ANOTHER_DAY), Rule.P5),
        (agreement(EQUAL, EQUAL, ANOTHER_DAY, gender=False), Rule.P5),
        (agreement(EQUAL, ALIAS, ANOTHER_DAY), None),
        (agreement(EQUAL, EQUAL, ANOTHER_DAY, here=False), None),
        (agreement(DIFFERENT, EQUAL, NEAR), Rule.P6),
        (agreement(ALIAS, EQUAL, ANOTHER_DAY, gender=False), Rule.P6),
        (agreement(DIFFERENT, EQUAL, ANOTHER_DAY, here=False), None),
        (agreement(DIFFERENT, ALIAS, ANOTHER_DAY), None),
        (agreement(EQUAL, DIFFERENT, ON_THE_DAY, here=False, gender=False, identifier=True), Rule.P7),
        (agreement(DIFFERENT, ALIAS, ON_THE_DAY, here=False, identifier=True), Rule.P7),
        (agreement(EQUAL, DIFFERENT, NEAR, here=False, identifier=True), None),
        (agreement(DIFFERENT, DIFFERENT, ON_THE_DAY, identifier=True), None),
    ],
)
def test_each_rule_at_its_edge(agrees: DemographicsAgreement, rule: Rule | None) -> None:
    assert rule_that_fits(agrees) is rule


def test_nobody_s_postcode_is_equal_to_none() -> None:
    unknown = ANNA._replace(last_known_post_code="ZZ99 9ZZ")
    for asked in (
        asking("Lucy", last_known_post_code="zz999zz"),
        asking(family="Brown", last_known_post_code="ZZ99 9ZZ"),
        asking(birth="1995-06-29", last_known_post_code="ZZ99 9ZZ"),
        asking("Ana", "Chang", last_known_post_code="ZZ99 9ZZ"),
    ):
        assert among(asked, unknown).code is ResponseCode.NO_MATCH
    # With everything else equal but the spelling it counts nothing.
    assert rule_and_score(among(asking("Anna.", last_known_post_code="ZZ99 9ZZ"), unknown)) == (Rule.P1, 90)


@pytest.mark.parametrize(
    "field",
    [
        *("previous_family_name", "school_at_age_16", "place_of_birth", "email_address"),
        *("preferred_given_name", "middle_other_name", "unique_pupil_number", "unique_candidate_identifier"),
    ],
)
@pytest.mark.parametrize(
    ("sent", "held", "counts"),
    [
        ("Leeds", "LEEDS ", 5),
        ("Leeds", "York", 0),
        ("Leeds", None, 0),
        ("", "Leeds", 0),
        (None, "Leeds", 0),
        (" ", " ", 0),
    ],
)
def test_an_optional_field_counts_where_its_identity_key_is_equal(
    field: str, sent: str | None, held: str | None, counts: int
) -> None:
    decision = among(asking(gender="1", **{field: sent}), ANNA._replace(**{field: held}))
    assert decision.reasons[0].score == 95 + counts
    assert (ScorePart(Part(field), 5) in decision.reasons[0].parts) is (counts == 5)


def test_the_higher_of_swapped_and_straight_names_counts() -> None:
    # Swapped, and both aliases as they stand.
    learner = ANNA._replace(preferred_given_name="Cheng", previous_family_name="Anna")
    decision = among(asking("Cheng", "Anna"), learner)
    assert decision.reasons[0].parts[:2] == (
        ScorePart(Part.GIVEN_NAME, 25, ALIAS),
        ScorePart(Part.FAMILY_NAME, 25, ALIAS),
    )
    # Swapped, and one similar as it stands.
    decision = among(asking("Cheng", "Chen"), ANNA._replace(given_name="Chen"))
    assert decision.reasons[0].parts[0] == ScorePart(Part.SWAPPED_NAMES, 40)


def test_the_best_comes_first_and_of_equals_the_lower_uln() -> None:
    best = ANNA._replace(uln="9000000009")
    second, third = (ANNA._replace(uln=uln, last_known_post_code="LU1 1AA") for uln in ("2000000003", "5000000007"))
    decision = among(asking(gender="1"), third, best, second)
    assert decision.learners == (best, second, third)
    assert [reason.uln for reason in decision.reasons] == [best.uln, second.uln, third.uln]


def several(count: int) -> list[Learner]:
    return [ANNA._replace(uln=str(1_000_000_000 + each), last_known_post_code=f"LU1 {each}AA") for each in range(count)]


def test_ten_are_answered_and_eleven_are_too_many() -> None:
    assert len(among(asking(), *several(10)).learners) == 10
    decision = among(asking(), *several(11))
    assert (decision.code, decision.learners) == (ResponseCode.TOO_MANY_MATCHES, ())
    assert {reason.uln for reason in decision.reasons} == {learner.uln for learner in several(11)}
    assert all(reason.rule is Rule.P1 and reason.score for reason in decision.reasons)


def relatives(count: int) -> list[Learner]:
    """Learners who fit P6 alone when Anna is asked for."""
    return [
        ANNA._replace(uln=str(2_000_000_000 + each), given_name="Lucy", date_of_birth=f"1990-02-{each + 1:02}")
        for each in range(count)
    ]


def test_relatives_alone_are_never_too_many() -> None:
    decision = among(asking(gender="1"), *reversed(relatives(25)))
    assert decision.learners == tuple(relatives(10))
    assert [(reason.uln, reason.rule) for reason in decision.reasons] == [(each.uln, Rule.P6) for each in relatives(10)]


@pytest.mark.parametrize("others", [1, 9, 10])
def test_relatives_take_the_places_that_the_others_leave(others: int) -> None:
    decision = among(asking(), *relatives(25), *several(others))
    assert decision.learners == (*several(others), *relatives(10 - others))


def test_the_best_relatives_come_and_in_the_order_of_their_scores() -> None:
    # With a near date and a similar name: 30 + 15 + 12 + 10 + 5. The other one is only SWAPPED: 40 + 25 + 5.
    best = ANNA._replace(uln="9000000009", given_name="Annas", date_of_birth="1995-06-27")
    other = ANNA._replace(given_name="Cheng", family_name="Anna", last_known_post_code="LU1 1AA")
    decision = among(asking(), *relatives(25), other, best)
    assert decision.learners == (best, other, *relatives(8))
    assert [reason.score for reason in decision.reasons[:3]] == [72, 70, 45]


def test_eleven_others_are_too_many_however_many_relatives_there_are() -> None:
    decision = among(asking(), *relatives(25), *several(11))
    assert decision.code is ResponseCode.TOO_MANY_MATCHES
    assert {reason.uln for reason in decision.reasons} == {learner.uln for learner in several(11)}


def test_a_master_whose_linked_learner_is_more_than_a_relative_is_no_mere_relative() -> None:
    master = PRIYA._replace(given_name="Lucy", family_name="Cheng")
    linked = [(each._replace(master_uln=MASTER), master) for each in several(1)]
    decision = possible_matches(asking(), [*((each, None) for each in relatives(10)), (master, None), *linked])
    assert decision.learners == (master, *relatives(9))
    assert decision.substitutes == frozenset()


def test_relatives_linked_to_one_master_are_one() -> None:
    linked = [(each._replace(master_uln=MASTER), PRIYA) for each in relatives(25)]
    decision = possible_matches(asking(), linked)
    assert (decision.learners, decision.substitutes) == ((PRIYA,), {MASTER})


def test_too_many_rows_are_too_many_matches() -> None:
    decision = too_many_rows(asking())
    assert (decision.code, decision.learners) == (ResponseCode.TOO_MANY_MATCHES, ())
    assert [(reason.rule, reason.outcome) for reason in decision.reasons] == [(Rule.ROWS_READ, Outcome.TOO_MANY)]


@pytest.mark.parametrize(
    ("field", "sent", "held", "fits"),
    [
        ("email_address", "ANNA@example.org", "anna@example.org", True),
        ("email_address", "anna@example.com", "anna@example.org", False),
        ("email_address", "", None, False),
        ("unique_pupil_number", "h801200001001", "H801200001001", True),
        ("unique_pupil_number", "H801200001001", None, False),
        ("unique_candidate_identifier", "12345A678901B", "12345A678901B", True),
        ("unique_candidate_identifier", "12345A678901B", "12345A678902C", False),
        # These tell nobody apart.
        ("place_of_birth", "Leeds", "Leeds", False),
        ("school_at_age_16", "Leeds", "Leeds", False),
        ("middle_other_name", "Rose", "Rose", False),
    ],
)
def test_who_fits_p7(field: str, sent: str, held: str | None, fits: bool) -> None:
    learner = ANNA._replace(**{"email_address": None, field: held})
    decision = among(asking(family="Brown", last_known_post_code="LU1 1AA", **{field: sent}), learner)
    assert decision.code is (ResponseCode.POSSIBLE_MATCHES if fits else ResponseCode.NO_MATCH)
    assert not fits or rule_and_score(decision) == (Rule.P7, 65)


@pytest.mark.parametrize(("day", "upn"), [(date(2011, 6, 27), "H801200001001"), (date(2011, 6, 28), None)])
def test_a_upn_counts_until_the_day_before_the_sixteenth_birthday(day: date, upn: str | None) -> None:
    asked = asking(unique_pupil_number="H801200001001", unique_candidate_identifier="12345A678901B")
    assert asked.as_of(day) == asked._replace(unique_pupil_number=upn)


def test_after_the_eleventh_nobody_is_looked_at() -> None:
    def candidates() -> Iterable[tuple[Learner, None]]:
        for learner in several(11):
            yield learner, None
        raise AssertionError("one more was asked for")

    assert possible_matches(asking(), candidates()).code is ResponseCode.TOO_MANY_MATCHES


PRIYA = ANNA._replace(uln=MASTER, given_name="Priya", family_name="Raman", linked_ulns=(ULN,))
LINKED = ANNA._replace(master_uln=MASTER)


def test_an_exact_match_is_that_learner() -> None:
    decision = exact_match(asking("anna", "CHENG", last_known_post_code="NE11ND"), ANNA, None)
    assert (decision.code, decision.learners, decision.substitutes) == (ResponseCode.EXACT_MATCH, (ANNA,), frozenset())
    assert [(reason.rule, reason.uln) for reason in decision.reasons] == [(Rule.EXACT_MATCH, ULN)]


def test_an_exact_match_that_is_linked_is_answered_with_its_master() -> None:
    decision = exact_match(asking(), LINKED, PRIYA)
    assert (decision.code, decision.learners) == (ResponseCode.MASTER_SUBSTITUTED, (PRIYA,))
    assert decision.substitutes == {MASTER}
    assert decision.reasons[1] == Reason(Rule.LINKED, Outcome.MASTER_ANSWERED, ("master_uln",), (ULN,), (MASTER,))


def test_a_linked_learner_is_answered_with_its_master_who_stands_in() -> None:
    decision = possible_matches(asking(gender="1"), [(LINKED, PRIYA)])
    assert (decision.code, decision.learners) == (ResponseCode.POSSIBLE_MATCHES, (PRIYA,))
    assert decision.substitutes == {MASTER}
    assert [(reason.rule, reason.uln, reason.score) for reason in decision.reasons] == [
        (Rule.P1, ULN, 95),
        (Rule.LINKED, None, None),
    ]


def test_a_master_is_there_once_with_the_best_score_that_leads_to_it() -> None:
    between = ANNA._replace(uln=OTHER, last_known_post_code="LU1 1AA")
    master = PRIYA._replace(given_name="Anna", family_name="Brown")
    decision = possible_matches(asking(), [(between, None), (master, None), (LINKED, master)])
    assert decision.learners == (master, between)
    # It fits by itself too.
    assert decision.substitutes == frozenset()
    assert [(reason.uln, reason.rule, reason.score) for reason in decision.reasons if reason.uln] == [
        (ULN, Rule.P1, 100),
        (MASTER, Rule.P3, 70),
        (OTHER, Rule.P1, 90),
    ]


def test_a_linked_learner_that_fits_no_rule_adds_nothing_to_its_master() -> None:
    # It would score 77: both names, a near date and the gender.
    stranger = LINKED._replace(date_of_birth="1995-06-27", last_known_post_code="LU1 1AA")
    master = PRIYA._replace(given_name="Anna", family_name="Brown")
    decision = possible_matches(asking(), [(stranger, master), (master, None)])
    assert [(reason.uln, reason.score) for reason in decision.reasons] == [(MASTER, 70)]


def test_eleven_that_lead_to_one_master_are_one() -> None:
    linked = [(learner._replace(master_uln=MASTER), PRIYA) for learner in several(11)]
    assert possible_matches(asking(), linked).learners == (PRIYA,)


def test_a_reason_has_what_was_compared() -> None:
    (reason,) = among(asking("Ana", place_of_birth="Leeds"), ANNA._replace(place_of_birth="leeds")).reasons
    assert reason == Reason(
        Rule.P1,
        Outcome.FITS,
        ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code"),
        ("Ana", "Cheng", "1995-06-28", "2", "NE1 1ND"),
        ("Anna", "Cheng", "1995-06-28", "2", "NE1 1ND"),
        ULN,
        (
            ScorePart(Part.GIVEN_NAME, 15, SIMILAR),
            ScorePart(Part.FAMILY_NAME, 30, EQUAL),
            ScorePart(Part.DATE_OF_BIRTH, 25, DateAgreement.EQUAL),
            ScorePart(Part.POST_CODE, 10),
            ScorePart(Part.GENDER, 5),
            ScorePart(Part.PLACE_OF_BIRTH, 5),
        ),
    )
    assert reason.score == 90


@pytest.mark.parametrize("name", ["'", "-", "...", "– —"])
def test_a_name_that_is_all_punctuation_agrees_with_no_other_name(name: str) -> None:
    nameless = ANNA._replace(given_name="!!", family_name="?")
    assert among(asking(name, name), nameless).code is ResponseCode.NO_MATCH
    assert rule_and_score(among(asking(name), ANNA)) == (Rule.P4, 70)


@pytest.mark.parametrize(("name", "again"), [(".", "."), ("– —", "- -"), ("’", "'")])
def test_a_name_that_is_all_punctuation_is_found_by_itself(name: str, again: str) -> None:
    asked = asking(family=again, last_known_post_code="LU1 1AA")
    assert rule_and_score(among(asked, ANNA._replace(family_name=name))) == (Rule.P1, 90)
    swapped = asking(again, "Anna", gender="1")
    assert rule_and_score(among(swapped, ANNA._replace(family_name=name))) == (Rule.P1, 75)


def test_a_name_in_greek_and_one_of_a_letter_and_one_of_thirty_five() -> None:
    greek = ANNA._replace(given_name="Ἑλένη", family_name="Παπαδοπούλου")
    assert rule_and_score(among(asking("ΕΛΈΝΗ", "Παπαδόπουλου", gender="1"), greek)) == (Rule.P1, 95)
    short = ANNA._replace(given_name="J", family_name="O")
    assert rule_and_score(among(asking("j", "Ó", gender="1"), short)) == (Rule.P1, 95)
    assert among(asking("K", "P"), short).code is ResponseCode.NO_MATCH
    long = ANNA._replace(given_name="A" * 35, family_name="B" * 35)
    assert rule_and_score(among(asking("A" * 34 + "c", "B" * 35), long)) == (Rule.P1, 85)
