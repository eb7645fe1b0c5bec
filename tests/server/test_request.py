"""Requests read without a network: in any pieces, whatever the bytes, and never more leniently than they are framed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrs_soap.server.limits import Limits
from lrs_soap.server.request import Request
from lrs_soap.server.request_head import read_head

LIMITS = Limits(header_bytes=2000, body_bytes=1000)


@dataclass(frozen=True)
class Read:
    """What was made of a request."""

    status: str | None
    method: str
    path: str
    query: str
    body: bytes


def read(data: bytes, step: int) -> list[Read]:
    """The requests in some bytes that arrive in pieces of so many; none follows one that is refused."""
    return list(_read(data, step))


def _read(data: bytes, step: int) -> Iterator[Read]:
    request, rest = Request(LIMITS, lambda request: True), b""
    for start in range(0, len(data), step):
        rest += data[start : start + step]
        while rest:
            taken = request.received(rest)
            assert taken > 0
            rest = rest[taken:]
            if request.is_whole:
                status = request.error.to_response("test")[0] if request.error else None
                head = request.head
                what = ("", "", "") if head is None else (head.method, head.path, head.query)
                yield Read(status, *what, request.body().read())
                if status:
                    return
                request = Request(LIMITS, lambda request: True)


HOST = b"Host: a\r\n"
SEVERAL = (
    b"GET //a%41%20b?x=1#f HTTP/1.1\r\n" + HOST + b"\r\n"
    b"\r\nPOST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    b"POST /c HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nT: 1\r\n\r\n"
    b"GET http://user@b:1/d HTTP/1.1\r\n" + HOST + b"\r\n"
    b"GET /e HTTP/1.0\r\n\r\n"
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100, 10_000])
def test_requests_are_the_same_in_whatever_pieces_they_come(step: int) -> None:
    assert read(SEVERAL, step) == [
        Read(None, "GET", "//aA b", "x=1", b""),
        Read(None, "POST", "/b", "", b"abc"),
        Read(None, "POST", "/c", "", b"abcde"),
        Read(None, "GET", "/d", "", b""),
        Read(None, "GET", "/e", "", b""),
    ]


@pytest.mark.parametrize("size", [1, 999, 1000])
def test_a_body_up_to_the_limit_is_read_however_small_its_chunks(size: int) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [b"x" * size] * (1000 // size))
    [request] = read(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n", 100)

    assert request.status is None
    assert len(request.body) == 1000 // size * size


@pytest.mark.parametrize(
    "chunks",
    [b"3e9\r\n", b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\n", b"1;" + b"x" * 900 + b"\r\nx\r\n" * 10_000],
    ids=["in one chunk", "in two", "in extensions"],
)
def test_a_body_beyond_the_limit_is_413_as_soon_as_it_is_announced(chunks: bytes) -> None:
    [request] = read(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, 100)

    assert request.status is not None
    assert request.status[:3] in ("413", "400")


@pytest.mark.parametrize(("length", "status"), [(1900, None), (2100, "431")])
@pytest.mark.parametrize("step", [1, 10_000])
def test_a_header_beyond_the_limit_is_431_also_while_it_arrives(length: int, status: str | None, step: int) -> None:
    whole = b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * length
    for end in (b"", b"\r\n\r\n"):
        found = [request.status and request.status[:3] for request in read(whole + end, step)]
        assert found == ([] if status is None and not end else [status])


FRAMED = st.lists(
    st.sampled_from(
        [
            b"GET / HTTP/1.1\r\n",
            b"POST /x HTTP/1.1\r\n",
            b"Host: a\r\n",
            b"Content-Length: 3\r\n",
            b"Content-Length: 0\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Expect: 100-continue\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b" ",
            b"abc",
            b"0\r\n",
            b"3\r\nabc\r\n",
            b"3;x\r\n",
        ]
    )
    | st.binary(max_size=5),
    max_size=20,
).map(b"".join)


@given(FRAMED, st.integers(1, 20))
@example(b"\r\n\r\n\r\n", 1)
@example(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n", 3)
def test_whatever_arrives_is_read_or_refused_and_the_same_in_any_pieces(data: bytes, step: int) -> None:
    found = read(data, step)

    assert found == read(data, len(data) or 1)
    for request in found:
        assert request.status is None or re.match("4|501", request.status)


def test_requests_with_the_same_head_share_nothing_that_changes() -> None:
    head = b"POST /c HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    requests = [Request(LIMITS, lambda request: True) for _ in range(3)]

    requests[0].received(head + b"3\r\nabc\r\n0\r\n\r\n")
    requests[1].received(head + b"1\r\nx\r\n0\r\n\r\n")
    requests[2].received(head)

    assert [each.variables.get("CONTENT_LENGTH") for each in requests] == ["3", "1", None]


@pytest.mark.parametrize(
    ("field", "is_kept"),
    [
        (b"Accept: text/xml", True),
        (b"AUTHORIZATION: Basic c2VjcmV0OnNlY3JldA==", False),
        (b"Proxy-Authorization: Basic c2VjcmV0OnNlY3JldA==", False),
        (b"Cookie: session=secret", False),
        (b"X-Large: " + b"x" * 1024, False),
    ],
)
def test_heads_are_kept_unless_they_are_large_or_may_have_a_password(field: bytes, is_kept: bool) -> None:
    head = b"GET / HTTP/1.1\r\n" + HOST + field

    assert read_head(head) == read_head(head)
    assert (read_head(head) is read_head(head)) == is_kept
