"""On PostgreSQL the numbers of ULNs move from a row to a sequence."""

from __future__ import annotations

from lrs_soap.rules.values import uln as rules
from lrs_soap.store import history, migrations, properties, ulns
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import NADIA, make_earlier_database


def test_no_number_of_a_uln_is_lost_or_taken_twice_between_the_versions(store: Store) -> None:
    with store.writing() as transaction:
        before = ulns.issue_many(transaction, 20)
    for revision in ("0001", "0002"):
        with store.writing() as transaction:
            migrations.downgrade(transaction.connection, revision)
        store.migrate()
        with store.writing() as transaction:
            before += ulns.issue_many(transaction, 20)
            key = bytes.fromhex(str(properties.get(transaction, "uln_key")))
    series = [uln for number in range(100) if (uln := rules.issue(number, key)) is not None]
    assert before == series[:60]


def test_nothing_is_told_of_the_time_before(database_url: str) -> None:
    make_earlier_database(database_url, "0001")
    store = Store.open(database_url)
    with store.reading() as transaction:
        assert history.of(transaction, NADIA) == ()
    store.close()
