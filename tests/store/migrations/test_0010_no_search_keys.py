"""The search keys leave the learners' table, and everything else that is held stays."""

from __future__ import annotations

from sqlalchemy import inspect, text

from lrs_soap.store import migrations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import make_earlier_database


def test_only_the_search_keys_are_gone(database_url: str) -> None:
    make_earlier_database(database_url, "0009")
    store = Store(database_url)
    everything = text("SELECT * FROM learners ORDER BY uln")
    with store.writing() as transaction:
        before = [dict(row._mapping) for row in transaction.execute(everything)]
        migrations.upgrade(transaction.connection, "0010")
        after = [dict(row._mapping) for row in transaction.execute(everything)]
        indexes = {index["name"] for index in inspect(transaction.connection).get_indexes("learners")}
    for row in before:
        del row["given_name_search"], row["family_name_search"]
    assert after == before
    assert {"uq_learners_identity", "ix_learners_master_uln"} <= indexes
    store.close()
