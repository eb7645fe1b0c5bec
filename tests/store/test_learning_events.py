"""Learning events come back as they were held, by ULN, numbered as they were loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, learning_events, tables
from lrs_soap.store.store import Store
from tests.kit.databases import on_sqlite

FIRST, SECOND = "1000000019", "1000000027"

FULL = LearningEvent(
    **{field: f"{field} ’&<Ŵ" for field in LearningEvent._fields if field not in ("id", "uln", "credits")},
    credits=2**63 - 1,
    uln=FIRST,
)


def least(subject: str, uln: str = FIRST) -> LearningEvent:
    return LearningEvent(source="ILR", subject=subject, subject_code="1", date_loaded="2015-01-20 06:12:44", uln=uln)


@pytest.fixture
def held(store: Store, learner: Callable[..., Learner]) -> Store:
    with store.writing() as transaction:
        learners.insert(transaction, learner(FIRST))
        learners.insert(transaction, learner(SECOND, family_name="Ash"))
    return store


def subjects(store: Store, *ulns: str) -> list[str]:
    with store.reading() as transaction:
        return [event.subject for event in learning_events.of(transaction, ulns)]


def test_the_columns_are_the_event_s_fields() -> None:
    columns = {column.name for column in tables.learning_events.columns}
    assert columns == {*LearningEvent._fields, "open_challenge", "revision"}


def test_an_event_comes_back_as_it_was(held: Store) -> None:
    with held.writing() as transaction:
        learning_events.add_many(transaction, [FULL, least("a")])
    with held.reading() as transaction:
        full, bare = learning_events.of(transaction, [FIRST])
    assert full == FULL._replace(id=full.id)
    assert bare == least("a")._replace(id=bare.id)


def test_events_are_numbered_as_they_are_loaded_whoever_s_they_are(held: Store) -> None:
    with held.writing() as transaction:
        learning_events.add_many(transaction, [least("a"), least("b", SECOND), least("c")])
        learning_events.add_many(transaction, [])
        learning_events.add_many(transaction, [least("d", SECOND)])
    with held.reading() as transaction:
        events = learning_events.of(transaction, [SECOND, FIRST])
        assert learning_events.count(transaction) == 4
    assert [event.subject for event in events] == ["b", "d", "a", "c"]
    assert [event.subject for event in sorted(events, key=lambda event: event.id)] == ["a", "b", "c", "d"]
    assert len({event.id for event in events}) == 4


def test_a_number_does_not_come_again(held: Store) -> None:
    with held.writing() as transaction:
        learning_events.add_many(transaction, [least("a"), least("b")])
        (_, last) = learning_events.of(transaction, [FIRST])
        transaction.execute(tables.learning_events.delete().where(tables.learning_events.c.id == last.id))
    with held.writing() as transaction:
        learning_events.add_many(transaction, [least("c")])
        (_, new) = learning_events.of(transaction, [FIRST])
    assert new.id > last.id


def test_nobody_has_events_who_has_none(held: Store) -> None:
    assert subjects(held, FIRST, SECOND, "1000000035") == []
    assert subjects(held) == []


def test_only_who_is_held_has_events(held: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), held.writing() as transaction:
        learning_events.add_many(transaction, [least("a"), least("b", "1000000035")])
    assert subjects(held, FIRST) == []


@pytest.mark.parametrize("fields", [("id", "subject"), ("uln", "grade", "credits"), LearningEvent._fields])
def test_only_the_fields_that_are_asked_for_are_read(held: Store, fields: tuple[str, ...]) -> None:
    with held.writing() as transaction:
        learning_events.add_many(transaction, [FULL])
        (whole,) = learning_events.of(transaction, [FIRST])
        (event,) = learning_events.of(transaction, [FIRST], fields)
    assert event._asdict() == {field: value if field in fields else None for field, value in whole._asdict().items()}


def test_a_change_makes_another_version_and_nothing_else_does(held: Store) -> None:
    with held.writing() as transaction:
        learning_events.add_many(transaction, [least("a"), least("b")])
        first, second = learning_events.of(transaction, [FIRST])
        versions = [learning_events.versions_of(transaction, [FIRST])]
        assert versions[0] == (f"{first.id} {second.id} 0",)
        learning_events.flag(transaction, [first.id], "a reference")
        versions.append(learning_events.versions_of(transaction, [FIRST]))
        learning_events.unflag(transaction, [first.id, second.id], "another reference")
        assert learning_events.versions_of(transaction, [FIRST]) == versions[-1]
        learning_events.unflag(transaction, [first.id], "a reference")
        versions.append(learning_events.versions_of(transaction, [FIRST]))
        learning_events.change(transaction, first.id, {"grade": "Pass"})
        versions.append(learning_events.versions_of(transaction, [FIRST]))
        learning_events.put_back(transaction, *learning_events.take_out(transaction, first.id))
        versions.append(learning_events.versions_of(transaction, [FIRST]))
        assert learning_events.by_id(transaction, first.id) == first._replace(grade="Pass")
        # An event comes for one that goes, and the sum of revisions is that of before.
        learning_events.take_out(transaction, second.id)
        learning_events.add_many(transaction, [least("c")])
        versions.append(learning_events.versions_of(transaction, [FIRST]))
    assert len(set(versions)) == len(versions)


@on_sqlite
def test_versions_are_read_from_the_index_alone(held: Store) -> None:
    with held.reading() as transaction:
        plan = transaction.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT group_concat(CAST(id AS TEXT), ' '), sum(revision) FROM learning_events"
                " WHERE uln = '1'"
            )
        ).all()
    assert ["COVERING INDEX ix_learning_events_uln" in str(row) for row in plan] == [True]
