"""A database of each earlier revision, with learners in it, is opened and found by today's rules."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from lrs_soap.rules.names.demographics import DemographicsAsked
from lrs_soap.rules.names.lookup_keys import name_keys_of
from lrs_soap.store import key_version, learners, name_keys, tables
from lrs_soap.store.rekeying import rekey_briefly
from lrs_soap.store.store import Store
from lrs_soap.store.tables import SCHEMA_VERSION, metadata
from tests.kit.earlier_databases import DELETED, LINKED, NADIA, ZOE, make_earlier_database

EARLIER = [f"{number:04}" for number in range(1, int(SCHEMA_VERSION))]
each_earlier_revision = pytest.mark.parametrize("revision", EARLIER)


@each_earlier_revision
def test_its_learners_are_found_by_todays_rules(database_url: str, revision: str) -> None:
    make_earlier_database(database_url, revision)
    store = Store.open(database_url)
    assert rekey_briefly(store, seconds=60)
    with store.reading() as transaction:
        held = {uln: learners.by_uln(transaction, uln) for uln in (NADIA, ZOE, LINKED, DELETED)}
        zoe = learners.by_identity(transaction, DemographicsAsked("zoë", "macbirch", "2001-04-05", "2", "yo17hh"))
        by_date = {row.uln for row in name_keys.by_date(transaction, "2001-04-05", "mcbirch")}
        by_post_code = {row.uln for row in name_keys.by_post_code(transaction, "YO17HH", "nadia")}
        keys = {tuple(row) for row in transaction.execute(select(tables.name_keys))}
    assert zoe == held[ZOE]
    assert by_date == {ZOE}
    assert by_post_code == {NADIA, LINKED}
    assert keys == {key for learner in held.values() if learner for key in name_keys_of(learner)}
    assert [learner.linked_ulns for learner in held.values() if learner] == [(LINKED,), (), (), ()]
    store.close()


@each_earlier_revision
def test_its_tables_are_those_that_the_program_declares(database_url: str, revision: str) -> None:
    make_earlier_database(database_url, revision)
    store = Store.open(database_url)
    with store.writing() as transaction:
        context = MigrationContext.configure(transaction.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    store.close()


@each_earlier_revision
def test_until_it_is_rekeyed_it_says_so(database_url: str, revision: str) -> None:
    make_earlier_database(database_url, revision)
    store = Store.open(database_url)
    with store.reading() as transaction:
        assert not key_version.is_current(transaction)
    store.close()
