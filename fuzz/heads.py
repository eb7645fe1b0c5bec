"""HTTP requests whose heads chance has changed, or any of whose bytes."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

_METHODS = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "P\0ST", "", "POST" * 50, "PRI")
_TARGETS = (
    *(
        "/",
        "*",
        "//LearnerService.svc",
        "/LearnerService.svc?wsdl",
        "/LearnerService.svc?" + "a=b&" * 500,
        "/%00",
        "/%",
    ),
    *("http://elsewhere/LearnerService.svc", "/w/x/LearnerService.svc", "/../LearnerService.svc", "/portal/login", ""),
    *("/LearnerServiceR9.svc?singleWsdl", "/health/ready", "/_lrs/", "/é", "/LearnerService.svc#x", "/ /", "/" * 5000),
)
_VERSIONS = ("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 x", "http/1.1", "HTTP/1.", "HTTP/" + "1" * 500, "")
_LINES = (
    *("Content-Length: -1", "Content-Length: 0", "Content-Length: 5, 5", "Content-Length: " + "9" * 5000),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: x", "Expect: 100-continue"),
    *(
        "Expect: 200-maybe",
        "Content-Encoding: gzip",
        "Content-Encoding: br",
        "Connection: close",
        "Connection: upgrade",
    ),
    *("Upgrade: h2c", "Host: elsewhere", "Host:", "X-Forwarded-For: 1.2.3.4", "Content-Type: application/soap+xml"),
    *('Content-Type: text/xml; charset="utf-16"', "Content-Type: text/xml;charset=" + "x" * 3000, "SOAPAction: x"),
    *("Content-Type: text/xml" + ";a=b" * 400, "Cookie: " + "a=b;" * 500, "X-Long: " + "x" * 70_000, " folded", ": x"),
    *("X\0: 1", "X-1: \xff", "X 1: 1", "LRS-World: main", "LRS-Scenario: slow", "Range: bytes=0-1", "TE: trailers", ""),
)


def changed_head(lines: list[str], body: bytes, chance: random.Random) -> bytes:
    """A request of these lines and this body, some of whose lines are changed."""
    lines = list(lines)
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(_CHANGES)(lines, chance)
    end = chance.choice(("\r\n",) * 12 + ("\n", "\r", "\r\n\r\n"))
    head = end.join([*lines, "", ""]).encode("latin-1", errors="replace")
    return head + chance.choice((_as_it_is,) * 6 + (_packed, _in_chunks, _in_bad_chunks))(body, chance)


def changed_bytes(request: bytes, chance: random.Random) -> bytes:
    """The request with some bytes lost, added or repeated, anywhere."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(len(request) + 1)
        end = place + chance.choice((0, 1, 2, 10, 500))
        between = chance.choice((b"", chance.randbytes(1), chance.randbytes(9), request[place:end] * 2, b"\r\n", b"\0"))
        request = request[:place] + between + request[end:]
    return request if chance.random() < 0.8 else request[: chance.randrange(len(request) + 1)]


def _change_first_line(lines: list[str], chance: random.Random) -> None:
    parts = lines[0].split(" ") if lines else []
    if len(parts) == 3:
        place = chance.randrange(3)
        parts[place] = chance.choice((_METHODS, _TARGETS, _VERSIONS)[place])
        lines[0] = " ".join(parts)


def _add(lines: list[str], chance: random.Random) -> None:
    lines.insert(chance.randint(0, len(lines)), chance.choice(_LINES))


def _drop(lines: list[str], chance: random.Random) -> None:
    if lines:
        del lines[chance.randrange(len(lines))]


def _repeat(lines: list[str], chance: random.Random) -> None:
    if lines:
        lines.extend([chance.choice(lines)] * chance.choice((1, 1, 1, 250)))


def _cut(lines: list[str], chance: random.Random) -> None:
    if lines:
        place = chance.randrange(len(lines))
        lines[place] = lines[place][: chance.randint(0, len(lines[place]))]


_CHANGES: tuple[Callable[[list[str], random.Random], None], ...] = (
    _change_first_line,
    _add,
    _add,
    _drop,
    _repeat,
    _cut,
)


def _as_it_is(body: bytes, chance: random.Random) -> bytes:
    return body


def _packed(body: bytes, chance: random.Random) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return packed[: chance.choice((len(packed), len(packed) // 2))]


def _in_chunks(body: bytes, chance: random.Random) -> bytes:
    size = chance.choice((1, 7, 500, len(body) or 1))
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def _in_bad_chunks(body: bytes, chance: random.Random) -> bytes:
    size = chance.choice(("-1", "+5", "0x5", "", "g", "9" * 30, "5;" + "x" * 500))
    return f"{size}\r\n".encode() + body
