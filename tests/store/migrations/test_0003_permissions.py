"""Organisations that are held keep their permissions."""

from __future__ import annotations

from lrs_soap.store import migrations, organisations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import insert


def test_an_organisation_that_is_held_keeps_its_permissions(database_url: str) -> None:
    store = Store(database_url)
    with store.writing() as transaction:
        migrations.upgrade(transaction.connection, "0002")
        insert(
            transaction.connection,
            "organisations",
            ukprn="TEST0001",
            organisation_ref="TST001",
            name="Test",
            password_hash="none",
            status="active",
            roles="",
        )
    store.migrate()
    with store.reading() as transaction:
        account = organisations.by_ukprn(transaction, "TEST0001")
    assert account is not None
    assert not account.organisation.permissions_disabled
    store.close()
