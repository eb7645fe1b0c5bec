"""One caller's connection: requests read from it, answers sent to it, in clear or by TLS.

Only the thread that leads (lead.py) touches a connection, so nothing here takes a lock. The one exception is the
thread that answers a request, which calls `answer` and nothing else: it adds to the output, and hands the connection
back when the answer is whole.
"""

from __future__ import annotations

import logging
import selectors
import socket
import ssl
import struct
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from waitress.utilities import Error, InternalServerError

from lrs_soap.server.answer import Answer
from lrs_soap.server.delivery import Delivery
from lrs_soap.server.http_request import (
    CERTIFICATE_SUBJECT,
    DELIVER,
    FOUND,
    HANDS_OVER,
    HEAD,
    HOLD_BACK,
    TURN,
    Environ,
    HandedOver,
)
from lrs_soap.server.request import Request
from lrs_soap.server.service import Service
from lrs_soap.server.tls_session import TlsSession
from lrs_soap.server.turn import Turn

_BLOCK = 64 * 1024
_READ_BYTES = 8 * 1024
# Once all is sent, a caller has this long to close its side, and this long at most if it still sends.
_PARTING_SECONDS = 1.0
_LONGEST_PARTING_SECONDS = 10.0
# While the service stops, for a caller that reads nothing.
_LAST_SEND_SECONDS = 2.0
_PLAIN_HTTP = b"This is HTTPS, and the request was not.\n"
_PLAIN_HTTP_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_PLAIN_HTTP), _PLAIN_HTTP)
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# Linger for no time: the machine forgets what it has not sent.
_RESET = struct.pack("ii", 1, 0)

_logger = logging.getLogger(__name__)


class _RequestTimeout(Error):
    code = 408
    reason = "Request Timeout"


class _ServiceUnavailable(Error):
    code = 503
    reason = "Service Unavailable"


class Disconnected(Exception):
    """The caller is gone, so the rest of an answer need not be made."""


class _Phase(Enum):
    OPEN = auto()
    CLOSING = auto()
    """Nothing more is read; closed once the output is sent."""
    PARTING = auto()
    """Everything is sent and our side is shut; what the caller still sends is thrown away until it closes."""
    CLOSED = auto()


# To ask an Enum for each would take several times as long.
_OPEN, _CLOSING, _PARTING, _CLOSED = _Phase


class Connection:
    """A connection that was accepted."""

    def __init__(self, accepted: socket.socket, address: tuple[Any, ...], service: Service) -> None:
        accepted.setblocking(False)
        self._socket = accepted
        self.fileno = accepted.fileno()
        self._address = address
        self._service = service
        # What is the same in the environment of each of its requests.
        self._variables: Environ = {
            **service.variables,
            "REMOTE_ADDR": address[0],
            "REMOTE_HOST": address[0],
            "REMOTE_PORT": str(address[1]),
            "wsgi.errors": sys.stderr,
            HOLD_BACK: self._hold_back,
            DELIVER: self._deliver,
        }
        self.watched = 0
        """The events that the loop watches for."""
        self.request: Request | None = None
        """A whole request that is not answered yet."""
        # The application for the rest of a request that was handed over.
        self._rest: Callable[..., Any] | None = None
        # What was found about a request that was handed over and has to be asked once more.
        self._found: object = None
        # How the answer is sent, if not as every other.
        self._delivery: Delivery | None = None
        self.held_until = 0.0
        """Before this moment of the monotonic clock nothing of the answer may be sent."""
        self.is_open = True
        """Whether it still has a socket."""
        self._session: TlsSession | None = None
        self._phase = _OPEN
        self._incoming: Request | None = None
        self._unparsed = b""
        # How much of a body that nobody wants is still to come before the next request.
        self._unread = 0
        self._output: deque[bytes | memoryview] = deque()
        # What of the output is on its way, as it goes over the wire.
        self._wire: bytes | memoryview = b""
        # How many bytes of answers there were, and how many of them are sent. Two counters, because two threads count.
        self._written = 0
        self._sent = 0
        self._answer_is_last = False
        self._is_to_finish = False
        self._progress = self._phase_began = self._unfinished_since = time.monotonic()

    @property
    def is_shaking_hands(self) -> bool:
        """Whether a TLS handshake is still to be finished."""
        return self._service.tls is not None and (self._session is None or not self._session.is_established)

    @property
    def is_unfinished(self) -> bool:
        """Whether no whole request is there, and all that was answered is sent; or an answer is held back."""
        return bool(self.held_until) or (self.request is None and not self._has_output)

    @property
    def has_large_body(self) -> bool:
        """Whether a large body is arriving or has arrived."""
        request = self.request or self._incoming
        return request is not None and request.is_large

    @property
    def has_begun_body(self) -> bool:
        """Whether a request's body is arriving."""
        return self._incoming is not None and self._incoming.head is not None

    @property
    def seniority(self) -> tuple[bool, bool, float]:
        """Which of the unfinished connections to close first when there are too many: that with the least.

        Those whose answer is held back come first, then those without a request's head, and among equals the one that
        has been unfinished for longest.
        """
        return not self.held_until, self.has_begun_body, self._unfinished_since

    @property
    def _has_output(self) -> bool:
        return bool(self._wire or self._output) or (self._session is not None and self._session.has_output)

    def interest(self) -> int:
        """The events to watch for now, of `selectors`; 0 for none."""
        if self.held_until or not self.is_open:
            return 0
        if self._wire or self._output or (self._session is not None and self._session.has_output):
            return selectors.EVENT_WRITE
        if self._phase is _PARTING or (self._phase is _OPEN and self.request is None):
            return selectors.EVENT_READ
        return 0

    def read(self) -> None:
        """Read what has arrived; afterwards `request` is the next request if it is whole."""
        if self._phase is not _PARTING and (self._phase is not _OPEN or self.request is not None):
            return
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        self._progress = time.monotonic()
        if not data:
            self.close()
            return
        if self._phase is _OPEN:
            self._take(data if self._service.tls is None else self._unsealed(data))
        if self._phase is _CLOSING:
            self.write()

    def write(self) -> None:
        """Send what can be sent; then go on with what has arrived, or close if that is what remains to be done."""
        if not self.is_open:
            return
        self._flush()
        if self._phase is _CLOSING and self.request is None and not self._has_output:
            self._part()
        if self.request is None and (self._unparsed or self._session is not None):
            self._take(b"")

    def answer(self, turn: Turn | None = None) -> HandedOver | None:
        """Answer the request, or say that it has to be answered in another thread, by calling this there.

        `turn` is the one in which other requests are answered before it and after it. The one method for other threads
        than the leader; `answered` comes after it.
        """
        request = self.request
        assert request is not None
        answer = Answer(request, self._service, self._add_output)
        try:
            if not self.is_open:
                raise Disconnected
            if request.error is not None:
                answer.refuse(request.error)
            else:
                environ = self._environment(request)
                if turn is not None:
                    environ[TURN] = turn
                answer.give(self._rest or self._service.application, environ)
        except HandedOver as handed_over:
            self._rest, self._found = handed_over.rest, handed_over.found
            # The traceback leads to the caller, which holds this: only the collector would find out that both are over.
            return handed_over.with_traceback(None)
        except Disconnected:
            answer.is_last = True
        except Exception as error:
            log_failure("A request could not be answered", error)
            answer.is_last = True
            if not answer.is_begun:
                with suppress(Disconnected):
                    Answer(request, self._service, self._add_output).refuse(
                        InternalServerError("The service has failed.")
                    )
        self._answer_is_last = answer.is_last
        return None

    def _hold_back(self, seconds: float) -> None:
        """Send nothing of the answer for so long, from now on. To be called before the answer begins."""
        self.held_until = max(self.held_until, time.monotonic() + seconds)

    def _deliver(self, delivery: Delivery) -> None:
        """Have the answer sent as this says. To be called before the answer begins."""
        self._delivery = delivery

    def answered(self) -> None:
        """Send the answer that is whole now, and go on with what has arrived behind its request.

        Where only a part of it may be sent now, `held_until` says when to call this again.
        """
        self.held_until = 0.0
        delivery, self._delivery = self._delivery, None
        if delivery is not None and self.is_open:
            part, pause = delivery.take(at_once=self._service.is_stopping)
            self._add_output(part)
            if pause is not None:
                self._flush()
                if self.is_open:
                    self._delivery = delivery
                    self.held_until = time.monotonic() + pause
                    return
            if delivery.ends_connection:
                self._answer_is_last = True
        request = self.request
        if request is not None:
            self._unread = request.unread
            self._forget(request)
            self.request = self._rest = self._found = None
        self._progress = self._unfinished_since = time.monotonic()
        if delivery is not None and delivery.resets:
            self.close(hard=True)
            return
        if (self._answer_is_last or self._is_to_finish) and self._phase is _OPEN:
            self._enter(_CLOSING)
        self.write()

    def _add_output(self, data: bytes) -> None:
        """Add to what is to be sent. Raises Disconnected."""
        if not self.is_open:
            raise Disconnected
        if self._delivery is not None:
            self._delivery.add(data)
        elif data:
            if not self._output:
                # The time that the answer has taken is not the caller's fault.
                self._progress = time.monotonic()
            self._output.append(data)
            self._written += len(data)

    def finish(self) -> None:
        """Close as soon as what was asked is answered and sent; at once if nothing was."""
        self._is_to_finish = True
        if self._phase is _OPEN and self.request is None:
            self._enter(_CLOSING)
            self.write()

    def expire(self, now: float) -> None:
        """Close if the caller has kept us waiting for too long, at this moment of the monotonic clock."""
        if self.held_until:
            return
        limits = self._service.limits
        waited, lasted = now - self._progress, now - self._phase_began
        if self._phase is _PARTING:
            if waited >= _PARTING_SECONDS or lasted >= _LONGEST_PARTING_SECONDS:
                self.close()
        elif self._has_output:
            if waited >= (_LAST_SEND_SECONDS if self._service.is_stopping else limits.send_seconds):
                self.close(hard=True)
        elif self.request is not None:
            pass
        elif self.is_shaking_hands:
            if lasted >= limits.handshake_seconds:
                if self._session is not None:
                    self._report_handshake("too slow")
                self.close()
        elif self._unread:
            if now - self._unfinished_since >= limits.request_seconds:
                self.finish()
        elif self._incoming is not None:
            if self._incoming.is_overdue(now):
                self._refuse(_RequestTimeout("The request took too long to arrive."))
        elif waited >= limits.idle_seconds:
            self.finish()

    def refuse_body(self) -> None:
        """Answer a request whose body there is no room for, whether all of it has arrived or not."""
        self._refuse(_ServiceUnavailable("Too many large requests arrive at the same time."))

    def close(self, *, hard: bool = False) -> None:
        """Close now; `hard` drops what the machine has not sent yet."""
        if not self.is_open:
            return
        self.is_open = False
        self._enter(_CLOSED)
        if hard:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close()
        self._output.clear()
        self._wire = b""
        self._unparsed = b""
        self._session = None
        # They know this connection, which could not be forgotten at once otherwise.
        self._variables = {}
        if self._incoming is not None:
            self._forget(self._incoming)
            self._incoming = None

    def _enter(self, phase: _Phase) -> None:
        self._phase = phase
        self._phase_began = self._progress = time.monotonic()

    def _take(self, text: bytes) -> None:
        """Read requests from text until one is whole. More are read once that is answered and mostly sent."""
        text = self._unparsed + text if self._unparsed else text
        service = self._service
        limits = service.limits
        while (
            text and self._phase is _OPEN and self.request is None and self._written - self._sent <= limits.unsent_bytes
        ):
            if self._unread:
                passed_over = min(self._unread, len(text))
                self._unread -= passed_over
                text = text[passed_over:]
                continue
            incoming = self._incoming
            if incoming is None:
                incoming = self._incoming = Request(limits, self._reads_body)
            before = incoming.buffered_bytes
            text = text[incoming.received(text) :]
            service.buffered_bytes += incoming.buffered_bytes - before
            if incoming.is_whole:
                self.request, self._incoming = incoming, None
            elif not incoming.is_begun:
                self._incoming = None
            elif incoming.waits_for_leave:
                incoming.waits_for_leave = False
                self._add_output(_CONTINUE)
                self._flush()
        self._unparsed = text
        if self._session is not None and self._session.is_closed_by_peer and self.request is None and not text:
            self.finish()

    def _reads_body(self, request: Request) -> bool:
        return self._service.reads_body(self._environment(request))

    def _environment(self, request: Request) -> Environ:
        """WSGI's environment for a request; the application may change it."""
        environ = self._variables.copy()
        environ.update(request.variables)
        environ["wsgi.input"] = request.body()
        environ[HEAD] = request.variables
        environ[HANDS_OVER] = self._rest is None
        if self._found is not None:
            environ[FOUND] = self._found
        if self._session is not None and self._session.subject is not None:
            environ[CERTIFICATE_SUBJECT] = self._session.subject
        return environ

    def _refuse(self, error: Error) -> None:
        if self.request is None:
            self.request, self._incoming = self._incoming, None
        if self.request is not None:
            self._service.buffered_bytes -= self.request.buffered_bytes
            self.request.refuse(error)

    def _forget(self, request: Request) -> None:
        self._service.buffered_bytes -= request.buffered_bytes
        request.close()

    def _unsealed(self, data: bytes) -> bytes:
        """What TLS makes of bytes; where it cannot, the caller is told, and the connection closes."""
        assert self._service.tls is not None
        if self._session is None:
            # A handshake begins with another byte than any request.
            if data[:1].isalpha():
                self._report_handshake("plain HTTP")
                self._add_output(_PLAIN_HTTP_ANSWER)
                self._enter(_CLOSING)
                return b""
            self._session = TlsSession(self._service.tls)
        is_handshake = not self._session.is_established
        text = b""
        try:
            text = self._session.receive(data)
        except (ssl.SSLError, ValueError) as error:
            if is_handshake:
                self._report_handshake(_reason_of(error))
            self._enter(_CLOSING)
        if self._session.has_output:
            self._flush()
        return text

    def _report_handshake(self, reason: str) -> None:
        self._service.log("handshake", caller=self._address[0], refused=reason)

    def _flush(self) -> None:
        try:
            while self._wire or ((self._output or self._session is not None) and self._fill_wire()):
                wire = self._wire
                sent = self._socket.send(wire)
                self._wire = memoryview(wire)[sent:] if sent < len(wire) else b""
                self._progress = time.monotonic()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.close()

    def _fill_wire(self) -> bool:
        """Put the next part of the output on its way; False where there is none."""
        if self._output:
            text = self._output.popleft()
            if self._output or len(text) > _BLOCK:
                text = self._block_from(text)
            self._sent += len(text)
            if self._session is None:
                self._wire = text
                return True
            self._session.seal(text)
        if self._session is not None:
            self._wire = self._session.take_output()
        return bool(self._wire)

    def _block_from(self, block: bytes | memoryview) -> bytes | memoryview:
        """Of the output, which begins with this: as much as is sent at once."""
        if len(block) > _BLOCK:
            whole = memoryview(block)
            self._output.appendleft(whole[_BLOCK:])
            return whole[:_BLOCK]
        # The head of an answer and its body go together.
        parts, size = [block], len(block)
        while self._output and size + len(self._output[0]) <= _BLOCK:
            size += len(self._output[0])
            parts.append(self._output.popleft())
        return block if len(parts) == 1 else b"".join(parts)

    def _part(self) -> None:
        """Shut our side, in two steps: to close with something unread could take back what was sent."""
        if self._session is not None:
            self._session.close()
            self._flush()
            if self._has_output:
                return
        try:
            self._socket.shutdown(socket.SHUT_WR)
            self._enter(_PARTING)
        except OSError:
            self.close()


def _reason_of(error: ssl.SSLError | ValueError) -> str:
    if not isinstance(error, ssl.SSLError):
        return "the certificate's subject cannot be read"
    return getattr(error, "verify_message", None) or error.reason or type(error).__name__


def log_failure(message: str, error: Exception) -> None:
    """Log an exception by its type and place: what it says may quote what a caller sent."""
    place = "".join(traceback.format_tb(error.__traceback__))
    _logger.error("%s: %s\n%s", message, type(error).__name__, place)
