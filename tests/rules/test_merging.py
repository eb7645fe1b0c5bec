"""Merging: who is linked to whom after each step, what is refused, and that a merge can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_soap.clock import LONDON
from lrs_soap.rules.learners import merging
from lrs_soap.rules.learners.merging import LearnersChanged
from lrs_soap.rules.values import uln as ulns
from lrs_soap.rules.values.learner import DELETED, Learner
from lrs_soap.rules.values.refusal import Refusal
from lrs_soap.rules.values.sentences import refusal_sentence
from lrs_soap.rules.values.sentences import sentence as reason_sentence

ANN, BEA, CAT, DOT, EVE = EVERYBODY = tuple(
    stem + digit for stem in map(str, range(100000001, 100000006)) if (digit := ulns.check_digit(stem)) is not None
)
NOBODY, WRONG = "2000000001", "2000000002"
NOW = datetime(2025, 7, 10, 0, 30, tzinfo=LONDON)


def somebody(uln: str) -> Learner:
    return Learner(uln, "Ann", uln, "2006-07-30", "2", "BS8 1TH", "1", "2020-01-01", "2020-01-01", version_number=3)


class World:
    """Learners, all held, and what each linked one was merged into."""

    def __init__(self) -> None:
        self.held: dict[str, Learner] = {uln: somebody(uln) for uln in EVERYBODY}
        self.merged_into: dict[str, str] = {}

    def merge(self, master: str, linked: str) -> LearnersChanged | Refusal:
        outcome = merging.merge(master, linked, self.held)
        if not isinstance(outcome, Refusal):
            self._hold(outcome)
            self.merged_into[linked] = outcome.learners[1].uln
        return outcome

    def unmerge(self, linked: str) -> LearnersChanged | Refusal:
        outcome = merging.unmerge(linked, self.held, self.merged_into)
        if not isinstance(outcome, Refusal):
            self._hold(outcome)
            del self.merged_into[linked]
        return outcome

    def delete(self, uln: str) -> LearnersChanged | Refusal:
        outcome = merging.delete(uln, self.held, now=NOW)
        if not isinstance(outcome, Refusal):
            self._hold(outcome)
        return outcome

    def _hold(self, changed: LearnersChanged) -> None:
        self.held.update({learner.uln: learner for learner in changed.learners})

    @property
    def masters(self) -> Mapping[str, str]:
        return {uln: learner.master_uln for uln, learner in self.held.items() if learner.master_uln is not None}


@pytest.fixture
def world() -> World:
    return World()


def sentence(outcome: LearnersChanged | Refusal) -> str:
    assert isinstance(outcome, Refusal)
    return refusal_sentence(outcome)


def test_a_learner_is_linked_to_a_master(world: World) -> None:
    changed = world.merge(ANN, BEA)
    assert isinstance(changed, LearnersChanged)
    assert changed.learners == (
        somebody(BEA)._replace(master_uln=ANN),
        somebody(ANN)._replace(linked_ulns=(BEA,)),
    )


def test_linked_ulns_ascend(world: World) -> None:
    for linked in (DOT, BEA, CAT):
        world.merge(ANN, linked)
    assert world.held[ANN].linked_ulns == (BEA, CAT, DOT)


def test_a_master_takes_along_those_linked_to_it(world: World) -> None:
    world.merge(BEA, CAT)
    world.merge(BEA, DOT)
    changed = world.merge(ANN, BEA)
    assert not isinstance(changed, Refusal)
    assert [learner.uln for learner in changed.learners] == [BEA, ANN, CAT, DOT]
    assert world.masters == {BEA: ANN, CAT: ANN, DOT: ANN}
    assert (world.held[ANN].linked_ulns, world.held[BEA].linked_ulns) == ((BEA, CAT, DOT), ())


def test_into_a_linked_one_is_into_its_master(world: World) -> None:
    world.merge(ANN, BEA)
    world.merge(BEA, CAT)
    assert world.masters == {BEA: ANN, CAT: ANN}
    # It was merged into the master, so it stays where the linked one leaves.
    world.unmerge(BEA)
    assert world.masters == {CAT: ANN}


def test_unmerging_gives_a_master_back_what_it_took_along(world: World) -> None:
    world.merge(BEA, CAT)
    world.merge(CAT, DOT)
    world.merge(ANN, EVE)
    world.merge(ANN, BEA)
    changed = world.unmerge(BEA)
    assert not isinstance(changed, Refusal)
    assert [learner.uln for learner in changed.learners] == [BEA, ANN, CAT, DOT]
    assert world.masters == {CAT: BEA, DOT: BEA, EVE: ANN}
    assert (world.held[ANN].linked_ulns, world.held[BEA].linked_ulns) == ((EVE,), (CAT, DOT))


def test_one_that_was_taken_along_can_leave_alone(world: World) -> None:
    world.merge(BEA, CAT)
    world.merge(ANN, BEA)
    world.unmerge(CAT)
    assert world.masters == {BEA: ANN}


def test_a_branch_leaves_from_wherever_it_is(world: World) -> None:
    world.merge(CAT, DOT)
    world.merge(BEA, CAT)
    world.merge(ANN, BEA)
    world.unmerge(CAT)
    assert world.masters == {BEA: ANN, DOT: CAT}
    world.unmerge(BEA)
    assert world.masters == {DOT: CAT}


def test_a_learner_is_deleted_in_a_new_version(world: World) -> None:
    changed = world.delete(ANN)
    assert isinstance(changed, LearnersChanged)
    assert changed.learners == (
        somebody(ANN)._replace(
            learner_status=DELETED,
            version_number=4,
            last_updated_date="2025-07-10",
            last_updated="2025-07-09T23:30:00Z",
        ),
    )


def told(outcome: LearnersChanged | Refusal) -> tuple[str, list[str]]:
    """A decision as the journal has it: its code, and its reasons."""
    return outcome.code.value, [reason_sentence(reason) for reason in outcome.reasons]


def test_each_decision_has_its_code_and_its_reasons(world: World) -> None:
    linked, also_linked = "merging: linked to the master", "merging: one that was linked to it goes with it"
    assert told(world.merge(BEA, CAT)) == ("merged", [linked])
    assert told(world.merge(ANN, BEA)) == ("merged", [linked, also_linked])
    assert told(world.merge(BEA, DOT)) == (
        "merged",
        ["merging: linked itself, so its own master is taken", linked],
    )
    assert told(world.merge(ANN, ANN)) == ("into itself", ["merging: not allowed"])
    assert told(world.delete(ANN)) == ("has linked learners", ["deletion: not allowed"])
    assert told(world.unmerge(BEA)) == ("unmerged", ["merging: no longer linked to the master", also_linked])
    assert told(world.unmerge(BEA)) == ("not linked", ["merging: not allowed"])
    assert told(world.delete(EVE)) == ("deleted", ["deletion: deleted"])
    assert told(world.delete(EVE)) == ("deleted learner", ["ULN holder: deleted"])
    assert told(world.merge(ANN, "1")) == ("not a ULN", ["check digit: wrong"])


def test_a_learner_of_the_largest_version_is_deleted_in_it(world: World) -> None:
    world.held[ANN] = somebody(ANN)._replace(version_number=2**31 - 1)
    world.delete(ANN)

    assert world.held[ANN].is_deleted
    assert world.held[ANN].version_number == 2**31 - 1


def test_a_linked_learner_is_deleted_and_stays_linked(world: World) -> None:
    world.merge(ANN, BEA)
    world.delete(BEA)
    assert world.held[BEA].is_deleted
    assert world.held[ANN].linked_ulns == (BEA,)


@pytest.mark.parametrize(
    ("uln", "told"),
    [
        (NOBODY, f"There is no learner with the ULN {NOBODY}."),
        (WRONG, f"'{WRONG}' is not a ULN: that is ten digits, the last of them a check digit."),
        ("letters", "'letters' is not a ULN: that is ten digits, the last of them a check digit."),
        (EVE, f"The learner with the ULN {EVE} is deleted."),
    ],
)
def test_nothing_is_done_with_nobody(world: World, uln: str, told: str) -> None:
    world.delete(EVE)
    before = dict(world.held)
    for outcome in (
        world.merge(ANN, uln),
        world.merge(uln, ANN),
        world.merge(uln, uln),
        world.unmerge(uln),
        world.delete(uln),
    ):
        assert sentence(outcome) == told
    assert world.held == before


def test_what_cannot_be_is_refused_in_a_sentence(world: World) -> None:
    world.merge(ANN, BEA)
    before = dict(world.held)
    linked_already = f"The learner with the ULN {BEA} is linked to {ANN} already; unmerge it to link it to another."
    for outcome, told in (
        (world.merge(CAT, CAT), f"The learner with the ULN {CAT} cannot be merged into itself."),
        (world.merge(ANN, BEA), linked_already),
        (world.merge(CAT, BEA), linked_already),
        (world.merge(BEA, ANN), f"The learner with the ULN {ANN} is the master of {BEA}, and cannot be linked to it."),
        (world.unmerge(ANN), f"The learner with the ULN {ANN} is not linked to another."),
        (world.unmerge(CAT), f"The learner with the ULN {CAT} is not linked to another."),
        (world.delete(ANN), f"The learner with the ULN {ANN} is the master of {BEA}, and cannot be deleted."),
    ):
        assert sentence(outcome) == told
    assert world.held == before


anybody = st.sampled_from(EVERYBODY)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), anybody, anybody),
        st.tuples(st.just("unmerge"), anybody),
        st.tuples(st.just("delete"), anybody),
    ),
    max_size=12,
)


def after(steps: list[tuple[str, ...]]) -> World:
    world = World()
    for name, *named in steps:
        getattr(world, name)(*named)
    return world


@given(STEPS)
def test_a_master_is_never_linked_and_both_sides_say_the_same(steps: list[tuple[str, ...]]) -> None:
    world = after(steps)
    for uln, master_uln in world.masters.items():
        master = world.held[master_uln]
        assert not master.is_linked
        assert not master.is_deleted
        assert uln in master.linked_ulns
    listed = [linked for learner in world.held.values() for linked in learner.linked_ulns]
    assert sorted(listed) == sorted(world.masters)
    assert world.merged_into.keys() == world.masters.keys()


@given(STEPS, anybody, anybody)
def test_merging_then_unmerging_gives_everybody_back(steps: list[tuple[str, ...]], master: str, linked: str) -> None:
    world = after(steps)
    before = dict(world.held), dict(world.merged_into)
    if not isinstance(world.merge(master, linked), Refusal):
        assert not isinstance(world.unmerge(linked), Refusal)
    assert (world.held, world.merged_into) == before
