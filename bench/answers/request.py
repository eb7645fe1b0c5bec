"""One HTTP request to send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(rb"\$\(([^)]*)\)")

HOST = "lrs.example"
"""The Host of every request, whatever the real address: WSDLs contain it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and what the list of requests needs of its answer.

    `label` says for readers what is asked. The body may hold places like `$(name)`; what was kept under that name of an
    earlier answer is put there. With `keep`, the first ULN or JobID of the answer is kept under that name. With
    `issues`, the answer may tell new ULNs. With `until_done`, the request is repeated while the job is not done.
    """

    label: str
    body: bytes = b""
    method: str = "POST"
    target: str = "/LearnerService.svc"
    header: tuple[tuple[str, str], ...] = ()
    version: str = "HTTP/1.1"
    keep: str | None = None
    issues: bool = False
    until_done: bool = False
    chunked: bool = False

    def to_send(self, kept: Mapping[str, str]) -> bytes:
        """The bytes to send, with `kept` values in their places. A place without a value stays as it is."""
        body = _PLACE.sub(lambda found: kept.get(found[1].decode(), found[0].decode()).encode(), self.body)
        lines = [f"{self.method} {self.target} {self.version}"]
        given = {name.lower() for name, _ in self.header}
        if "host" not in given:
            lines.append(f"Host: {HOST}")
        lines += [f"{name}: {value}" for name, value in self.header]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif "content-length" not in given and (body or self.method in ("POST", "PUT")):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
