import socket
import ssl
from abc import ABC, abstractmethod
from typing import Any

class Adapter(ABC):
    context: ssl.SSLContext
    @abstractmethod
    def bind(self, sock: socket.socket) -> socket.socket: ...
    @abstractmethod
    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]: ...
    @abstractmethod
    def get_environ(self) -> dict[str, str]: ...
    @abstractmethod
    def makefile(self, sock: socket.socket, mode: str = ..., bufsize: int = ...) -> Any: ...
