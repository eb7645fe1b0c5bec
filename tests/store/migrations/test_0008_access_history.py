"""Learners that are held have no telephone number, and nobody has asked for their learning events."""

from __future__ import annotations

from lrs_soap.store import access_history, learners
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import NADIA, make_earlier_database


def test_a_learner_that_is_held_has_no_telephone_number_and_no_access_history(database_url: str) -> None:
    make_earlier_database(database_url, "0007")
    store = Store.open(database_url)
    with store.reading() as transaction:
        held = learners.by_uln(transaction, NADIA)
        assert held is not None
        assert held.telephone_number is None
        assert access_history.page(transaction, NADIA, 1).total == 0
    store.close()
