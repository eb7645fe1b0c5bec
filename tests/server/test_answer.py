"""Answers as they are sent: the same bytes that waitress makes of them, whatever the application and the request."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any
from wsgiref.validate import validator

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask

from lrs_soap.server.answer import Answer
from lrs_soap.server.limits import Limits
from lrs_soap.server.request import Request
from lrs_soap.server.service import Service
from tests.kit.running_loop import Application, Run

Start = Callable[..., Callable[[bytes], object]]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]

TEXT = ("Content-Type", "text/plain")
DATE = re.compile(rb"\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n")


def answering(
    *parts: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = (), many: bool = False
) -> App:
    """An application with this answer; `many`: its parts come one by one."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start(status, list(headers))
        return iter(parts) if many else list(parts)

    return answer


def writing(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    write = start("200 OK", [TEXT])
    write(b"written")
    write(b" twice")
    return [b", and returned"]


def starting_late(environ: dict[str, Any], start: Start) -> Iterator[bytes]:
    start("200 OK", [TEXT])
    yield b""
    yield b"late"


def starting_again(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [TEXT, ("Content-Length", "3")])
    try:
        raise ValueError
    except ValueError:
        start("500 Internal Server Error", [("X-Again", "yes"), ("Content-Length", "6")], sys.exc_info())
    return [b"failed"]


APPLICATIONS: dict[str, App] = {
    "one part with its length": answering(b"text", headers=[TEXT, ("Content-Length", "4")]),
    "one part": answering(b"text", headers=[TEXT]),
    "two parts with their length": answering(b"te", b"xt", headers=[("Content-Length", "4"), TEXT]),
    "two parts": answering(b"te", b"", b"xt", headers=[TEXT]),
    "parts that come one by one": answering(b"te", b"xt", headers=[TEXT], many=True),
    "nothing": answering(headers=[TEXT]),
    "an empty part": answering(b"", headers=[TEXT]),
    "no length, no part": answering(headers=[("Content-Length", "0")]),
    "a status without a body": answering(status="204 No Content"),
    "a status without a body, with a length": answering(status="304 Not Modified", headers=[("Content-Length", "9")]),
    "a body where none may be": answering(b"text", status="204 No Content", headers=[TEXT]),
    "too little": answering(b"te", headers=[("Content-Length", "4")]),
    "nothing of a length": answering(headers=[("Content-Length", "4")]),
    "too much": answering(b"te", b"xt and", b" more", headers=[("Content-Length", "4")]),
    "names in any case": answering(b"text", headers=[("x-SOME-name", "1"), ("content-LENGTH", "4"), ("A", "2")]),
    "a name twice": answering(b"", headers=[("Set-Cookie", "b=1"), ("Set-Cookie", "a=2")]),
    "a date and a server of its own": answering(b"text", headers=[("date", "today"), ("server", "other")]),
    "braces": answering(b"text", status="200 {0}", headers=[("X-{0}", "{1}")]),
    "letters": answering(b"text", headers=[("X-Name", "Zo\xeb")]),
    "written": writing,
    "started late": starting_late,
    "started again": starting_again,
}
REQUESTS = {
    "1.1": b"GET /a%20b?c=d HTTP/1.1\r\nHost: a\r\n\r\n",
    "1.1, the last": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
    "1.0": b"GET / HTTP/1.0\r\n\r\n",
    "1.0, not the last": b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
}


@pytest.mark.parametrize("asked", REQUESTS)
@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_bytes_and_the_end_of_the_connection_are_those_of_waitress(name: str, asked: str) -> None:
    assert ours(APPLICATIONS[name], REQUESTS[asked]) == of_waitress(APPLICATIONS[name], REQUESTS[asked])


def ours(application: App, sent: bytes) -> tuple[bytes, bool]:
    request, written = read(sent), bytearray()
    answer = Answer(request, serving(), written.extend)
    answer.give(application, {})
    return undated(bytes(written)), answer.is_last


def of_waitress(application: App, sent: bytes) -> tuple[bytes, bool]:
    adjustments = Adjustments(ident="lrs-soap")
    request, written = HTTPRequestParser(adjustments), bytearray()
    request.received(sent)
    server = SimpleNamespace(adj=adjustments, application=application, effective_port="1", server_name="a")
    channel: Any = SimpleNamespace(
        adj=adjustments,
        addr=("127.0.0.1", 1),
        server=server,
        write_soon=written.extend,
        check_client_disconnected=lambda: False,
    )
    task = WSGITask(channel, request)
    task.service()
    # To a caller of 1.0 it says both where an answer is too short.
    answer = bytes(written).replace(b"Connection: close\r\nConnection: Keep-Alive\r\n", b"Connection: close\r\n")
    return undated(answer), task.close_on_finish


def undated(answer: bytes) -> bytes:
    head, separator, body = answer.partition(b"\r\n\r\n")
    return DATE.sub(b"\r\nDate:\r\n", head + b"\r\n") + separator + body


def read(sent: bytes) -> Request:
    request = Request(Limits(), lambda request: True)
    request.received(sent)
    assert request.is_whole
    return request


def serving(application: App = writing) -> Service:
    return Service(application, "localhost", 80, Limits(), None, lambda environ: True, lambda event, **facts: None)


@pytest.mark.parametrize("asked", REQUESTS)
def test_while_the_service_stops_an_answer_is_the_last(asked: str) -> None:
    service, written = serving(), bytearray()
    answer = Answer(read(REQUESTS[asked]), service, written.extend)
    service.is_stopping = True
    answer.give(APPLICATIONS["one part"], {})
    assert answer.is_last
    assert b"\r\nConnection: close\r\n" in written


def test_a_head_is_asked_for_without_the_body() -> None:
    for application in APPLICATIONS.values():
        written, _ = ours(application, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert written.endswith(b"\r\n\r\n")
        assert written.count(b"\r\n\r\n") == 1


def starting_twice(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [])
    start("200 OK", [])
    return []


def failing_late(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [])(b"begun")
    try:
        raise KeyError
    except KeyError:
        start("500 Internal Server Error", [], sys.exc_info())
    return []


@pytest.mark.parametrize(
    ("application", "error"),
    [
        (starting_twice, AssertionError),
        (failing_late, KeyError),
        (lambda environ, start: [b"not started"], RuntimeError),
        (answering(status="200 OK\r\nX: 1"), ValueError),
        (answering(headers=[("X", "1\nY: 2")]), ValueError),
        (answering(headers=[("X\r\nY", "1")]), ValueError),
        (answering(headers=[("Content-Length", "many")]), ValueError),
        (answering(headers=[("Connection", "close")]), AssertionError),
        (answering(headers=[("X", 1)]), AssertionError),  # type: ignore[list-item]
    ],
)
def test_what_is_not_wsgi_is_refused(application: App, error: type[Exception]) -> None:
    with pytest.raises(error):
        ours(application, REQUESTS["1.1"])


def test_parts_are_closed_even_if_they_fail() -> None:
    closed = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            raise NotImplementedError

        def close(self) -> None:
            closed.append(self)

    with pytest.raises(NotImplementedError):
        ours(lambda environ, start: Parts(), REQUESTS["1.1"])
    assert closed


class Validated(Application):
    """An application under the standard library's validator, which keeps the environments that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.environs: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.environs.append(dict(environ))

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(9)
            environ["PATH_INFO"] = "/changed"
            start_response("200 OK", [TEXT, ("Content-Length", str(len(body)))])
            return [body]

        return validator(answer)(environ, start_response)


def test_the_environment_is_that_of_wsgi_and_of_one_request_alone(run: Run) -> None:
    application = Validated()
    with run(application) as running, running.connect() as client, client.makefile("rb") as answers:
        for _ in range(2):
            client.sendall(
                b"POST //a%20b?c=%64 HTTP/1.1\r\nHost: a:1\r\nContent-Type: x/y\r\nX-A: 1\r\nX-A: 2\r\nX_B: 3\r\n"
                b"Content-Length: 9\r\n\r\nsome text"
            )
            assert b"".join(iter(answers.readline, b"\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
            assert answers.read(9) == b"some text"
        own = client.getsockname()

    assert len(application.environs) == 2
    for environ in application.environs:
        assert {name: environ[name] for name in EXPECTED} == EXPECTED
        assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == (own[0], str(own[1]))
        assert environ["SERVER_PORT"] == str(running.loop.port)
        assert environ["wsgi.url_scheme"] == ("http" if running.client is None else "https")
        assert "HTTP_X_B" not in environ


EXPECTED = {
    "REQUEST_METHOD": "POST",
    "REQUEST_URI": "//a%20b?c=%64",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/a b",
    "QUERY_STRING": "c=%64",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_NAME": "localhost",
    "CONTENT_TYPE": "x/y",
    "CONTENT_LENGTH": "9",
    "HTTP_HOST": "a:1",
    "HTTP_X_A": "1, 2",
    "REMOTE_HOST": "127.0.0.1",
}
