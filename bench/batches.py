"""Register learners in batches and one by one; find and register learners while batches are being done.

In each round 8 clients register learners one by one for the given time; then twenty batches of 200 are submitted and
waited for. Both use one server with its one worker. The ratios are to the requests of an empty application.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median

from bench import learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.failure import BenchFailed
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import InTurn, Wrk

_JOBS, _RECORDS = 20, 200
# More than any load reaches.
_REGISTERED_A_SECOND = 4_000
_LOOK_SECONDS = 0.05
_REGISTERS_A_SECOND = 10


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the tables. Returns the figures that have an aim."""
    print(f"\nNew learners a second, {_JOBS} batches of {_RECORDS} beside one by one, {plan.rounds} rounds")
    print(f"{'':<16}{'one by one':>12}{'ratio':>8}{'in batches':>12}{'ratio':>8}")
    aims = [_compare(plan, "SQLite", plan.empty_database("batches"), least=0.4)]
    postgresql = plan.postgresql_database()
    if postgresql is not None:
        aims.append(_compare(plan, "PostgreSQL", postgresql, least=0.135))
    return [*aims, _meanwhile(plan)]


def _compare(plan: Plan, name: str, database_url: str, *, least: float) -> Aim:
    url = f"{plan.serve(database_url).url}/LearnerService.svc"
    count = plan.rounds * plan.seconds * _REGISTERED_A_SECOND
    load = requests.new_name()
    bodies = [requests.register_learner(requests.new_learner(load, number)) for number in range(count)]
    singles = InTurn(plan.folder, f"register-{name}", bodies, loads=plan.rounds, code="WSRC0005")
    someone = requests.register_learner(requests.new_learner(requests.new_name(), 0))
    empty = plan.empty(len(ask(url, someone, "WSRC0005")), Wrk(plan.folder, "register", someone))
    one_by_one, in_batches = [], []
    for _ in range(plan.rounds):
        empty.loads.append(empty.load(plan.seconds))
        one_by_one.append(singles.load(url, plan.seconds).per_second)
        in_batches.append(_batches_a_second(url))

    def ratio(a_second: Sequence[float]) -> float:
        return median(ours / load.per_second for ours, load in zip(a_second, empty.loads, strict=True))

    print(f"{name:<16}" + "".join(f"{median(each):>12.0f}{ratio(each):>8.2f}" for each in (one_by_one, in_batches)))
    return Aim(f"batch records a second to requests, {name}", ratio(in_batches), least=least)


def _batches_a_second(url: str) -> float:
    """Return the records per second of twenty batches, from the first submission to the end of the last job."""
    batches = list(_new_batches(_JOBS))
    begun = time.monotonic()
    jobs = [_submit(url, each) for each in batches]
    for job in jobs:
        _wait_for(url, job)
    return _JOBS * _RECORDS / (time.monotonic() - begun)


def _new_batches(count: int) -> Iterator[str]:
    for _ in range(count):
        load = requests.new_name()
        yield requests.submit_batch([requests.new_learner(load, number) for number in range(_RECORDS)])


def _submit(url: str, batch: str) -> str:
    found = re.search(rb"<JobID>([0-9]+)<", ask(url, batch, "WSRC0007"))
    assert found is not None
    return found[1].decode()


def _wait_for(url: str, job: str) -> None:
    while True:
        answer = ask(url, requests.batch_output(job), "WSRC00")
        if b"WSRC0008" not in answer:
            if answer.count(b"RC001") != _RECORDS:
                raise BenchFailed(f"not every learner of job {job} is registered: {answer[:2000].decode()}")
            return
        time.sleep(_LOOK_SECONDS)


def _meanwhile(plan: Plan) -> Aim:
    """Measure how much batches slow down finds and registrations."""
    server = plan.serve(plan.database("meanwhile"))
    url = f"{server.url}/LearnerService.svc"
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    empty = plan.empty(len(ask(url, find.body, "WSRC0004")), find)
    rows = [
        Row("find by ULN", server, url, find, beside=empty),
        Row("find by ULN while batches are done", server, url, find, beside=empty, meanwhile=partial(_batches, url)),
    ]
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows("Finds and batches", [empty, *rows])
    alone, beside = rows
    print(f"finds keep {beside.ratio_to(alone):.2f} of their rate")
    with _batches(url):
        waits = _register_for(url, plan.rounds * plan.seconds)
    print(
        f"of {len(waits)} registrations meanwhile the longest took {max(waits) * 1000:.0f} ms, "
        f"half of them at most {median(waits) * 1000:.0f} ms"
    )
    return Aim("longest registration while batches are done", max(waits) * 1000, most=50, unit="ms")


@contextmanager
def _batches(url: str) -> Iterator[None]:
    """Keep the worker busy: inside this context there is always another batch to do."""
    over = threading.Event()
    failures: list[BenchFailed] = []

    def go_on() -> None:
        try:
            jobs = [_submit(url, each) for each in _new_batches(2)]
            while not over.is_set():
                _wait_for(url, jobs.pop(0))
                jobs += [_submit(url, each) for each in _new_batches(1)]
        except BenchFailed as failure:
            failures.append(failure)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def _register_for(url: str, seconds: int) -> list[float]:
    """Register learners at an even pace. Returns how many seconds each registration took."""
    waits = []
    for _ in range(seconds * _REGISTERS_A_SECOND):
        request = requests.register_learner(requests.new_learner(requests.new_name(), 0))
        begun = time.monotonic()
        ask(url, request, "WSRC0005")
        waits.append(time.monotonic() - begun)
        time.sleep(1 / _REGISTERS_A_SECOND)
    return waits
