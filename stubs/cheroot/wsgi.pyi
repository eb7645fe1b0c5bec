from collections.abc import Callable
from typing import Any

from cheroot import server

class Server(server.HTTPServer):
    def __init__(
        self,
        bind_addr: tuple[str, int],
        wsgi_app: Callable[..., Any],
        numthreads: int = ...,
        server_name: str | None = ...,
        max: int = ...,
        request_queue_size: int = ...,
        timeout: float = ...,
        shutdown_timeout: float = ...,
    ) -> None: ...

class Gateway(server.Gateway):
    env: dict[str, Any]

class Gateway_10(Gateway):
    def get_environ(self) -> dict[str, Any]: ...
