"""Find by ULN and register, separately and at the same time.

A mixed load is finds over eight connections while learners are registered and wrong passwords are checked; its row
shows the finds.
"""

from __future__ import annotations

from functools import partial

from bench import learners, requests
from bench.asking import ask
from bench.others import Others
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import Wrk

_STANDBY_THREADS = ("0", "2", "8")


def run(plan: Plan) -> None:
    """Measure, and print the table."""
    database = plan.database("learners")
    learners.fill(database, plan.learners)
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    register = Wrk(plan.folder, "register", requests.register(requests.NEW_NAME))
    rows: list[Row] = []

    def add(name: str, wrk: Wrk, *flags: str, database_url: str = database, is_mixed: bool = False) -> None:
        server = plan.serve(database_url, *flags)
        row = Row(name, server, f"{server.url}/LearnerService.svc", wrk)
        if is_mixed:
            row.meanwhile = partial(Others, row.url)
        rows.append(row)

    add("find by ULN", find)
    add("find by ULN, 2 processes", find, "--processes", "2")
    add("register, SQLite", register, database_url=plan.database("register"))
    if plan.postgresql is not None:
        add("register, PostgreSQL", register, database_url=plan.postgresql)
    for threads in _STANDBY_THREADS:
        add(f"mixed, {threads} standby threads", find, "--threads", threads, is_mixed=True)
    empty = plan.empty(len(ask(rows[0].url, find.body, "WSRC0004")), find)
    for row in rows:
        row.beside = empty
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"{plan.learners:,} learners, 8 connections, {plan.rounds} rounds of {plan.seconds} s", [empty, *rows])
