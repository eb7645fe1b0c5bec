"""`make fuzz`: send spoiled requests to a real server, over HTTP and HTTPS, and say what should not have happened.

    python -m fuzz [--minutes 1] [--seed NUMBER] [--first NUMBER] [--requests COUNT] [--folder FOLDER]

Every request is made of the seed and its own number, so `--seed S --first N --requests 1` sends one of them again. One
whose answer is wrong is saved in the folder as it was sent. Wrong are: a failure of the service itself (WSEC0999), a
status from 500 on that is no fault, an answer that the schema does not have, no answer to a request that is whole, an
answer that three times takes longer than the limit, a process that ends or is replaced, memory that grows, and a
traceback in the log. The exit status is 1 if there was one of them.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from fuzz import answers
from fuzz.requests import SpoiledRequest, request_of
from tests.kit.certificates import Certificates
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import envelope, find_by_uln, post
from tests.server.process_memory import resident_bytes

_CALLERS = 4
_MEBIBYTE = 1024 * 1024
_LONGEST_SECONDS = 2.0
# A slow answer is compared with so many finds on the same machine at that moment.
_FINDS = 20
_TRIES = 3
# Beside the names of elements, which the parser keeps (docs/operating.md, "Limits").
_MOST_GROWTH = 48 * _MEBIBYTE
_MOST_FINDINGS = 20
_SIGNS_IN_THE_LOG = ("Traceback (most recent call last)", "event=failure", "event=process")


class Fuzz:
    """A run against a server of each transport."""

    def __init__(self, servers: Sequence[RunningServer], seed: int, folder: Path) -> None:
        self._http, self._https = servers
        self._servers = servers
        self._seed = seed
        self._folder = folder
        self._lock = threading.Lock()
        self._children = [server.children() for server in servers]
        self.sent: Counter[str] = Counter()
        self.bytes_sent = 0
        self.findings: list[str] = []

    def run(self, numbers: Sequence[int], until: float) -> int:
        """Send the requests of these numbers, in order, until that moment; the number behind the last that was sent."""
        waiting = iter(numbers)
        last = [numbers[0]]

        def send() -> None:
            while time.monotonic() < until and len(self.findings) < _MOST_FINDINGS:
                with self._lock:
                    number = next(waiting, None)
                    if number is None:
                        return
                    last[0] = number + 1
                self._try(request_of(self._seed, number))

        with ThreadPoolExecutor(_CALLERS) as callers:
            for caller in [callers.submit(send) for _ in range(_CALLERS)]:
                caller.result()
        self._look_at_servers(numbers[0], last[0])
        return last[0]

    def memory(self) -> int:
        """How much memory both servers hold, in bytes."""
        return sum(map(resident_bytes, self._servers))

    def _try(self, request: SpoiledRequest) -> None:
        server = self._https if request.is_https else self._http
        answered = answers.send(server.url, request.data)
        wrong = answers.what_is_wrong_with(request, answered)
        if wrong is None and answered.seconds > _LONGEST_SECONDS:
            wrong = self._why_slow(server, request, answered.seconds)
        with self._lock:
            self.sent[request.kind] += 1
            self.bytes_sent += len(request.data)
            if wrong is not None:
                self._report(request, wrong)

    def _why_slow(self, server: RunningServer, request: SpoiledRequest, seconds: float) -> str | None:
        """What to say of a slow answer; None where the machine is slow, or where it is not slow every time."""
        for _ in range(_TRIES):
            began = time.monotonic()
            for _ in range(_FINDS):
                post(server.url, envelope(find_by_uln()))
            longest = _LONGEST_SECONDS + time.monotonic() - began
            seconds = answers.send(server.url, request.data).seconds
            if seconds <= longest:
                return None
        return f"answered in {seconds:.1f} s, and {_FINDS} finds in {longest - _LONGEST_SECONDS:.1f} s"

    def _report(self, request: SpoiledRequest, wrong: str) -> None:
        path = self._folder / f"fuzz-{self._seed}-{request.number}.request"
        path.write_bytes(request.data)
        transport = "HTTPS" if request.is_https else "HTTP"
        self.findings.append(f"{request.kind} {request.operation} over {transport}, {path}: {wrong}")

    def _look_at_servers(self, first: int, last: int) -> None:
        """Find what no answer shows, of the requests of these numbers."""
        for server, children in zip(self._servers, self._children, strict=True):
            signs = [sign for sign in _SIGNS_IN_THE_LOG if sign in server.logged()]
            if server.children() != children:
                signs.append("a process has ended")
            for sign in signs:
                kept = self._folder / f"fuzz-{self._seed}-{server.log.name}"
                kept.write_text(server.logged(), "utf-8")
                self.findings.append(f"between {first} and {last}, {kept}: {sign}")


def main() -> int:
    """Run, and print what was found; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Spoiled requests, and what is made of them.")
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long requests are sent")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="what all requests are made of")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="the first request's number")
    parser.add_argument("--requests", type=int, metavar="COUNT", help="how many requests are sent at most")
    parser.add_argument("--folder", type=Path, default=Path(), help="where requests with wrong answers are saved")
    given = parser.parse_args()
    print(f"Seed {given.seed}: {given.minutes:g} minutes of spoiled requests.", flush=True)
    with tempfile.TemporaryDirectory() as made:
        certificates = Certificates.made_in(Path(made))
        with (
            RunningServer(_folder(made, "http")) as http,
            RunningServer(_folder(made, "https"), *certificates.flags) as https,
        ):
            fuzz = Fuzz((http, https), given.seed, given.folder)
            _run(fuzz, given.first, given.requests, given.minutes * 60)
    for finding in fuzz.findings:
        print(finding)
    return 1 if fuzz.findings else 0


def _folder(parent: str, name: str) -> Path:
    folder = Path(parent) / name
    folder.mkdir()
    return folder


def _run(fuzz: Fuzz, first: int, requests: int | None, seconds: float) -> None:
    """Send requests in portions, after each of which the servers are looked at, and compare the memory at the end."""
    began = time.monotonic()
    ends = began + seconds
    last = sys.maxsize if requests is None else first + requests
    portions = count(1)
    warm: tuple[int, int] | None = None
    while first < last and time.monotonic() < ends and not fuzz.findings:
        portion_ends = min(ends, began + next(portions) * min(10.0, seconds / 4))
        first = fuzz.run(range(first, last), portion_ends)
        warm = warm or (fuzz.memory(), fuzz.bytes_sent)
    print(f"{sum(fuzz.sent.values())} requests: {', '.join(f'{n} {kind}' for kind, n in sorted(fuzz.sent.items()))}.")
    if warm is not None:
        growth, meanwhile = fuzz.memory() - warm[0], fuzz.bytes_sent - warm[1]
        print(f"Memory {warm[0] / _MEBIBYTE:.0f} MiB, grown by {growth / _MEBIBYTE:.1f} MiB in {meanwhile} bytes sent.")
        if growth > _MOST_GROWTH + meanwhile:
            fuzz.findings.append(f"memory has grown by {growth / _MEBIBYTE:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
