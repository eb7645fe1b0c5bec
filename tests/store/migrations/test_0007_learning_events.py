"""Learners that are held have no learning events, and can be given some."""

from __future__ import annotations

from lrs_soap.rules.records.learning_events import LearningEvent
from lrs_soap.store import learning_events
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import NADIA, make_earlier_database


def test_a_learner_that_is_held_can_be_given_learning_events(database_url: str) -> None:
    make_earlier_database(database_url, "0006")
    event = LearningEvent(
        source="ILR", subject="Welding", subject_code="1", date_loaded="2015-01-20 06:12:44", uln=NADIA
    )
    store = Store.open(database_url)
    with store.writing() as transaction:
        assert learning_events.of(transaction, [NADIA]) == []
        learning_events.add_many(transaction, [event])
        assert [each.subject for each in learning_events.of(transaction, [NADIA])] == ["Welding"]
    store.close()
