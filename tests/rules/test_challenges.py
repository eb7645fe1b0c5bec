"""Data challenges: the table of problems, states and their diagram, references, and what stands against them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.challenges import references
from lrs_soap.rules.challenges.challenge import NOTHING_DONE, Challenge, ChallengeSent, Done, Effect
from lrs_soap.rules.challenges.histories import concerned, history_fields
from lrs_soap.rules.challenges.objections import ChallengeCode, ChallengeDecision, Objection
from lrs_soap.rules.challenges.parts import LONGEST, NAMES
from lrs_soap.rules.challenges.problems import PROBLEM_RULES, Enquiry, Kind, Need, NoChallenge, Problem, problems_of
from lrs_soap.rules.challenges.raising import Known, changed_values, differ_much, judge_raising
from lrs_soap.rules.challenges.references import Reference
from lrs_soap.rules.challenges.resolving import (
    OUTCOMES,
    ResolutionAsked,
    correct,
    judge_fields,
    judge_move,
    judge_undo,
    move,
    remove,
)
from lrs_soap.rules.challenges.states import TRANSITIONS, ChallengeEvent, ChallengeState, Mover, after
from lrs_soap.rules.records.learning_events import AO, ILR, LearningEvent
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import Author
from lrs_soap.rules.values.learner import DELETED, Learner

ANN, BEA, CAT, NOBODY = (
    stem + digit for stem in map(str, range(100000001, 100000005)) if (digit := ulns.check_digit(stem)) is not None
)
OURS, THEIRS = "10001111", "10002222"
NOW = datetime(2026, 7, 10, 9, 30, tzinfo=LONDON)
CONTACT: dict[str, Any] = {
    "contact_name": "Ada North",
    "contact_email": "ada@example.org",
    "contact_telephone": "01234 567890",
}

BEHAVIOUR = Path(__file__).parents[2] / "docs" / "behaviour.md"

problems, states, events = (st.sampled_from(each) for each in (Problem, ChallengeState, ChallengeEvent))


def somebody(uln: str, **more: str) -> Learner:
    learner = Learner(uln, "Ann", "Smith", "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01")
    return learner._replace(**more)  # type: ignore[arg-type]


def an_event(number: int, **more: str | None) -> LearningEvent:
    event = LearningEvent(
        id=number,
        uln=ANN,
        source=AO,
        subject="Welding",
        subject_code="600/1166/X",
        grade="Pass",
        achievement_award_date="2024-06-30",
        awarding_organisation_name="Example Awards",
        awarding_organisation_ukprn="10009999",
        language_for_assessment="English",
        date_loaded="2024-09-30 17:05:00",
    )
    return event._replace(**more)  # type: ignore[arg-type]


def of_ilr(number: int, **more: str | None) -> LearningEvent:
    return an_event(
        number,
        source=ILR,
        language_for_assessment=None,
        achievement_provider_ukprn=OURS,
        participation_start_date="2023-09-01",
        achievement_award_date=None,
        **more,
    )


KNOWN = Known(
    somebody(ANN),
    somebody(BEA, last_known_post_code="ZZ99 9ZZ"),
    events=(an_event(1), an_event(2), of_ilr(3)),
)

WHOLE: dict[Problem, ChallengeSent] = {
    Problem.DUPLICATE: ChallengeSent(Problem.DUPLICATE, other_uln=BEA, master_uln=ANN, **CONTACT),
    Problem.DEMERGE: ChallengeSent(Problem.DEMERGE, comments="Two people.", other_uln=BEA, **CONTACT),
    Problem.GRADE: ChallengeSent(Problem.GRADE, event_ids=(1,), proposed={"grade": "Merit"}, **CONTACT),
    Problem.DATE: ChallengeSent(
        Problem.DATE, event_ids=(1,), proposed={"achievement_award_date": "2024-07-01"}, **CONTACT
    ),
    Problem.DISPUTED: ChallengeSent(Problem.DISPUTED, event_ids=(2,)),
    Problem.SHARED_BEFORE: ChallengeSent(
        Problem.SHARED_BEFORE, event_ids=(2,), other_uln=BEA, other_given_name="Ann", other_family_name="Smith"
    ),
    Problem.UPLOADED_TWICE: ChallengeSent(Problem.UPLOADED_TWICE, event_ids=(1, 2), **CONTACT),
    **{
        problem: ChallengeSent(problem, comments="Look at this.", **CONTACT)
        for problem in (
            *(Problem.FICTITIOUS, Problem.SHARED_ULN, Problem.DECEASED, Problem.DETAILS_CHANGED, Problem.OTHER),
        )
    },
}
"""A challenge about each problem that nothing stands against."""


def known_for(problem: Problem) -> Known:
    if problem is not Problem.DEMERGE:
        return KNOWN
    return replace(KNOWN, learner=somebody(ANN)._replace(linked_ulns=(BEA,)), other=somebody(BEA, master_uln=ANN))


def judge(sent: ChallengeSent, known: Known | None = None, organisation: str = OURS) -> ChallengeDecision:
    return judge_raising(sent, ANN, known or known_for(sent.problem), organisation=organisation)


def objections(decision: ChallengeDecision) -> list[tuple[Objection, str]]:
    assert (decision.code is ChallengeCode.REFUSED) == bool(decision.objections)
    assert all(each.sentence.endswith(".") for each in decision.objections)
    return [(each.objection, each.field) for each in decision.objections]


def challenge(sent: ChallengeSent, state: ChallengeState = ChallengeState.OPEN, done: Done = NOTHING_DONE) -> Challenge:
    return Challenge(ANN, 1, sent, state, NOW, Author(OURS, "ada.north"), done=done)


def test_every_problem_has_a_rule_and_belongs_to_the_enquiry_types_of_its_kind() -> None:
    assert PROBLEM_RULES.keys() == set(Problem)
    listed = [problem for kind in Kind for of_type in problems_of(kind).values() for problem in of_type]
    assert listed == list(Problem)
    assert {enquiry for kind in Kind for enquiry in problems_of(kind)} == set(Enquiry)
    assert {each.kind for each in NoChallenge} == set(Kind)


@pytest.mark.parametrize("problem", Problem)
def test_the_kind_of_a_problem_is_what_it_names(problem: Problem) -> None:
    rule = PROBLEM_RULES[problem]
    assert (rule.events > 0) == (problem.kind is Kind.EVENT)
    assert set(rule.about) <= set(rule.proposable)
    assert rule.hints


def test_every_part_of_a_challenge_has_a_name() -> None:
    assert {each.name for each in fields(ChallengeSent)} == {"problem", *NAMES}
    assert LONGEST.keys() < NAMES.keys()


@pytest.mark.parametrize("problem", Problem)
def test_a_whole_challenge_is_raised(problem: Problem) -> None:
    assert objections(judge(WHOLE[problem])) == []


@pytest.mark.parametrize("problem", Problem)
def test_what_a_problem_needs_is_asked_for(problem: Problem) -> None:
    rule = PROBLEM_RULES[problem]
    bare = judge(ChallengeSent(problem))
    needed = {"comments": rule.comments, "other_uln": rule.other_uln, "master_uln": rule.master}
    needed |= dict.fromkeys(CONTACT, rule.contact)
    missing = {field for field, need in needed.items() if need is Need.MUST}
    assert {field for objection, field in objections(bare) if objection is Objection.MISSING} == missing
    assert ((Objection.EVENT_COUNT, "event_ids") in objections(bare)) == (rule.events > 0)


@given(problems, st.sampled_from(sorted(LONGEST)))
def test_a_text_that_is_too_long_is_never_taken(problem: Problem, field: str) -> None:
    longer: dict[str, Any] = {field: "1" * (LONGEST[field] + 1)}
    sent = replace(WHOLE[problem], **longer)
    assert (Objection.TOO_LONG, field) in objections(judge(sent))


def test_comments_of_100_000_letters_have_a_clear_answer() -> None:
    (objected,) = judge(replace(WHOLE[Problem.OTHER], comments="x" * 100_000)).objections
    assert objected.sentence == "Additional comments has 100,000 characters, and may have 4,000."


@given(problems, st.text(max_size=20), st.text(max_size=20), st.lists(st.integers(0, 4), max_size=3))
def test_nothing_that_is_sent_makes_it_fail(problem: Problem, text: str, uln: str, chosen: list[int]) -> None:
    sent = ChallengeSent(
        problem,
        *(text, text, text, text),
        other_uln=uln,
        other_given_name=text,
        other_family_name=text,
        master_uln=uln,
        event_ids=tuple(chosen),
        proposed={"grade": text, "participation_end_date": text},
    )
    assert objections(judge(sent)) or problem in (Problem.DISPUTED, Problem.SHARED_BEFORE)


@pytest.mark.parametrize(
    ("learner", "objection"),
    [
        (None, Objection.UNKNOWN),
        (somebody(ANN, learner_status=DELETED), Objection.DELETED),
        (somebody(ANN, master_uln=CAT), Objection.LINKED),
    ],
)
def test_a_learner_who_is_unknown_deleted_or_linked_is_not_challenged(
    learner: Learner | None, objection: Objection
) -> None:
    assert objections(judge(WHOLE[Problem.OTHER], replace(KNOWN, learner=learner))) == [(objection, "")]


@pytest.mark.parametrize(
    ("change", "other", "expected"),
    [
        ({"other_uln": ANN}, somebody(ANN), (Objection.SAME_ULN, "other_uln")),
        ({"other_uln": NOBODY}, None, (Objection.UNKNOWN, "other_uln")),
        ({"other_uln": "1234567890"}, None, (Objection.NOT_A_ULN, "other_uln")),
        ({}, somebody(BEA, learner_status=DELETED), (Objection.DELETED, "other_uln")),
        ({}, somebody(BEA, master_uln=ANN), (Objection.SAME_PERSON, "other_uln")),
        ({}, somebody(BEA, master_uln=CAT), (Objection.LINKED, "other_uln")),
        ({"master_uln": CAT}, somebody(BEA), (Objection.NEITHER_OF_BOTH, "master_uln")),
        ({}, somebody(BEA, last_known_post_code="LS1 4AP"), (Objection.EXPLANATION_MISSING, "comments")),
        ({"event_ids": (1,)}, somebody(BEA), (Objection.EVENT_COUNT, "event_ids")),
    ],
)
def test_what_stands_against_a_duplicate(
    change: dict[str, Any], other: Learner | None, expected: tuple[Objection, str]
) -> None:
    sent = replace(WHOLE[Problem.DUPLICATE], **change)
    assert objections(judge(sent, replace(KNOWN, other=other))) == [expected]


@pytest.mark.parametrize(
    ("change", "is_much"),
    [
        ({}, False),
        ({"last_known_post_code": "bs81th"}, False),
        ({"last_known_post_code": "ZZ99 9ZZ"}, False),
        ({"given_name": "Anna"}, False),
        ({"gender": "9"}, False),
        ({"given_name": "Zoe"}, True),
        ({"date_of_birth": "2006-07-31"}, True),
        ({"gender": "1"}, True),
        ({"last_known_post_code": "LS1 4AP"}, True),
    ],
)
def test_when_details_differ_much(change: dict[str, str], is_much: bool) -> None:
    one, other = somebody(ANN, given_name="Anne"), somebody(BEA, **{"given_name": "Anne", **change})
    assert differ_much(one, other) is is_much


def test_a_merge_is_reported_wrong_only_where_there_is_one() -> None:
    assert objections(judge(WHOLE[Problem.DEMERGE], KNOWN)) == [(Objection.NOT_MERGED, "other_uln")]


@pytest.mark.parametrize(
    ("change", "other", "expected"),
    [
        ({"other_uln": ANN}, somebody(ANN), [(Objection.SAME_ULN, "other_uln")]),
        ({"other_uln": NOBODY}, None, [(Objection.NOBODY_OF_THE_NAME, "other_uln")]),
        ({"other_given_name": "Zoe"}, somebody(BEA), [(Objection.NOBODY_OF_THE_NAME, "other_uln")]),
        ({"other_family_name": ""}, somebody(BEA), [(Objection.MISSING, "other_family_name")]),
        ({"other_uln": ""}, None, [(Objection.MISSING, "other_uln")]),
        ({}, somebody(BEA, master_uln=ANN), [(Objection.SAME_PERSON, "other_uln")]),
        ({"other_uln": "", "other_given_name": "", "other_family_name": ""}, None, []),
    ],
)
def test_a_transfer_names_another_learner(
    change: dict[str, Any], other: Learner | None, expected: list[tuple[Objection, str]]
) -> None:
    sent = replace(WHOLE[Problem.SHARED_BEFORE], **change)
    assert objections(judge(sent, replace(KNOWN, other=other))) == expected


@pytest.mark.parametrize("chosen", [(), (1,), (1, 1), (1, 2, 3)])
def test_exactly_two_duplicates_are_chosen(chosen: tuple[int, ...]) -> None:
    sent = replace(WHOLE[Problem.UPLOADED_TWICE], event_ids=chosen)
    assert objections(judge(sent)) == [(Objection.EVENT_COUNT, "event_ids")]


def test_an_event_has_to_be_in_the_record_and_under_no_other_challenge() -> None:
    assert objections(judge(replace(WHOLE[Problem.GRADE], event_ids=(9,)))) == [(Objection.NO_SUCH_EVENT, "event_ids")]
    decision = judge(WHOLE[Problem.UPLOADED_TWICE], replace(KNOWN, under_challenge={2: f"{ANN}-7"}))
    assert objections(decision) == [(Objection.UNDER_CHALLENGE, "event_ids")]
    assert f"{ANN}-7" in decision.sentence


@pytest.mark.parametrize(
    ("proposed", "expected"),
    [
        ({}, [(Objection.NOTHING_PROPOSED, "proposed")]),
        ({"grade": " Pass "}, [(Objection.NOTHING_PROPOSED, "proposed")]),
        ({"achievement_award_date": "2024-07-01"}, [(Objection.NOTHING_PROPOSED, "proposed")]),
        ({"grade": ""}, []),
        ({"grade": "Merit", "achievement_award_date": "2024-07-01"}, []),
        ({"grade": "Merit", "subject": "Cake"}, [(Objection.NO_PLACE, "proposed")]),
        (
            {"grade": "Merit", "achievement_award_date": "30/06/2024"},
            [(Objection.PROPOSED_BROKEN, "proposed.achievement_award_date")],
        ),
        (
            {"grade": "Merit", "achievement_award_date": ""},
            [(Objection.PROPOSED_BROKEN, "proposed.achievement_award_date")],
        ),
    ],
)
def test_what_is_proposed_differs_and_is_possible(
    proposed: dict[str, str], expected: list[tuple[Objection, str]]
) -> None:
    assert objections(judge(replace(WHOLE[Problem.GRADE], proposed=proposed))) == expected


@pytest.mark.parametrize(("day", "is_possible"), [("2020-07-30", True), ("2020-07-29", False)])
def test_no_date_is_proposed_or_given_at_which_a_pupil_was_too_young(day: str, is_possible: bool) -> None:
    pupils = an_event(1, source="NPD", awarding_organisation_ukprn="100040", language_for_assessment=None)
    ann, values = somebody(ANN), {"achievement_award_date": day}
    sent = replace(WHOLE[Problem.DATE], proposed=values)
    decision = judge(sent, replace(KNOWN, events=(pupils,), holders={ANN: ann}))
    assert (decision.code is ChallengeCode.RAISED) is is_possible
    assert isinstance(correct(challenge(sent), pupils, values, holder=ann), Done) is is_possible


def test_the_grade_that_answers_have_for_none_is_none() -> None:
    event = an_event(1, source="ILR", grade="Pass")
    assert changed_values(event, {"grade": "9999999999"}) == {"grade": None}
    assert changed_values(event._replace(grade=None), {"grade": "9999999999"}) == {}


def test_what_has_to_be_proposed_is_named_as_people_call_it() -> None:
    decision = judge(replace(WHOLE[Problem.DATE], proposed={"grade": "Merit"}))
    assert decision.sentence == "Propose another value for End Date or Award Date."


def test_a_missing_date_of_an_ilr_is_challenged_by_its_organisation_alone() -> None:
    sent = replace(WHOLE[Problem.DATE], event_ids=(3,), proposed={"participation_end_date": "2024-06-30"})
    assert objections(judge(sent)) == []
    assert objections(judge(sent, organisation=THEIRS)) == [(Objection.MISSING_DATE, "proposed.participation_end_date")]


def test_a_missing_grade_is_challenged_by_anybody() -> None:
    sent = replace(WHOLE[Problem.GRADE], event_ids=(1,), proposed={"grade": "Pass"})
    known = replace(KNOWN, events=[an_event(1, grade=None)])
    assert objections(judge(sent, known, organisation=THEIRS)) == []


def test_the_same_is_challenged_once_at_a_time_from_either_side() -> None:
    sent = WHOLE[Problem.DUPLICATE]
    from_the_other = Challenge(BEA, 4, replace(sent, other_uln=ANN), ChallengeState.OPEN, NOW, Author(THEIRS, "x"))
    for open_one in (challenge(sent), from_the_other):
        decision = judge(sent, replace(KNOWN, open_challenges=[open_one]))
        assert objections(decision) == [(Objection.UNDER_CHALLENGE, "problem")]
        assert str(open_one.reference) in decision.sentence
    about_another = challenge(replace(sent, other_uln=CAT))
    assert objections(judge(sent, replace(KNOWN, open_challenges=[about_another]))) == []


def diagram() -> str:
    """The table of transitions as the document has it."""
    lines = ["stateDiagram-v2", f"    [*] --> {ChallengeState.OPEN.value}: raise"]
    lines += [
        f"    {before.value} --> {to.value}: {event.value} ({mover.value})"
        for (before, event), (mover, to) in TRANSITIONS.items()
    ]
    return "\n".join(lines) + "\n"


def test_the_diagram_is_that_of_the_table() -> None:
    assert f"```mermaid\n{diagram()}```" in BEHAVIOUR.read_text("utf-8"), diagram()


@given(states, events, st.sampled_from(Mover))
def test_what_is_not_in_the_table_cannot_happen(state: ChallengeState, event: ChallengeEvent, mover: Mover) -> None:
    expected = TRANSITIONS.get((state, event))
    assert after(state, event, by=mover) == (expected[1] if expected and expected[0] is mover else None)
    organisation = OURS if mover is Mover.RAISER else ""
    refused = judge_move(challenge(WHOLE[Problem.OTHER], state), event, by=mover, organisation=organisation)
    assert bool(refused) == (after(state, event, by=mover) is None)
    assert all(state.value in each.sentence for each in refused)


def test_another_organisation_withdraws_nothing() -> None:
    (refused,) = judge_move(
        challenge(WHOLE[Problem.OTHER]), ChallengeEvent.WITHDRAW, by=Mover.RAISER, organisation=THEIRS
    )
    assert refused.objection is Objection.ANOTHER_ORGANISATION


@given(st.sampled_from([ANN, BEA, CAT]), st.integers(1, 999_999_999))
def test_a_reference_is_read_as_it_is_written(uln: str, number: int) -> None:
    reference = Reference(uln, number)
    assert str(reference).startswith(uln)
    assert references.parse(f" {reference} ") == reference


@given(st.text(max_size=20) | st.from_regex("[0-9]{10}-[0-9]{1,12}", fullmatch=True))
def test_other_texts_are_no_references(text: str) -> None:
    parsed = references.parse(text)
    assert parsed is None or str(parsed) == text.strip()


@pytest.mark.parametrize("text", [f"{ANN}", f"{ANN}-0", f"{ANN}-01", f"{ANN}-1-1", "1234567890-1"])
def test_these_are_no_references(text: str) -> None:
    assert references.parse(text) is None


@pytest.mark.parametrize(
    ("problem", "asked", "expected"),
    [
        (Problem.OTHER, ResolutionAsked(), [Objection.MISSING]),
        (Problem.OTHER, ResolutionAsked(text="Told."), []),
        (Problem.OTHER, ResolutionAsked(text="Told.", delete=True), [Objection.NOT_OF_ITS_KIND]),
        (Problem.FICTITIOUS, ResolutionAsked(), [Objection.MISSING]),
        (Problem.FICTITIOUS, ResolutionAsked(delete=True), []),
        (Problem.DUPLICATE, ResolutionAsked(master=CAT), [Objection.NEITHER_OF_BOTH]),
        (Problem.DUPLICATE, ResolutionAsked(master=BEA), []),
        (Problem.GRADE, ResolutionAsked(values={"subject": "Cake"}), [Objection.NO_PLACE]),
        (Problem.GRADE, ResolutionAsked(text="x" * 4_001), [Objection.TOO_LONG]),
        (Problem.DISPUTED, ResolutionAsked(to=BEA, remove=True), [Objection.NO_PLACE]),
        (Problem.UPLOADED_TWICE, ResolutionAsked(event_id=3), [Objection.NO_SUCH_EVENT]),
        (Problem.UPLOADED_TWICE, ResolutionAsked(event_id=2), []),
    ],
)
def test_what_a_resolution_asks_for_is_of_its_kind(
    problem: Problem, asked: ResolutionAsked, expected: list[Objection]
) -> None:
    found = list(judge_fields(challenge(WHOLE[problem]), asked))
    assert [each.objection for each in found] == expected


def test_a_correction_is_what_was_proposed_or_what_the_operator_says() -> None:
    graded = challenge(WHOLE[Problem.GRADE])
    done = correct(graded, an_event(1), {})
    assert isinstance(done, Done)
    assert (done.effect, done.before, done.after) == (Effect.CORRECTED, {"grade": "Pass"}, {"grade": "Merit"})
    other = correct(graded, an_event(1), {"grade": "Distinction"})
    assert isinstance(other, Done)
    assert other.after == {"grade": "Distinction"}
    for event, values, objection in (
        (None, {}, Objection.LOST_EVENT),
        (an_event(1, grade="Merit"), {}, Objection.NOTHING_PROPOSED),
        (an_event(1), {"achievement_award_date": "never"}, Objection.PROPOSED_BROKEN),
    ):
        refused = correct(graded, event, values)
        assert isinstance(refused, tuple)
        assert [each.objection for each in refused] == [objection]


@pytest.mark.parametrize(
    ("to", "other", "objection"),
    [
        (NOBODY, None, Objection.UNKNOWN),
        ("1234567890", None, Objection.NOT_A_ULN),
        (BEA, somebody(BEA, learner_status=DELETED), Objection.DELETED),
        (ANN, somebody(ANN), Objection.SAME_PERSON),
        (CAT, somebody(CAT, master_uln=ANN), Objection.SAME_PERSON),
    ],
)
def test_an_event_is_moved_to_another_learner_only(to: str, other: Learner | None, objection: Objection) -> None:
    refused = move(challenge(WHOLE[Problem.SHARED_BEFORE]), an_event(2), to, other, (ANN, CAT))
    assert isinstance(refused, tuple)
    assert [each.objection for each in refused] == [objection]


def test_what_was_moved_or_removed_is_known_from_what_was_done() -> None:
    of_transfer = challenge(WHOLE[Problem.SHARED_BEFORE])
    moved = move(of_transfer, an_event(2), BEA, somebody(BEA), (ANN,))
    assert isinstance(moved, Done)
    assert (moved.effect, moved.uln, moved.other_uln, moved.event_id) == (Effect.MOVED, ANN, BEA, 2)
    removed = remove(of_transfer, an_event(2, under_data_challenge="Y"), 2)
    assert isinstance(removed, Done)
    assert LearningEvent(**removed.before) == an_event(2)  # type: ignore[arg-type]
    assert isinstance(remove(of_transfer, None, 2), tuple)


CORRECTED = Done(Effect.CORRECTED, ANN, event_id=1, before={"grade": "Pass"}, after={"grade": "Merit"})
MOVED = Done(Effect.MOVED, ANN, BEA, 1, before={"uln": ANN}, after={"uln": BEA})
REMOVED = Done(Effect.REMOVED, ANN, event_id=1, before=an_event(1)._asdict())
MERGED = Done(Effect.MERGED, BEA, ANN)


@pytest.mark.parametrize(
    ("done", "event", "learner", "merged_into", "expected"),
    [
        (CORRECTED, an_event(1, grade="Merit"), somebody(ANN), None, None),
        (CORRECTED, an_event(1, grade="Fail"), somebody(ANN), None, Objection.CHANGED_SINCE),
        (CORRECTED, None, somebody(ANN), None, Objection.LOST_EVENT),
        (MOVED, an_event(1, uln=BEA), somebody(ANN), None, None),
        (MOVED, an_event(1, uln=CAT), somebody(ANN), None, Objection.CHANGED_SINCE),
        (MOVED, an_event(1, uln=BEA), somebody(ANN, learner_status=DELETED), None, Objection.DELETED),
        (REMOVED, None, somebody(ANN), None, None),
        (REMOVED, None, somebody(ANN, learner_status=DELETED), None, Objection.DELETED),
        (MERGED, None, somebody(BEA, master_uln=ANN), ANN, None),
        (MERGED, None, somebody(BEA), None, Objection.MERGE_UNDONE),
        (MERGED, None, somebody(BEA, master_uln=CAT), CAT, Objection.MERGE_UNDONE),
        (NOTHING_DONE, None, None, None, Objection.NOTHING_TO_UNDO),
        (Done(Effect.DELETED, ANN), None, None, None, Objection.NOTHING_TO_UNDO),
        (Done(Effect.UNMERGED, BEA, ANN), None, None, None, Objection.NOTHING_TO_UNDO),
    ],
)
def test_what_can_be_undone(
    done: Done,
    event: LearningEvent | None,
    learner: Learner | None,
    merged_into: str | None,
    expected: Objection | None,
) -> None:
    resolved = challenge(WHOLE[Problem.GRADE], ChallengeState.RESOLVED, done)
    refused = judge_undo(resolved, event=event, learner=learner, merged_into=merged_into)
    assert [each.objection for each in refused] == ([] if expected is None else [expected])


REFERENCE = (f"{ANN}-1", f"{ANN}-1")


@pytest.mark.parametrize(
    ("done", "fields", "fields_undone", "ulns_concerned"),
    [
        (NOTHING_DONE, {}, {}, (ANN,)),
        (MERGED, {}, {}, (ANN, BEA)),
        (
            CORRECTED,
            {"event": ("1", "1"), "grade": ("Pass", "Merit")},
            {"event": ("1", "1"), "grade": ("Merit", "Pass")},
            (ANN,),
        ),
        (MOVED, {"event": ("1", "1"), "uln": (ANN, BEA)}, {"event": ("1", "1"), "uln": (BEA, ANN)}, (ANN, BEA)),
        (REMOVED, {"event": ("1", None)}, {"event": (None, "1")}, (ANN,)),
    ],
)
def test_histories_have_the_reference_and_what_was_changed(
    done: Done, fields: dict[str, Any], fields_undone: dict[str, Any], ulns_concerned: tuple[str, ...]
) -> None:
    resolved = challenge(WHOLE[Problem.GRADE], ChallengeState.RESOLVED, done)
    assert history_fields(resolved, done) == {"enquiry": REFERENCE, **fields}
    assert history_fields(resolved, done, is_undone=True) == {"enquiry": REFERENCE, **fields_undone}
    assert concerned(resolved, done) == ulns_concerned


@pytest.mark.parametrize(
    ("telephone", "is_one"),
    [
        *((each, True) for each in ("01234 567890", "(0114) 279 9999", "+44 (0)114 279 9999", "01234 567890 ext. 12")),
        *((each, False) for each in ("((((((", "1234", "mornings", "01234 567890 (mornings)")),
    ],
)
def test_a_telephone_number_is_as_people_write_one(telephone: str, is_one: bool) -> None:
    told = judge(replace(WHOLE[Problem.OTHER], contact_telephone=telephone))
    assert objections(told) == ([] if is_one else [(Objection.NO_TELEPHONE, "contact_telephone")])


def test_what_changes_something_has_an_outcome_without_a_text() -> None:
    assert set(OUTCOMES) == set(Effect) - {Effect.NOTHING}
