"""Answer requests in this process and time their stages: a program that `bench.profile` runs.

It is run as a file, by a Python that may import another version of lrs-soap, so it imports nothing of `bench`. It makes
a new database in the folder named on the command line. It reads a task from each line of standard input and prints the
times of that task as a line, both as JSON:

    {"path": "/LearnerService.svc", "action": "", "code": "WSRC0004", "bodies": ["<soapenv:Envelope …"]}
    {"received": 12.1, "read": 30.2, …, "CPU": 180.3}

The times are microseconds: the median of each stage, and the CPU time of the process divided by the requests.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from lrs_soap.exchange.exchange import Exchange
from lrs_soap.exchange.journal import Journal
from lrs_soap.server.wsgi import application_of
from lrs_soap.settings import Settings
from lrs_soap.world import World

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class TimedJournal:
    """Gives exchanges to another journal, and keeps how long their stages and that took, in milliseconds."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.taken: dict[str, list[float]] = defaultdict(list)

    def record(self, exchange: Exchange) -> None:
        """Record an exchange and its times."""
        begun = time.perf_counter()
        self._journal.record(exchange)
        journalled = time.perf_counter() - begun
        for stage, milliseconds in exchange.milliseconds_by_stage().items():
            self.taken[stage.value].append(milliseconds)
        self.taken["journal"].append(journalled * 1000)


def main() -> None:
    """Answer tasks until the standard input ends."""
    settings = Settings(database_url=f"sqlite:///{Path(sys.argv[1]) / 'profile.db'}")
    with World.open(settings) as world:
        journal = TimedJournal(world.journal)
        application = application_of(settings, replace(world, journal=journal))
        for line in sys.stdin:
            print(json.dumps(_times(application, journal, json.loads(line))), flush=True)


def _times(application: Application, journal: TimedJournal, task: dict[str, Any]) -> dict[str, float]:
    bodies = [body.encode() for body in task["bodies"]]
    journal.taken.clear()
    answers = []
    begun = time.process_time()
    for body in bodies:
        answers.append(application(_environ(task, body), _start_response))
    cpu = (time.process_time() - begun) / len(bodies)
    for answer in answers:
        if task["code"].encode() not in b"".join(answer):
            raise ValueError(f"the answer has to be {task['code']} and is: {b''.join(answer).decode()}")
    times = {name: median(taken) * 1000 for name, taken in journal.taken.items()}
    return {**times, "CPU": cpu * 1_000_000}


def _environ(task: dict[str, Any], body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": task["path"],
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_SOAPACTION": f'"{task["action"]}"',
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }


def _start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
    """Take the head of an answer, whose body is all that is looked at."""


if __name__ == "__main__":
    main()
