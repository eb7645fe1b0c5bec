"""Learning events that are held are under no challenge, and can come under one; merges from before are reported."""

from __future__ import annotations

from datetime import date

from lrs_soap.store import history, learning_events
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import LINKED, NADIA, insert, make_earlier_database


def test_what_is_held_is_under_no_challenge_and_can_come_under_one(database_url: str) -> None:
    make_earlier_database(database_url, "0021")
    store = Store(database_url)
    event = {"subject": "Welding", "subject_code": "1", "date_loaded": "2015-01-20 06:12:44", "credits": 0}
    change = {"organisation": "", "user_name": "operator", "changes": f'{{"master_uln": [null, "{NADIA}"]}}'}
    with store.writing() as transaction:
        insert(transaction.connection, "learning_events", uln=NADIA, source="ILR", **event)
        insert(
            transaction.connection,
            "history",
            uln=LINKED,
            moment="2024-03-10T12:30:00+00:00",
            action="merged",
            **change,
        )
    store.close()

    store = Store.open(database_url)
    with store.writing() as transaction:
        (held,) = learning_events.of(transaction, [NADIA])
        before = learning_events.versions_of(transaction, [NADIA])
        assert held.under_data_challenge is None
        learning_events.flag(transaction, [held.id], f"{NADIA}-1")
        (flagged,) = learning_events.of(transaction, [NADIA])
        assert flagged == held._replace(under_data_challenge="Y")
        assert learning_events.versions_of(transaction, [NADIA]) != before
        assert [uln for uln, _ in history.changes_of_ulns(transaction, date(2024, 3, 10))] == [LINKED]
    store.close()
