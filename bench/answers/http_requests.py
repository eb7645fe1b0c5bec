"""Requests that test HTTP: documents, other methods and paths, encoded and chunked bodies."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

from bench.answers.known_cases import ask
from bench.answers.messages import LEARNER_SERVICE, R9
from bench.answers.request import Request


def http_requests() -> Iterator[Request]:
    """Both WSDLs in every spelling, pages, wrong methods and paths, wrapped and chunked bodies, odd first lines."""
    for path in (LEARNER_SERVICE, R9):
        for query in ("wsdl", "singleWsdl"):
            yield Request("WSDL", method="GET", target=f"{path}?{query}")
        for target in ("?WSDL", "?singlewsdl", "?wsdl=", "?wsdl=1", "?xsd=xsd0", "?disco", "?a=b&wsdl", "?", "", "/"):
            yield Request("GET", method="GET", target=path + target)
            yield Request("HEAD", method="HEAD", target=path + target)
        for target in (path.lower(), path.upper(), f"{path}/more", path.removesuffix(".svc"), f"/x{path}", f"/{path}"):
            yield Request("GET", method="GET", target=target)
            yield Request("HEAD of a WSDL", method="HEAD", target=f"{target}?wsdl")
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "post"):
            yield Request(method, method=method, target=path)
    for target in ("/", "/?wsdl", "/nothing", "/favicon.ico", "/health", "/%2e%2e/etc/passwd", "/a%00b", "*", "/é"):
        yield Request("GET", method="GET", target=target)
        yield Request("HEAD", method="HEAD", target=target)
        yield Request("POST", target=target)
    yield from _hosts()
    yield from _wrapped()


def _hosts() -> Iterator[Request]:
    target = f"{LEARNER_SERVICE}?wsdl"
    for host in ("lrs.example:81", "[::1]:8080", "a b", 'x"/><evil', "user@host", ""):
        yield Request(f"WSDL by Host {host}", method="GET", target=target, header=(("Host", host),))
    forwarded = (("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "elsewhere.example"))
    yield Request("WSDL by a proxy that is not trusted", method="GET", target=target, header=forwarded)
    yield Request("WSDL by HTTP/1.0", method="GET", target=target, version="HTTP/1.0")
    yield Request("WSDL with gzip accepted", method="GET", target=target, header=(("Accept-Encoding", "gzip"),))
    yield Request("a whole URL", method="GET", target=f"http://lrs.example{LEARNER_SERVICE}")
    yield Request("a part of a WSDL", method="GET", target=target, header=(("Range", "bytes=0-99"),))
    for version in ("HTTP/1.0", "HTTP/2.0", "HTTP/x", "FTP/1.1"):
        yield Request(f"the page by {version}", method="GET", target="/", version=version)


def _wrapped() -> Iterator[Request]:
    for name in ("LearnerByULN", "LearnerByUln"):
        plain = ask(name, {}, "wrapped")
        packed = gzip.compress(plain.body, mtime=0)

        def headed(request: Request, *lines: tuple[str, str]) -> Request:
            return replace(request, header=(*request.header, *lines), label=f"{request.label} {lines}")

        yield replace(plain, chunked=True, label=f"{plain.label} chunked")
        for coding in ("gzip", "x-gzip", "GZIP", "deflate", "br", "identity", "gzip, gzip"):
            yield headed(replace(plain, body=packed), ("Content-Encoding", coding))
        for broken in (packed[:-20], packed[:-8] + b"\0\0\0\0" + packed[-4:], b"", packed + packed):
            yield headed(replace(plain, body=broken), ("Content-Encoding", "gzip"))
        yield headed(plain, ("Content-Encoding", "gzip"))
        yield headed(plain, ("Content-Encoding", "identity"))
        yield headed(plain, ("Connection", "close"))
        yield headed(plain, ("Expect", "100-continue"))
        yield headed(plain, ("Accept-Encoding", "gzip, deflate"))
        yield headed(plain, ("Accept", "application/json"))
        yield headed(plain, ("Content-Length", "ten"))
        yield headed(plain, ("Content-Length", "-5"))
        yield headed(plain, ("Broken header", "x"))
        yield replace(plain, version="HTTP/1.0", label=f"{plain.label} by HTTP/1.0")
        yield replace(plain, target=f"{plain.target.lower()}?wsdl", label=f"{plain.label} at the WSDL")
        yield replace(plain, method="PUT", label=f"{plain.label} by PUT")
        yield replace(plain, body=plain.body + b" " * (9 << 20), label=f"{plain.label} of nine megabytes")
