"""Merging, then unmerging, is as if nobody had been merged: in the register and in the records of those concerned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lrs_soap.clock import SettableClock
from lrs_soap.errors import NotPossible
from lrs_soap.operations.delete import delete_learner
from lrs_soap.operations.get_learning_events import RecordAsked, get_learning_events
from lrs_soap.operations.merge import merge_learners
from lrs_soap.operations.unmerge import unmerge_learner
from lrs_soap.operations.update import update
from lrs_soap.rules.learners.verification import ToVerify
from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.rules.values.sent_learner import SentLearner
from lrs_soap.store import learners, tables
from lrs_soap.store import learning_events as held
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from tests.kit.work import unit

# With events of each source and none, sensitive ones, shared and not, linked, a master, closed.
EVERYBODY = (
    "4170265830",
    "9140837261",
    "2865174033",
    "3496281501",
    "5918043623",
    "6602379142",
    "8031459273",
    "7053182648",
    "7528960313",
)

Step = tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """What is answered to whoever asks for a record; the events are without IDs, which nobody gets again."""

    code: str
    found_uln: str
    events: tuple[LearningEvent, ...]


Records = dict[tuple[str, str], Record]


@dataclass(frozen=True)
class State:
    """All that is held of learners, but for their histories, and each one's record as a user type gets it."""

    rows: list[Any]
    records: Records


class Undo(Exception):
    pass


class World:
    """The starting learners in a transaction."""

    def __init__(self, transaction: Transaction, clock: SettableClock) -> None:
        self._transaction = transaction
        self._now = clock.now()

    def merge(self, master: str, linked: str) -> None:
        merge_learners(unit(self._transaction, now=self._now, author=OPERATOR), master, linked)

    def unmerge(self, linked: str) -> None:
        unmerge_learner(unit(self._transaction, now=self._now, author=OPERATOR), linked)

    def delete(self, uln: str) -> None:
        delete_learner(unit(self._transaction, now=self._now, author=OPERATOR), uln)

    def load(self, uln: str, source: str) -> None:
        event = LearningEvent(
            source=source, subject="Music", subject_code="60142923", date_loaded="2025-03-10 12:00:00"
        )
        held.add_many(self._transaction, [event._replace(uln=uln)])

    def entitle(self, uln: str) -> None:
        """Update a learner, which does nothing to one that is linked."""
        learner = learners.by_uln(self._transaction, uln)
        assert learner is not None
        record = {
            "GivenName": learner.given_name,
            "FamilyName": learner.family_name,
            "LastKnownPostCode": learner.last_known_post_code,
            "DateOfBirth": learner.date_of_birth,
            "Gender": learner.gender,
            "VerificationType": learner.verification_type,
            "AbilityToShare": learner.ability_to_share,
            "Title": "Dr",
        }
        version = learner.version_number
        update(unit(self._transaction, now=self._now), SentLearner.of(record), uln=uln, version=version)

    def state(self) -> State:
        rows = [
            list(self._transaction.execute(select(table).order_by(*table.primary_key.columns)))
            for table in (tables.learners, tables.name_keys)
        ]
        return State(rows, {(uln, kind): self._record(uln, kind) for uln in EVERYBODY for kind in ("LNR", "ORG")})

    def _record(self, uln: str, user_type: str) -> Record:
        learner = learners.by_uln(self._transaction, uln)
        assert learner is not None
        details = ToVerify(learner.given_name, learner.family_name)
        record = get_learning_events(unit(self._transaction, now=self._now), RecordAsked(uln, details, user_type))
        events = tuple(event._replace(id=0) for event in record.events)
        return Record(record.decision.code.value, record.decision.found_uln, events)


anybody = st.sampled_from(EVERYBODY)
BEFORE = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), anybody, anybody),
        st.tuples(st.just("unmerge"), anybody),
        st.tuples(st.just("delete"), anybody),
    ),
    max_size=6,
)
LOADED = st.lists(st.tuples(st.just("load"), anybody, st.sampled_from(("ILR", "NPD", "AO"))), max_size=3)


def do(world: World, steps: Sequence[Step]) -> None:
    """As much of it as is possible."""
    for name, *arguments in steps:
        with suppress(NotPossible):
            getattr(world, name)(*arguments)


def assert_one_person(apart: Records, together: Records, *ulns: str) -> None:
    """Assert that whoever was one person with one of these ULNs has all their events since."""
    persons = {apart[uln, "LNR"].found_uln for uln in ulns}
    events = Counter(event for uln in ulns for event in apart[uln, "LNR"].events)
    for (uln, user_type), record in apart.items():
        if user_type == "LNR" and record.found_uln in persons:
            assert Counter(together[uln, "LNR"].events) == events


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=BEFORE, loaded=LOADED, merged=st.permutations(EVERYBODY))
def test_merging_then_unmerging_is_as_if_nobody_had_been_merged(
    filled: Store, clock: SettableClock, before: list[Step], loaded: list[Step], merged: list[str]
) -> None:
    master, linked, *_ = merged

    def state_after(happen: Callable[[World], None]) -> State:
        with suppress(Undo), filled.writing() as transaction:
            world = World(transaction, clock)
            do(world, before)
            happen(world)
            state = world.state()
            raise Undo
        return state

    def apart(world: World) -> None:
        do(world, [*loaded, ("entitle", master)])

    def together(world: World) -> None:
        records = world.state().records
        try:
            world.merge(master, linked)
        except NotPossible:
            apart(world)
            return
        assert_one_person(records, world.state().records, master, linked)
        apart(world)
        world.unmerge(linked)

    assert state_after(together) == state_after(apart)
