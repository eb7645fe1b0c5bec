from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from lrs_soap.errors import StoreUnavailable
from lrs_soap.rules.values.learner import Learner
from lrs_soap.store import learners, migrations, ulns
from lrs_soap.store.store import Store
from lrs_soap.store.tables import SCHEMA_VERSION, metadata

MIGRATE = "import sys; from lrs_soap.store.store import Store; Store.open(sys.argv[1]).close()"


def test_the_migrations_make_the_tables_that_the_program_declares(store: Store) -> None:
    with store.writing() as transaction:
        context = MigrationContext.configure(
            transaction.connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_version_that_the_program_asks_for(store: Store) -> None:
    with store.reading() as transaction:
        assert MigrationContext.configure(transaction.connection).get_current_heads() == (SCHEMA_VERSION,)


def test_the_indexes_are_partial_as_declared(store: Store) -> None:
    with store.reading() as transaction:
        dialect = transaction.connection.dialect.name
        partial = {
            str(index["name"]): str(where)
            for index in inspect(transaction.connection).get_indexes("learners")
            if (where := index.get("dialect_options", {}).get(f"{dialect}_where")) is not None
        }
    # PostgreSQL writes the conditions in words of its own.
    for index in ("uq_learners_identity", "ix_learners_post_code"):
        assert re.fullmatch(r"\(?learner_status (!=|<>) '2'(::text)?\)?", partial[index])
    assert re.fullmatch(r"\(?master_uln IS NOT NULL\)?", partial["ix_learners_master_uln"])


def test_down_to_nothing_and_up_again(store: Store) -> None:
    with store.writing() as transaction:
        migrations.downgrade(transaction.connection, "base")
        assert inspect(transaction.connection).get_table_names() == ["alembic_version"]
    store.migrate()
    with store.writing() as transaction:
        assert len(ulns.issue(transaction)) == 10


def test_migrating_again_changes_nothing(store: Store, database_url: str, learner: Callable[..., Learner]) -> None:
    with store.writing() as transaction:
        learners.insert(transaction, learner())
    again = Store.open(database_url)
    with again.reading() as transaction:
        assert learners.count(transaction) == 1
    again.close()


def test_each_database_has_a_key_of_its_own(tmp_path: Path) -> None:
    first, second = (Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("first", "second"))
    with first.writing() as one, second.writing() as other:
        assert set(ulns.issue_many(one, 20)).isdisjoint(ulns.issue_many(other, 20))
    first.close()
    second.close()


def test_a_database_of_a_newer_program_is_left_alone_and_says_what_to_do(store: Store) -> None:
    with store.writing() as transaction:
        transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=r"newer lrs-soap .*9999.*Install that version"):
        store.migrate()


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(size: int) -> str:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("secrets.token_hex", fail)
    store = Store(database_url)
    with pytest.raises(RuntimeError):
        store.migrate()
    with store.reading() as transaction:
        assert inspect(transaction.connection).get_table_names() == []
    store.close()


def test_a_database_that_was_never_set_up_says_so(database_url: str) -> None:
    store = Store(database_url)
    with pytest.raises(StoreUnavailable, match="has not been set up yet"), store.reading() as transaction:
        learners.count(transaction)
    store.close()


@pytest.mark.slow
def test_several_processes_set_up_one_new_database(
    database_url: str, start_process: Callable[..., subprocess.Popen[str]]
) -> None:
    processes = [start_process(MIGRATE, database_url) for _ in range(4)]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    store = Store(database_url)
    with store.reading() as transaction:
        assert transaction.execute(text("SELECT count(*) FROM properties WHERE name = 'uln_key'")).scalar() == 1
    store.close()
