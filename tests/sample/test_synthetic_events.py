"""Records of synthetic learners: such as there may be, the same each time, and of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from lrs_soap.rules.records.learning_events import AO, ILR, NPD, LearningEvent, violations
from lrs_soap.sample import synthetic
from lrs_soap.sample.sampling import stream
from lrs_soap.sample.synthetic import SyntheticResult
from lrs_soap.sample.synthetic_events import Records
from lrs_soap.sample.synthetic_learners import MOST, Population
from lrs_soap.store import learners, learning_events
from lrs_soap.store.store import Store

LEARNERS = tuple(Population(1).learners(0, 2000))


def records(seed: int = 1) -> list[list[LearningEvent]]:
    made = Records()
    return [made.of(learner, stream(seed, MOST + number)) for number, learner in enumerate(LEARNERS)]


EVENTS = records()


def test_they_are_the_same_each_time_and_others_under_another_seed() -> None:
    assert records() == EVENTS
    assert sum(one == other for one, other in zip(records(2), EVENTS, strict=True)) < len(EVENTS) / 2


def test_each_is_one_that_its_source_can_have() -> None:
    for learner, events in zip(LEARNERS, EVENTS, strict=True):
        for event in events:
            assert event.uln == learner.uln
            assert violations(event) == ()


def test_there_are_all_sources_and_sensitive_ones_and_missing_grades_and_dates() -> None:
    events = [event for record in EVENTS for event in record]
    assert min(Counter(event.source for event in events)[source] for source in (ILR, NPD, AO)) > 500
    assert any(event.is_sensitive for event in events)
    ilr = [event for event in events if event.source == ILR]
    assert any(event.grade is None for event in ilr)
    assert any(event.participation_end_date is None for event in ilr)
    assert any(event.participation_end_date and not event.achievement_award_date for event in ilr)
    assert any(event.qualification_type == "Unit" for event in events)
    assert {"GCSE (A* to G)", "GCSE (9 to 1)"} <= {event.qualification_type for event in events}
    assert any(event.subject_welsh for event in events)


def test_there_are_as_many_as_the_age_lets_expect() -> None:
    def mean(first: int, last: int) -> float:
        counts = [
            len(events)
            for learner, events in zip(LEARNERS, EVENTS, strict=True)
            if first <= int(learner.date_of_birth[:4]) <= last
        ]
        return sum(counts) / len(counts)

    assert mean(1995, 2005) > 8
    assert 1 < mean(1950, 1989) < 5
    assert mean(1915, 1939) < 1
    assert mean(2009, 2011) == 0


def test_nothing_is_learned_before_the_age_of_fifteen() -> None:
    for learner, events in zip(LEARNERS, EVENTS, strict=True):
        for event in events:
            assert int(str(event.date)[:4]) - int(learner.date_of_birth[:4]) >= 15


def held(store: Store, of: range) -> Iterator[list[LearningEvent]]:
    """What is held of each of the learners, but for the IDs."""
    with store.reading() as transaction:
        for number in of:
            events = learning_events.of(transaction, [LEARNERS[number].uln])
            yield [event._replace(id=0) for event in events]


def test_they_are_loaded_with_their_learners(store: Store) -> None:
    assert synthetic.load(store, 150, events=True) == SyntheticResult(loaded=150, left_out=0)
    assert list(held(store, range(150))) == EVENTS[:150]
    assert synthetic.load(store, 160) == SyntheticResult(loaded=10, left_out=150)
    assert list(held(store, range(150, 160))) == [[]] * 10


def test_who_is_left_out_is_given_none(store: Store) -> None:
    with store.writing() as transaction:
        learners.insert_many(transaction, LEARNERS[:40:2])
    assert synthetic.load(store, 40, events=True) == SyntheticResult(loaded=20, left_out=20)
    assert list(held(store, range(0, 40, 2))) == [[]] * 20
    assert list(held(store, range(1, 40, 2))) == EVENTS[1:40:2]


@pytest.mark.slow
def test_a_process_that_makes_them_makes_the_same(store: Store) -> None:
    assert synthetic.load(store, 10_050, events=True).loaded > 10_040
    assert list(held(store, range(2000))) == EVENTS
