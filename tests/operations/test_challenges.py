"""Data challenges from the moment they are raised: what is seen of them, what resolves them, and what is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from lrs_soap.errors import NotHeld, NotPossible
from lrs_soap.operations.close_challenge import reject_challenge, resolve_challenge, withdraw_challenge
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.get_learning_events import RecordAnswer, RecordAsked, get_learning_events
from lrs_soap.operations.list_challenges import challenges_of, held_challenge, newest_challenges
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.raise_challenge import raise_challenge
from lrs_soap.operations.undo_challenge import undo_challenge
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.challenges.challenge import Challenge, ChallengeSent, Effect
from lrs_soap.rules.challenges.objections import ChallengeRefused, Objection
from lrs_soap.rules.challenges.problems import Problem
from lrs_soap.rules.challenges.resolving import ResolutionAsked
from lrs_soap.rules.challenges.states import ChallengeState
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.change import OPERATOR, Action, Author
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import history, learners, learning_events
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.databases import on_postgresql
from tests.kit.rivals import once
from tests.kit.waiting import PATIENCE, until
from tests.kit.work import AUTHOR, unit

STEMS = [str(stem) for stem in range(100000001, 100000008) if ulns.check_digit(str(stem))]
ANN, BEA, CAT = (f"{stem}{ulns.check_digit(stem)}" for stem in STEMS[:3])
NAMES = {ANN: "Ann", BEA: "Bea", CAT: "Cat"}
CONTACT: dict[str, Any] = {
    "contact_name": "Ada North",
    "contact_email": "ada@example.org",
    "contact_telephone": "01234 567890",
}
GRADE = ChallengeSent(Problem.GRADE, event_ids=(1,), proposed={"grade": "Merit"}, **CONTACT)
DUPLICATE = ChallengeSent(Problem.DUPLICATE, comments="Married.", other_uln=BEA, master_uln=ANN, **CONTACT)
DISPUTED = ChallengeSent(Problem.DISPUTED, event_ids=(1,))
TWICE = ChallengeSent(Problem.UPLOADED_TWICE, event_ids=(1, 2), **CONTACT)
OTHER = ChallengeSent(Problem.OTHER, comments="Look at this.", **CONTACT)
TRANSFER = ChallengeSent(
    Problem.SHARED_BEFORE, event_ids=(1,), other_uln=BEA, other_given_name="Bea", other_family_name="Birch"
)
THEIRS = Author("TEST0002", "Another")
WAITS_FOR_THIS = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


def event(uln: str, **more: Any) -> LearningEvent:
    held = LearningEvent(
        uln=uln,
        source="AO",
        subject="Welding",
        subject_code="600/1166/X",
        grade="Pass",
        achievement_award_date="2024-06-30",
        awarding_organisation_name="Example Awards",
        awarding_organisation_ukprn="10009999",
        language_for_assessment="English",
        date_loaded="2024-09-30 17:05:00",
        under_data_challenge="N",
    )
    return held._replace(**more)


class Register:
    """Three learners, of whom Ann has two events and Cat one."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def fill(self) -> None:
        with self.store.writing() as transaction:
            for uln, name in NAMES.items():
                birth = f"2001-05-0{len(name) + 2 + ord(name[0]) - 66}"
                learners.insert(
                    transaction, Learner(uln, name, "Birch", birth, "2", "YO1 7HH", "1", "2024-09-01", "2024-09-01", 3)
                )
            learning_events.add_many(transaction, [event(ANN), event(ANN), event(CAT)])

    @contextmanager
    def working(self, author: Author = AUTHOR) -> Iterator[UnitOfWork]:
        with self.store.writing() as transaction:
            yield unit(transaction, author=author)

    def raised(self, sent: ChallengeSent, uln: str = ANN, author: Author = AUTHOR) -> Challenge:
        with self.working(author) as work:
            return raise_challenge(work, uln, sent)

    def resolved(self, challenge: Challenge, **asked: Any) -> Challenge:
        with self.working(OPERATOR) as work:
            return resolve_challenge(work, str(challenge.reference), ResolutionAsked(**asked))

    def undone(self, challenge: Challenge) -> Challenge:
        with self.working(OPERATOR) as work:
            return undo_challenge(work, str(challenge.reference))

    def withdrawn(self, challenge: Challenge, author: Author = AUTHOR) -> Challenge:
        with self.working(author) as work:
            return withdraw_challenge(work, str(challenge.reference))

    def record(self, uln: str = ANN, known: tuple[int, ...] | None = None) -> RecordAnswer:
        with self.working() as work:
            asked = RecordAsked(uln, ToVerify(NAMES[uln], "Birch"), "ORG")
            return get_learning_events(work, asked, known=known)

    def flags(self, uln: str = ANN) -> dict[int, str | None]:
        return {each.id: each.under_data_challenge for each in self.record(uln).events}

    def events(self, uln: str = ANN) -> list[LearningEvent]:
        with self.store.reading() as transaction:
            return learning_events.of(transaction, [uln])

    def learner(self, uln: str) -> Learner:
        with self.store.reading() as transaction:
            return learners.held(transaction, uln)

    def actions(self, uln: str) -> list[Action]:
        with self.store.reading() as transaction:
            return [each.action for each in history.of(transaction, uln)]


@pytest.fixture
def register(store: Store) -> Register:
    register = Register(store)
    register.fill()
    return register


def refusal(do: Callable[[], object]) -> list[Objection]:
    with pytest.raises(ChallengeRefused) as refused:
        do()
    return [each.objection for each in refused.value.decision.objections]


def test_a_challenge_comes_back_as_it_was_raised(register: Register) -> None:
    challenge = register.raised(replace(GRADE, comments="’&<Ŵ"))
    assert (str(challenge.reference), challenge.state) == (f"{ANN}-1", ChallengeState.OPEN)
    with register.working() as work:
        assert held_challenge(work, f" {ANN}-1 ") == challenge
        assert newest_challenges(work, uln=ANN, state=ChallengeState.OPEN, limit=5) == [challenge]
        assert newest_challenges(work, state=ChallengeState.RESOLVED, limit=5) == []
        assert newest_challenges(work, uln=BEA, limit=5) == []
        for unknown in (f"{ANN}-2", f"{BEA}-1", "nothing", "\0"):
            with pytest.raises(NotHeld, match="no enquiry"):
                held_challenge(work, unknown)


def test_numbers_count_within_the_uln_and_are_not_given_again(register: Register) -> None:
    register.withdrawn(register.raised(OTHER))
    numbers = [register.raised(OTHER).number, register.raised(OTHER, BEA).number, register.raised(GRADE).number]
    assert numbers == [2, 1, 3]


def test_the_event_is_under_data_challenge_until_it_is_closed(register: Register) -> None:
    known = register.record().versions
    assert register.record(known=known).is_known
    challenge = register.raised(GRADE)
    assert register.flags() == {1: "Y", 2: "N"}
    assert not register.record(known=known).is_known
    register.withdrawn(challenge)
    assert register.flags() == {1: "N", 2: "N"}
    assert not register.record(known=known).is_known


def test_what_is_under_challenge_is_not_challenged_again(register: Register) -> None:
    register.raised(GRADE)
    assert refusal(lambda: register.raised(TWICE)) == [Objection.UNDER_CHALLENGE]
    assert register.flags() == {1: "Y", 2: "N"}
    register.raised(DUPLICATE)
    from_the_other = replace(DUPLICATE, other_uln=ANN)
    assert refusal(lambda: register.raised(from_the_other, BEA)) == [Objection.UNDER_CHALLENGE]


@pytest.mark.parametrize(
    ("uln", "objection"),
    [
        *((uln, Objection.NOT_A_ULN) for uln in ("", "1234567890", "\0" * 10)),
        ("5013926741", Objection.UNKNOWN),
    ],
)
def test_nobody_is_not_challenged(register: Register, uln: str, objection: Objection) -> None:
    assert refusal(lambda: register.raised(OTHER, uln)) == [objection]


def test_events_of_others_and_of_who_does_not_share_are_not_there(register: Register) -> None:
    assert refusal(lambda: register.raised(replace(GRADE, event_ids=(3,)))) == [Objection.NO_SUCH_EVENT]
    many = tuple(range(10_000, 2**63, 2**50))
    assert refusal(lambda: register.raised(replace(GRADE, event_ids=many))) == [Objection.EVENT_COUNT]
    with register.store.writing() as transaction:
        held = learners.held(transaction, ANN)
        learners.update(transaction, held, held._replace(ability_to_share="0"))
    assert refusal(lambda: register.raised(GRADE)) == [Objection.NO_SUCH_EVENT]


def test_only_who_has_raised_it_withdraws_it_and_once(register: Register) -> None:
    challenge = register.raised(GRADE)
    assert refusal(lambda: register.withdrawn(challenge, THEIRS)) == [Objection.ANOTHER_ORGANISATION]
    assert register.flags()[1] == "Y"
    assert register.withdrawn(challenge).closed_by == AUTHOR
    assert refusal(lambda: register.withdrawn(challenge)) == [Objection.WRONG_STATE]
    assert refusal(lambda: register.resolved(challenge)) == [Objection.WRONG_STATE]
    assert register.actions(ANN) == [Action.CHALLENGE_WITHDRAWN]


def test_a_rejection_needs_a_text(register: Register) -> None:
    challenge = register.raised(GRADE)
    with register.working(OPERATOR) as work:
        assert refusal(lambda: reject_challenge(work, str(challenge.reference), " ")) == [Objection.MISSING]
        rejected = reject_challenge(work, str(challenge.reference), "The grade is right.")
    assert (rejected.state, rejected.outcome) == (ChallengeState.REJECTED, "The grade is right.")
    assert register.flags()[1] == "N"
    assert register.actions(ANN) == [Action.CHALLENGE_REJECTED]


def test_a_correction_and_its_undoing(register: Register) -> None:
    known = register.record().versions
    challenge = register.raised(replace(GRADE, proposed={"grade": "Merit", "achievement_award_date": "2024-06-30"}))
    assert challenge.sent.proposed == {"grade": "Merit"}
    assert register.resolved(challenge, text="Done.").done.effect is Effect.CORRECTED
    assert [each.grade for each in register.events()] == ["Merit", "Pass"]
    assert register.flags() == {1: "N", 2: "N"}
    with register.store.reading() as transaction:
        (change,) = history.of(transaction, ANN)
    reference = str(challenge.reference)
    assert change.fields == {"enquiry": (reference, reference), "event": ("1", "1"), "grade": ("Pass", "Merit")}
    undone = register.undone(challenge)
    assert undone == challenge
    assert [each.grade for each in register.events()] == ["Pass", "Pass"]
    assert register.flags() == {1: "Y", 2: "N"}
    assert register.actions(ANN) == [Action.CHALLENGE_RESOLVED, Action.CHALLENGE_UNDONE]
    register.withdrawn(challenge)
    assert not register.record(known=known).is_known
    assert refusal(lambda: register.undone(challenge)) == [Objection.WRONG_STATE]


def test_what_was_corrected_twice_is_undone_in_turn(register: Register) -> None:
    first = register.raised(GRADE)
    register.resolved(first)
    second = register.raised(replace(GRADE, proposed={"grade": "Fail"}))
    register.resolved(second)
    assert refusal(lambda: register.undone(first)) == [Objection.CHANGED_SINCE]
    register.undone(second)
    assert refusal(lambda: register.undone(first)) == [Objection.UNDER_CHALLENGE]
    register.withdrawn(second)
    register.undone(first)
    assert register.events()[0].grade == "Pass"


def test_a_move_and_its_undoing(register: Register) -> None:
    challenge = register.raised(TRANSFER)
    register.resolved(challenge)
    assert [each.id for each in register.events(BEA)] == [1]
    assert [each.id for each in register.events()] == [2]
    assert register.actions(ANN) == register.actions(BEA) == [Action.CHALLENGE_RESOLVED]
    register.undone(challenge)
    assert [each.id for each in register.events()] == [1, 2]
    register.resolved(challenge, to=CAT)
    assert [each.id for each in register.events(CAT)] == [1, 3]


@pytest.mark.parametrize(("to", "objection"), [(ANN, Objection.SAME_PERSON), ("\0", Objection.NOT_A_ULN)])
def test_an_event_is_moved_to_somebody_else(register: Register, to: str, objection: Objection) -> None:
    challenge = register.raised(DISPUTED)
    assert refusal(lambda: register.resolved(challenge, to=to)) == [objection]
    assert register.flags()[1] == "Y"


@pytest.mark.parametrize(
    ("sent", "asked", "removed"),
    [(DISPUTED, {}, 1), (TRANSFER, {"remove": True}, 1), (TWICE, {}, 2), (TWICE, {"event_id": 1}, 1)],
)
def test_a_removal_and_its_undoing(
    register: Register, sent: ChallengeSent, asked: dict[str, Any], removed: int
) -> None:
    before = register.events()
    challenge = register.raised(sent)
    known = register.record().versions
    register.resolved(challenge, **asked)
    assert [each.id for each in register.events()] == [each for each in (1, 2) if each != removed]
    register.undone(challenge)
    assert register.flags() == {number: "Y" if number in sent.event_ids else "N" for number in (1, 2)}
    register.withdrawn(challenge)
    assert register.events() == before
    assert not register.record(known=known).is_known


def test_a_restored_event_is_never_taken_for_what_it_was_before(register: Register) -> None:
    """The same ID with other contents, of which somebody may have kept the text, needs another revision."""
    seen = {register.record().versions: register.events()}
    for _ in range(3):
        challenge = register.raised(DISPUTED)
        for do in (register.resolved, register.undone, register.withdrawn):
            do(challenge)
            versions, events = register.record().versions, register.events()
            assert seen.setdefault(versions, events) == events


def test_a_merge_and_its_undoing(register: Register) -> None:
    challenge = register.raised(DUPLICATE)
    merged = register.resolved(challenge)
    assert (merged.done.uln, merged.outcome) == (BEA, "The ULNs were merged.")
    assert register.learner(BEA).master_uln == ANN
    assert register.actions(BEA) == [Action.MERGED, Action.CHALLENGE_RESOLVED]
    with register.working() as work:
        assert [each.state for each in challenges_of(work, register.learner(ANN))] == [ChallengeState.RESOLVED]
    assert register.undone(challenge) == challenge
    assert register.learner(BEA).master_uln is None
    register.resolved(challenge, master=BEA)
    assert register.learner(ANN).master_uln == BEA
    with register.working() as work:
        assert len(challenges_of(work, register.learner(BEA))) == 1


def test_a_challenge_stays_with_its_event_when_a_merge_is_undone(register: Register) -> None:
    with register.working(OPERATOR) as work:
        merge_learners(work, CAT, ANN)
    challenge = register.raised(GRADE, CAT)
    with register.working(OPERATOR) as work:
        unmerge_learner(work, ANN)
    own = register.raised(OTHER)
    assert register.flags(ANN)[1] == "Y"
    with register.working() as work:
        assert challenges_of(work, register.learner(ANN)) == [own, challenge]
    register.withdrawn(challenge)
    assert register.flags(ANN)[1] == "N"


def test_a_merge_that_was_undone_meanwhile_is_not_undone_again(register: Register) -> None:
    challenge = register.raised(DUPLICATE)
    register.resolved(challenge)
    with register.working(OPERATOR) as work:
        unmerge_learner(work, BEA)
    assert refusal(lambda: register.undone(challenge)) == [Objection.MERGE_UNDONE]


def test_what_cannot_be_merged_leaves_the_challenge_open(register: Register) -> None:
    challenge = register.raised(DUPLICATE)
    with register.working(OPERATOR) as work:
        merge_learners(work, CAT, BEA)
    with pytest.raises(NotPossible):
        register.resolved(challenge)
    with register.working() as work:
        assert held_challenge(work, str(challenge.reference)) == challenge


def test_a_merge_is_undone_by_a_challenge(register: Register) -> None:
    with register.working(OPERATOR) as work:
        merge_learners(work, ANN, BEA)
    sent = ChallengeSent(Problem.DEMERGE, comments="Two people.", other_uln=BEA, **CONTACT)
    challenge = register.raised(sent)
    register.resolved(challenge)
    assert register.learner(BEA).master_uln is None
    assert refusal(lambda: register.undone(challenge)) == [Objection.NOTHING_TO_UNDO]


def test_a_demerge_of_who_was_unlinked_meanwhile_is_refused(register: Register) -> None:
    with register.working(OPERATOR) as work:
        merge_learners(work, ANN, BEA)
    challenge = register.raised(ChallengeSent(Problem.DEMERGE, comments="Two people.", other_uln=BEA, **CONTACT))
    with register.working(OPERATOR) as work:
        unmerge_learner(work, BEA)
        merge_learners(work, CAT, BEA)
    assert refusal(lambda: register.resolved(challenge)) == [Objection.NOT_MERGED]
    assert register.learner(BEA).master_uln == CAT


def test_a_fictitious_uln_is_deleted_or_closed_with_a_text(register: Register) -> None:
    sent = replace(OTHER, problem=Problem.FICTITIOUS)
    assert register.resolved(register.raised(sent), text="It is real.").done.effect is Effect.NOTHING
    assert not register.learner(ANN).is_deleted
    register.resolved(register.raised(sent), delete=True)
    assert register.learner(ANN).is_deleted
    assert refusal(lambda: register.raised(sent)) == [Objection.DELETED]


def test_other_problems_are_closed_with_a_text(register: Register) -> None:
    challenge = register.raised(OTHER)
    assert refusal(lambda: register.resolved(challenge)) == [Objection.MISSING]
    assert register.resolved(challenge, text="Seen to.").outcome == "Seen to."
    assert refusal(lambda: register.undone(challenge)) == [Objection.NOTHING_TO_UNDO]


@pytest.mark.parametrize("objection", [Objection.LINKED, Objection.DELETED])
def test_who_is_linked_or_deleted_is_not_challenged(register: Register, objection: Objection) -> None:
    with register.working(OPERATOR) as work:
        if objection is Objection.LINKED:
            merge_learners(work, CAT, ANN)
        else:
            delete_learner(work, ANN)
    for sent in (OTHER, DUPLICATE, GRADE):
        assert refusal(partial(register.raised, sent)) == [objection]
    with register.working() as work:
        assert newest_challenges(work, limit=5) == []
    assert [each.under_data_challenge for each in register.events()] == ["N", "N"]


def test_an_event_that_came_under_challenge_since_the_look_is_not_challenged_twice(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can have, by a challenge on another ULN, whose learner is not locked."""
    register.raised(GRADE)
    look, looks = learning_events.open_challenges_on, 0

    def look_too_early(transaction: Transaction, event_ids: Iterable[int]) -> dict[int, str]:
        nonlocal looks
        looks += 1
        return look(transaction, event_ids) if looks > 1 else {}

    monkeypatch.setattr(learning_events, "open_challenges_on", look_too_early)
    with register.working() as work:
        assert refusal(lambda: raise_challenge(work, ANN, TWICE)) == [Objection.UNDER_CHALLENGE]
    with register.working() as work:
        assert len(newest_challenges(work, limit=5)) == 1
    assert register.flags() == {1: "Y", 2: "N"}


def test_an_undoing_that_is_refused_changes_nothing_back(register: Register) -> None:
    first = register.raised(GRADE)
    register.resolved(first)
    register.raised(replace(GRADE, proposed={"grade": "Fail"}))
    with register.working(OPERATOR) as work:
        assert refusal(lambda: undo_challenge(work, str(first.reference))) == [Objection.UNDER_CHALLENGE]
    assert register.events()[0].grade == "Merit"
    with register.working() as work:
        assert held_challenge(work, str(first.reference)).state is ChallengeState.RESOLVED


def test_organisations_that_raise_challenges_at_the_same_time_get_numbers_of_their_own(register: Register) -> None:
    def raise_several(problem: Problem) -> list[int]:
        challenge = replace(OTHER, problem=problem)
        return [register.withdrawn(register.raised(challenge)).number for _ in range(4)]

    problems = (Problem.OTHER, Problem.DECEASED, Problem.SHARED_ULN)
    with ThreadPoolExecutor(len(problems)) as pool:
        numbers = [number for each in pool.map(raise_several, problems) for number in each]
    assert sorted(numbers) == list(range(1, 13))


def in_processes(url: str, *actions: Callable[[Register], Challenge]) -> list[Challenge | Objection]:
    """What comes of actions that begin at the same moment, each with a store of its own, as a process has it."""
    together = Barrier(len(actions))

    def act(action: Callable[[Register], Challenge]) -> Challenge | Objection:
        with closing(Store(url)) as store:
            together.wait(PATIENCE)
            try:
                return action(Register(store))
            except ChallengeRefused as refused:
                objected, *_ = refused.decision.objections
                return objected.objection

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


@pytest.mark.parametrize("sent", [GRADE, TWICE, OTHER, DUPLICATE])
def test_of_two_processes_that_raise_the_same_challenge_one_is_refused(
    register: Register, database_url: str, sent: ChallengeSent
) -> None:
    told = in_processes(
        database_url, partial(Register.raised, sent=sent), partial(Register.raised, sent=sent, author=THEIRS)
    )
    (raised,) = (each for each in told if isinstance(each, Challenge))
    assert Objection.UNDER_CHALLENGE in told
    with register.working() as work:
        assert newest_challenges(work, limit=5) == [raised]


def test_two_processes_that_raise_different_challenges_give_different_references(
    register: Register, database_url: str
) -> None:
    told = in_processes(database_url, *(partial(Register.raised, sent=sent) for sent in (GRADE, OTHER, DUPLICATE)))
    assert sorted(str(each.reference) for each in told if isinstance(each, Challenge)) == [
        f"{ANN}-{number}" for number in (1, 2, 3)
    ]


def test_of_a_resolution_and_a_withdrawal_at_the_same_time_one_is_refused(
    register: Register, database_url: str
) -> None:
    for grade in ("Merit", "Distinction", "Fail"):
        challenge = register.raised(replace(GRADE, proposed={"grade": grade}))
        before = register.events()[0].grade
        told = in_processes(
            database_url,
            partial(Register.resolved, challenge=challenge),
            partial(Register.withdrawn, challenge=challenge),
        )
        (closed,) = (each for each in told if isinstance(each, Challenge))
        assert Objection.WRONG_STATE in told
        with register.working() as work:
            assert held_challenge(work, str(challenge.reference)) == closed
        is_resolved = closed.state is ChallengeState.RESOLVED
        assert register.events()[0].grade == (grade if is_resolved else before)
        assert register.flags()[1] == "N"


def while_both_are_locked(register: Register, database_url: str, action: Callable[[Register], Any]) -> Any:
    """What comes of an action while somebody locks Ann, and then Bea when the action waits for that.

    The action must not have locked Bea before it waits for Ann: PostgreSQL would end one of both.
    """
    with closing(Store(database_url)) as store, ThreadPoolExecutor(1) as pool:
        with register.working(OPERATOR) as work:
            learners.lock(work.transaction, [ANN])
            doing = pool.submit(action, Register(store))
            until(lambda: work.transaction.execute(WAITS_FOR_THIS).scalar_one())
            learners.lock(work.transaction, [BEA])
        return doing.result(PATIENCE)


@on_postgresql
def test_a_resolution_waits_for_who_has_the_event_before_it_locks_anybody(
    register: Register, database_url: str
) -> None:
    with register.working() as work:
        merge_learners(work, BEA, ANN)
    challenge = register.raised(DISPUTED, BEA)
    with register.working() as work:
        unmerge_learner(work, ANN)
    done = while_both_are_locked(register, database_url, partial(Register.resolved, challenge=challenge))
    assert done.state is ChallengeState.RESOLVED
    assert Action.CHALLENGE_RESOLVED in register.actions(ANN)


@on_postgresql
def test_a_look_at_a_record_waits_for_those_who_have_it_in_the_order_of_their_ulns(
    register: Register, database_url: str
) -> None:
    with register.working() as work:
        merge_learners(work, BEA, ANN)
    answer = while_both_are_locked(register, database_url, partial(Register.record, uln=BEA))
    assert len(answer.events) == 2


@on_postgresql
def test_a_rival_between_look_and_lock_is_seen(register: Register, database_url: str) -> None:
    """On SQLite nobody else writes after the look."""
    challenge = register.raised(GRADE)
    with closing(Store(database_url)) as store:
        rival = Register(store)
        with register.working(OPERATOR) as work:
            once(lambda: rival.withdrawn(challenge), work.transaction)
            asked = ResolutionAsked()
            assert refusal(lambda: resolve_challenge(work, str(challenge.reference), asked)) == [Objection.WRONG_STATE]
        with register.working() as work:
            once(lambda: rival.raised(TWICE), work.transaction)
            assert refusal(lambda: raise_challenge(work, ANN, GRADE)) == [Objection.UNDER_CHALLENGE]
    assert [each.grade for each in register.events()] == ["Pass", "Pass"]
    assert register.flags() == {1: "Y", 2: "Y"}
