"""The maintenance page: what every POST to a port gets in a maintenance window, and nothing else does."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lrs_soap.clock import LONDON, SettableClock
from lrs_soap.server.application import Application
from lrs_soap.server.wsgi import application_of
from lrs_soap.settings import resolve
from lrs_soap.store.store import Store
from lrs_soap.world import policy_of
from tests.kit.databases import SQLITE, new_database
from tests.kit.kept_journal import KeptJournal
from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, Answer, envelope, find_by_uln, send
from tests.kit.work import world_over
from tests.kit.wsgi_client import ask_wsgi

WINDOW = "2025-07-11T12:00/2025-07-11T12:30"
BEGINS = datetime(2025, 7, 11, 12, tzinfo=LONDON)
ENDS = BEGINS + timedelta(minutes=30)

CALL = envelope(find_by_uln()).encode()
XML = {"Content-Type": "text/xml; charset=utf-8"}

each_port = pytest.mark.parametrize("path", [LEARNER_SERVICE, LEARNER_SERVICE_R9])

Serve = Callable[..., Application]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(BEGINS)


@pytest.fixture
def journal() -> KeptJournal:
    return KeptJournal()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store without organisations, so that an answer from a port is a fault."""
    with new_database(SQLITE, tmp_path_factory.mktemp("maintenance")) as url:
        opened = Store.open(url)
        yield opened
        opened.close()


@pytest.fixture
def serve(store: Store, clock: SettableClock, journal: KeptJournal) -> Serve:
    """Makes the application with these settings, in which the window is."""

    def served(**flags: str) -> Application:
        settings = resolve({"maintenance": WINDOW, **flags}).settings
        world = world_over(store, clock=clock)
        return application_of(settings, replace(world, policy=policy_of(settings), journal=journal))

    return served


def is_page(answer: Answer) -> bool:
    return (answer.status, answer.headers["content-type"]) == (405, "text/html")


def test_the_page_is_the_front_s(serve: Serve, journal: KeptJournal) -> None:
    answer = ask_wsgi(serve(), "POST", LEARNER_SERVICE, CALL)
    assert is_page(answer)
    assert answer.headers["allow"] == "GET, HEAD"
    page = answer.body.decode()
    assert "<title>UnsupportedHttpVerb</title>" in page
    assert "<h1>The resource doesn't support specified Http Verb.</h1>" in page
    (identifier,) = re.findall("<li>RequestId : ([0-9a-f-]{36})</li>", page)
    assert re.findall("<li>(.*?)</li>", page) == [
        "HttpStatusCode: 405",
        "ErrorCode: UnsupportedHttpVerb",
        f"RequestId : {identifier}",
        "TimeStamp : 2025-07-11T11:00:00.0000000Z",
    ]
    assert identifier.replace("-", "").startswith(journal.last.id)


def test_each_request_has_an_id_of_its_own(serve: Serve) -> None:
    application = serve()
    first, second = (ask_wsgi(application, "POST", LEARNER_SERVICE, CALL).body for _ in range(2))
    assert first != second
    assert len(first) == len(second)


@each_port
def test_it_is_there_from_the_window_s_first_second_to_its_last(serve: Serve, clock: SettableClock, path: str) -> None:
    application, second = serve(), timedelta(seconds=1)
    for moment, expected in (
        (BEGINS - second, False),
        (BEGINS, True),
        (ENDS - second, True),
        (ENDS, False),
    ):
        clock.set(moment)
        assert is_page(ask_wsgi(application, "POST", path, CALL)) is expected


@each_port
@pytest.mark.parametrize(
    ("body", "environ"),
    [
        (CALL, {}),
        (b"", {}),
        (b"no XML", {}),
        (envelope("<unknown/>").encode(), {}),
        (CALL, {"CONTENT_TYPE": "application/json"}),
        (CALL, {"CONTENT_TYPE": "text/xml; charset=foo"}),
        (CALL, {"CONTENT_TYPE": ""}),
        (CALL, {"CONTENT_LENGTH": ""}),
        (CALL, {"CONTENT_LENGTH": "99999999999"}),
        (CALL, {"HTTP_CONTENT_ENCODING": "br"}),
        (CALL, {"HTTP_CONTENT_ENCODING": "gzip"}),
        (gzip.compress(CALL), {"HTTP_CONTENT_ENCODING": "gzip"}),
        (CALL, {"HTTP_SOAPACTION": '"nonsense"'}),
    ],
)
def test_every_post_gets_it_whatever_it_holds(serve: Serve, path: str, body: bytes, environ: dict[str, str]) -> None:
    application = serve()
    assert is_page(ask_wsgi(application, "POST", path, body, **environ))
    assert is_page(ask_wsgi(application, "POST", f"{path.lower()}?singleWsdl", body, **environ))


@each_port
def test_all_but_post_is_as_at_other_times(serve: Serve, path: str) -> None:
    application = serve()
    assert b"definitions" in ask_wsgi(application, "GET", f"{path}?wsdl").body
    assert ask_wsgi(application, "HEAD", f"{path}?singleWsdl").status == 200
    assert ask_wsgi(application, "GET", path).status == 200
    assert ask_wsgi(application, "PUT", path, CALL).headers["content-type"].startswith("text/plain")
    assert ask_wsgi(application, "GET", "/health/ready").headers["content-type"] == "application/json"
    assert ask_wsgi(application, "POST", "/nothing", CALL).status == 404
    assert ask_wsgi(application, "POST", "/", CALL).headers["content-type"].startswith("text/plain")


@each_port
def test_the_fault_in_its_place_is_that_of_out_of_hours(serve: Serve, path: str) -> None:
    application = serve(maintenance_answer="fault")
    action = '"http://tempuri.org/ILearnerServiceR9/GetOrganisation"'
    message = CALL if path == LEARNER_SERVICE else envelope('<GetOrganisation xmlns="http://tempuri.org/"/>').encode()
    answer = ask_wsgi(application, "POST", path, message, HTTP_SOAPACTION=action)
    assert (answer.status, answer.text("ErrorCode")) == (500, "WSEC0004")


def test_out_of_hours_is_no_maintenance(serve: Serve, clock: SettableClock) -> None:
    application = serve(service_hours="Mon-Sun 08:00-20:00")
    clock.set(BEGINS.replace(hour=21))
    assert ask_wsgi(application, "POST", LEARNER_SERVICE, CALL).text("ErrorCode") == "WSEC0004"
    clock.set(BEGINS)
    assert is_page(ask_wsgi(application, "POST", LEARNER_SERVICE, CALL))


def test_the_journal_has_the_status_and_the_window_and_no_code(serve: Serve, journal: KeptJournal) -> None:
    ask_wsgi(serve(), "POST", LEARNER_SERVICE, CALL)
    (exchange,) = journal.exchanges
    assert (exchange.status, exchange.code, exchange.path) == (405, None, LEARNER_SERVICE)
    ((reason,),) = (decision.reasons for decision in exchange.decisions)
    assert reason.held == (WINDOW,)


def test_the_server_answers_it_over_a_connection_that_is_kept(tmp_path: Path) -> None:
    flags = ("--maintenance", "2000-01-01T00:00/2100-01-01T00:00", "--max-body-bytes", "1024")
    with RunningServer(tmp_path, *flags) as server:
        for headers, body in ((XML, CALL), ({"Content-Type": "application/json"}, b"{}"), (XML, b"x" * 200_000)):
            assert is_page(send(server.url, "POST", LEARNER_SERVICE, body, headers))
        assert "maintenance: closed" in server.logged_until("status=405")
