"""The same find under several servers of HTTP: alone, and in a mixed load.

Beside `lrs-soap serve` by HTTP, by HTTPS and with two processes, these are waitress with its own loop, and granian if
it is installed. In the mixed load, learners are registered and wrong passwords are checked meanwhile; its rows show the
finds.

WireMock, if it is there, is asked for the same answer. With its defaults, it has one for each of twenty learners, whom
it tells apart by their ULNs, as those do who test a program with it. At its fastest, it has six answers, or one to any
request.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import demographics, learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.failure import BenchFailed
from bench.others import Others
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.servers import Server, another_server
from bench.wiremock import ANYTHING, FASTEST, jar_of, uln_xpath, wiremock, xpath_of
from bench.wrk import Wrk

_PATH = "/LearnerService.svc"
_APPLICATION = "lrs_soap.server.wsgi:create"
_GRANIAN = ("--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", "{port}", "--no-log", "--workers", "1")
# So long does Java's compiler gain from what is asked.
_WARM_SECONDS = 40
_LEARNERS = 20


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the table. Returns the figures that have an aim."""
    database = plan.database("learners")
    others = learners.others(_LEARNERS - 1)
    learners.add(database, others)
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    servers = _servers(plan, database)
    alone = {name: Row(name, server, server.url + _PATH, find) for name, server in servers.items()}
    rows: list[Row] = []
    for row in alone.values():
        rows += [row, replace(row, name=f"{row.name}, mixed", loads=[], meanwhile=partial(Others, row.url))]
    ours = alone["HTTP"]
    empty = plan.empty(len(ask(ours.url, find.body, "WSRC0004")), find)
    canned = _canned(plan, ours.url, find, others)
    for row in (*rows, *canned):
        row.beside = empty
    measure([empty, *rows, *canned], rounds=plan.rounds, seconds=plan.seconds)
    title = f"Servers, {plan.learners:,} learners, {plan.rounds} rounds of {plan.seconds} s"
    print_rows(title, [empty, *rows, *canned])
    aims = [Aim("HTTPS to HTTP, finds over kept connections", alone["HTTPS"].ratio_to(ours), least=0.85)]
    for row, least in zip(canned, (4.0, None, None), strict=False):
        aims.append(Aim(f"find by ULN to {row.name}", ours.ratio_to(row), least=least))
    for row in canned[:1]:
        # WireMock uses all processors, as so many of our processes do.
        two = alone["HTTP, 2 processes"]
        aims.append(Aim(f"find by ULN, 2 processes, to {row.name}", two.ratio_to(row), least=4.0))
    return aims


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
        command = (sys.executable, "-m", module, *flags)
        environment = {"LRS_DATABASE_URL": database}
        servers[name] = plan.stack.enter_context(another_server(plan.folder, module, command, environment))

    for threads in ("1", "4"):
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


def _canned(plan: Plan, url: str, find: Wrk, others: Sequence[Mapping[str, str]]) -> list[Row]:
    """Start WireMock with answers of `url` and warm it. Returns its rows, or none if it is not there, and says why."""
    try:
        jar = jar_of(plan.wiremock)
    except BenchFailed as reason:
        print(f"\nWireMock is left out: {reason}")
        return []
    found = ask(url, find.body, "WSRC0004")
    # WireMock compares what is asked with one answer after the other: with half of the others before this one.
    known = [*others[: _LEARNERS // 2], learners.SOMEONE, *others[_LEARNERS // 2 :]]
    by_uln = {uln_xpath(each["ULN"]): ask(url, requests.find_by_uln(each), "WSRC0004") for each in known}
    finds = [(requests.find_by_demographics(asked), code) for asked, code in demographics.KINDS.values()]
    finds.insert(len(finds) // 2, (find.body, "WSRC0004"))
    of_six = {xpath_of(request): ask(url, request, code) for request, code in finds}

    def start(name: str, answers: Mapping[str, bytes], *flags: str) -> Server:
        return plan.stack.enter_context(wiremock(jar, plan.folder / name, _PATH, answers, *flags, to_anything=found))

    usual, fastest = start("wiremock", by_uln), start("wiremock-at-its-fastest", of_six, *FASTEST)
    rows = [
        Row(f"WireMock, {len(by_uln)} learners, by ULN", usual, usual.url + _PATH, find),
        Row(f"WireMock at its fastest, {len(of_six)} answers", fastest, fastest.url + _PATH, find),
        Row("WireMock at its fastest, one answer to anything", fastest, fastest.url + ANYTHING, find),
    ]
    for row in rows[:2]:
        ask(row.url, find.body, "WSRC0004")
        row.load(_WARM_SECONDS)
    return rows
