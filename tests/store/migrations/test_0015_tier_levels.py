"""Learners who are held get the tier level of their verification, unless they have one."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lrs_soap.store import migrations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import NADIA, make_earlier_database


@pytest.mark.parametrize(
    ("verification_type", "held", "tier"),
    [
        (None, None, "0"),
        ("0", None, "0"),
        ("1", None, "0"),
        ("2", None, "2"),
        ("5", "", "2"),
        ("999", None, "2"),
        ("1", "1", "1"),
        ("5", "0", "0"),
        ("0", "2", "2"),
    ],
)
def test_a_level_follows_from_the_verification_or_stays(
    database_url: str, verification_type: str | None, held: str | None, tier: str
) -> None:
    make_earlier_database(database_url, "0014")
    store = Store(database_url)
    one = {"uln": NADIA}
    with store.writing() as transaction:
        transaction.execute(
            text("UPDATE learners SET verification_type = :kind, tier_level = :tier WHERE uln = :uln"),
            {**one, "kind": verification_type, "tier": held},
        )
        migrations.upgrade(transaction.connection, "0015")
        found = transaction.execute(text("SELECT tier_level FROM learners WHERE uln = :uln"), one).scalar_one()
    assert found == tier
    store.close()
