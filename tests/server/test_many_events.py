"""A learner with a hundred thousand learning events: its record is answered whole, and others are served meanwhile."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.databases import on_sqlite
from tests.kit.every_operation import DECLARED
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE_R9, Answer, envelope, find_by_uln, post, register, send
from tests.kit.spoiled_requests import requests

NAME = "GetLearnerLearningEvents"
ULN = "4170265830"
COUNT = 100_000


def fill(database: Path) -> None:
    """Give a learner so many events, each like one of those that it has."""
    with closing(sqlite3.connect(database)) as connection, connection:
        columns = [each[1] for each in connection.execute("PRAGMA table_info(learning_events)") if each[1] != "id"]
        names = ", ".join(columns)
        connection.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {COUNT}) "
            f"INSERT INTO learning_events ({names}) SELECT {names} FROM numbers, "
            f"(SELECT * FROM learning_events WHERE uln = '{ULN}' AND source = 'NPD' LIMIT 1)"
        )


@pytest.mark.slow
@on_sqlite
def test_a_record_of_100_000_events_is_answered_while_others_are_served(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        fill(tmp_path / "lrs.db")
        answers: list[Answer] = []

        def ask() -> None:
            action = {"Content-Type": "text/xml", "SOAPAction": DECLARED[NAME].soap_action}
            answers.append(send(server.url, "POST", LEARNER_SERVICE_R9, requests()[NAME].encode(), action))

        asking = threading.Thread(target=ask)
        asking.start()
        slowest, found = 0.0, 0
        while asking.is_alive():
            began = time.monotonic()
            assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            slowest, found = max(slowest, time.monotonic() - began), found + 1
        asking.join()

        [answer] = answers
        assert answer.status == 200
        assert answer.body.count(b"LearningEvent>") >= 2 * COUNT
        assert found > 5
        assert slowest < 10
        assert post(server.url, envelope(register(FamilyName="Kestrel"))).text("ResponseCode") == "WSRC0005"
