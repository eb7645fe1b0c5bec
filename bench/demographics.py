"""Find by demographics among few learners and among many; update and verify.

Both databases hold the same planted learners, and only they are searched for: the databases differ in size alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from bench import learners, requests
from bench.asking import ask
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.servers import Server
from bench.wrk import InTurn, Wrk

_FEW = 10_000
# More updates than any load reaches.
_UPDATES_A_SECOND = 2_000

KINDS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "exact": (learners.SOMEONE, "WSRC0004"),
    "possible, three learners": (learners.ONE_OF_THREE, "WSRC0003"),
    "possible, a family of thirty": (learners.ONE_OF_A_FAMILY, "WSRC0003"),
    "none": (learners.NOBODY, "WSRC0001"),
    "too many": (learners.ONE_OF_TWELVE, "WSRC0002"),
}
"""Whom each kind of find asks for, and the code of its answer."""


def run(plan: Plan) -> None:
    """Measure, and print the tables."""
    finds = {kind: Wrk(plan.folder, kind, requests.find_by_demographics(asked)) for kind, (asked, _) in KINDS.items()}
    loads = plan.rounds + 1
    updated = learners.others(loads * plan.seconds * _UPDATES_A_SECOND)
    few, many, changing = _serve(plan, _FEW), _serve(plan, plan.many), _serve(plan, _FEW, updated)
    for kind, find in finds.items():
        for server in (few, many):
            ask(_url(server), find.body, KINDS[kind][1])
    empty = plan.empty(len(ask(_url(few), finds["exact"].body, "WSRC0004")), finds["exact"])

    def row(name: str, server: Server, wrk: Wrk) -> Row:
        return Row(name, server, _url(server), wrk, beside=empty)

    among_few = {kind: row(f"{kind}, {_FEW:,} learners", few, find) for kind, find in finds.items()}
    among_many = {kind: row(f"{kind}, {plan.many:,} learners", many, find) for kind, find in finds.items()}
    verify = Wrk(plan.folder, "verify", requests.verify(learners.SOMEONE))
    update = InTurn(plan.folder, "update", [requests.update(each) for each in updated], loads=loads, code="WSRC0006")
    rows = [
        *among_few.values(),
        *among_many.values(),
        row("verify", changing, verify),
        row("update, SQLite", changing, update),
    ]
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"Find by demographics, 8 connections, {plan.rounds} rounds of {plan.seconds} s", [empty, *rows])
    print(f"\np99 among {plan.many:,} learners to that among {_FEW:,}")
    for kind in KINDS:
        pairs = zip(among_many[kind].loads, among_few[kind].loads, strict=True)
        print(f"{kind:<40}{median(one.p99 / other.p99 for one, other in pairs):>12.2f}")


def _serve(plan: Plan, count: int, more: Sequence[Mapping[str, str]] = ()) -> Server:
    database = plan.database(f"{count + len(more)}-learners")
    learners.fill(database, count, more)
    return plan.serve(database)


def _url(server: Server) -> str:
    return f"{server.url}/LearnerService.svc"
