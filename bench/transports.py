"""The same find under several servers of HTTP: alone, and in a mixed load.

Beside `lrs-soap serve` by HTTP, by HTTPS and with two processes, these are waitress with its own loop, and granian if
it is installed. In the mixed load, learners are registered and wrong passwords are checked meanwhile; its rows show the
finds.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import partial
from pathlib import Path

from bench import learners, requests
from bench.asking import ask
from bench.others import Others
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.servers import Server, another_server
from bench.wrk import Wrk

_APPLICATION = "lrs_soap.server.wsgi:create"
_GRANIAN = ("--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", "{port}", "--no-log", "--workers", "1")


def run(plan: Plan) -> None:
    """Measure, and print the table."""
    database = plan.database("learners")
    learners.fill(database, plan.learners)
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    servers = _servers(plan, database)
    rows: list[Row] = []
    for name, server in servers.items():
        url = f"{server.url}/LearnerService.svc"
        rows.append(Row(name, server, url, find))
        rows.append(Row(f"{name}, mixed", server, url, find, meanwhile=partial(Others, url)))
    empty = plan.empty(len(ask(rows[0].url, find.body, "WSRC0004")), find)
    for row in rows:
        row.beside = empty
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"Servers, {plan.learners:,} learners, {plan.rounds} rounds of {plan.seconds} s", [empty, *rows])


def _servers(plan: Plan, database: str) -> dict[str, Server]:
    certificates = _certificates(plan.folder)
    ours = {
        "HTTP": (),
        "HTTPS": certificates,
        "HTTP, 2 processes": ("--processes", "2"),
        "HTTPS, 2 processes": (*certificates, "--processes", "2"),
    }
    servers = {name: plan.serve(database, *flags) for name, flags in ours.items()}

    def add(name: str, module: str, *flags: str) -> None:
        servers[name] = plan.stack.enter_context(another_server(plan.folder, database, module, *flags))

    for threads in ("1", "2", "4"):
        listen = ("--listen", "127.0.0.1:{port}", "--threads", threads)
        add(f"waitress, {threads} threads", "waitress", *listen, "--call", _APPLICATION)
    if importlib.util.find_spec("granian") is not None:
        for threads in ("1", "2"):
            add(f"granian, {threads} threads", "granian", *_GRANIAN, "--blocking-threads", threads, _APPLICATION)
    return servers


def _certificates(folder: Path) -> tuple[str, ...]:
    """Make a certificate for development. Returns the flags for it."""
    made = folder / "certificates"
    subprocess.run([sys.executable, "-m", "lrs_soap", "certs", str(made)], check=True, stdout=subprocess.DEVNULL)
    return "--tls-cert", str(made / "server.pem"), "--tls-key", str(made / "server-key.pem")
