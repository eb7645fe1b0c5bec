"""The baseline of every comparison: waitress with its defaults, and an application that does nothing.

    python -m bench.empty_application PORT BYTES

It reads each request and answers it with BYTES bytes of XML.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import waitress


def application_of(size: int) -> Callable[..., list[bytes]]:
    """A WSGI application whose answer has `size` bytes."""
    body = b"<a>" + b"x" * (size - 7) + b"</a>"
    headers = [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(body)))]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", headers)
        return [body]

    return application


if __name__ == "__main__":
    # Waitress logs a warning for each request that waits for a thread; writing them would be measured too.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(application_of(int(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), _quiet=True)
