"""The list of requests and the settings of each server: always the same for the same seed and number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from bench.answers.batches import known_batches, random_batch, registered, submit_batch
from bench.answers.http_requests import http_requests
from bench.answers.known_cases import about, ask, known_cases
from bench.answers.malformed import malformed_calls, malformed_message
from bench.answers.messages import LEARNER_SERVICE, OPERATIONS, R9, Values, call
from bench.answers.people import GRACE, PEOPLE, made_up
from bench.answers.random_calls import life, random_call
from bench.answers.request import Request

CLOCK = ("--clock", "2026-03-02T10:00:00")


@dataclass(frozen=True, slots=True)
class Run:
    """A server on a new database, with these flags of `lrs-soap serve`, and what it is asked in turn.

    With `breaks_database` every table is renamed before the first request.
    """

    name: str
    flags: tuple[str, ...]
    requests: Sequence[Request]
    breaks_database: bool = False


def runs(number: int, seed: int) -> tuple[Run, ...]:
    """Return the runs: `number` requests to a default server and to a lenient one, and a few to others."""
    main = tuple(islice(main_requests(seed), number))
    lenient = ("--no-strict", "--fault-detail", "declared", "--batch-validation", "record")
    one_of_each = tuple(ask(name, {}, "as held") for name in OPERATIONS)
    pages = tuple(
        Request("GET", method="GET", target=f"{path}{query}")
        for path in (LEARNER_SERVICE, R9)
        for query in ("", "?wsdl")
    )
    small = (
        "--return-codes",
        "RC002=RC003,RC005=RC003",
        "--verify-batch-limit",
        "2",
        "--max-body-bytes",
        "4096",
        "--trusted-proxies",
        "127.0.0.1",
    )
    return (
        Run("defaults", CLOCK, main),
        Run("lenient", (*CLOCK, *lenient), main),
        Run("closed", (*CLOCK, "--maintenance", "2000-01-01T00:00/2100-01-01T00:00"), (*one_of_each, *pages)),
        Run(
            "out of hours", (*CLOCK, "--service-hours", "Mon-Fri 18:00-24:00, Sat 10:00-11:00"), (*one_of_each, *pages)
        ),
        Run("waiting", (*CLOCK, "--batch-delay", "3600", "--find-before-register"), tuple(_waiting())),
        Run("small", (*CLOCK, *small), tuple(_small())),
        Run("broken", CLOCK, one_of_each, breaks_database=True),
        Run("broken, declared", (*CLOCK, *lenient), one_of_each, breaks_database=True),
    )


def digest(of: Sequence[Run]) -> str:
    """Return what distinguishes one list of requests from another."""
    whole = hashlib.sha256()
    for run in of:
        whole.update(repr((run.name, run.flags, run.breaks_database)).encode())
        for request in run.requests:
            whole.update(repr(replace(request, body=b"")).encode())
            whole.update(request.body)
    return whole.hexdigest()[:16]


def main_requests(seed: int) -> Iterator[Request]:
    """Yield known cases, batches, malformed calls and HTTP requests, mixed; then many random calls."""
    random = Random(seed)
    yield from _mixed(
        random, [list(known_cases()), list(known_batches()), list(malformed_calls()), list(http_requests())]
    )
    for number in range(100, 600):
        yield from _mixed(random, [list(life(random, number)), [random_call(random) for _ in range(8)]])
        yield from (malformed_message(random) for _ in range(6))
        if number % 5 == 0:
            yield from random_batch(random, number)


def _mixed(random: Random, lists: Sequence[Sequence[Request]]) -> Iterator[Request]:
    """Mix several lists of requests at random; each list keeps its order."""
    turns = [place for place, each in enumerate(lists) for _ in each]
    random.shuffle(turns)
    left = [iter(each) for each in lists]
    for turn in turns:
        yield next(left[turn])


def _waiting() -> Iterator[Request]:
    """Jobs that are not done, and registrations before which somebody has to search."""
    yield submit_batch("that waits", "FUL", [made_up(1)], keep="waiting")
    yield call("GetSubmitBatchOutput", {"JobID": "$(waiting)"}, "that waits")
    yield replace(ask("SubmitVerifyBatch", {}, "that waits"), keep="verification")
    yield call("GetVerifyBatchOutput", {"JobID": "$(verification)"}, "that waits")
    for learner in (made_up(2), PEOPLE[8], {**GRACE, "FamilyName": "Okafer"}):
        yield ask("RegisterLearner", {}, "before a search", person=learner)
        yield ask("LearnerByDemographics", {}, "the search", person=learner)
        yield ask("RegisterLearner", {}, "after a search", person=learner)


def _small() -> Iterator[Request]:
    """Return codes that are shown as others, limits, and a trusted proxy."""
    for person in (GRACE, PEOPLE[4]):
        yield from registered(f"of {person['GivenName']}", "FUL", [person])
    for count in (2, 3):
        values: Values = {"LearnerRecordCount": str(count), "Learner": [GRACE] * count}
        yield call("SubmitVerifyBatch", values, f"{count} records")
    yield submit_batch("of too many bytes", "CHK", [made_up(number) for number in range(100)])
    yield from about(PEOPLE[1])
    for scheme in ("https", "ftp"):
        forwarded = (("X-Forwarded-Proto", scheme), ("X-Forwarded-Host", "elsewhere.example"))
        yield Request("WSDL by a trusted proxy", method="GET", target=f"{R9}?wsdl", header=forwarded)
