"""Ask a server, request by request, and write down its answers."""

from __future__ import annotations

import http.client
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.answers.marks import Marks
from bench.answers.request import Request
from bench.answers.runs import Run
from bench.failure import BenchFailed
from bench.servers import lrs_soap

_PATIENCE = 60.0
_NOT_DONE = (b">WSRC0008<", b">WSRC0027<")
_KEPT = re.compile(rb"<(ULN|JobID)>([0-9]+)</")
_ON_ONE_CONNECTION = 20


@dataclass(frozen=True, slots=True)
class _Answer:
    head: bytes
    body: bytes


def answers(run: Run, folder: Path, python: str) -> Iterator[bytes]:
    """Start a server of the lrs-soap that `python` imports, and give a section of text for each request.

    Raises BenchFailed where the server does not start, or a job is not done within a minute.
    """
    name = re.sub("[^a-z]+", "-", run.name)
    database = folder / f"{name}.db"
    with lrs_soap(folder, f"sqlite:///{database}", *run.flags, python=python) as server:
        if run.breaks_database:
            _rename_tables(database)
        address = urlsplit(server.url)
        asker = _Asker(str(address.hostname), int(address.port or 0))
        with closing(asker):
            marks = Marks(asker.port, run.requests)
            for number, request in enumerate(run.requests, 1):
                answer = asker.ask(request)
                title = f"=== {run.name} {number:04}: {request.method} {request.target} {request.label}"
                head = title.replace("\r", " ").replace("\n", " ").encode()
                marked = marks.marked(b"%s\n\n%s" % (answer.head, answer.body), issues=request.issues)
                yield b"%s\n%s\n" % (head, marked)


class _Asker:
    """Connections to one server, and the values kept from its answers."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self.port = port
        self._kept: dict[str, str] = {}
        self._socket: socket.socket | None = None
        self._asked = 0

    def close(self) -> None:
        """Close the connection that is open, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, request: Request) -> _Answer:
        """Send a request, repeatedly while its job is not done, and keep the values that later requests need."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = self._exchange(request.to_send(self._kept), request.method)
            if not (request.until_done and any(code in answer.body for code in _NOT_DONE)):
                break
            if time.monotonic() > deadline:
                raise BenchFailed(f"a job is not done: {request.label}")
            time.sleep(0.02)
        found = _KEPT.search(answer.body)
        if request.keep is not None and found is not None:
            self._kept[request.keep] = found[2].decode()
        return answer

    def _exchange(self, data: bytes, method: str) -> _Answer:
        if self._socket is None:
            self._socket = socket.create_connection((self._host, self.port), timeout=_PATIENCE)
            self._asked = 0
        self._asked += 1
        response = http.client.HTTPResponse(self._socket, method=method)
        try:
            # A server may refuse a request, and close, before it has read all of it.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._socket.sendall(data)
            response.begin()
            body = response.read()
        except (http.client.HTTPException, ConnectionError) as error:
            self.close()
            return _Answer(f"no answer: {type(error).__name__}".encode(), b"")
        if response.will_close or self._asked == _ON_ONE_CONNECTION:
            self.close()
        lines = [f"{name}: {value}" for name, value in response.getheaders() if name.lower() != "date"]
        status = f"{response.status} {response.reason}"
        return _Answer("\n".join([status, *lines]).encode("latin-1"), body)


def _rename_tables(database: Path) -> None:
    """Rename every table of the service while it runs, so that it finds none."""
    with closing(sqlite3.connect(database, timeout=_PATIENCE)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names: Sequence[str] = [name for (name,) in connection.execute(query)]
        for name in names:
            connection.execute(f'ALTER TABLE "{name}" RENAME TO "lost_{name}"')
        connection.commit()
