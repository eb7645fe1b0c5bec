"""`/health/live` and `/health/ready`: 200 where the service can do all it is asked, else 503 and what it cannot."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest

from lrs_soap import settings
from lrs_soap.server import readiness, wsgi
from lrs_soap.server.readiness import Liveness, Readiness
from lrs_soap.store.store import Store
from tests.kit.databases import on_postgresql, on_sqlite
from tests.kit.earlier_databases import make_keys_old
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, envelope, register, send
from tests.kit.waiting import until
from tests.kit.wsgi_client import ask_wsgi


def ask(site: Readiness, method: str = "GET") -> Answer:
    return ask_wsgi(site, method, "/health/ready")


def failing(answer: Answer) -> dict[str, str]:
    """The checks that fail, and why."""
    checks: dict[str, str] = json.loads(answer.body)["checks"]
    assert tuple(checks) == ("database", "schema", "keys", "worker")
    return {name: found for name, found in checks.items() if found != "ok"}


@pytest.fixture
def site(store: Store, database_url: str) -> Readiness:
    """Readiness of a database that is set up."""
    return Readiness(database_url)


def test_a_database_that_is_set_up_is_ready(site: Readiness) -> None:
    for _ in range(2):
        answer = ask(site)

        assert (answer.status, failing(answer)) == (200, {})
        assert json.loads(answer.body)["status"] == "ready"
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
    assert (ask(site, "HEAD").status, ask(site, "HEAD").body) == (200, b"")


def test_a_database_that_is_being_rekeyed_is_not(site: Readiness, filled: Store) -> None:
    with filled.writing() as transaction:
        make_keys_old(transaction)

    answer = ask(site)

    assert answer.status == 503
    assert json.loads(answer.body)["status"] == "not ready"
    assert failing(answer) == {
        "keys": "The learners' keys are being brought up to date. Until that is done, a search may miss learners."
    }


def test_a_database_of_another_version_is_not(site: Readiness, store: Store) -> None:
    with store.writing() as transaction:
        transaction.cursor.execute("UPDATE alembic_version SET version_num = '0003'")

    answer = ask(site)

    assert answer.status == 503
    assert list(failing(answer)) == ["schema"]
    assert failing(answer)["schema"].startswith("The database's schema is version 0003, and this program's is ")


def test_a_database_that_was_never_set_up_is_not(database_url: str) -> None:
    answer = ask(Readiness(database_url))

    assert answer.status == 503
    assert b"has not been set up yet" in answer.body


@on_sqlite
def test_a_database_that_another_program_keeps_for_itself_is_not(
    site: Readiness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_PATIENCE_SECONDS", 0.05)
    impatient = Readiness(f"sqlite:///{tmp_path}/lrs.db")
    assert ask(impatient).status == 200
    other = sqlite3.connect(tmp_path / "lrs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    locked = ask(impatient)
    other.execute("ROLLBACK")
    other.close()

    assert locked.status == 503
    assert b"has been locked by another program for longer than 0.05 seconds" in locked.body
    assert ask(impatient).status == 200


def test_a_database_that_is_gone_is_not(tmp_path: Path) -> None:
    answer = ask(Readiness(f"sqlite:///{tmp_path}/nowhere/lrs.db"))

    assert answer.status == 503
    assert b"cannot be opened" in answer.body


@on_sqlite
def test_one_caller_waits_for_the_database_and_the_others_are_told_what_was_found_last(
    site: Readiness, store: Store
) -> None:
    assert ask(site).status == 200
    first: list[Answer] = []
    with store.writing():
        waiting = threading.Thread(target=lambda: first.append(ask(site)))
        waiting.start()
        while not site._asking.locked():
            waiting.join(0.001)
        # At once: this thread has the turn to write that the first one waits for.
        assert ask(site).status == 200
        assert waiting.is_alive()
    waiting.join()
    assert first[0].status == 200


@on_sqlite
def test_a_database_whose_file_was_removed_is_told_and_nothing_is_written(database_kind: str, tmp_path: Path) -> None:
    path = tmp_path / "lrs.db"
    application = wsgi.create(settings.resolve({"database_url": f"sqlite:///{path}"}).settings)
    assert ask_wsgi(application, "GET", "/health/ready").status == 200
    path.unlink()

    answer = ask_wsgi(application, "POST", LEARNER_SERVICE, envelope(register()).encode())

    assert answer.text("ErrorCode") == "WSEC0999"
    health = ask_wsgi(application, "GET", "/health/ready")
    assert health.status == 503
    assert failing(health)["database"].endswith(
        "lrs.db is not there any more. Put it back, or start the service again."
    )
    assert not path.exists()


def test_lines_of_the_log_that_were_lost_are_told(store: Store, database_url: str) -> None:
    answer = ask(Readiness(database_url, lines_lost=lambda: 20))

    assert answer.status == 200
    assert json.loads(answer.body)["log_lines_lost"] == 20


@on_sqlite
def test_without_a_worker_at_work_it_is_not(store: Store, database_url: str) -> None:
    answer = ask(Readiness(database_url, has_worker=lambda: False))

    assert answer.status == 503
    assert failing(answer) == {"worker": "No batch worker is at work, so jobs wait."}


@on_postgresql
def test_a_database_whose_tables_are_locked_is_not_waited_for(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than a test may take, longer than a busy machine takes for a statement.
    monkeypatch.setattr(readiness, "_PATIENCE_SECONDS", 0.5)
    impatient = Readiness(database_url)
    assert ask(impatient).status == 200
    with psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        # Without a limit it would not come back before the lock is given up.
        locked = ask(impatient)

    assert locked.status == 503
    assert list(failing(locked)) == ["database", "schema", "keys"]
    assert ask(impatient).status == 200


def test_whoever_answers_is_live(tmp_path: Path) -> None:
    for method, body in (("GET", b'{"status": "live"}\n'), ("HEAD", b"")):
        answer = ask_wsgi(Liveness(), method, "/health/live")
        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.slow
def test_a_service_whose_workers_die_is_not_ready_until_one_is_at_work_again(tmp_path: Path) -> None:
    def ready() -> Answer:
        return send(server.url, "GET", "/health/ready")

    def is_without_worker() -> bool:
        for worker in server.children()[1:]:
            os.kill(worker, signal.SIGKILL)
        return "worker" in failing(ready())

    with RunningServer(tmp_path) as server:
        assert (ready().status, failing(ready())) == (200, {})
        answering = server.children()[0]
        until(is_without_worker)
        until(lambda: ready().status == 200)
        assert server.children()[0] == answering
