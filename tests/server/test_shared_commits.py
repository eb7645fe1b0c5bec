"""Requests that write at the same time share a commit: each is answered when it is on disk, and fails alone."""

from __future__ import annotations

import resource
import sqlite3
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from lrs_soap.store import history, writers
from lrs_soap.store.dialects import Mode
from lrs_soap.store.store import Store
from lrs_soap.store.transaction import Transaction
from lrs_soap.store.writers import Writers
from tests.kit.commits import commits
from tests.kit.r9_messages import ask
from tests.kit.running_server import PATIENT, RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import Answer, envelope, find_by_uln, post, register
from tests.kit.waiting import PATIENCE, until

_REGISTERED = ("WSRC0005", None)
_ALREADY_THERE = ("WSRC0021", None)
_FAULT = (None, "WSEC0999")


def person(number: int) -> str:
    """A registration of somebody whom no other number names."""
    return envelope(register(FamilyName="Kestrel" + "abcdefghij"[number % 10] * (1 + number // 10)))


def outcome(answer: Answer) -> tuple[str | None, str | None]:
    return answer.text("ResponseCode"), answer.text("ErrorCode")


def registered(database: Path) -> dict[str, int]:
    """How many entries the history of each learner has whom the tests have registered, by ULN."""
    with closing(sqlite3.connect(database)) as connection:
        return dict(
            connection.execute(
                "SELECT uln, (SELECT count(*) FROM history WHERE history.uln = learners.uln) FROM learners "
                "WHERE family_name LIKE 'Kestrel%'"
            ).fetchall()
        )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "lrs.db"


@pytest.fixture
def all_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, all that waits shares one transaction."""
    monkeypatch.setattr(writers, "_SHARED_SECONDS", PATIENCE)


def together(server: ServerHere, database: Path, requests: Sequence[str]) -> list[Answer]:
    """The answers to requests that write, all of which wait while another program holds the database's lock."""
    with ThreadPoolExecutor(len(requests)) as pool, closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = [pool.submit(post, server.url, request) for request in requests]
        # One has its turn, and tries to begin.
        until(lambda: server.writes_waiting == len(requests) - 1)
        other.execute("ROLLBACK")
        return [each.result(PATIENCE) for each in answers]


def test_registrations_that_wait_are_committed_at_once(tmp_path: Path, database: Path, all_share: None) -> None:
    with ServerHere(tmp_path, *PATIENT) as server:
        assert outcome(post(server.url, person(0))) == _REGISTERED
        before = commits(database)
        # The twins are the same person.
        requests = [*map(person, range(1, 9)), person(8)]
        answers = together(server, database, requests)
        assert Counter(map(outcome, answers)) == {_REGISTERED: 8, _ALREADY_THERE: 1}
        assert commits(database) - before == 1
        ulns = [answer.text("ULN") for answer in answers if outcome(answer) == _REGISTERED]
        held = registered(database)
        assert len(held) == 9
        assert held.keys() >= set(ulns)
        assert set(held.values()) == {1}
        server.logged_until("WSRC0021")
        assert server.logged().count("code=WSRC0005") == 9


def test_a_request_that_fails_between_others_is_a_fault_alone(
    tmp_path: Path, database: Path, all_share: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = history.add
    count = 0

    def fail_once(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise LookupError("a failure")
        add(*arguments)  # type: ignore[arg-type]

    with ServerHere(tmp_path, *PATIENT) as server:
        post(server.url, envelope(find_by_uln()))
        monkeypatch.setattr(history, "add", fail_once)
        before = commits(database)
        answers = together(server, database, [person(number) for number in range(6)])
        assert Counter(map(outcome, answers)) == {_REGISTERED: 5, _FAULT: 1}
        assert commits(database) - before == 1
        assert registered(database).keys() == {answer.text("ULN") for answer in answers if answer.text("ULN")}
        failed = next(answer for answer in answers if outcome(answer) == _FAULT)
        assert "a failure" in server.logged_until(str(failed.text("FurtherDetails")))


def test_a_commit_that_fails_is_a_fault_for_each_and_a_decision_of_none(
    tmp_path: Path, database: Path, all_share: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ServerHere(tmp_path, *PATIENT) as server:
        assert outcome(post(server.url, person(0))) == _REGISTERED
        begin = Store._begin

        def begin_what_will_fail(self: Store, *arguments: object) -> Transaction:
            transaction = begin(self, *arguments)  # type: ignore[arg-type]
            if arguments[1] is not Mode.READING:
                transaction.cursor.execute("PRAGMA defer_foreign_keys = ON")
                transaction.cursor.execute(
                    "INSERT INTO history (uln, action, moment, organisation, user_name, changes) "
                    "VALUES ('9999999999', '', '', '', '', '')"
                )
            return transaction

        with monkeypatch.context() as failing:
            failing.setattr(Store, "_begin", begin_what_will_fail)
            answers = together(server, database, [person(number) for number in range(1, 6)])
        assert Counter(map(outcome, answers)) == {_FAULT: 5}
        assert len({answer.text("FurtherDetails") for answer in answers}) == 5
        assert len(registered(database)) == 1
        for answer in answers:
            server.logged_until(str(answer.text("FurtherDetails")))
        assert server.logged().count("code=WSRC0005") == 1
        assert outcome(post(server.url, person(1))) == _REGISTERED


@pytest.mark.slow
def test_where_the_disk_has_no_room_nothing_is_answered_that_is_lost(tmp_path: Path, database: Path) -> None:
    RunningServer(tmp_path).stop()
    size = database.stat().st_size

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    with RunningServer(tmp_path, "--batch-workers", "0", "--no-log-exchanges", prepare=limit_files) as server:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda number: post(server.url, person(number)), range(200)))
        counted = Counter(map(outcome, answers))
        assert counted.keys() == {_REGISTERED, _FAULT}
        # Finds need no room.
        assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
    held = registered(database)
    assert held.keys() == {answer.text("ULN") for answer in answers if answer.text("ULN")}
    assert set(held.values()) == {1}


@pytest.mark.parametrize("processes", ["1", "2"])
def test_all_who_register_at_the_same_time_get_a_uln_of_their_own(
    processes: str, tmp_path: Path, database: Path
) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0", *PATIENT, "--processes", processes) as server:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: post(server.url, person(number % 60)), range(120)))
        # Everybody was sent twice.
        assert Counter(map(outcome, answers)) == {_REGISTERED: 60, _ALREADY_THERE: 60}
        held = registered(database)
        assert held.keys() == {answer.text("ULN") for answer in answers if outcome(answer) == _REGISTERED}
        assert len(held) == 60
        assert set(held.values()) == {1}


def record(server: ServerHere) -> Answer:
    return ask(server.url, "GetLearnerLearningEvents")


def noted(database: Path) -> int:
    """How many entries all access histories have."""
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM access_history").fetchone()
    return int(count)


@pytest.fixture
def four_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """What threads that answer have collected is written when there are four of them."""
    write_collected = Writers.write_collected

    def write_four(self: Writers) -> None:
        until(lambda: len(self._collected) in (0, 4))
        write_collected(self)

    monkeypatch.setattr(Writers, "write_collected", write_four)


def test_records_that_are_read_at_the_same_time_are_noted_in_one_commit(
    tmp_path: Path, database: Path, all_share: None, four_come_together: None
) -> None:
    with ServerHere(tmp_path) as server, ThreadPoolExecutor(4) as pool:
        before = commits(database)
        answers = list(pool.map(lambda _: record(server), range(4)))
        assert {answer.text("ResponseCode") for answer in answers} == {"WSRC0004"}
        assert commits(database) - before == 1
        assert noted(database) == 4


def test_no_record_is_handed_out_whose_note_is_lost(
    tmp_path: Path, database: Path, all_share: None, four_come_together: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ServerHere(tmp_path) as server, ThreadPoolExecutor(4) as pool:
        begin = Store._begin_now

        def begin_what_will_fail(self: Store, *arguments: object) -> Transaction:
            transaction = begin(self, *arguments)  # type: ignore[arg-type]
            if arguments[1] is Mode.WRITING_AHEAD:
                transaction.cursor.execute("PRAGMA defer_foreign_keys = ON")
                transaction.cursor.execute(
                    "INSERT INTO access_history (uln, moment, action, organisation, user_name) "
                    "VALUES ('9999999999', '', '', '', '')"
                )
            return transaction

        with monkeypatch.context() as failing:
            failing.setattr(Store, "_begin_now", begin_what_will_fail)
            answers = list(pool.map(lambda _: record(server), range(4)))
        assert {answer.text("faultcode") for answer in answers} == {"a:InternalServiceFault"}
        assert noted(database) == 0
        answers = list(pool.map(lambda _: record(server), range(4)))
        assert {answer.text("ResponseCode") for answer in answers} == {"WSRC0004"}
        assert noted(database) == 4


def test_a_record_waits_for_another_program_that_writes_and_finds_do_not(tmp_path: Path, database: Path) -> None:
    with ServerHere(tmp_path, *PATIENT, "--threads", "0") as server:
        with ThreadPoolExecutor(4) as pool, closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answers = [pool.submit(record, server) for _ in range(4)]
            # One has its turn, and tries to begin.
            until(lambda: server.writes_waiting == 3)
            assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            other.execute("ROLLBACK")
            assert {each.result(PATIENCE).text("ResponseCode") for each in answers} == {"WSRC0004"}
        assert noted(database) == 4
