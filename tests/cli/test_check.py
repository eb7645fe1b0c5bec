"""`lrs-soap check`: lists learners with old keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from lrs_soap.store.store import Store
from tests.kit.earlier_databases import let_another_rekey, make_keys_old
from tests.kit.printed_tables import rows

if TYPE_CHECKING:
    from conftest import Run


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The store that the command finds, with the starting data."""
    store = Store(f"sqlite:///{database}")
    yield store
    store.close()


@pytest.mark.usefixtures("database")
def test_a_new_database_is_in_order(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "All learners have keys by today's rules.\n")


def test_a_learner_with_old_keys_is_listed_with_the_one_who_has_the_new_ones(run: Run, store: Store) -> None:
    with store.writing() as transaction:
        first, second = transaction.execute(
            text("SELECT uln FROM learners WHERE learner_status = '1' ORDER BY uln LIMIT 2")
        ).scalars()
        same = ", ".join(
            f"{name} = (SELECT {name} FROM learners WHERE uln = '{first}')"
            for name in ("given_name", "family_name", "date_of_birth", "gender", "last_known_post_code")
        )
        transaction.execute(text(f"UPDATE learners SET {same} WHERE uln = '{second}'"))
    result = run("check")
    assert result.exit_code == 1
    assert rows(result.stdout) == [["ULN", "HeldBy"], [second, first]]
    assert result.stderr == "Old keys: 1 learner.\n"
    assert json.loads(run("check", "--json").stdout) == [{"ULN": second, "HeldBy": first}]


def test_a_database_that_is_being_rekeyed_is_not_in_order(run: Run, store: Store) -> None:
    with store.writing() as transaction:
        make_keys_old(transaction)
    let_another_rekey(store)
    result = run("check")
    assert result.exit_code == 1
    assert "still being brought up to date" in result.stderr


def test_a_small_database_with_old_keys_is_rekeyed_first(run: Run, store: Store) -> None:
    with store.writing() as transaction:
        make_keys_old(transaction)
    assert run("check").exit_code == 0
