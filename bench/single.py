"""Find by ULN and register, separately and at the same time.

A mixed load is finds over eight connections while learners are registered and wrong passwords are checked; its row
shows the finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bench import learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.others import Others
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import Wrk

_FEWER_STANDBY_THREADS = ("0", "2")


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the table. Returns the figures that have an aim."""
    database = plan.database("learners")
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    register = Wrk(plan.folder, "register", requests.register(requests.NEW_NAME))
    rows: list[Row] = []

    def add(name: str, wrk: Wrk, *flags: str, database_url: str = database, is_mixed: bool = False) -> Row:
        server = plan.serve(database_url, *flags)
        row = Row(name, server, f"{server.url}/LearnerService.svc", wrk)
        if is_mixed:
            row.meanwhile = partial(Others, row.url)
        rows.append(row)
        return row

    one = add("find by ULN", find)
    two = add("find by ULN, 2 processes", find, "--processes", "2")
    mixed = add("find by ULN, mixed load", find, is_mixed=True)
    for threads in _FEWER_STANDBY_THREADS:
        add(f"mixed load, {threads} standby threads", find, "--threads", threads, is_mixed=True)
    add("mixed load, 2 processes", find, "--processes", "2", is_mixed=True)
    registered = add("register, SQLite", register, database_url=plan.empty_database("register"))
    aims = {one: 1.0, mixed: 0.85, two: 1.5, registered: 0.3}
    postgresql = plan.postgresql_database()
    if postgresql is not None:
        learners.fill(postgresql, plan.learners)
        aims[add("find by ULN, PostgreSQL", find, database_url=postgresql)] = 0.33
        aims[add("register, PostgreSQL", register, database_url=postgresql)] = 0.08
    empty = plan.empty(len(ask(one.url, find.body, "WSRC0004")), find)
    for row in rows:
        row.beside = empty
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"{plan.learners:,} learners, 8 connections, {plan.rounds} rounds of {plan.seconds} s", [empty, *rows])
    return [
        *(Aim(row.name, row.ratio(), least=least) for row, least in aims.items()),
        Aim("2 processes to one", two.ratio_to(one)),
        Aim("p99 of finds in the mixed load", mixed.p99(), most=8, unit="ms"),
        Aim("memory of a server that answers finds", one.server.memory_mib(), most=150, unit="MiB"),
    ]
