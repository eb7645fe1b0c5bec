"""How often an organisation may ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrs_soap import settings
from lrs_soap.errors import TooOften
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from lrs_soap.services.rate_limit import RateLimit
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, envelope, find_by_uln
from tests.kit.wsgi_client import ask_wsgi


class Moment:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def let_through(limit: RateLimit, ukprn: str = "TEST0001") -> int:
    """How many requests are let through one after the other."""
    for number in range(1000):
        try:
            limit.take(ukprn)
        except TooOften:
            return number
    return 1000


def test_a_minute_s_requests_may_come_at_once_and_then_at_a_steady_rate() -> None:
    moment = Moment()
    limit = RateLimit(120, now=moment)
    assert let_through(limit) == 120

    moment.seconds += 3
    assert let_through(limit) == 6

    moment.seconds += 3600
    assert let_through(limit) == 120


def test_it_says_when_to_ask_again() -> None:
    moment = Moment()
    limit = RateLimit(6, now=moment)
    let_through(limit)
    with pytest.raises(TooOften) as refused:
        limit.take("TEST0001")
    assert refused.value.seconds == 10

    moment.seconds += 9
    with pytest.raises(TooOften) as refused:
        limit.take("TEST0001")
    assert refused.value.seconds == 1

    moment.seconds += 1
    limit.take("TEST0001")


def test_each_organisation_has_its_own() -> None:
    limit = RateLimit(2, now=Moment())

    assert (let_through(limit), let_through(limit, "TEST0002")) == (2, 2)


def test_less_than_one_a_minute_is_one_at_once() -> None:
    assert let_through(RateLimit(0.5, now=Moment())) == 1


def ask(application: Application, **fields: str) -> Answer:
    return ask_wsgi(application, "POST", LEARNER_SERVICE, envelope(find_by_uln(**fields)).encode())


def test_a_request_too_many_is_429_with_the_time_to_wait(tmp_path: Path) -> None:
    chosen = {"database_url": f"sqlite:///{tmp_path}/lrs.db", "rate_limit": 3}
    application = wsgi.create(settings.resolve(chosen).settings)
    # Whoever does not know the password takes nothing from those who do.
    for _ in range(5):
        assert ask(application, OrgPassword="NotTheRightOne77").text("ErrorCode") == "WSEC0005"
    for _ in range(3):
        assert ask(application).text("ResponseCode") == "WSRC0004"

    answer = ask(application)

    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.startswith(b"This organisation has asked too often.")
    assert ask(application, UKPRN="TEST0002", OrgPassword="ViewOnlyPass0002").text("ResponseCode") == "WSRC0004"
