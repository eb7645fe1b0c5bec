import ssl
from collections.abc import Callable, Iterator
from socket import socket as Socket
from typing import Any

from cheroot.ssl import Adapter

class HeaderReader:
    def _allow_header(self, key_name: bytes) -> bool: ...

class ChunkedRFile:
    def read(self, size: int | None = ...) -> bytes: ...
    def read_trailer_lines(self) -> Iterator[bytes]: ...

class HTTPRequest:
    header_reader: HeaderReader
    server: Any
    conn: Any
    rfile: Any
    inheaders: dict[bytes, bytes]
    chunked_read: bool
    close_connection: bool
    sent_headers: bool
    def read_request_headers(self) -> bool: ...
    def simple_response(self, status: str, msg: str = ...) -> None: ...

class HTTPConnection:
    RequestHandlerClass: type[HTTPRequest]
    rbufsize: int
    remote_addr: str | None
    server: Any
    socket: ssl.SSLSocket
    def __init__(self, server: HTTPServer, sock: ssl.SSLSocket, makefile: Callable[..., Any] = ...) -> None: ...
    def communicate(self) -> bool: ...
    def close(self) -> None: ...

class ThreadPool:
    idle: int
    qsize: int
    def grow(self, amount: int) -> None: ...

class HTTPServer:
    ConnectionClass: type[HTTPConnection]
    gateway: type[Gateway]
    keep_alive_conn_limit: int | None
    max_request_header_size: int
    max_request_body_size: int
    requests: ThreadPool
    socket: Socket
    ssl_adapter: Adapter | None
    def bind(self, family: int, type: int, proto: int = ...) -> Socket: ...
    def error_log(self, msg: str = ..., level: int = ..., traceback: bool = ...) -> None: ...
    def prepare(self) -> None: ...
    def process_conn(self, conn: Any) -> None: ...
    def serve(self) -> None: ...
    def stop(self) -> None: ...

class Gateway:
    req: HTTPRequest
    def respond(self) -> None: ...
