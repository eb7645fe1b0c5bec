"""Nobody knows which rules have made the keys of learners that are held; those of a new database are today's."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lrs_soap.errors import StoreUnavailable
from lrs_soap.rules.names.lookup_keys import KEY_VERSION
from lrs_soap.store import key_version, migrations
from lrs_soap.store.store import Store
from tests.kit.earlier_databases import make_earlier_database


def test_a_database_with_learners_has_keys_that_nobody_knows(database_url: str) -> None:
    make_earlier_database(database_url, "0008")
    store = Store.open(database_url)
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT key_version FROM stored_keys")).scalars().all() == [0]
        assert not key_version.is_current(transaction)
    store.close()


def test_a_database_without_learners_has_todays_keys(database_url: str) -> None:
    store = Store(database_url)
    with store.writing() as transaction:
        migrations.upgrade(transaction.connection, "0008")
    store.migrate()
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT key_version FROM stored_keys")).scalars().all() == [KEY_VERSION]
        assert key_version.is_current(transaction)
    store.close()


@pytest.mark.parametrize("column", ["key_version", "target_version"])
def test_keys_of_a_newer_program_are_left_alone_and_it_says_what_to_do(store: Store, column: str) -> None:
    with store.writing() as transaction:
        transaction.execute(text(f"UPDATE stored_keys SET {column} = 999"))
    with pytest.raises(StoreUnavailable, match=r"newer lrs-soap .*999.*Install that version"):
        store.migrate()
