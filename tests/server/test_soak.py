"""Thousands of requests of all kinds: each is answered as it is at first, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from tests.kit.documents import PROJECT
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import (
    LEARNER_SERVICE,
    RawConnection,
    envelope,
    find_by_demographics,
    find_by_uln,
    register,
    update,
)
from tests.kit.waiting import until
from tests.server.process_memory import resident_bytes

_CALLERS, _ON_ONE_CONNECTION = 8, 50
_WARM_UP, _REQUESTS = 2_000, 4_000
_MEGABYTE = 1024 * 1024
# Each of nine threads that answer, the writer and the journal opens the database when it needs it first: the file, its
# log, and once what they share.
_MOST_OF_DATABASE = 3 * (9 + 2)

_KINDS = (
    (envelope(find_by_uln()), "WSRC0004"),
    (envelope(find_by_demographics()), "WSRC0004"),
    (envelope(find_by_uln(FamilyName="Nobody")), "WSRC0001"),
    (envelope(find_by_uln(OrgPassword="CompatSitePass02")), "WSEC0005"),
    (envelope(find_by_uln(ULN="1")), "WSEC0001"),
    (envelope(update(VersionNumber="4711")), "WSRC0013"),
    ("<no XML", "Client"),
)


class Soak:
    """Callers that send requests of all kinds, each caller on one connection after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count()
        self.wrong: list[str] = []

    def run(self, requests: int) -> None:
        """Send so many requests, and wait for their answers."""
        threads = [threading.Thread(target=self._send, args=(requests // _CALLERS,)) for _ in range(_CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, requests: int) -> None:
        for _ in range(requests // _ON_ONE_CONNECTION):
            with RawConnection(self._url) as connection:
                for _ in range(_ON_ONE_CONNECTION):
                    self._ask(connection)

    def _ask(self, connection: RawConnection) -> None:
        number = next(self._numbers)
        kind = number % (len(_KINDS) + 1)
        if kind < len(_KINDS):
            body, code = _KINDS[kind]
        else:
            letters = str(number).translate(str.maketrans("0123456789", "abcdefghij"))
            body, code = envelope(register(GivenName=f"Soak{letters}", FamilyName=f"Of{letters}")), "WSRC0005"
        data = body.encode()
        connection.head(f"POST {LEARNER_SERVICE} HTTP/1.1", "Content-Type: text/xml", f"Content-Length: {len(data)}")
        connection.send(data)
        answer = connection.document().body.decode()
        if code not in answer:
            self.wrong.append(f"{code}: {answer}")


@pytest.mark.slow
def test_thousands_of_requests_leave_nothing_behind(transport: tuple[str, ...], tmp_path: Path) -> None:
    with RunningServer(tmp_path, *transport, "--log-level", "warning", "--batch-workers", "0") as server:
        [process] = server.children()
        soak = Soak(server.url)
        soak.run(_WARM_UP)
        memory, descriptors = resident_bytes(server), open_descriptors(process)
        soak.run(_REQUESTS)
        assert soak.wrong == []
        until(lambda: open_descriptors(process) <= descriptors)
        assert open_descriptors(process, of_database=True) <= _MOST_OF_DATABASE
        assert resident_bytes(server) - memory < 16 * _MEGABYTE
        assert server.children() == [process]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="this machine does not tell what is used")
def test_everything_at_once_is_answered_and_what_is_used_is_told() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "soak", "--minutes", "0.2"], cwd=PROJECT, capture_output=True, text=True, timeout=300
    )

    assert (made.returncode, made.stderr) == (0, ""), made.stdout
    assert "\n0 errors." in made.stdout
    lines = made.stdout.splitlines()
    for kind in ("find", "register and update", "batch", "portal", "hangers-on", "record"):
        assert any(line.startswith(kind) for line in lines)
    for row in ("memory", "register", "journal", "log", "descriptors"):
        assert any(line.strip().startswith(row) for line in lines)


def open_descriptors(process: int, *, of_database: bool = False) -> int:
    """How many descriptors a process has open of the database's files, or of anything else."""
    opened = []
    for each in Path(f"/proc/{process}/fd").iterdir():
        # One may be closed meanwhile.
        with suppress(FileNotFoundError):
            opened.append(each.readlink().name)
    return sum(name.startswith("lrs.db") == of_database for name in opened)
