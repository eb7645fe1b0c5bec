"""A database from before there were batch jobs takes them."""

from __future__ import annotations

from datetime import datetime, timezone

from lrs_soap.rules.batches.jobs import JobKind, JobType
from lrs_soap.rules.values.change import Author
from lrs_soap.store import jobs
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import make_earlier_database


def test_its_first_job_has_the_first_number(database_url: str) -> None:
    make_earlier_database(database_url, "0005")
    store = Store.open(database_url)
    with store.writing() as transaction:
        number = jobs.insert_job(
            transaction,
            kind=JobKind.REGISTRATION,
            job_type=JobType.FUL,
            author=Author("TEST0001", "someone"),
            submitted=datetime(2025, 3, 10, 12, tzinfo=timezone.utc),
        )
        jobs.release(transaction, number, record_count=0, delay=0)
        held = jobs.by_id(transaction, number)
    assert held is not None
    assert (held.id, held.organisation) == (1, "TEST0001")
    store.close()
