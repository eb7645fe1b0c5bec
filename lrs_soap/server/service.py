"""What the connections of one server have in common."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lrs_soap.clock import Clock, RealClock
from lrs_soap.server.http_request import Environ
from lrs_soap.server.limits import Limits

SOFTWARE = "lrs-soap"
"""What the server calls itself."""


@dataclass(slots=True)
class Service:
    """The application that answers, where it is reached, and what its callers may take."""

    application: Callable[..., Any]
    server_name: str
    port: int
    limits: Limits
    tls: ssl.SSLContext | None
    reads_body: Callable[[Environ], bool]
    """Whether the application will read the body of a request, by the environment of its head."""
    log: Callable[..., None]
    """Is told of what an operator should know: an event's name, and facts by name."""
    clock: Clock = field(default_factory=RealClock)
    """What answers are dated by."""
    is_stopping: bool = False
    buffered_bytes: int = 0
    """How much of bodies is kept, of all connections together."""
    variables: Environ = field(init=False)
    """What is the same in the environment of every request."""

    def __post_init__(self) -> None:
        self.variables = {
            "SERVER_NAME": self.server_name,
            "SERVER_PORT": str(self.port),
            "SERVER_SOFTWARE": SOFTWARE,
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if self.tls is None else "https",
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
