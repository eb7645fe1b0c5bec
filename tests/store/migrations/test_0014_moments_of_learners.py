"""Learners who are held get the first moment, in London, of the days that were known of them."""

from __future__ import annotations

from sqlalchemy import inspect, text

from lrs_soap.store import migrations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import LINKED, NADIA, ZOE, make_earlier_database

MOMENTS = text("SELECT uln, created, last_updated FROM learners")


def test_a_day_becomes_its_first_moment(database_url: str) -> None:
    make_earlier_database(database_url, "0013")
    store = Store(database_url)
    with store.writing() as transaction:
        for uln, created, updated in (
            (NADIA, "2024-01-31", "2024-02-29"),
            (ZOE, "2009-06-01", "2024-03-31"),
            (LINKED, "1700-01-01", "2024-10-27"),
        ):
            transaction.execute(
                text("UPDATE learners SET created_date = :created, last_updated_date = :updated WHERE uln = :uln"),
                {"uln": uln, "created": created, "updated": updated},
            )
        migrations.upgrade(transaction.connection, "0014")
        found = {uln: (created, updated) for uln, created, updated in transaction.execute(MOMENTS)}
        tables = inspect(transaction.connection).get_table_names()
    assert found[NADIA] == ("2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z")
    assert found[ZOE] == ("2009-05-31T23:00:00Z", "2024-03-31T00:00:00Z")
    # Before there was standard time, London was 75 seconds behind Greenwich.
    assert found[LINKED] == ("1700-01-01T00:01:15Z", "2024-10-26T23:00:00Z")
    assert None not in {moment for both in found.values() for moment in both}
    assert "beginnings_of_days" not in tables
    store.close()


def test_down_again_the_days_are_there(database_url: str) -> None:
    make_earlier_database(database_url, "0014")
    store = Store(database_url)
    days = text("SELECT uln, created_date, last_updated_date FROM learners ORDER BY uln")
    with store.writing() as transaction:
        before = transaction.execute(days).all()
        migrations.downgrade(transaction.connection, "0013")
        assert transaction.execute(days).all() == before
    assert len(before) == 4
    store.close()
