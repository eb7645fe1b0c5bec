"""Linked learners that are held were merged into their master."""

from __future__ import annotations

from lrs_soap.store import learners
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import LINKED, NADIA, make_earlier_database


def test_a_linked_learner_was_merged_into_its_master(database_url: str) -> None:
    make_earlier_database(database_url, "0004")
    store = Store.open(database_url)
    with store.reading() as transaction:
        assert learners.merged_into(transaction, NADIA) == {LINKED: NADIA}
    store.close()
