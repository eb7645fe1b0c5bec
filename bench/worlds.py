"""Worlds: one made for a test, asked and deleted; a world put back; finds while ten others are open.

The first table has milliseconds of single requests, one after the other on one connection. The second has finds by ULN
in `main`, before and after ten other worlds were made and asked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import median, quantiles
from urllib.parse import urlsplit

from bench import requests
from bench.aims import Aim
from bench.asking import ask
from bench.failure import BenchFailed
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import Wrk

_WORLDS_A_ROUND = 20
_TIMES_A_ROUND = 5
_OPEN = 10
# A learner of the starting data.
_GRACE = {"ULN": "4170265830", "FamilyName": "Okafor", "GivenName": "Grace"}
_JSON = {"Content-Type": "application/json"}
_XML = {"Content-Type": "text/xml; charset=utf-8"}


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the tables. Returns the figures that have an aim."""
    print(f"\nWorlds, milliseconds of single requests, {plan.rounds} rounds")
    print(f"{'':<52}{'median':>10}{'p95':>10}")
    aims = _single(plan, "SQLite", plan.empty_database("worlds"), most=20)
    postgresql = plan.postgresql_database()
    if postgresql is not None:
        aims += _single(plan, "PostgreSQL", postgresql)
    return [*aims, _finds(plan)]


def _single(plan: Plan, name: str, database_url: str, *, most: float | None = None) -> list[Aim]:
    with _connected(plan.serve(database_url).url) as connection:
        # What is made at the first request does not count.
        _for_a_test(connection, "warm-up")
        _put_back(connection)
        taken: dict[str, list[float]] = {}
        for round_ in range(plan.rounds):
            for number in range(_WORLDS_A_ROUND):
                _add(taken, _for_a_test(connection, f"w-{round_}-{number}"))
            for _ in range(_TIMES_A_ROUND):
                _add(taken, _put_back(connection))
    for what, milliseconds in taken.items():
        print(f"{f'{what}, {name}':<52}{median(milliseconds):>10.1f}{quantiles(milliseconds, n=20)[-1]:>10.1f}")
    return [
        Aim(f"a world for a test, {name}", median(taken["a world for a test"]), most=most, unit="ms"),
        Aim(f"reset, {name}", median(taken["reset"]), most=100, unit="ms"),
    ]


def _add(taken: dict[str, list[float]], milliseconds: Mapping[str, float]) -> None:
    for what, each in milliseconds.items():
        taken.setdefault(what, []).append(each)


def _for_a_test(connection: HTTPConnection, name: str) -> Mapping[str, float]:
    """What a world for a test costs: to make it, to be answered in it for the first time, to delete it."""
    find = requests.find_by_uln(_GRACE).encode()
    steps = {
        "  to make it": _timed(connection, "POST", "/_lrs/worlds", json.dumps({"name": name}).encode(), _JSON, b"201"),
        "  the first find in it": _timed(connection, "POST", f"/w/{name}/LearnerService.svc", find, _XML, b"WSRC0004"),
        "  to delete it": _timed(connection, "DELETE", f"/_lrs/worlds/{name}"),
    }
    return {"a world for a test": sum(steps.values()), **steps}


def _put_back(connection: HTTPConnection) -> Mapping[str, float]:
    return {
        "reset": _timed(connection, "POST", "/_lrs/reset"),
        "to take a snapshot": _timed(connection, "PUT", "/_lrs/snapshots/kept"),
        "to restore it": _timed(connection, "POST", "/_lrs/snapshots/kept/restore"),
    }


def _timed(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    expected: bytes = b"204",
) -> float:
    """The milliseconds until a request is answered. Raises BenchFailed without `expected` in status and body."""
    begun = time.perf_counter()
    connection.request(method, path, body, dict(headers or {}))
    answer = connection.getresponse()
    content = answer.read()
    taken = (time.perf_counter() - begun) * 1000
    if expected not in b"%d %s" % (answer.status, content):
        raise BenchFailed(f"{method} {path} is answered {answer.status}: {content[:500].decode()}")
    return taken


@contextmanager
def _connected(url: str) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def _finds(plan: Plan) -> Aim:
    """Measure finds in `main` alone, and in one of two servers with ten other worlds open."""
    find = Wrk(plan.folder, "find", requests.find_by_uln(_GRACE))
    alone, among_ten = (plan.serve(plan.empty_database(name)) for name in ("alone", "among-ten"))
    with _connected(among_ten.url) as connection:
        for number in range(_OPEN):
            _timed(
                connection, "POST", "/_lrs/worlds", json.dumps({"name": f"w-{number}"}).encode(), _JSON, expected=b"201"
            )
            ask(f"{among_ten.url}/w/w-{number}/LearnerService.svc", find.body, "WSRC0004")
    urls = [f"{server.url}/LearnerService.svc" for server in (alone, among_ten)]
    empty = plan.empty(len(ask(urls[0], find.body, "WSRC0004")), find)
    rows = [
        Row("find by ULN", alone, urls[0], find, beside=empty),
        Row(f"find by ULN with {_OPEN} other worlds open", among_ten, urls[1], find, beside=empty),
        Row("find by ULN in one of them", among_ten, f"{among_ten.url}/w/w-0/LearnerService.svc", find, beside=empty),
    ]
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows("Finds and other worlds", [empty, *rows])
    print(f"finds in one of them keep {rows[2].ratio_to(rows[0]):.2f} of the rate")
    return Aim(f"finds with {_OPEN} other worlds open to finds without", rows[1].ratio_to(rows[0]), least=0.95)
