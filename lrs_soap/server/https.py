"""HTTPS by cheroot: the same application, in threads, for callers whose certificate was asked for and is good.

cheroot does its handshakes in the one thread that accepts connections, and hands an application a body that is still
on its way: one silent caller would hold up all others, and a request could fail half-read in the middle of the
application. So here both are the business of the connection's own thread, before the application is called, as they
are waitress's under HTTP.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from threading import Thread
from typing import Any

from cheroot.errors import FatalSSLAlert, MaxSizeExceeded
from cheroot.makefile import MakeFile
from cheroot.server import ChunkedRFile, HeaderReader, HTTPConnection, HTTPRequest
from cheroot.ssl import Adapter
from cheroot.wsgi import Gateway_10
from cheroot.wsgi import Server as WSGIServer

from lrs_soap.server.http_request import CERTIFICATE_SUBJECT
from lrs_soap.server.listening import BACKLOG
from lrs_soap.server.tls import peer_subject

_THREADS = 32
# While callers that send nothing keep all of them waiting there are more, up to so many.
_MOST_THREADS = 256
# How long a caller may keep a thread waiting, and how long a connection on which nothing is asked is kept open.
_SILENCE_SECONDS = 5.0
_IDLE_SECONDS = 120
_PARTING_SECONDS = 1.0
_LAST_ANSWERS_SECONDS = 10
_CONNECTIONS = 1000
_HEADER_BYTES = 256 * 1024
_RECORD_BYTES = 16 * 1024
_PLAIN_HTTP = b"This is HTTPS, and the request was not.\n"


class HttpsServer:
    """Serves a WSGI application until it is told to stop, as `Loop` does for HTTP."""

    def __init__(
        self,
        application: Callable[..., Any],
        sockets: list[socket.socket],
        context: ssl.SSLContext,
        *,
        server_name: str,
        max_body_bytes: int,
        log: Any,
    ) -> None:
        """`sockets` are listened on already; `log` is a structlog logger, for handshakes that fail."""
        self._servers = [
            _Server(application, each, context, server_name=server_name, max_body_bytes=max_body_bytes, log=log)
            for each in sockets
        ]
        self._stopped, self._stop = os.pipe()

    def run(self) -> None:
        """Serve until `stop` is called; then finish what has been asked, and close."""
        threads = [Thread(target=self._serve, args=(server,), name="https") for server in self._servers]
        for thread in threads:
            thread.start()
        os.read(self._stopped, 1)
        for server in self._servers:
            server.stop()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End `run` soon; may be called by a signal's handler."""
        os.write(self._stop, b"\0")

    def _serve(self, server: _Server) -> None:
        try:
            server.serve()
        finally:
            # One that has failed must not leave a process behind that answers nobody.
            self.stop()


class _Handshakes(Adapter):
    """Makes TLS connections whose handshake is still to be done."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        try:
            return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}
        except OSError as error:
            # The caller has gone already.
            raise FatalSSLAlert(*error.args) from error

    def get_environ(self) -> dict[str, str]:
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> Any:
        return MakeFile(sock, mode, bufsize)


class _Headers(HeaderReader):
    """Drops what could be taken for another header once its name is that of an environment's variable."""

    def _allow_header(self, key_name: bytes) -> bool:
        return b"_" not in key_name


class _Request(HTTPRequest):
    header_reader = _Headers()

    def read_request_headers(self) -> bool:
        if not super().read_request_headers():
            return False
        length = self.inheaders.get(b"Content-Length", b"0")
        if not length.isdigit():
            self.simple_response("400 Bad Request", "The Content-Length is not a number of bytes.")
            return False
        return True


class _Gateway(Gateway_10):
    """Calls the application once its request is there as a whole."""

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        environ["SERVER_NAME"] = self.req.server.host
        if self.req.conn.subject is not None:
            environ[CERTIFICATE_SUBJECT] = self.req.conn.subject
        return environ

    def respond(self) -> None:
        try:
            body = self._body()
        except MaxSizeExceeded:
            self._refuse("413 Content Too Large", "The request is too large.")
            return
        except ValueError:
            self._refuse("400 Bad Request", "The request's chunks cannot be read.")
            return
        if self.req.chunked_read:
            self.env["CONTENT_LENGTH"] = str(len(body))
        elif len(body) < int(self.env.get("CONTENT_LENGTH") or 0):
            # The caller has gone.
            self._refuse("400 Bad Request", "The request ends too early.")
            return
        self.env["wsgi.input"] = BytesIO(body)
        super().respond()

    def _body(self) -> bytes:
        source = self.req.rfile
        if not isinstance(source, ChunkedRFile):
            return bytes(source.read())
        try:
            body = source.read()
        except TimeoutError:
            raise
        except OSError as error:
            # cheroot has this for a chunk beyond the limit, and no number for it.
            raise error if error.errno else MaxSizeExceeded from error
        for _ in source.read_trailer_lines():
            pass
        return body

    def _refuse(self, status: str, sentence: str) -> None:
        self.req.simple_response(status, sentence)
        self.req.sent_headers = True
        self.req.close_connection = True


class _Connection(HTTPConnection):
    """A connection that has its handshake before its first request."""

    RequestHandlerClass = _Request
    # What a TLS record holds is taken out as a whole: a selector does not see what is left in one.
    rbufsize = _RECORD_BYTES

    def __init__(self, server: _Server, sock: ssl.SSLSocket, makefile: Callable[..., Any] = MakeFile) -> None:
        super().__init__(server, sock, makefile)
        # cheroot has given it the time after which an idle connection is closed.
        sock.settimeout(_SILENCE_SECONDS)
        self.subject: str | None = None
        self._has_shaken_hands = False

    def communicate(self) -> bool:
        """Do what there is to do, the handshake or a request; whether the connection is to be kept."""
        if self._has_shaken_hands:
            return super().communicate()
        self._has_shaken_hands = self._shake_hands()
        # The first request is waited for in the selector, where it takes no thread.
        return self._has_shaken_hands

    def close(self) -> None:
        # An exception would end the server: cheroot closes where its threads have nothing more to fall back upon.
        with suppress(OSError, ValueError):
            super().close()

    def _shake_hands(self) -> bool:
        try:
            self.socket.do_handshake()
            self.subject = peer_subject(self.socket)
        except ssl.SSLEOFError:
            # Somebody has looked whether there is anybody.
            return False
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", None) or error.reason or str(error)
            self.server.log.info("handshake", caller=self.remote_addr, refused=reason)
            self._part_from(b"HTTP/1.1 400 Bad Request\r\n" if error.reason == "HTTP_REQUEST" else b"")
            return False
        except OSError:
            return False
        return True

    def _part_from(self, status: bytes) -> None:
        """Close the connection so that the caller gets to read why, the alert or an answer in plain HTTP.

        To close it with something unread would take back what was sent.
        """
        with suppress(OSError), socket.socket(fileno=self.socket.detach()) as bare:
            deadline = time.monotonic() + _PARTING_SECONDS
            bare.settimeout(_PARTING_SECONDS)
            if status:
                length = len(_PLAIN_HTTP)
                bare.sendall(b"%sContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (status, length))
                bare.sendall(_PLAIN_HTTP)
            bare.shutdown(socket.SHUT_WR)
            while bare.recv(_RECORD_BYTES) and time.monotonic() < deadline:
                pass


class _Server(WSGIServer):
    """cheroot on a socket that is listened on already."""

    ConnectionClass = _Connection
    keep_alive_conn_limit = _CONNECTIONS
    max_request_header_size = _HEADER_BYTES

    def __init__(
        self,
        application: Callable[..., Any],
        listening: socket.socket,
        context: ssl.SSLContext,
        *,
        server_name: str,
        max_body_bytes: int,
        log: Any,
    ) -> None:
        super().__init__(
            listening.getsockname()[:2],
            application,
            numthreads=_THREADS,
            max=_MOST_THREADS,
            server_name="lrs-soap",
            request_queue_size=BACKLOG,
            timeout=_IDLE_SECONDS,
            shutdown_timeout=_LAST_ANSWERS_SECONDS,
        )
        self.gateway = _Gateway
        self.ssl_adapter = _Handshakes(context)
        self.max_request_body_size = max_body_bytes
        self.host = server_name
        self.log = log
        self._listening = listening
        self.prepare()

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:
        self.socket = self._listening
        return self._listening

    def prepare(self) -> None:
        """Start the threads."""
        super().prepare()
        # cheroot would wait for a connection that another process has taken meanwhile.
        self.socket.setblocking(False)

    def process_conn(self, conn: _Connection) -> None:
        """Have a thread communicate."""
        if self.requests.idle <= self.requests.qsize:
            self.requests.grow(1)
        super().process_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.DEBUG, traceback: bool = False) -> None:
        # What cheroot has to say at this level is that a caller has gone.
        number = level if level > logging.INFO else logging.DEBUG
        self.log.log(number, "https", message=msg, exc_info=traceback)
