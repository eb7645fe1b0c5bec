"""Find by demographics, verify and update; and whether a find takes longer among many learners than among few.

All databases hold the same planted learners, and only they are searched for: the databases differ in size alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.servers import Server
from bench.wrk import InTurn, Wrk

_FEW = 10_000
# When all are updated, their next version is.
_UPDATED_A_SECOND = 1_000
_MOST_GROWTH = 1.3

KINDS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "exact": (learners.SOMEONE, "WSRC0004"),
    "possible, three learners": (learners.ONE_OF_THREE, "WSRC0003"),
    "possible, a family of thirty": (learners.ONE_OF_A_FAMILY, "WSRC0003"),
    "none": (learners.NOBODY, "WSRC0001"),
    "too many": (learners.ONE_OF_TWELVE, "WSRC0002"),
}
"""Whom each kind of find asks for, and the code of its answer."""

_AIMS = {"exact": 0.95, "none": 0.9, "possible, three learners": 0.5, "too many": 0.35}


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the tables. Returns the figures that have an aim."""
    loads = plan.rounds + 1
    updated = learners.others(loads * plan.seconds * _UPDATED_A_SECOND)
    database = plan.database("learners")
    learners.add(database, updated)
    server = plan.serve(database)
    few, many = (plan.serve(plan.database(f"{count}-learners", count)) for count in (_FEW, plan.many))
    finds = {kind: Wrk(plan.folder, kind, requests.find_by_demographics(asked)) for kind, (asked, _) in KINDS.items()}
    by_uln = Wrk(plan.folder, "by ULN", requests.find_by_uln(learners.SOMEONE))
    for each in (server, few, many):
        for kind, find in finds.items():
            ask(_url(each), find.body, KINDS[kind][1])
    empty = plan.empty(len(ask(_url(server), finds["exact"].body, "WSRC0004")), finds["exact"])

    def row(name: str, server: Server, wrk: Wrk) -> Row:
        return Row(name, server, _url(server), wrk, beside=empty)

    found = {kind: row(kind, server, find) for kind, find in finds.items()}
    verified = row("verify", server, Wrk(plan.folder, "verify", requests.verify(learners.SOMEONE)))
    bodies = [requests.update(each) for each in updated]
    update = row("update, SQLite", server, InTurn(plan.folder, "update", bodies, loads=loads, code="WSRC0006"))
    rows = [empty, *found.values(), verified, update]
    pairs = {
        kind: (row(f"{kind}, {_FEW:,} learners", few, find), row(f"{kind}, {plan.many:,} learners", many, find))
        for kind, find in {"by ULN": by_uln, **finds}.items()
    }
    among = [row for pair in pairs.values() for row in pair]
    measure([*rows, *among], rounds=plan.rounds, seconds=plan.seconds)
    rounds = f"8 connections, {plan.rounds} rounds of {plan.seconds} s"
    print_rows(f"Find by demographics, verify, update, {plan.learners:,} learners, {rounds}", rows)
    print_rows(f"Finds among few learners and among many, {rounds}", among)
    return [
        *(Aim(f"find by demographics, {kind}", found[kind].ratio(), least=least) for kind, least in _AIMS.items()),
        Aim(verified.name, verified.ratio(), least=0.9),
        Aim(update.name, update.ratio(), least=0.25),
        *(
            Aim(f"p99 at {plan.many:,} to {_FEW:,}, {kind}", large.p99_to(small), most=_MOST_GROWTH)
            for kind, (small, large) in pairs.items()
        ),
    ]


def _url(server: Server) -> str:
    return f"{server.url}/LearnerService.svc"
