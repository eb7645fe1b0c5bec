"""Workers as processes: several on one database, killed at any moment, stopped in the middle; nothing done twice."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from lrs_soap.store.store import Store
from lrs_soap.store.tables import history, job_records, jobs, learners
from tests.kit.batch_requests import Record, get_output, new_learner, output_when_done, records_of, submitted
from tests.kit.databases import SQLITE, new_database, on_sqlite
from tests.kit.running_server import RunningServer, is_running
from tests.kit.soap_messages import post
from tests.kit.waiting import PATIENCE, until

# A worker that is killed, from within, by the record that says so.
DEADLY = """
import os, signal, sys
from lrs_soap.batch import job_work
from lrs_soap.clock import RealClock
from lrs_soap.exchange.log import ProcessLog
from lrs_soap.server import working
from lrs_soap.settings import Settings

def deadly(transaction, sent, **others):
    if sent.mis_identifier == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return harmless(transaction, sent, **others)

harmless, job_work.do_registration = job_work.do_registration, deadly
working.do_jobs(Settings(database_url=sys.argv[1]), ProcessLog("info", "text", RealClock()), lambda worker: None)
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")


@contextmanager
def at_work(folder: Path, database_url: str, *, workers: int) -> Iterator[Path]:
    """`lrs-soap work` in a process of its own, and its log."""
    log = folder / "work.log"
    command = [sys.executable, "-m", "lrs_soap", "work", "--workers", str(workers), "--database", database_url]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stderr=file, cwd=folder)
    until(lambda: "is at work on batch jobs" in log.read_text())
    try:
        yield log
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def of_every_kind(job: int) -> list[dict[str, str | None]]:
    """200 records whose outcome depends on one another's, and on no other job's."""
    records: list[dict[str, str | None]] = []
    for number in range(200 * job, 200 * (job + 1), 5):
        new = new_learner(number)
        records += [
            new,
            {**new, "MISIdentifier": "again"},
            {**new, "MISIdentifier": "similar", "LastKnownPostCode": "LS1 4AP"},
            {**new_learner(number + 1), "DateOfBirth": "1899-12-31"},
            new_learner(number + 2, VerificationType=None if number % 2 else "1"),
        ]
    return records


def submitted_each(url: str, batches: Sequence[Sequence[Record]]) -> list[int]:
    return [submitted(url, records) for records in batches]


def outputs(url: str, job_ids: Sequence[int]) -> list[list[dict[str, str]]]:
    """What has become of jobs, but for what is another in each run; each has to be done and to add up."""
    found = []
    for job_id in job_ids:
        answer = output_when_done(url, job_id)
        assert answer.text("ResponseCode") == "WSRC0009"
        records = records_of(answer)
        counts = sum(int(node.text or 0) for node in answer.root.xpath("//*[contains(local-name(), 'LearnersCount')]"))
        assert counts == len(records)
        found.append([{name: text for name, text in record.items() if name != "ULN"} for record in records])
    return found


def assert_nothing_was_done_twice(database_url: str) -> None:
    """Each record that registered somebody did so once, and nobody is there that no record has registered."""
    store = Store(database_url)
    with store.reading() as transaction:
        registered = (
            transaction.execute(select(job_records.c.uln).where(job_records.c.return_code == "RC001")).scalars().all()
        )
        entries = Counter(
            transaction.execute(select(history.c.uln).where(history.c.action == "registered")).scalars().all()
        )
        unfinished = select(func.count()).select_from(jobs).where(jobs.c.position != jobs.c.record_count)
        assert transaction.execute(unfinished).scalar_one() == 0
        held = set(transaction.execute(select(learners.c.uln)).scalars())
    store.close()
    assert len(registered) == len(set(registered))
    assert entries == Counter(registered)
    assert set(registered) <= held


@pytest.mark.slow
def test_two_workers_elsewhere_share_20_jobs(database_kind: str, tmp_path: Path) -> None:
    with (
        new_database(database_kind, tmp_path) as url,
        RunningServer(tmp_path, "--batch-workers", "0", database_url=url) as server,
    ):
        batches = [[new_learner(20 * job + number) for number in range(20)] for job in range(20)]
        job_ids = submitted_each(server.url, batches)
        assert len(server.children()) == 1
        assert post(server.url, get_output(job_ids[0])).text("JobStatus") == "Waiting"
        with at_work(tmp_path, url, workers=2) as log:
            found = outputs(server.url, job_ids)
            lines = [line for line in log.read_text().splitlines() if "state=Successful" in line]
        assert [[record["MISIdentifier"] for record in each] for each in found] == [
            [record["MISIdentifier"] for record in each] for each in batches
        ]
        assert {record["ReturnCode"] for each in found for record in each} == {"RC001"}
        assert_nothing_was_done_twice(url)
        # Each has had its part, and no job was done by both.
        assert len(lines) == 20
        assert len({line.split()[0] for line in lines}) == 2


@pytest.mark.slow
@on_sqlite
def test_a_worker_that_dies_three_times_of_one_record_fails_the_job_and_no_other(
    database_kind: str, tmp_path: Path
) -> None:
    with RunningServer(tmp_path, "--batch-workers", "0") as server:
        deadly = submitted(server.url, [new_learner(1), new_learner(2, MISIdentifier="deadly"), new_learner(3)])
        harmless = submitted(server.url, [new_learner(4)])
        for _ in range(3):
            process = subprocess.run([sys.executable, "-c", DEADLY, server.database_url], timeout=PATIENCE)
            assert process.returncode == -signal.SIGKILL
            assert post(server.url, get_output(deadly)).text("JobStatus") == "InProgress"
        with at_work(tmp_path, server.database_url, workers=1) as log:
            assert output_when_done(server.url, deadly).text("ResponseCode") == "WSRC0010"
            assert output_when_done(server.url, harmless).text("ResponseCode") == "WSRC0009"
            assert f"job={deadly} organisation=TEST0001 state=Failed record=1 deaths=3" in log.read_text()


@pytest.mark.slow
@on_sqlite
def test_a_worker_that_is_killed_is_replaced_and_what_it_had_is_gone_on_with(
    database_kind: str, tmp_path: Path
) -> None:
    with RunningServer(tmp_path) as server:
        job_id = submitted(server.url, of_every_kind(0))
        _, worker = server.children()
        until(lambda: post(server.url, get_output(job_id)).text("JobStatus") == "InProgress")
        os.kill(worker, signal.SIGKILL)
        outputs(server.url, [job_id])
        server.logged_until(f"post=worker ended={worker} how=SIGKILL replaced_in_seconds=0.0")
        until(lambda: len(server.children()) == 2)
        assert_nothing_was_done_twice(server.database_url)


@pytest.mark.slow
@on_sqlite
def test_told_to_stop_in_the_middle_of_a_job_all_end_in_time_and_go_on_later(
    database_kind: str, tmp_path: Path
) -> None:
    with RunningServer(tmp_path, "--batch-workers", "2") as server:
        job_ids = submitted_each(server.url, [of_every_kind(job) for job in range(4)])
        until(lambda: post(server.url, get_output(job_ids[1])).text("JobStatus") == "InProgress")
        children = server.children()
        assert server.stop() == 0
        assert not any(map(is_running, children))
    store = Store(server.database_url)
    with store.reading() as transaction:
        assert transaction.execute(select(jobs.c.lease_owner, jobs.c.on_record).distinct()).all() == [(None, None)]
        assert transaction.execute(select(func.count()).where(jobs.c.finished.is_(None))).scalar_one() > 0
    store.close()
    with RunningServer(tmp_path) as server:
        outputs(server.url, job_ids)
        assert_nothing_was_done_twice(server.database_url)


@on_sqlite
def test_of_a_killed_parent_no_worker_is_left_and_nobody_listens(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path, "--batch-workers", "2") as server:
        children = server.children()
        assert len(children) == 3
        server.process.kill()
        server.process.wait()
        until(lambda: not any(map(is_running, children)))
        parts = urlsplit(server.url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((str(parts.hostname), parts.port))
        assert "Traceback" not in server.logged()


@pytest.mark.slow
def test_killed_at_random_moments_all_jobs_come_out_as_in_an_undisturbed_run(
    database_kind: str, tmp_path: Path
) -> None:
    draw = random.Random(6)
    longest = 0.15 if database_kind == SQLITE else 0.4
    batches = [of_every_kind(job) for job in range(20)]
    with new_database(database_kind, tmp_path) as url, RunningServer(tmp_path, database_url=url) as server:
        undisturbed = outputs(server.url, submitted_each(server.url, batches))
    disturbed = tmp_path / "disturbed"
    disturbed.mkdir()
    with new_database(database_kind, disturbed) as url:
        server = RunningServer(disturbed, database_url=url)
        job_ids = submitted_each(server.url, batches)
        kills = 0
        while post(server.url, get_output(job_ids[-1])).text("ResponseCode") == "WSRC0008":
            for kill in (_kill_the_worker, _kill_the_worker, RunningServer.kill):
                time.sleep(draw.uniform(0.02, longest))
                kill(server)
                kills += 1
            server = RunningServer(disturbed, database_url=url)
        with server:
            assert kills > 10
            assert outputs(server.url, job_ids) == undisturbed
            assert_nothing_was_done_twice(url)


def _kill_the_worker(server: RunningServer) -> None:
    os.kill(server.children()[-1], signal.SIGKILL)
