"""What stands between a program and the service, and loses answers, hangs, or puts something else in their place."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.kit.soap_messages import send

_OPERATION = re.compile(rb"Body[^>]*>\s*<(?:[\w-]+:)?(\w+)")

MAINTENANCE_PAGE = b"""<!DOCTYPE html>
<html><head><title>UnsupportedHttpVerb</title></head>
<body><h1>The resource doesn't support specified Http Verb.</h1><ul>
<li>HttpStatusCode: 405</li><li>ErrorCode: UnsupportedHttpVerb</li>
<li>RequestId : 1f7c2f04-0a1b-4ab5-8f0e-5f7f3c2d9a61</li><li>TimeStamp : 2025-02-11T18:30:02.1234567Z</li>
</ul></body></html>
"""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. Only the first `sent` bytes of the body are sent, all of them by default."""

    status: int
    content_type: str
    body: bytes
    sent: int | None = None


class Lost(Exception):
    """The connection ends without an answer."""


Forward = Callable[[], Reply]
Interference = Callable[[str, Forward], Reply]
"""What becomes of a request: gets the name of the body's child and what forwards the request, and replies or raises
Lost."""


@dataclass
class Relay:
    """A relay at work: its address, and the operation of each request that came, in order."""

    address: str
    service: str
    interference: Interference
    asked: list[str] = field(default_factory=list)

    def count(self, operation: str) -> int:
        """How many requests of an operation have come."""
        return self.asked.count(operation)


def pass_on(operation: str, forward: Forward) -> Reply:
    """The interference that is none."""
    return forward()


def losing_answers(operation: str, *, places: tuple[int, ...] = (0,)) -> Interference:
    """The service does what it is asked, but the answers to these requests of an operation, from 0, never come."""

    def done_and_lost(forward: Forward) -> Reply:
        forward()
        raise Lost

    return _at(operation, places, done_and_lost)


def losing_requests(operation: str, *, places: tuple[int, ...] = (0,)) -> Interference:
    """These requests of an operation, from 0, never come to the service."""

    def lost(forward: Forward) -> Reply:
        raise Lost

    return _at(operation, places, lost)


def breaking_off(operation: str, *, places: tuple[int, ...] = (0,)) -> Interference:
    """The answers to these requests of an operation, from 0, break off after 200 bytes."""

    def broken(forward: Forward) -> Reply:
        reply = forward()
        return Reply(reply.status, reply.content_type, reply.body, sent=200)

    return _at(operation, places, broken)


def closed_for_maintenance(operation: str, forward: Forward) -> Reply:
    """Every request is answered with the maintenance page."""
    return Reply(405, "text/html", MAINTENANCE_PAGE)


def out_of_order(operation: str, forward: Forward) -> Reply:
    """Every request is answered as by a gateway whose service has gone."""
    return Reply(502, "text/html", b"<html><body>Bad Gateway</body></html>")


def _at(operation: str, places: tuple[int, ...], reply: Callable[[Forward], Reply]) -> Interference:
    seen = -1

    def interference(asked: str, forward: Forward) -> Reply:
        nonlocal seen
        if asked != operation:
            return forward()
        seen += 1
        return reply(forward) if seen in places else forward()

    return interference


@contextmanager
def relaying(service: str, interference: Interference = pass_on) -> Iterator[Relay]:
    """A relay to the service at an address. Its WSDL names the relay, as behind any proxy that keeps the Host."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = send(relay.service, "GET", self.path, headers={"Host": self.headers["Host"]})
            self._reply(Reply(answer.status, answer.headers["content-type"], answer.body))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = _OPERATION.search(body)
            assert found is not None, body
            operation = found[1].decode()
            relay.asked.append(operation)
            headers = {name: self.headers[name] for name in ("Content-Type", "SOAPAction") if name in self.headers}

            def forward() -> Reply:
                answer = send(relay.service, "POST", self.path, body, headers)
                return Reply(answer.status, answer.headers["content-type"], answer.body)

            try:
                self._reply(relay.interference(operation, forward))
            except (Lost, OSError):
                self.close_connection = True

        def _reply(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.sent])
            self.close_connection = self.close_connection or reply.sent is not None

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        relay = Relay(f"http://127.0.0.1:{server.server_port}", service, interference)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent() -> Iterator[str]:
    """The address of a service that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
