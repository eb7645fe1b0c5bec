"""Guessing passwords is slowed, whatever is guessed, for whoever does it and nobody else; no thread waits for it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lrs_soap import settings
from lrs_soap.server import guessing as module
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from lrs_soap.server.guessing import Guessing
from lrs_soap.server.limits import Limits
from tests.kit import running_loop
from tests.kit.running_loop import PATIENCE, Asker, Run
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, envelope, find_by_uln
from tests.kit.wsgi_client import ask_wsgi

CALLER, ANOTHER = "192.0.2.1", "192.0.2.2"
HELD = [0.0] * 10 + [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


class Moment:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def guessing(moment: Moment) -> Guessing:
    return Guessing(10, now=moment)


def missed(guessing: Guessing, times: int, organisation: str = "TEST0001", caller: str = CALLER) -> list[float]:
    return [guessing.held_seconds(organisation, caller, is_right=False) for _ in range(times)]


def test_after_ten_misses_answers_are_held_twice_as_long_each_time(guessing: Guessing) -> None:
    assert missed(guessing, len(HELD)) == HELD


def test_the_right_password_is_held_too_and_ends_it(guessing: Guessing) -> None:
    missed(guessing, 12)

    assert guessing.held_seconds("TEST0001", CALLER, is_right=True) == 4.0
    assert guessing.held_seconds("TEST0001", CALLER, is_right=True) == 0.0
    assert missed(guessing, 11) == HELD[:11]


def test_a_minute_without_a_miss_ends_it(guessing: Guessing, moment: Moment) -> None:
    missed(guessing, 15)
    moment.seconds += 59
    assert missed(guessing, 1) == [30.0]

    moment.seconds += 61

    assert missed(guessing, 11) == HELD[:11]


def test_ten_misses_in_more_than_a_minute_are_no_guessing(guessing: Guessing, moment: Moment) -> None:
    for _ in range(40):
        assert missed(guessing, 1) == [0.0]
        moment.seconds += 6.5


def test_other_organisations_and_callers_are_not_slowed(guessing: Guessing) -> None:
    missed(guessing, 20)

    assert missed(guessing, 1, organisation="TEST0002") == [0.0]
    assert missed(guessing, 1, caller=ANOTHER) == [0.0]
    assert missed(guessing, 1, organisation="test0001") == [30.0]


@pytest.mark.parametrize("caller", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_callers_on_this_machine_are_not_slowed(guessing: Guessing, caller: str) -> None:
    assert set(missed(guessing, 50, caller=caller)) == {0.0}


def test_all_addresses_of_one_ipv6_network_are_one_caller(guessing: Guessing) -> None:
    for number in range(10):
        assert missed(guessing, 1, caller=f"2001:db8::{number:x}") == [0.0]

    assert missed(guessing, 1, caller="2001:db8::ffff:0:0:1%eth0") == [1.0]
    assert missed(guessing, 1, caller="2001:db8:0:1::1") == [0.0]


def test_no_more_is_kept_than_a_certain_number(guessing: Guessing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_PAIRS", 3)
    missed(guessing, 10, organisation="first")
    for name in ("a", "b", "c"):
        missed(guessing, 10, organisation=name)

    assert missed(guessing, 1, organisation="first") == [0.0]
    assert missed(guessing, 1, organisation="c") == [1.0]


class Held:
    """An application over a database of its own, and for how long its answers to a caller were held back."""

    def __init__(self, folder: Path, **values: Any) -> None:
        chosen = {"database_url": f"sqlite:///{folder}/lrs.db", **values}
        self._application: Application = wsgi.create(settings.resolve(chosen).settings)

    def ask(
        self, *, caller: str = CALLER, headers: dict[str, str] | None = None, **fields: str
    ) -> tuple[Answer, float]:
        seconds = [0.0]
        answer = ask_wsgi(
            self._application,
            "POST",
            LEARNER_SERVICE,
            envelope(find_by_uln(**fields)).encode(),
            headers,
            REMOTE_ADDR=caller,
            **{"lrs_soap.hold_back": seconds.append},
        )
        return answer, seconds[-1]


def test_a_request_s_answer_is_held_whether_the_organisation_is_held_or_not(tmp_path: Path) -> None:
    held = Held(tmp_path, password_misses=2)
    for fields, code in (({"UKPRN": "NOBODY01"}, "WSEC0003"), ({"OrgPassword": "NotTheRightOne77"}, "WSEC0005")):
        answers = [held.ask(**fields) for _ in range(4)]
        assert {answer.text("ErrorCode") for answer, _ in answers} == {code}
        assert [seconds for _, seconds in answers] == [0.0, 0.0, 1.0, 2.0]

    # The right one waits as long as a wrong one, and then no more.
    assert [(answer.text("ResponseCode"), seconds) for answer, seconds in (held.ask(), held.ask())] == [
        ("WSRC0004", 4.0),
        ("WSRC0004", 0.0),
    ]


def test_a_message_that_is_refused_before_the_password_is_no_miss(tmp_path: Path) -> None:
    held = Held(tmp_path, password_misses=1)

    assert [held.ask(ULN="x")[1] for _ in range(4)] == [0.0] * 4


def test_who_comes_through_a_trusted_proxy_is_told_apart_by_what_that_says(tmp_path: Path) -> None:
    held = Held(tmp_path, password_misses=1, trusted_proxies="127.0.0.1")

    def guess(forwarded: str, caller: str = "127.0.0.1") -> float:
        return held.ask(caller=caller, headers={"X-Forwarded-For": forwarded}, OrgPassword="NotTheRightOne77")[1]

    assert [guess(f"made up {number}, {CALLER}") for number in range(3)] == [0.0, 1.0, 2.0]
    assert guess(ANOTHER) == 0.0
    # Who is no trusted proxy may say what it likes.
    assert [guess(CALLER, caller="198.51.100.7"), guess("x", caller="198.51.100.7")] == [0.0, 1.0]


def test_with_0_nobody_is_slowed(tmp_path: Path) -> None:
    held = Held(tmp_path, password_misses=0)

    assert [held.ask(OrgPassword="NotTheRightOne77")[1] for _ in range(12)] == [0.0] * 12


class HoldingBack(running_loop.Application):
    """Holds its answer back for as long as the path says."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if seconds := float(environ["PATH_INFO"][1:] or 0):
            environ["lrs_soap.hold_back"](seconds)
            self.slow_ones.release()
        return super().__call__(environ, start_response)


def test_an_answer_is_held_back_without_a_thread(run: Run) -> None:
    with run(HoldingBack(), standby_threads=0) as running:
        began = time.monotonic()
        held = [Asker(running, "/0.5") for _ in range(20)]
        assert running.ask()
        assert all(each.is_alive() for each in held) or time.monotonic() - began >= 0.5
        assert {each.answered() for each in held} == {b"answering 0"}
        assert time.monotonic() - began >= 0.5


def test_the_end_waits_for_no_answer_that_is_held_back(run: Run) -> None:
    application = HoldingBack()
    with run(application) as running:
        held = Asker(running, "/600")
        assert application.slow_ones.acquire(timeout=PATIENCE)
        began = time.monotonic()
    assert held.answered() is not None
    assert time.monotonic() - began < PATIENCE


def test_at_the_limit_who_is_held_back_goes_first(run: Run) -> None:
    application = HoldingBack()
    with run(application, limits=Limits(connections=3)) as running, ExitStack() as stack:
        held = [Asker(running, "/600") for _ in range(3)]
        for _ in range(3):
            assert application.slow_ones.acquire(timeout=PATIENCE)
        connections = [stack.enter_context(running.connect()) for _ in range(3)]
        for each in connections:
            each.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert each.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert {each.answered() for each in held} == {None}
