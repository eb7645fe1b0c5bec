"""Records of jobs that are stored keep their errors, in columns of other names."""

from __future__ import annotations

from lrs_soap.store import jobs, migrations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import insert


def test_a_record_that_is_stored_keeps_its_errors(database_url: str) -> None:
    store = Store(database_url)
    with store.writing() as transaction:
        migrations.upgrade(transaction.connection, "0010")
        insert(
            transaction.connection,
            "jobs",
            id=1,
            kind="registration",
            job_type="FUL",
            organisation="TEST0001",
            user_name="someone",
            state="waiting",
            submitted="2025-03-10T12:00:00+00:00",
            record_count=1,
            position=0,
            deaths=0,
        )
        insert(
            transaction.connection,
            "job_records",
            job_id=1,
            position=0,
            sent="{}",
            trouble='["Gender: X"]',
            identifier_trouble='["UniquePupilNumber: Y"]',
        )
    store.migrate()
    with store.reading() as transaction:
        (record,) = jobs.records(transaction, 1, first=0, end=1)
    assert (record.facet_errors, record.identifier_errors) == (("Gender: X",), ("UniquePupilNumber: Y",))
    store.close()
