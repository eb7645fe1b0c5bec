"""HTTP/1.1 as it may be spoken: bytes on a socket that a client's library would not let a test send."""

from __future__ import annotations

import gzip
import http.client
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.kit.running_server import RunningServer
from tests.kit.soap_messages import LEARNER_SERVICE, Answer, RawConnection, envelope, find_by_uln, post
from tests.server.process_memory import resident_bytes

FIRST_LINE = f"POST {LEARNER_SERVICE} HTTP/1.1"
CONTENT_TYPE = "Content-Type: text/xml; charset=utf-8"
CALL = envelope(find_by_uln()).encode()
MEGABYTE = 1024 * 1024


def chunked(body: bytes, size: int) -> bytes:
    blocks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(block), block) for block in [*blocks, b""])


def is_served(answer: Answer) -> bool:
    return (answer.status, answer.text("ResponseCode")) == (200, "WSRC0004")


def padded(length: int) -> bytes:
    """A valid call of exactly so many bytes."""
    return CALL + b" " * (length - len(CALL))


def test_expect_100_continue_is_answered_at_once(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}", "Expect: 100-continue")
        interim = connection.receive(25)
        connection.send(CALL)

        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert is_served(connection.answer())


@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_a_chunked_body_is_joined(server: RunningServer, size: int) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(chunked(CALL, size))

        assert is_served(connection.answer())


def test_a_broken_chunk_is_refused_and_harms_nobody(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(b"not a number\r\n")

        assert connection.answer().status == 400
    assert is_served(post(server.url, CALL))


def test_a_connection_is_kept_for_the_next_request(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        for _ in range(3):
            connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
            connection.send(CALL)

            assert is_served(connection.answer())


def test_a_fault_keeps_the_connection_too(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        for body, status in ((b"<no", 500), (CALL, 200)):
            connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(body)}")
            connection.send(body)

            assert connection.answer().status == status


def test_connection_close_is_obeyed(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}", "Connection: close")
        connection.send(CALL)

        assert is_served(connection.answer())
        assert connection.receive(1) == b""


def test_a_body_may_come_byte_by_byte(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        for place in range(len(CALL)):
            connection.send(CALL[place : place + 1])

        assert is_served(connection.answer())


def test_half_sent_requests_hold_nobody_up(server: RunningServer) -> None:
    waiting = [RawConnection(server.url) for _ in range(40)]
    try:
        for place, connection in enumerate(waiting):
            if place % 2:
                connection.send(b"POST /LearnerService.svc HTT")
            else:
                connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
                connection.send(CALL[:100])

        assert is_served(post(server.url, CALL))
        waiting[0].send(CALL[100:])
        assert is_served(waiting[0].answer())
    finally:
        for connection in waiting:
            connection.__exit__(None, None, None)


def test_a_body_that_is_cut_off_leaves_nothing_behind(server: RunningServer) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {len(CALL)}")
        connection.send(CALL[:-20])

    assert is_served(post(server.url, CALL))


@pytest.mark.parametrize(
    "line", ["Content-Length: ten", "Content-Length: -5", "Content-Length: 5\r\nContent-Length: 6"]
)
def test_a_length_that_is_none_is_refused(server: RunningServer, line: str) -> None:
    with RawConnection(server.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, line)

        assert connection.answer().status == 400


def test_three_megabytes_are_served_under_the_default_limit(server: RunningServer) -> None:
    assert is_served(post(server.url, padded(3 * MEGABYTE)))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that reads 4096 bytes and not one more."""
    with RunningServer(tmp_path_factory.mktemp("narrow"), "--max-body-bytes", "4096") as running:
        yield running


@pytest.mark.parametrize(("length", "status"), [(4096, 200), (4097, 413), (20_000, 413)])
def test_the_limit_is_the_last_length_that_is_read(narrow: RunningServer, length: int, status: int) -> None:
    answer = post(narrow.url, padded(length))

    assert answer.status == status
    if status == 413:
        assert answer.body == b"A request may have 4096 bytes at most.\n"


def test_the_limit_holds_for_chunks_too(narrow: RunningServer) -> None:
    with RawConnection(narrow.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, "Transfer-Encoding: chunked")
        connection.send(chunked(padded(4097), 1000))

        assert connection.answer().status == 413


def test_a_sender_of_far_too_much_is_told_before_the_connection_is_cut(narrow: RunningServer) -> None:
    with RawConnection(narrow.url) as connection:
        connection.head(FIRST_LINE, CONTENT_TYPE, f"Content-Length: {10 * MEGABYTE}")
        answer = connection.answer()

    assert answer.status == 413
    assert answer.headers["content-type"].startswith("text/plain")
    assert is_served(post(narrow.url, CALL))


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_read(server: RunningServer, coding: str) -> None:
    assert is_served(post(server.url, gzip.compress(CALL), headers={"Content-Encoding": coding}))


@pytest.mark.parametrize("length", [4096, 4097])
def test_the_limit_holds_for_what_gzip_unpacks_to(narrow: RunningServer, length: int) -> None:
    answer = post(narrow.url, gzip.compress(padded(length)), headers={"Content-Encoding": "gzip"})

    assert answer.status == (200 if length == 4096 else 413)


def test_a_gzip_bomb_is_413_and_takes_no_memory(server: RunningServer) -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    # 64 megabytes in 64 kilobytes.
    bomb = b"".join([packer.compress(bytes(MEGABYTE)) for _ in range(64)]) + packer.flush()
    before = resident_bytes(server)

    for _ in range(10):
        assert post(server.url, bomb, headers={"Content-Encoding": "gzip"}).status == 413

    assert resident_bytes(server) - before < 64 * MEGABYTE
    assert is_served(post(server.url, CALL))


def test_a_connection_that_is_kept_open_keeps_nothing_of_what_it_was_answered(server: RunningServer) -> None:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)

    def ask(times: int) -> int:
        """Ask so many times for a WSDL; how many bytes were answered."""
        answered = 0
        for _ in range(times):
            connection.request("GET", f"{LEARNER_SERVICE}?wsdl")
            answered += len(connection.getresponse().read())
        return answered

    ask(20)
    before = resident_bytes(server)
    answered = ask(1000)
    connection.close()

    assert answered > 30 * MEGABYTE
    assert resident_bytes(server) - before < 15 * MEGABYTE


BROKEN = {
    "no gzip at all": CALL,
    "cut short": gzip.compress(CALL)[:-20],
    "a wrong checksum": gzip.compress(CALL)[:-8] + b"\0\0\0\0" + gzip.compress(CALL)[-4:],
    "nothing": b"",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_gzip_that_is_broken_is_400_in_plain_words(server: RunningServer, body: bytes) -> None:
    answer = post(server.url, body, headers={"Content-Encoding": "gzip"})

    assert answer.status == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.count(b"\n") == 1


@pytest.mark.parametrize("coding", ["deflate", "br", "gzip, gzip", "compress"])
def test_another_content_encoding_is_415(server: RunningServer, coding: str) -> None:
    answer = post(server.url, CALL, headers={"Content-Encoding": coding})

    assert answer.status == 415


def test_identity_is_no_encoding(server: RunningServer) -> None:
    assert is_served(post(server.url, CALL, headers={"Content-Encoding": "identity"}))
