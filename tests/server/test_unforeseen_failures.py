"""What a caller sees when the service itself fails: any operation, on either port."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.kit.databases import on_sqlite
from tests.kit.every_operation import LEARNER, OPERATIONS, ask, code_of
from tests.kit.running_server import RunningServer

pytestmark = on_sqlite

BATCHES = {"submitBatchRegistration", "getBatchRegistrationOutput", "submitVerifyBatch", "getVerifyBatchOutput"}


@pytest.fixture(scope="module")
def folder(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failing")


@pytest.fixture(scope="module")
def failing(folder: Path) -> Iterator[RunningServer]:
    """A server on a database that the tests may damage."""
    with RunningServer(folder, "--batch-workers", "0") as running:
        yield running


@contextmanager
def without(table: str, database: Path) -> Iterator[None]:
    """The database without one of its tables, for a while."""
    _rename(database, table, "lost")
    try:
        yield
    finally:
        _rename(database, "lost", table)


def _rename(database: Path, before: str, after: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"ALTER TABLE {before} RENAME TO {after}")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failure_that_nobody_foresaw_has_a_code_of_its_own(
    failing: RunningServer, folder: Path, operation: str
) -> None:
    table = "jobs" if operation in BATCHES else "learners" if operation in LEARNER else "organisations"
    with without(table, folder / "lrs.db"):
        answer = ask(failing.url, operation)
    assert answer.status == 500
    assert code_of(answer) == ("WSEC0999" if operation in LEARNER else "a:InternalServiceFault")


def test_the_next_request_is_answered_again(failing: RunningServer, folder: Path) -> None:
    with without("learners", folder / "lrs.db"):
        ask(failing.url, "learnerByULN")
    assert code_of(ask(failing.url, "learnerByULN")) == "WSRC0004"
