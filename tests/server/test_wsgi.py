"""The service as one WSGI application: it keeps to WSGI, and runs under another server than its own."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from lrs_soap import settings
from lrs_soap.errors import InvalidSetting
from lrs_soap.server import wsgi
from lrs_soap.server.application import Application
from tests.kit.soap_messages import LEARNER_SERVICE, LEARNER_SERVICE_R9, envelope, find_by_uln, post, send
from tests.kit.wsgi_client import ask_wsgi

CALL = envelope(find_by_uln()).encode()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """The application over a new database."""
    return created(tmp_path_factory.mktemp("wsgi"))


def created(folder: Path, **values: Any) -> Application:
    return wsgi.create(settings.resolve({"database_url": f"sqlite:///{folder}/lrs.db", **values}).settings)


# Method, target, body, what the environment has besides, and the answer's status.
REQUESTS: list[tuple[str, str, bytes | None, dict[str, Any], int]] = [
    ("GET", "/", None, {}, 200),
    ("HEAD", "/", None, {}, 200),
    ("GET", "", None, {}, 200),
    ("GET", "/?wsdl", None, {}, 405),
    ("POST", "/", CALL, {}, 405),
    ("PUT", "/", CALL, {}, 405),
    ("GET", "/health/ready", None, {}, 200),
    ("HEAD", "/health/ready", None, {}, 200),
    ("POST", "/health/ready", b"", {}, 405),
    ("GET", "/health/live", None, {}, 200),
    ("HEAD", "/Health/Live", None, {}, 200),
    ("GET", "/health", None, {}, 404),
    ("POST", "/nothing", CALL, {}, 404),
    *(
        request
        for path in (LEARNER_SERVICE, LEARNER_SERVICE_R9)
        for request in (
            ("GET", path, None, {}, 200),
            ("HEAD", path, None, {}, 200),
            ("GET", f"{path}?wsdl", None, {}, 200),
            ("HEAD", f"{path}?singleWsdl", None, {}, 200),
            ("GET", f"{path}?xsd=xsd0", None, {}, 404),
            ("GET", f"{path}/more", None, {}, 404),
            ("DELETE", path, None, {}, 405),
            ("POST", path, b"", {}, 500),
            ("POST", path, b"<no", {}, 500),
        )
    ),
    ("POST", LEARNER_SERVICE, CALL, {}, 200),
    ("POST", LEARNER_SERVICE, gzip.compress(CALL), {"HTTP_CONTENT_ENCODING": "gzip"}, 200),
    ("POST", LEARNER_SERVICE, CALL, {"HTTP_CONTENT_ENCODING": "gzip"}, 400),
    ("POST", LEARNER_SERVICE, CALL, {"HTTP_CONTENT_ENCODING": "br"}, 415),
    ("POST", LEARNER_SERVICE, CALL, {"CONTENT_TYPE": "application/json"}, 415),
    ("POST", LEARNER_SERVICE, CALL, {"CONTENT_TYPE": "text/xml; charset=klingon"}, 415),
    ("POST", LEARNER_SERVICE, CALL + b" " * (9 << 20), {}, 413),
    ("POST", LEARNER_SERVICE, CALL, {"CONTENT_LENGTH": ""}, 411),
    ("POST", LEARNER_SERVICE, envelope(find_by_uln(OrgPassword="wrong")).encode(), {}, 500),
]


@pytest.mark.parametrize(("method", "target", "body", "environ", "status"), REQUESTS)
def test_every_request_is_answered_as_wsgi_says(
    application: Application, method: str, target: str, body: bytes | None, environ: dict[str, Any], status: int
) -> None:
    answer = ask_wsgi(application, method, target, body, **environ)

    assert answer.status == status
    if method == "HEAD":
        assert answer.body == b""
        assert int(answer.headers["content-length"]) > 0
    else:
        assert int(answer.headers["content-length"]) == len(answer.body)


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}, 200),
        # Of a body that nobody says the end of, nothing can be read.
        ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, 411),
    ],
)
def test_a_body_is_read_as_far_as_the_server_says(
    application: Application, environ: dict[str, Any], status: int
) -> None:
    assert ask_wsgi(application, "POST", LEARNER_SERVICE, CALL, **environ).status == status


@pytest.mark.parametrize(
    ("length", "status"), [("ten", 400), ("-5", 400), ("²", 400), ("9" * 20, 413), ("1" * 5000, 413)]
)
def test_a_length_that_is_no_number_or_too_large_is_refused(application: Application, length: str, status: int) -> None:
    # Without the validator, which has its own objections to such a server.
    started: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": LEARNER_SERVICE, "CONTENT_TYPE": "text/xml"}

    application({**environ, "CONTENT_LENGTH": length}, lambda line, *rest: started.append(line))

    assert [int(line[:3]) for line in started] == [status]


def test_the_wsdl_has_the_path_at_which_the_application_stands(application: Application) -> None:
    answer = ask_wsgi(application, "GET", f"{LEARNER_SERVICE}?wsdl", SCRIPT_NAME="/a b")
    page = ask_wsgi(application, "GET", LEARNER_SERVICE, SCRIPT_NAME="/a b")

    assert f'location="http://lrs.example/a%20b{LEARNER_SERVICE}"'.encode() in answer.body
    assert f'href="/a%20b{LEARNER_SERVICE}?wsdl"'.encode() in page.body
    assert b'href="/a%20b/"' in page.body


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def served(application: Application) -> Iterator[str]:
    """The application under the standard library's own server: its address."""
    with make_server("127.0.0.1", 0, application, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_another_server_can_serve_it(application: Application) -> None:
    with served(application) as url:
        found = post(url, CALL)
        wsdl = send(url, "GET", f"{LEARNER_SERVICE}?wsdl")
        ready = send(url, "GET", "/health/ready")
        nothing = send(url, "GET", "/nothing")

    assert (found.status, found.text("ResponseCode")) == (200, "WSRC0004")
    assert f'location="{url}{LEARNER_SERVICE}"'.encode() in wsdl.body
    assert (ready.status, ready.headers["content-type"]) == (200, "application/json")
    assert nothing.status == 404


def test_the_settings_are_read_where_none_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LRS_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("LRS_SERVICE_HOURS", "Mon 03:00-03:01")
    monkeypatch.setenv("LRS_CLOCK", "2025-03-11T12:00")

    answer = ask_wsgi(wsgi.create(), "POST", LEARNER_SERVICE, CALL)

    assert (tmp_path / "other.db").exists()
    assert answer.text("ErrorCode") == "WSEC0004"


def test_settings_that_cannot_be_are_refused_before_a_database_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting):
        created(tmp_path, prohibited_text=str(tmp_path / "nothing.txt"))

    assert list(tmp_path.iterdir()) == []
