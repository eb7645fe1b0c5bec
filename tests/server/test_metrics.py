"""`/metrics`: what a Prometheus server reads of all processes of a server, whatever is going on there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lrs_soap.exchange.exchange import Exchange
from lrs_soap.exchange.metrics import Metrics
from lrs_soap.rules.values.change import Author
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from lrs_soap.server.exposition import exposition
from lrs_soap.server.shared import Shared
from lrs_soap.settings import Settings
from lrs_soap.world.images import reset
from tests.kit.batch_requests import new_learner, submit_batch
from tests.kit.databases import on_sqlite
from tests.kit.running_server import RunningServer
from tests.kit.server_here import ServerHere
from tests.kit.soap_messages import LEARNER_SERVICE, envelope, find_by_uln, post, send
from tests.kit.waiting import until
from tests.kit.wsgi_client import ask_wsgi

FOUND = envelope(find_by_uln())
WRONG_PASSWORD = envelope(find_by_uln(OrgPassword="CompatSitePass02"))
HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8080", "SERVER_PORT": "8080"}

Samples = dict[tuple[str, tuple[str, ...]], float]


def samples_in(text: bytes) -> Samples:
    """The samples by name and the values of labels, which come in the order of the labels' names."""
    found: Samples = {}
    for family in text_string_to_metric_families(text.decode()):
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, tuple(sample.labels[label] for label in sorted(sample.labels)))
            assert key not in found
            found[key] = sample.value
    return found


def scraped(url: str) -> Samples:
    answer = send(url, "GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples_in(answer.body)


def of_organisations(samples: Samples) -> dict[str, float]:
    return {values[0]: number for (name, values), number in samples.items() if "organisation" in name}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHere]:
    with ServerHere(tmp_path_factory.mktemp("watched")) as server:
        yield server


@pytest.fixture
def application(database_url: str) -> Application:
    return wsgi.create(Settings(database_url=database_url))


def test_what_was_answered_is_counted_at_the_next_look(server: ServerHere) -> None:
    before = scraped(server.url)
    assert post(server.url, FOUND).text("ResponseCode") == "WSRC0004"
    assert post(server.url, WRONG_PASSWORD).text("ErrorCode") == "WSEC0005"
    assert send(server.url, "POST", LEARNER_SERVICE, b"", {"Content-Type": "text/plain"}).status == 415
    after = scraped(server.url)

    def more(name: str, *labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert more("lrs_soap_requests_total", "WSRC0004", "learnerByULN", "soap") == 1
    assert more("lrs_soap_requests_total", "WSEC0005", "learnerByULN", "soap") == 1
    assert more("lrs_soap_requests_total", "415", "none", "soap") == 1
    assert more("lrs_soap_organisation_requests_total", "TEST0001") == 1
    assert more("lrs_soap_request_seconds_count", "learnerByULN") == 2
    assert more("lrs_soap_request_seconds_bucket", "+Inf", "learnerByULN") == 2
    assert more("lrs_soap_request_seconds_sum", "learnerByULN") > 0
    assert more("lrs_soap_stage_seconds_total", "decided") > 0
    assert after["lrs_soap_database_up", ()] == 1
    head = send(server.url, "HEAD", "/metrics")
    assert (head.status, head.body) == (200, b"")
    assert send(server.url, "POST", "/metrics", b"").status == 405


def test_no_world_is_named_and_jobs_of_all_are_counted(application: Application) -> None:
    worlds = ("hush", "quiet")
    for name in worlds:
        body = f'{{"name": "{name}"}}'.encode()
        made = ask_wsgi(application, "POST", "/_lrs/worlds", body, **HERE, CONTENT_TYPE="application/json")
        assert made.status == 201
    for path in (LEARNER_SERVICE, f"/w/{worlds[0]}{LEARNER_SERVICE}"):
        assert ask_wsgi(application, "POST", path, submit_batch([new_learner(1)]).encode()).status == 200

    text = ask_wsgi(application, "GET", "/metrics", **HERE).body
    samples = samples_in(text)

    assert samples["lrs_soap_worlds", ()] == 3
    assert samples["lrs_soap_worlds_not_asked", ()] == 0
    assert samples["lrs_soap_jobs", ()] == 2
    assert samples["lrs_soap_oldest_job_age_seconds", ()] >= 0
    assert samples["lrs_soap_organisation_requests_total", ("TEST0001",)] == 2
    assert not any(name.encode() in text for name in worlds)


def test_two_servers_on_one_database_count_for_themselves_and_see_the_same_jobs(
    application: Application, database_url: str
) -> None:
    other = wsgi.create(Settings(database_url=database_url))
    assert ask_wsgi(other, "POST", LEARNER_SERVICE, submit_batch([new_learner(1)]).encode()).status == 200

    first, second = (samples_in(ask_wsgi(each, "GET", "/metrics", **HERE).body) for each in (application, other))

    assert first["lrs_soap_jobs", ()] == second["lrs_soap_jobs", ()] == 1
    assert (of_organisations(first), of_organisations(second)) == ({}, {"TEST0001": 1})


@on_sqlite
def test_where_the_database_cannot_be_read_the_rest_is_told(database_kind: str, tmp_path: Path) -> None:
    path = tmp_path / "lrs.db"
    application = wsgi.create(Settings(database_url=f"sqlite:///{path}"))
    path.write_bytes(b"This is no database." * 100)

    samples = samples_in(ask_wsgi(application, "GET", "/metrics", **HERE).body)

    assert samples["lrs_soap_database_up", ()] == 0
    assert ("lrs_soap_jobs", ()) not in samples
    assert ("lrs_soap_log_lines_lost_total", ()) in samples


def test_by_default_only_this_machine_may_look(server: ServerHere, tmp_path: Path) -> None:
    def status(**asked: str) -> int:
        return ask_wsgi(application, "GET", "/metrics", **{**HERE, **asked}).status

    settings = Settings(database_url=f"sqlite:///{tmp_path}/lrs.db")
    application = wsgi.create(settings)
    assert status() == 200
    assert status(REMOTE_ADDR="192.0.2.1") == 403
    assert status(HTTP_X_FORWARDED_FOR="192.0.2.1") == 403
    assert status(HTTP_HOST="lrs.example") == 403
    application = wsgi.create(settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)}))
    assert status() == 403
    application = wsgi.create(settings.model_copy(update={"metrics": "open"}))
    assert status(REMOTE_ADDR="192.0.2.1", HTTP_HOST="lrs.example") == 200
    application = wsgi.create(settings.model_copy(update={"metrics": "off"}))
    assert status() == 404


HOSTILE = (
    '"} 1\nlrs_soap_jobs 7\n',
    "back\\slash\\",
    "\x00\x0b\x1b[2J\r\n\x85\u2028",
    "a" * 10_000,
    "Zoë, 学校",
    " ",
    "",
)


def test_whatever_an_organisation_is_called_the_text_can_be_read() -> None:
    metrics = Metrics()
    names = [*HOSTILE, *(f"{number:08}" for number in range(1000))]
    for name in names:
        metrics.record(Exchange(operation="learnerByULN", code="WSRC0004", author=Author(name, "somebody")))
    metrics.flush()

    text = exposition(metrics, Shared(metrics=metrics), None)

    samples = samples_in(text)
    named = of_organisations(samples)
    assert len(named) == 201
    assert sum(named.values()) == len(names)
    assert "Zoë, 学校" in named
    assert max(map(len, named)) <= 42
    assert ("lrs_soap_jobs", ()) not in samples
    assert all(line.isprintable() for line in text.decode().split("\n"))


def test_a_look_during_resets_is_answered(server: ServerHere) -> None:
    def reset_again_and_again() -> None:
        while not is_over.is_set():
            reset(server.world)

    is_over = threading.Event()
    resetting = threading.Thread(target=reset_again_and_again)
    resetting.start()
    try:
        for _ in range(10):
            # Where a reset took too long, the rest is told without it.
            assert scraped(server.url).get(("lrs_soap_worlds", ()), 1) == 1
    finally:
        is_over.set()
        resetting.join()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")
def test_no_count_becomes_smaller_when_a_process_is_killed(tmp_path: Path) -> None:
    def counts() -> Samples:
        return {key: number for key, number in scraped(server.url).items() if key[0].endswith("_total")}

    found = ("lrs_soap_requests_total", ("WSRC0004", "learnerByULN", "soap"))
    with RunningServer(tmp_path, "--processes", "2") as server:
        answering = server.children()[:2]
        assert scraped(server.url)["lrs_soap_processes", ("worker",)] == 1
        for child in answering:
            with server.answering_alone(child):
                for _ in range(3):
                    assert post(server.url, FOUND).status == 200
        assert post(server.url, submit_batch([new_learner(1), new_learner(2)])).status == 200
        # Each process makes known within about a second what it has counted.
        until(lambda: counts().get(found) == 6)
        until(lambda: counts().get(("lrs_soap_batch_records_total", ("RC001", "submitBatchRegistration"))) == 2)
        before = counts()

        os.kill(answering[0], signal.SIGKILL)
        until(lambda: counts()["lrs_soap_process_ends_total", ("server",)] == 1)
        after = counts()
        assert all(after[key] >= number for key, number in before.items())
        until(lambda: len(server.children()) == 3)
        successor = server.children()[-1]
        with server.answering_alone(successor):
            assert post(server.url, FOUND).status == 200
            assert counts()[found] == 7
