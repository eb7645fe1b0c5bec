"""What was answered is kept, whatever happens to the server; what happens to the database is told, and passes."""

from __future__ import annotations

import random
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lrs_soap.store import history, learners
from lrs_soap.store.store import Store
from tests.kit.databases import POSTGRESQL, SQLITE, new_database, on_postgresql, on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post, register
from tests.kit.waiting import PATIENCE, until

_CLIENTS = 4
# How long the store waits for its turn, and then some for a machine with other work.
_LONGEST_WAIT = PATIENCE / 2


class _Registrations:
    """Clients that register one new learner after another until their server is gone, and what they were answered."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}
        self._number = 0
        self._lock = threading.Lock()

    def until_it_dies(self, url: str) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._register, args=(url,)) for _ in range(_CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _register(self, url: str) -> None:
        # A connection or an answer that breaks off is how these clients learn that the server has been killed.
        with suppress(OSError, HTTPException):
            while True:
                with self._lock:
                    self._number += 1
                    name = f"Kestrel{self._number}"
                answer = post(url, envelope(register(FamilyName=name)))
                assert answer.text("ResponseCode") == "WSRC0005"
                self.answered[str(answer.text("ULN"))] = name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_kind", "kills"), [(SQLITE, 20), (POSTGRESQL, 5)], indirect=["database_kind"], ids=[SQLITE, POSTGRESQL]
)
def test_no_answered_registration_is_lost_by_killing_the_server(database_kind: str, kills: int, tmp_path: Path) -> None:
    draw = random.Random(4)
    registrations = _Registrations()
    with new_database(database_kind, tmp_path) as url:
        for _ in range(kills):
            server = RunningServer(tmp_path, database_url=url)
            before = len(registrations.answered)
            threads = registrations.until_it_dies(server.url)
            until(lambda before=before: len(registrations.answered) > before)
            time.sleep(draw.uniform(0, 0.35))
            server.kill()
            for thread in threads:
                thread.join()

        assert len(registrations.answered) >= kills
        store = Store.open(url)
        try:
            with store.reading() as transaction:
                for uln, name in registrations.answered.items():
                    held = learners.by_uln(transaction, uln)
                    assert held is not None
                    assert held.family_name == name
                    assert len(history.of(transaction, uln)) == 1
        finally:
            store.close()
        if database_kind == SQLITE:
            with sqlite3.connect(tmp_path / "lrs.db") as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.slow
@on_sqlite
def test_a_database_that_stays_locked_is_told_and_the_next_request_served(database_kind: str, tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        with sqlite3.connect(tmp_path / "lrs.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            begun = time.monotonic()
            refused = post(server.url, envelope(register()))
            assert time.monotonic() - begun < _LONGEST_WAIT
            # Readers wait for no writer.
            assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            other.execute("ROLLBACK")
        other.close()

        assert refused.text("ErrorCode") == "WSEC0999"
        log = server.logged_until(str(refused.text("FurtherDetails")))
        assert "locked" in log
        assert post(server.url, envelope(register())).text("ResponseCode") == "WSRC0005"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
@on_sqlite
def test_a_full_disk_is_told_and_registering_goes_on_when_there_is_room_again(
    database_kind: str, small_disk: Path, tmp_path: Path
) -> None:
    with RunningServer(tmp_path, database_url=f"sqlite:///{small_disk / 'lrs.db'}") as server:
        filler = small_disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        answers = [post(server.url, envelope(register(FamilyName=f"Kestrel{number}"))) for number in range(200)]
        refused = next(answer for answer in answers if answer.text("ErrorCode"))
        assert refused.text("ErrorCode") == "WSEC0999"
        assert "full" in server.logged_until(str(refused.text("FurtherDetails")))

        filler.unlink()
        assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
        assert post(server.url, envelope(register(FamilyName="Merlin"))).text("ResponseCode") == "WSRC0005"


class _Forwarder:
    """Stands between a server and its database, and can be taken away and put back."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._is_there = True
        threading.Thread(target=self._accept, daemon=True).start()

    def take_away(self) -> None:
        self._is_there = False
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def put_back(self) -> None:
        self._is_there = True

    def _accept(self) -> None:
        while True:
            caller, _ = self._listening.accept()
            if not self._is_there:
                caller.close()
                continue
            target = socket.create_connection(self._target)
            self._open += [caller, target]
            for source, sink in ((caller, target), (target, caller)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@on_postgresql
def test_a_database_server_that_is_gone_is_told_and_used_again_when_it_is_back(
    database_kind: str, tmp_path: Path
) -> None:
    with new_database(database_kind, tmp_path) as url:
        parts = urlsplit(url)
        forwarder = _Forwarder(str(parts.hostname), parts.port or 5432)
        credentials = parts.netloc.rpartition("@")[0]
        detour = parts._replace(netloc=f"{credentials}@127.0.0.1:{forwarder.port}").geturl()
        with RunningServer(tmp_path, database_url=detour) as server:
            assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            forwarder.take_away()
            for request in (find_by_uln(), register()):
                begun = time.monotonic()
                refused = post(server.url, envelope(request))
                assert time.monotonic() - begun < _LONGEST_WAIT
                assert refused.text("ErrorCode") == "WSEC0999"
                server.logged_until(str(refused.text("FurtherDetails")))
            forwarder.put_back()
            assert post(server.url, envelope(find_by_uln())).text("ResponseCode") == "WSRC0004"
            assert post(server.url, envelope(register())).text("ResponseCode") == "WSRC0005"
