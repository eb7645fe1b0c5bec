import socket
from typing import Any

def MakeFile(sock: socket.socket, mode: str = ..., bufsize: int = ...) -> Any: ...
