"""Finds while callers try to stop the service: each attack meets a server of its own.

The first row is without an attack. The last column is the server's memory when all rounds are over. The attackers are
threads of the bench and share the machine with the server, so part of what finds lose goes to them.
"""

from __future__ import annotations

import gzip
import socket
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from bench import learners, requests
from bench.aims import Aim
from bench.asking import ask
from bench.plan import Plan
from bench.rows import Row, measure, print_rows
from bench.wrk import Wrk

_PATH = "/LearnerService.svc"
_SLOW_CONNECTIONS = 980
_AT_ONCE = 200
_XML = {"Content-Type": "text/xml"}
# Closing a socket with it resets the connection.
_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class _Victim:
    """Where a server listens, and the file of its database."""

    host: str
    port: int
    database: Path

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=60)


_Attack = Callable[[_Victim, threading.Event], None]
"""What one attacker does until the event is set."""


def run(plan: Plan) -> Sequence[Aim]:
    """Measure, and print the table. Returns the 99th percentile of finds during the worst attack."""
    find = Wrk(plan.folder, "find", requests.find_by_uln(learners.SOMEONE))
    rows = [_row(plan, find, name, attackers) for name, attackers in _attacks(find.body).items()]
    empty = plan.empty(len(ask(rows[0].url, find.body, "WSRC0004")), find)
    for row in rows:
        row.beside = empty
    measure([empty, *rows], rounds=plan.rounds, seconds=plan.seconds)
    print_rows(f"Finds by ULN while others attack, {plan.rounds} rounds of {plan.seconds} s", [empty, *rows])
    alone, *attacked = rows
    print("\np99 to that of no attack")
    for row in attacked:
        print(f"{row.name:<40}{row.p99_to(alone):>12.2f}")
    worst = max(attacked, key=Row.p99)
    return [
        Aim("p99 of finds by ULN without an attack", alone.p99(), unit="ms"),
        Aim(f"p99 during the worst attack ({worst.name})", worst.p99(), unit="ms"),
    ]


def _attacks(call: str) -> Mapping[str, Sequence[_Attack]]:
    wrong_password = requests.find_by_uln(learners.SOMEONE, password="CompatSitePass02").encode()
    attributes = " ".join(f'a{number}=""' for number in range(99_000))
    return {
        "no attack": (),
        "199,000 elements, packed": [_posting(_with(call, "<a/>" * 199_000), is_packed=True)] * 3,
        "99,000 attributes, packed": [_posting(_with(call, f"<a {attributes}/>"), is_packed=True)] * 3,
        "a value of 7 MB, packed": [_posting(_with(call, f"<a>{'&amp;' * 1_400_000}</a>"), is_packed=True)] * 3,
        "answers that nobody reads": [partial(_ask_and_read_nothing, call=call.encode())] * 4,
        f"{_SLOW_CONNECTIONS} slow connections": [_connect_slowly],
        "connections that are reset": [_connect_and_reset] * 2,
        "wrong passwords": [_posting(wrong_password)] * 4,
        "registrations and a held lock": [_hold_the_lock, *[_register] * 4],
    }


def _row(plan: Plan, find: Wrk, name: str, attackers: Sequence[_Attack]) -> Row:
    file = f"attacked-{name.replace(' ', '-')}"
    server = plan.serve(plan.database(file))
    parts = urlsplit(server.url)
    victim = _Victim(str(parts.hostname), int(parts.port or 0), plan.folder / f"{file}.db")
    return Row(name, server, f"{server.url}{_PATH}", find, meanwhile=partial(_attacked, victim, attackers))


@contextmanager
def _attacked(victim: _Victim, attackers: Sequence[_Attack]) -> Iterator[None]:
    is_over = threading.Event()
    threads = [threading.Thread(target=each, args=(victim, is_over)) for each in attackers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _with(call: str, markup: str) -> bytes:
    """A call with markup that may not be there."""
    return call.replace("<FindType>", f"{markup}<FindType>").encode()


def _posting(body: bytes, *, is_packed: bool = False) -> _Attack:
    """An attacker who sends this again and again."""
    sent = gzip.compress(body) if is_packed else body
    headers = _XML | ({"Content-Encoding": "gzip"} if is_packed else {})

    def attack(victim: _Victim, is_over: threading.Event) -> None:
        while not is_over.is_set():
            _post(victim, sent, headers)

    return attack


def _post(victim: _Victim, sent: bytes, headers: Mapping[str, str]) -> None:
    connection = HTTPConnection(victim.host, victim.port, timeout=60)
    with suppress(OSError, HTTPException):
        connection.request("POST", _PATH, sent, headers)
        connection.getresponse().read()
    connection.close()


def _ask_and_read_nothing(victim: _Victim, is_over: threading.Event, *, call: bytes) -> None:
    request = f"POST {_PATH} HTTP/1.1\r\nHost: {victim.host}\r\nContent-Type: text/xml\r\nContent-Length: {len(call)}"
    several = (request.encode() + b"\r\n\r\n" + call) * _AT_ONCE
    with victim.connect() as connection:
        connection.settimeout(0.1)
        while not is_over.wait(0.01):
            with suppress(OSError):
                connection.send(several)


def _connect_slowly(victim: _Victim, is_over: threading.Event) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(victim.connect()) for _ in range(_SLOW_CONNECTIONS)]
        for connection in connections:
            connection.send(f"POST {_PATH} HTTP/1.1\r\n".encode())
        while not is_over.wait(0.5):
            for connection in connections:
                with suppress(OSError):
                    connection.send(b"A: b\r\n")


def _connect_and_reset(victim: _Victim, is_over: threading.Event) -> None:
    while not is_over.is_set():
        with suppress(OSError), victim.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            connection.send(b"POST")


def _register(victim: _Victim, is_over: threading.Event) -> None:
    while not is_over.is_set():
        _post(victim, requests.register(requests.new_name()).encode(), _XML)


def _hold_the_lock(victim: _Victim, is_over: threading.Event) -> None:
    connection = sqlite3.connect(victim.database, timeout=60, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    is_over.wait()
    connection.execute("ROLLBACK")
    connection.close()
